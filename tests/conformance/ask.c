/* What cases ask a controller for before they begin. */
#include "tests/conformance/conformance.h"

#include "lib/format.h"

void *ct_identify_page(struct ct *ct, unsigned cns, uint32_t nsid)
{
	void *page = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	char what[40];

	snprintf(what, sizeof(what), "Identify CNS %02xh, NSID %xh", cns & 0xff, nsid);
	ct_success(ct, what, ct_ask(ct, ct_identify(ct, cns, nsid, page)));
	return page;
}

void *ct_log(struct ct *ct, unsigned lid, size_t size)
{
	void *log = ct_buffer(ct, size);
	char what[40];

	snprintf(what, sizeof(what), "Get Log Page %02xh", lid & 0xff);
	ct_success(ct, what, ct_ask(ct, ct_get_log(ct, lid, NVME_NSID_ALL, log, size)));
	return log;
}

const struct nvme_commands_log *ct_effects(struct ct *ct)
{
	CT_NEED(ct->identify->lpa & NVME_LPA_EFFECTS, "LPA has no Commands Supported and Effects");
	return ct_log(ct, NVME_LOG_COMMANDS, sizeof(struct nvme_commands_log));
}

uint32_t ct_invalid_nsid(struct ct *ct)
{
	CT_NEED(ct->identify->nn < NVME_NSID_ALL - 1, "every NSID is valid");
	return ct->identify->nn + 1;
}

static bool is_active(const uint32_t *list, uint32_t nsid)
{
	for (unsigned i = 0; i < NVME_NAMESPACE_LIST_ENTRIES && list[i]; i++)
		if (list[i] == nsid)
			return true;
	return false;
}

uint32_t ct_inactive_nsid(struct ct *ct)
{
	const uint32_t *list = ct_identify_page(ct, NVME_CNS_ACTIVE_NAMESPACES, 0);
	uint32_t nsid = 1;

	while (is_active(list, nsid))
		nsid++;
	CT_NEED(nsid <= ct->identify->nn, "all namespaces up to NN are active");
	return nsid;
}
