/* CC and the admin queue's registers, right and wrong: the controller gets ready, or says that it
 * does not, and goes on behind a reset. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

static void works(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_success(ct, "Identify Controller",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page)));
	ct_equal(ct, "the vendor ID of Identify Controller", ct->identify->vid,
		 ((struct nvme_identify_controller *)(void *)page)->vid);
}

/* ---- Right ---- */

static void ready(struct ct *ct)
{
	for (unsigned i = 0; i < 3; i++) {
		ct_equal(ct, "CSTS before CC.EN", 0, ct_csts(ct) & ~NVME_CSTS_NSSRO);
		ct_enable(ct);
		ct_equal(ct, "CSTS behind CC.EN", NVME_CSTS_RDY, ct_csts(ct) & ~NVME_CSTS_NSSRO);
		ct_disable(ct);
	}
	ct_enable(ct);
	works(ct);
}

static void waits_for_enable(struct ct *ct)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_CC, ct->cc);
	ct_pause(ct, 500000);
	ct_equal(ct, "CSTS.RDY without CC.EN", 0, ct_csts(ct) & NVME_CSTS_RDY);
	ct_equal(ct, "CC as written", ct->cc, nvme_get32(&ct->registers, NVME_REG_CC));
}

/* What lies in the queue is no command until the doorbell says so. */
static void waits_for_doorbell(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_command command = ct_identify(ct, NVME_CNS_CONTROLLER, 0, page);
	uint16_t cid;

	ct_enable(ct);
	cid = ct_push(ct, ct->admin, command);
	ct_silence(ct, ct->admin->cq, 500000);
	ct_all(ct, "the buffer of a command without doorbell", CT_FRESH, page, NVME_IDENTIFY_SIZE);
	ct_ring(ct, ct->admin);
	ct_success(ct, "Identify Controller", ct_wait(ct, ct->admin, cid));
}

static void same_again(struct ct *ct)
{
	ct->dirty = true;
	for (unsigned i = 0; i < 3; i++) {
		nvme_set32(&ct->registers, NVME_REG_CC, ct->cc | NVME_CC_EN);
		ct_equal(ct, "CSTS.RDY", NVME_CSTS_RDY, ct_csts(ct) & NVME_CSTS_RDY);
		works(ct);
	}
}

#define ENTRY_SIZES (0xfu << NVME_CC_IOSQES_SHIFT | 0xfu << NVME_CC_IOCQES_SHIFT)

static void without_entry_sizes(struct ct *ct)
{
	CT_EXPECT(ct_enable_with(ct, ct->cc & ~ENTRY_SIZES),
		  "expected CSTS.RDY with CC.IOSQES and IOCQES 0, got CSTS.CFS");
	works(ct);
}

static void set_queues(struct ct *ct)
{
	ct_success(ct, "Set Features, Number of Queues",
		   ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, 0)));
}

/* The host learns of the sizes by Identify, and sets them then. */
static void entry_sizes_later(struct ct *ct)
{
	CT_EXPECT(ct_enable_with(ct, ct->cc & ~ENTRY_SIZES),
		  "expected CSTS.RDY with CC.IOSQES and IOCQES 0, got CSTS.CFS");
	nvme_set32(&ct->registers, NVME_REG_CC, ct->cc | NVME_CC_EN);
	ct_equal(ct, "CSTS.RDY", NVME_CSTS_RDY, ct_csts(ct) & NVME_CSTS_RDY);
	set_queues(ct);
	ct_pair(ct, 1, 2);
	works(ct);
}

static void weighted(struct ct *ct)
{
	CT_NEED(NVME_CAP_AMS(ct->registers.cap) & 1, "CAP.AMS does not have it");
	CT_EXPECT(ct_enable_with(ct, ct->cc | 1u << NVME_CC_AMS_SHIFT),
		  "expected CSTS.RDY, got CSTS.CFS");
	works(ct);
	set_queues(ct);
	ct_pair(ct, 1, 2);
}

/* ---- Wrong ---- */

static bool offers_css(const struct ct *ct, unsigned css)
{
	unsigned has = NVME_CAP_CSS(ct->registers.cap);

	if (css == NVME_CC_CSS_NVM)
		return has & NVME_CAP_CSS_NVM;
	if (css == NVME_CC_CSS_IOCS)
		return has & NVME_CAP_CSS_IOCS;
	return css == NVME_CC_CSS_ADMIN && has & NVME_CAP_CSS_ADMIN;
}

/* Whether it gets ready is the controller's affair; then nothing is sent, since nobody knows what
 * it means. Behind a reset all is well. */
static void attempt(struct ct *ct, uint32_t cc, uint32_t aqa, uint64_t asq, uint64_t acq)
{
	uint64_t until = nvme_time_ns() + ct->registers.ready_ns;
	uint32_t csts;

	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_AQA, aqa);
	nvme_set64(&ct->registers, NVME_REG_ASQ, asq);
	nvme_set64(&ct->registers, NVME_REG_ACQ, acq);
	nvme_set32(&ct->registers, NVME_REG_CC, cc);
	nvme_set32(&ct->registers, NVME_REG_CC, cc | NVME_CC_EN);
	do {
		csts = ct_csts(ct);
		CT_EXPECT(csts != NVME_ALL_ONES, "expected a controller, got ones from CSTS");
		nvme_relax();
	} while (!(csts & (NVME_CSTS_RDY | NVME_CSTS_CFS)) && nvme_time_ns() < until);
	ct->registers.was_ready = true;
	ct_disable(ct);
	ct_equal(ct, "CSTS behind a reset", 0, ct_csts(ct) & ~NVME_CSTS_NSSRO);
	ct_enable(ct);
	works(ct);
}

#define AQA_OF(sq) NVME_AQA((sq)->size, (sq)->cq->size)

static void field(struct ct *ct, unsigned shift, unsigned width, unsigned value)
{
	uint32_t mask = ((1u << width) - 1) << shift;

	attempt(ct, (ct->cc & ~mask) | value << shift, AQA_OF(ct->admin), ct->admin->bus,
		ct->admin->cq->bus);
}

/* Another size than SQES or CQES allow. 0 is of a host that does not know them yet: the controller
 * gets ready, and from version 2.1 on makes no queue; before, it "should" make none. Another one is
 * as wrong as the others here. Bit 0: IOCQES, else IOSQES. */
static void entry_size(struct ct *ct)
{
	unsigned shift = ct->argument & 1 ? NVME_CC_IOCQES_SHIFT : NVME_CC_IOSQES_SHIFT,
		 size = ct->argument >> 1;
	uint8_t sizes = ct->argument & 1 ? ct->identify->cqes : ct->identify->sqes;
	struct ct_cq *cq = ct_cq(ct, 1, 2);
	struct ct_sq *sq = ct_sq(ct, 1, 2, cq);
	struct ct_answer answer;

	CT_NEED(size < (sizes & 0xf) || size > sizes >> 4, "the size can be used");
	if (size) {
		field(ct, shift, 4, size);
		return;
	}
	CT_EXPECT(ct_enable_with(ct, ct->cc & ~(0xfu << shift)),
		  "expected CSTS.RDY with an entry size of 0, got CSTS.CFS");
	set_queues(ct);
	answer = ct_ask(ct, ct_create_cq(cq));
	if (shift == NVME_CC_IOSQES_SHIFT && !(answer.status & NVME_STATUS_MASK))
		answer = ct_ask(ct, ct_create_sq(sq));
	if (ct->registers.version >= NVME_VERSION(2, 1, 0))
		ct_refused(ct, "the queue of an entry size of 0", answer);
	works(ct);
}

static void css(struct ct *ct)
{
	CT_NEED(!offers_css(ct, ct->argument), "CAP.CSS has it");
	field(ct, NVME_CC_CSS_SHIFT, 3, ct->argument);
}

static void page_size_above(struct ct *ct)
{
	unsigned most = NVME_CAP_MPSMAX(ct->registers.cap);

	CT_NEED(most < 15, "CAP.MPSMAX is the highest that there is");
	field(ct, NVME_CC_MPS_SHIFT, 4, ct->argument ? 15 : most + 1);
}

static void arbitration(struct ct *ct)
{
	unsigned ams = ct->argument, has = NVME_CAP_AMS(ct->registers.cap);

	CT_NEED(!(ams == 1 && has & 1) && !(ams == 7 && has & 2), "CAP.AMS has it");
	field(ct, NVME_CC_AMS_SHIFT, 3, ams);
}

static void shutdown_at_once(struct ct *ct)
{
	field(ct, 14, 2, ct->argument);
}

static void everything(struct ct *ct)
{
	attempt(ct, 0x0ffffff0, 0x0fff0fff, ct->admin->bus, ct->admin->cq->bus);
}

static const struct {
	uint32_t sizes;	 /* AQA; 0: as it should be, ~0: 0 */
	uint64_t sq, cq; /* added to the bases; 1: 0 instead */
} queues[] = {
	{.sizes = NVME_ALL_ONES},
	{.sizes = 0x003f0000},
	{.sizes = 0x0000003f},
	{.sq = 8},
	{.cq = 8},
	{.sq = 0x800},
	{.cq = 0x800},
	{.sq = 1},
	{.cq = 1},
	{.sq = 1ull << 56},
	{.cq = 1ull << 56},
};

static uint64_t moved(uint64_t base, uint64_t by)
{
	return by == 1 ? 0 : base + by;
}

static void wrong_queues(struct ct *ct)
{
	uint32_t aqa = queues[ct->argument].sizes;

	if (!aqa)
		aqa = AQA_OF(ct->admin);
	if (aqa == NVME_ALL_ONES)
		aqa = 0;
	attempt(ct, ct->cc, aqa, moved(ct->admin->bus, queues[ct->argument].sq),
		moved(ct->admin->cq->bus, queues[ct->argument].cq));
}

/* Fields that may change while CC.EN is 0 only, or a doorbell before it is ready. */
static void changed(struct ct *ct)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_CC, (ct->cc ^ ct->argument) | NVME_CC_EN);
	ct_pause(ct, 100000);
	ct_disable(ct);
	ct_enable(ct);
	works(ct);
}

static void early_doorbells(struct ct *ct)
{
	for (unsigned id = 0; id < 3; id++) {
		ct_sq_doorbell(ct, id, ct->argument);
		ct_cq_doorbell(ct, id, ct->argument);
	}
	ct_enable_with(ct, ct->cc);
	ct_disable(ct);
	ct_enable(ct);
	works(ct);
}

#define CSS(title, value)                                                                 \
	CT_CASE("CC.CSS " title ": controller goes on", "Base 3.1.3.5", css, CT_DISABLED, \
		.argument = value)
#define QUEUES(title, section, row) \
	CT_CASE(title ": controller goes on", section, wrong_queues, CT_DISABLED, .argument = row)

static const struct ct_case cases[] = {
	CT_CASE("CSTS.RDY follows CC.EN", "Base 3.1.3.6", ready, CT_DISABLED),
	CT_CASE("CSTS.RDY stays 0 while CC.EN is 0", "Base 3.1.3.6", waits_for_enable, CT_DISABLED),
	CT_CASE("admin commands wait for their doorbell", "Base 3.3", waits_for_doorbell,
		CT_DISABLED),
	CT_CASE("CC.EN = 1 again changes nothing", "Base 3.1.3.5", same_again, CT_ADMIN),
	CT_CASE("ready with CC.IOSQES and IOCQES 0", "Base 3.5.1", without_entry_sizes,
		CT_DISABLED),
	CT_CASE("CC.IOSQES and IOCQES set later", "Base 3.5.1", entry_sizes_later, CT_DISABLED),
	CT_CASE("CC.IOSQES 0: ready, no I/O submission queue from 2.1 on", "Base 3.1.3.5",
		entry_size, CT_DISABLED, .argument = 0 << 1),
	CT_CASE("CC.IOCQES 0: ready, no I/O completion queue from 2.1 on", "Base 3.1.3.5",
		entry_size, CT_DISABLED, .argument = 0 << 1 | 1),
	CT_CASE("CC.IOSQES 15: controller goes on", "Base 3.1.3.5", entry_size, CT_DISABLED,
		.argument = 15 << 1),
	CT_CASE("CC.IOCQES 15: controller goes on", "Base 3.1.3.5", entry_size, CT_DISABLED,
		.argument = 15 << 1 | 1),
	CT_CASE("ready with weighted round robin", "Base 3.4.4.2", weighted, CT_DISABLED),
	CSS("001b, reserved", 1),
	CSS("011b, reserved", 3),
	CSS("101b, reserved", 5),
	CSS("110b that CAP.CSS does not have", 6),
	CSS("111b that CAP.CSS does not have", 7),
	CT_CASE("CC.MPS above CAP.MPSMAX: controller goes on", "Base 3.1.3.5", page_size_above,
		CT_DISABLED, .argument = 0),
	CT_CASE("CC.MPS 15 above CAP.MPSMAX: controller goes on", "Base 3.1.3.5", page_size_above,
		CT_DISABLED, .argument = 1),
	CT_CASE("CC.AMS 001b that CAP.AMS does not have: controller goes on", "Base 3.1.3.5",
		arbitration, CT_DISABLED, .argument = 1),
	CT_CASE("CC.AMS 010b, reserved: controller goes on", "Base 3.1.3.5", arbitration,
		CT_DISABLED, .argument = 2),
	CT_CASE("CC.AMS 111b that CAP.AMS does not have: controller goes on", "Base 3.1.3.5",
		arbitration, CT_DISABLED, .argument = 7),
	CT_CASE("CC.SHN 01b with CC.EN: controller goes on", "Base 3.6.1", shutdown_at_once,
		CT_DISABLED, .argument = 1),
	CT_CASE("CC.SHN 11b, reserved, with CC.EN: controller goes on", "Base 3.1.3.5",
		shutdown_at_once, CT_DISABLED, .argument = 3),
	CT_CASE("CC with all fields wrong: controller goes on", "Base 3.1.3.5", everything,
		CT_DISABLED),
	QUEUES("AQA of 0", "Base 3.1.3.8", 0),
	QUEUES("AQA.ASQS of 0", "Base 3.1.3.8", 1),
	QUEUES("AQA.ACQS of 0", "Base 3.1.3.8", 2),
	QUEUES("ASQ with bit 3", "Base 3.1.3.9", 3),
	QUEUES("ACQ with bit 3", "Base 3.1.3.10", 4),
	QUEUES("ASQ in the middle of a page", "Base 3.1.3.9", 5),
	QUEUES("ACQ in the middle of a page", "Base 3.1.3.10", 6),
	QUEUES("ASQ of 0", "Base 3.1.3.9", 7),
	QUEUES("ACQ of 0", "Base 3.1.3.10", 8),
	QUEUES("ASQ where there is no memory", "Base 3.1.3.9", 9),
	QUEUES("ACQ where there is no memory", "Base 3.1.3.10", 10),
	CT_CASE("CC.MPS changed while enabled: works behind a reset", "Base 3.1.3.5", changed,
		CT_ADMIN, .argument = 0xfu << NVME_CC_MPS_SHIFT),
	CT_CASE("CC.CSS changed while enabled: works behind a reset", "Base 3.1.3.5", changed,
		CT_ADMIN, .argument = 7u << NVME_CC_CSS_SHIFT),
	CT_CASE("CC.AMS changed while enabled: works behind a reset", "Base 3.1.3.5", changed,
		CT_ADMIN, .argument = 7u << NVME_CC_AMS_SHIFT),
	CT_CASE("entry sizes changed with I/O queues: works behind a reset", "Base 3.1.3.5",
		changed, CT_IO, .argument = ENTRY_SIZES),
	CT_CASE("doorbells while disabled do no harm", "PCIe 3.1.2", early_doorbells, CT_DISABLED,
		.argument = 1),
	CT_CASE("doorbells of FFFFFFFFh while disabled do no harm", "PCIe 3.1.2", early_doorbells,
		CT_DISABLED, .argument = NVME_ALL_ONES),
	{.name = NULL},
};
CONFORMANCE_GROUP("enable", cases);
