/* The tables of zoned namespaces: ZNS, section 4.1. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

#define ID struct nvme_identify_namespace_zns

/* How many of its formats there are, Identify Namespace knows: they are walked by who shows them.
 */
static const struct nvme_row identify_namespace_zns[] = {
	FIELD(ID, zoc, DECIMAL),
	FIELD(ID, ozcs, DECIMAL),
	FIELD(ID, mar, HEX),
	FIELD(ID, mor, HEX),
	FIELD(ID, rrl, DECIMAL),
	FIELD(ID, frl, DECIMAL),
	FIELD(ID, rrl1, DECIMAL),
	FIELD(ID, rrl2, DECIMAL),
	FIELD(ID, rrl3, DECIMAL),
	FIELD(ID, frl1, DECIMAL),
	FIELD(ID, frl2, DECIMAL),
	FIELD(ID, frl3, DECIMAL),
	FIELD(ID, numzrwa, DECIMAL),
	FIELD(ID, zrwafg, DECIMAL),
	FIELD(ID, zrwasz, DECIMAL),
	FIELD(ID, zrwacap, DECIMAL),
	RESERVED(ID, reserved53),
	RESERVED(ID, lbafe),
	VENDOR(ID, vs),
};
const struct nvme_structure nvme_identify_namespace_zns_table =
	STRUCTURE(struct nvme_identify_namespace_zns, identify_namespace_zns, 8);

static const struct nvme_row identify_controller_zns[] = {
	FIELD(struct nvme_identify_controller_zns, zasl, DECIMAL),
	RESERVED(struct nvme_identify_controller_zns, reserved1),
};
const struct nvme_structure nvme_identify_controller_zns_table =
	STRUCTURE(struct nvme_identify_controller_zns, identify_controller_zns, 8);
