/* What the controller says about itself, and whether the driver keeps to it. */
#include "tests/guest/guest.h"

#include "drivers/nvme/spec/spec.h"
#include "lib/string.h"

static bool property(struct guest *guest, uint32_t offset, unsigned size, uint64_t *value)
{
	return guest_error(guest, "reading a property", 0,
			   nvme_property(guest->controller, offset, size, value));
}

static void capabilities(struct guest *guest)
{
	uint64_t cap, vs;

	if (!property(guest, NVME_REG_CAP, 8, &cap) || !property(guest, NVME_REG_VS, 4, &vs))
		return;
	EXPECT(NVME_CAP_MQES(cap) >= 1, "CAP.MQES: expected 1 or more, got %u",
	       (unsigned)NVME_CAP_MQES(cap));
	EXPECT(NVME_CAP_MPSMIN(cap) <= NVME_CAP_MPSMAX(cap),
	       "CAP.MPSMIN: expected %u (MPSMAX) at most, got %u", (unsigned)NVME_CAP_MPSMAX(cap),
	       (unsigned)NVME_CAP_MPSMIN(cap));
	EXPECT(NVME_CAP_CSS(cap) & NVME_CAP_CSS_NVM, "CAP.CSS: expected bit 0, got %#x",
	       (unsigned)NVME_CAP_CSS(cap));
	EXPECT(NVME_VS_MAJOR(vs) >= 1, "VS: expected 1.0 or later, got %u.%u",
	       (unsigned)NVME_VS_MAJOR(vs), (unsigned)NVME_VS_MINOR(vs));
	EXPECT(nvme_queue_entries(guest->controller) <= NVME_CAP_MQES(cap) + 1,
	       "entries of an I/O queue: expected %u at most, got %u",
	       (unsigned)NVME_CAP_MQES(cap) + 1, nvme_queue_entries(guest->controller));
}

static void state(struct guest *guest)
{
	uint64_t cc, csts, aqa, asq, acq;

	if (!property(guest, NVME_REG_CC, 4, &cc) || !property(guest, NVME_REG_CSTS, 4, &csts) ||
	    !property(guest, NVME_REG_AQA, 4, &aqa) || !property(guest, NVME_REG_ASQ, 8, &asq) ||
	    !property(guest, NVME_REG_ACQ, 8, &acq))
		return;
	EXPECT_EQUAL("CC.EN", 1, cc & NVME_CC_EN);
	EXPECT_EQUAL("CC.IOSQES", 6, NVME_CC_IOSQES(cc));
	EXPECT_EQUAL("CC.IOCQES", 4, NVME_CC_IOCQES(cc));
	EXPECT_EQUAL("CC.MPS", 0, NVME_CC_MPS(cc));
	EXPECT_EQUAL("CSTS (RDY and nothing else)", NVME_CSTS_RDY, csts);
	EXPECT(NVME_AQA_ASQS(aqa) >= 1 && NVME_AQA_ACQS(aqa) >= 1,
	       "AQA: expected queues of 2 entries or more, got %#llx", (unsigned long long)aqa);
	EXPECT(asq && !(asq & 4095), "ASQ: expected page alignment, got %#llx",
	       (unsigned long long)asq);
	EXPECT(acq && !(acq & 4095), "ACQ: expected page alignment, got %#llx",
	       (unsigned long long)acq);
}

static void identify_controller(struct guest *guest)
{
	struct nvme_identify_controller *id = guest_buffer(guest, 4096);
	uint64_t vs;

	if (!id || !property(guest, NVME_REG_VS, 4, &vs))
		return;
	EXPECT_ERROR("Identify Controller", 0,
		     nvme_identify_command(guest->controller, NVME_CNS_CONTROLLER, 0, id, NULL));
	EXPECT_EQUAL("SQES, required", 6, id->sqes & 15);
	EXPECT_EQUAL("CQES, required", 4, id->cqes & 15);
	EXPECT_EQUAL("VER as VS", vs, id->ver);
	if (guest->namespace)
		EXPECT(id->nn >= guest->namespace->nsid, "NN: expected %u or more, got %u",
		       guest->namespace->nsid, id->nn);
	for (unsigned i = 0; i < sizeof(id->sn); i++)
		EXPECT(id->sn[i] >= 0x20 && id->sn[i] < 0x7f, "SN: expected ASCII, got %02x",
		       (uint8_t)id->sn[i]);
	for (unsigned i = 0; i < sizeof(id->mn); i++)
		EXPECT(id->mn[i] >= 0x20 && id->mn[i] < 0x7f, "MN: expected ASCII, got %02x",
		       (uint8_t)id->mn[i]);
	EXPECT(memcmp(id->mn, nvme_identify(guest->controller)->mn, sizeof(id->mn)) == 0,
	       "MN: expected what the driver read, got %.40s", id->mn);
	if (id->mdts)
		EXPECT(nvme_transfer_max(guest->controller) <= 4096u << id->mdts,
		       "bytes of a command: expected %u (MDTS) at most, got %u", 4096u << id->mdts,
		       nvme_transfer_max(guest->controller));
}

static void identify_namespace(struct guest *guest)
{
	struct nvme_identify_namespace *id = guest_buffer(guest, 4096);
	const struct nvme_lba_format *format;

	if (!id)
		return;
	EXPECT_ERROR("Identify Namespace", 0,
		     nvme_identify_command(guest->controller, NVME_CNS_NAMESPACE,
					   guest->namespace->nsid, id, NULL));
	format = &id->lbaf[NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id))];
	EXPECT_EQUAL("NSZE", guest->device->block_count, id->nsze);
	EXPECT_EQUAL("block size", guest->device->block_size, 1u << format->data_size_shift);
	EXPECT_EQUAL("metadata", guest->namespace->metadata.size, format->metadata_size);
	EXPECT(id->ncap <= id->nsze, "NCAP: expected %llu (NSZE) at most, got %llu",
	       (unsigned long long)id->nsze, (unsigned long long)id->ncap);
	EXPECT(id->nuse <= id->ncap, "NUSE: expected %llu (NCAP) at most, got %llu",
	       (unsigned long long)id->ncap, (unsigned long long)id->nuse);
}

static void active_list(struct guest *guest)
{
	uint32_t *ids = guest_buffer(guest, 4096);
	unsigned count = 0;
	bool found = !guest->namespace;

	if (!ids)
		return;
	EXPECT_ERROR(
		"Identify, active namespaces", 0,
		nvme_identify_command(guest->controller, NVME_CNS_ACTIVE_NAMESPACES, 0, ids, NULL));
	while (count < NVME_NAMESPACE_LIST_ENTRIES && ids[count]) {
		EXPECT(!count || ids[count] > ids[count - 1],
		       "active namespaces: expected ascending order, got %u after %u", ids[count],
		       ids[count - 1]);
		if (guest->namespace && ids[count] == guest->namespace->nsid)
			found = true;
		count++;
	}
	EXPECT(found, "active namespaces: expected %u among them, got %u others",
	       guest->namespace->nsid, count);
}

static void inactive_namespace(struct guest *guest)
{
	struct nvme_identify_namespace *id = guest_buffer(guest, 4096);
	uint32_t nn = nvme_identify(guest->controller)->nn;
	struct nvme_reply reply = {0};
	int error;

	if (!id)
		return;
	error = nvme_identify_command(guest->controller, NVME_CNS_NAMESPACE, nn + 1, id, &reply);
	EXPECT_STATUS("Identify of NSID NN + 1", NVME_SC_INVALID_NAMESPACE, error, &reply);
}

static void smart_log(struct guest *guest)
{
	struct nvme_smart_log *log = guest_buffer(guest, 4096);
	unsigned kelvin;

	if (!log)
		return;
	EXPECT_ERROR("Get Log Page, SMART", 0,
		     nvme_log_page(guest->controller,
				   &(struct nvme_log_request){.lid = NVME_LOG_SMART,
							      .nsid = NVME_NSID_ALL},
				   log, sizeof(*log), NULL));
	kelvin = log->temperature[0] | log->temperature[1] << 8;
	EXPECT(kelvin >= 233 && kelvin <= 423, "temperature: expected 233 to 423 K, got %u K",
	       kelvin);
	EXPECT(log->available_spare <= 100, "available spare: expected 100 at most, got %u",
	       log->available_spare);
}

static const struct guest_case cases[] = {
	{"capabilities", capabilities, GUEST_CONTROLLER},
	{"enabled and ready", state, GUEST_CONTROLLER},
	{"Identify Controller", identify_controller, GUEST_CONTROLLER},
	{"Identify Namespace", identify_namespace, GUEST_NAMESPACE},
	{"active namespaces", active_list, GUEST_CONTROLLER},
	{"Identify of a namespace beyond NN", inactive_namespace, GUEST_CONTROLLER},
	{"SMART log", smart_log, GUEST_CONTROLLER},
	{NULL, NULL, 0},
};

GUEST_GROUP(controller, cases);
