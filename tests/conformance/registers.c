/* Registers: what they hold, and what they do not let anybody change. */
#include "tests/conformance/conformance.h"

static void works(struct ct *ct)
{
	uint8_t *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);

	ct_success(ct, "Identify Controller behind it",
		   ct_ask(ct, ct_identify(ct, NVME_CNS_CONTROLLER, 0, page)));
}

static uint64_t cap(struct ct *ct)
{
	return nvme_get64(&ct->registers, NVME_REG_CAP);
}

/* ---- CAP and VS ---- */

static void mqes(struct ct *ct)
{
	CT_EXPECT(NVME_CAP_MQES(cap(ct)) >= 1, "expected CAP.MQES of at least 1h, got 0h");
}

static void page_sizes(struct ct *ct)
{
	uint64_t value = cap(ct);

	CT_EXPECT(NVME_CAP_MPSMIN(value) <= NVME_CAP_MPSMAX(value),
		  "expected CAP.MPSMIN of at most MPSMAX %u, got %u", NVME_CAP_MPSMAX(value),
		  NVME_CAP_MPSMIN(value));
}

static void command_sets(struct ct *ct)
{
	unsigned css = NVME_CAP_CSS(cap(ct));

	CT_EXPECT(css & (NVME_CAP_CSS_NVM | NVME_CAP_CSS_IOCS | NVME_CAP_CSS_ADMIN),
		  "expected a command set in CAP.CSS, got %02xh", css);
}

/* What is reserved up to here may have a meaning in a later version. */
static void need_known_version(struct ct *ct)
{
	CT_NEED(ct->registers.version <= NVME_VERSION(2, 3, 0), "VS is after 2.3");
}

/* Bits 23:19, 42:38 and 63:62 */
static void reserved_bits(struct ct *ct)
{
	need_known_version(ct);
	ct_equal(ct, "reserved bits of CAP", 0, cap(ct) & 0xc00007c000f80000ull);
}

static void version(struct ct *ct)
{
	uint32_t vs = nvme_get32(&ct->registers, NVME_REG_VS);
	unsigned major = NVME_VS_MAJOR(vs), minor = NVME_VS_MINOR(vs);

	CT_EXPECT((major == 1 && minor <= 4) || (major >= 2 && major < 0x100),
		  "expected a version that there is in VS, got %08xh", vs);
}

/* A property of 8 bytes, whole and in halves */
static void halves(struct ct *ct)
{
	unsigned offset = ct->argument;
	uint64_t whole = ct_read(ct, offset, 8);

	ct_equal(ct, "the halves in one access", nvme_get64(&ct->registers, offset), whole);
}

/* ---- Read only ---- */

/* Writes all ones and zeroes to a read-only register; what is cleared by ones is written as 0. */
static void read_only(struct ct *ct)
{
	unsigned offset = ct->argument;
	uint32_t before = nvme_get32(&ct->registers, offset);

	ct->dirty = true;
	nvme_set32(&ct->registers, offset, ~before);
	ct_equal(ct, "the register to stay", before, nvme_get32(&ct->registers, offset));
	nvme_set32(&ct->registers, offset, 0);
	ct_equal(ct, "the register to stay", before, nvme_get32(&ct->registers, offset));
}

/* Dwords from one offset up to another */
#define RANGE(first, end) ((first) | (end) << 16)

static void reserved(struct ct *ct)
{
	need_known_version(ct);
	for (unsigned at = ct->argument & 0xffff; at < ct->argument >> 16; at += 4) {
		uint32_t value = nvme_get32(&ct->registers, at);

		CT_EXPECT(!value, "expected 0h of reserved offset %xh, got %xh", at, value);
	}
}

/* Those of what CAP does not have: bit, and dwords from one offset up to another. CMBLOC and CMBSZ
 * came before CAP.CMBS, which is of 1.4. */
static const struct {
	uint8_t bit;
	uint16_t first, end;
	uint32_t version;
} optional[] = {
	{57, NVME_REG_CMBLOC, NVME_REG_BPINFO, NVME_VERSION(1, 4, 0)},
	{57, NVME_REG_CMBMSC, NVME_REG_NSSD, NVME_VERSION(1, 4, 0)},
	{45, NVME_REG_BPINFO, NVME_REG_CMBMSC, 0},
	{56, NVME_REG_PMRCAP, NVME_REG_PMRMSCU + 4, 0},
	{58, NVME_REG_NSSD, NVME_REG_CRTO, 0},
};

static void absent(struct ct *ct)
{
	unsigned row = ct->argument;

	CT_NEED(!(ct->registers.cap >> optional[row].bit & 1), "CAP has it");
	CT_NEED(ct->registers.version >= optional[row].version, "VS is older");
	for (unsigned at = optional[row].first; at < optional[row].end; at += 4) {
		uint32_t value = nvme_get32(&ct->registers, at);

		CT_EXPECT(!value, "expected 0h of offset %xh, which CAP does not have, got %xh", at,
			  value);
	}
}

/* ---- What is written ---- */

/* While the controller is disabled. By the width of the writes. */
#define BASE(offset, width) ((offset) | (width) << 8)

static void queue_base(struct ct *ct)
{
	static const uint64_t values[] = {0x123456789000, 0xfedcba9876543000, 0x1000,
					  0x8000000000000000, 0};
	unsigned offset = ct->argument & 0xff;

	ct->dirty = true;
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		if (ct->argument >> 8 == 8)
			ct_write(ct, offset, 8, values[i]);
		else
			nvme_set64(&ct->registers, offset, values[i]);
		ct_equal(ct, "the queue base that was written", values[i],
			 nvme_get64(&ct->registers, offset));
		ct_equal(ct, "the queue base that was written", values[i], ct_read(ct, offset, 8));
	}
}

static void one_half(struct ct *ct)
{
	unsigned offset = ct->argument;

	ct->dirty = true;
	nvme_set64(&ct->registers, offset, 0x1111111122222000);
	nvme_set32(&ct->registers, offset, 0x33333000);
	ct_equal(ct, "the upper half to stay", 0x1111111133333000,
		 nvme_get64(&ct->registers, offset));
	nvme_set32(&ct->registers, offset + 4, 0x44444444);
	ct_equal(ct, "the lower half to stay", 0x4444444433333000,
		 nvme_get64(&ct->registers, offset));
}

static void low_bits(struct ct *ct)
{
	unsigned offset = ct->argument;

	ct->dirty = true;
	nvme_set64(&ct->registers, offset, 0x1234567fff);
	ct_equal(ct, "bits 11:00, which are reserved,", 0,
		 nvme_get32(&ct->registers, offset) & 0xfff);
}

static void queue_sizes(struct ct *ct)
{
	static const uint32_t values[] = {0x00010001, 0x0fff0001, 0x00010fff, 0x0aaa0555,
					  0x0fff0fff};

	ct->dirty = true;
	for (unsigned i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		nvme_set32(&ct->registers, NVME_REG_AQA, values[i]);
		ct_equal(ct, "AQA as written", values[i],
			 nvme_get32(&ct->registers, NVME_REG_AQA) & 0x0fff0fff);
	}
}

static void queue_sizes_reserved(struct ct *ct)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_AQA, 0xf03ff03f);
	ct_equal(ct, "AQA without its reserved bits", 0x003f003f,
		 nvme_get32(&ct->registers, NVME_REG_AQA));
}

static void configuration(struct ct *ct)
{
	ct_equal(ct, "CC as written", ct->cc | NVME_CC_EN, nvme_get32(&ct->registers, NVME_REG_CC));
}

/* ---- Interrupt masks ---- */

/* No access while MSI-X is enabled. The suite has it off, wherever it can see that it is on. */
static void set_mask(struct ct *ct, unsigned offset, uint32_t value, uint32_t expected)
{
	nvme_set32(&ct->registers, offset, value);
	ct_equal(ct, "the mask by INTMS", expected, nvme_get32(&ct->registers, NVME_REG_INTMS) & 1);
	ct_equal(ct, "the mask by INTMC", expected, nvme_get32(&ct->registers, NVME_REG_INTMC) & 1);
}

static void masks(struct ct *ct)
{
	ct->dirty = true;
	set_mask(ct, NVME_REG_INTMS, 0, 0);
	set_mask(ct, NVME_REG_INTMS, 1, 1);
	set_mask(ct, NVME_REG_INTMS, 0, 1);
	set_mask(ct, NVME_REG_INTMC, 0, 1);
	set_mask(ct, NVME_REG_INTMC, 1, 0);
	set_mask(ct, NVME_REG_INTMC, 1, 0);
}

static void masked(struct ct *ct)
{
	ct->dirty = true;
	set_mask(ct, NVME_REG_INTMS, NVME_ALL_ONES, 1);
	works(ct);
	set_mask(ct, NVME_REG_INTMC, NVME_ALL_ONES, 0);
	works(ct);
}

/* ---- NSSR ---- */

static void subsystem_reset_value(struct ct *ct)
{
	ct->dirty = true;
	nvme_set32(&ct->registers, NVME_REG_NSSR, ct->argument);
	ct_equal(ct, "NSSR", 0, nvme_get32(&ct->registers, NVME_REG_NSSR));
	ct_equal(ct, "CSTS with RDY alone", NVME_CSTS_RDY, ct_csts(ct) & ~NVME_CSTS_NSSRO);
	works(ct);
}

/* ---- Accesses of which nobody says what they do: the controller survives ---- */

static void reset_helps(struct ct *ct)
{
	ct_disable(ct);
	ct_equal(ct, "CAP behind it", ct->registers.cap, cap(ct));
	ct_enable(ct);
	works(ct);
}

static void narrow_reads(struct ct *ct)
{
	ct->dirty = true;
	for (unsigned width = 1; width <= 2; width++)
		for (unsigned at = 0; at < NVME_REG_CRTO; at += width)
			ct_read(ct, at, width);
	reset_helps(ct);
}

static void wide_reads(struct ct *ct)
{
	ct->dirty = true;
	for (unsigned at = 0; at + 8 <= NVME_REG_DOORBELLS; at += 8)
		ct_read(ct, at, 8);
	reset_helps(ct);
}

static void narrow_writes(struct ct *ct)
{
	ct->dirty = true;
	for (unsigned width = 1; width <= 2; width++)
		for (unsigned at = NVME_REG_AQA; at < NVME_REG_CMBLOC; at += width)
			ct_write(ct, at, width, 0x5555);
	reset_helps(ct);
}

static void doorbell_reads(struct ct *ct)
{
	ct->dirty = true;
	for (unsigned at = 0; at < 64; at += 4)
		ct_read(ct, NVME_REG_DOORBELLS + at, 4);
	works(ct);
}

#define READ_ONLY(title, section, offset) \
	CT_CASE(title " is read only", section, read_only, CT_ADMIN, .argument = offset)

static const struct ct_case cases[] = {
	CT_CASE("CAP.MQES is at least 1", "Base 3.1.3.1", mqes, CT_DISABLED),
	CT_CASE("CAP.MPSMIN is at most MPSMAX", "Base 3.1.3.1", page_sizes, CT_DISABLED),
	CT_CASE("CAP.CSS names a command set", "Base 3.1.3.1", command_sets, CT_DISABLED),
	CT_CASE("reserved bits of CAP are 0", "Base 3.1.3.1", reserved_bits, CT_DISABLED),
	CT_CASE("VS is a version that there is", "Base 3.1.3.2", version, CT_DISABLED),
	CT_CASE("CAP is the same by 4 and by 8 bytes", "PCIe 3.1.2", halves, CT_DISABLED,
		.argument = NVME_REG_CAP),
	CT_CASE("ASQ is the same by 4 and by 8 bytes", "PCIe 3.1.2", halves, CT_ADMIN,
		.argument = NVME_REG_ASQ),
	CT_CASE("ACQ is the same by 4 and by 8 bytes", "PCIe 3.1.2", halves, CT_ADMIN,
		.argument = NVME_REG_ACQ),
	READ_ONLY("CAP", "Base 3.1.3.1", NVME_REG_CAP),
	READ_ONLY("CAP's upper half", "Base 3.1.3.1", NVME_REG_CAP + 4),
	READ_ONLY("VS", "Base 3.1.3.2", NVME_REG_VS),
	READ_ONLY("reserved offset 18h", "PCIe 3.1.2", 0x18),
	READ_ONLY("CSTS, NSSRO aside,", "Base 3.1.3.6", NVME_REG_CSTS),
	READ_ONLY("CMBLOC", "Base 3.1.3.11", NVME_REG_CMBLOC),
	READ_ONLY("CMBSZ", "Base 3.1.3.12", NVME_REG_CMBSZ),
	READ_ONLY("BPINFO", "Base 3.1.3.13", NVME_REG_BPINFO),
	READ_ONLY("CMBSTS", "Base 3.1.3.17", NVME_REG_CMBSTS),
	READ_ONLY("CMBEBS", "Base 3.1.3.18", NVME_REG_CMBEBS),
	READ_ONLY("CMBSWTP", "Base 3.1.3.19", NVME_REG_CMBSWTP),
	READ_ONLY("CRTO", "Base 3.1.3.21", NVME_REG_CRTO),
	READ_ONLY("PMRCAP", "Base 3.1.3.22", NVME_REG_PMRCAP),
	READ_ONLY("PMRSTS", "Base 3.1.3.24", NVME_REG_PMRSTS),
	READ_ONLY("PMREBS", "Base 3.1.3.25", NVME_REG_PMREBS),
	READ_ONLY("PMRSWTP", "Base 3.1.3.26", NVME_REG_PMRSWTP),
	CT_CASE("reserved offset 18h reads 0", "PCIe 3.1.2", reserved, CT_ADMIN,
		.argument = RANGE(0x18, 0x1c)),
	CT_CASE("reserved offsets 6Ch to DFFh read 0", "PCIe 3.1.2", reserved, CT_ADMIN,
		.argument = RANGE(0x6c, 0xe00)),
	CT_CASE("reserved offsets E1Ch to FFFh read 0", "PCIe 3.1.2", reserved, CT_ADMIN,
		.argument = RANGE(0xe1c, 0x1000)),
	CT_CASE("CMBLOC and CMBSZ are 0 without CAP.CMBS", "Base 3.1.3.11", absent, CT_ADMIN,
		.argument = 0),
	CT_CASE("CMBMSC, CMBSTS, CMBEBS, CMBSWTP are 0 without CAP.CMBS", "Base 3.1.3.16", absent,
		CT_ADMIN, .argument = 1),
	CT_CASE("BPINFO, BPRSEL and BPMBL are 0 without CAP.BPS", "Base 3.1.3.13", absent, CT_ADMIN,
		.argument = 2),
	CT_CASE("PMR properties are 0 without CAP.PMRS", "Base 3.1.3.22", absent, CT_ADMIN,
		.argument = 3),
	CT_CASE("NSSD reads 0 without CAP.NSSS", "Base 3.1.3.20", absent, CT_ADMIN, .argument = 4),
	CT_CASE("ASQ keeps what is written by 4 bytes", "Base 3.1.3.9", queue_base, CT_DISABLED,
		.argument = BASE(NVME_REG_ASQ, 4)),
	CT_CASE("ASQ keeps what is written by 8 bytes", "Base 3.1.3.9", queue_base, CT_DISABLED,
		.argument = BASE(NVME_REG_ASQ, 8)),
	CT_CASE("ACQ keeps what is written by 4 bytes", "Base 3.1.3.10", queue_base, CT_DISABLED,
		.argument = BASE(NVME_REG_ACQ, 4)),
	CT_CASE("ACQ keeps what is written by 8 bytes", "Base 3.1.3.10", queue_base, CT_DISABLED,
		.argument = BASE(NVME_REG_ACQ, 8)),
	CT_CASE("each half of ASQ is written alone", "Base 3.1.3.9", one_half, CT_DISABLED,
		.argument = NVME_REG_ASQ),
	CT_CASE("each half of ACQ is written alone", "Base 3.1.3.10", one_half, CT_DISABLED,
		.argument = NVME_REG_ACQ),
	CT_CASE("bits 11:00 of ASQ read 0", "PCIe 3.1.2", low_bits, CT_DISABLED,
		.argument = NVME_REG_ASQ),
	CT_CASE("bits 11:00 of ACQ read 0", "PCIe 3.1.2", low_bits, CT_DISABLED,
		.argument = NVME_REG_ACQ),
	CT_CASE("AQA keeps the sizes that are written", "Base 3.1.3.8", queue_sizes, CT_DISABLED),
	CT_CASE("reserved bits of AQA read 0", "PCIe 3.1.2", queue_sizes_reserved, CT_DISABLED),
	CT_CASE("CC reads what was written", "Base 3.1.3.5", configuration, CT_ADMIN),
	CT_CASE("INTMS sets the mask, INTMC clears it, both read it", "Base 3.1.3.3", masks,
		CT_ADMIN),
	CT_CASE("commands complete with every vector masked", "Base 3.1.3.3", masked, CT_ADMIN),
	CT_CASE("NSSR reads 0, and 0 resets nothing", "Base 3.1.3.7", subsystem_reset_value,
		CT_ADMIN, .argument = 0),
	CT_CASE("NSSR with another value resets nothing", "Base 3.1.3.7", subsystem_reset_value,
		CT_ADMIN, .argument = NVME_NSSR_RESET - 1),
	CT_CASE("NSSR with \"NVMe\" backwards resets nothing", "Base 3.1.3.7",
		subsystem_reset_value, CT_ADMIN, .argument = 0x654d564e),
	CT_CASE("reads of 1 and 2 bytes do no harm beyond a reset", "PCIe 3.1.2", narrow_reads,
		CT_ADMIN),
	CT_CASE("reads of 8 bytes of two properties: no harm beyond a reset", "PCIe 3.1.2",
		wide_reads, CT_ADMIN),
	CT_CASE("writes of 1 and 2 bytes do no harm beyond a reset", "PCIe 3.1.2", narrow_writes,
		CT_ADMIN),
	CT_CASE("reads of doorbells change nothing", "PCIe 3.1.2", doorbell_reads, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("registers", cases);
