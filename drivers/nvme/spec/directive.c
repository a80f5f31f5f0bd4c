/* The tables of directives. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

#define NAMED(member, text) FIELD_AS(struct nvme_streams_parameters, member, "\t" text, DECIMAL)

static const struct nvme_row streams_parameters[] = {
	NAMED(msl, "Max Streams Limit                          (MSL)"),
	NAMED(nssa, "NVM Subsystem Streams Available           (NSSA)"),
	NAMED(nsso, "NVM Subsystem Streams Open                (NSSO)"),
	NAMED(nssc, "NVM Subsystem Stream Capability           (NSSC)"),
	RESERVED(struct nvme_streams_parameters, reserved7),
	NAMED(sws, "Stream Write Size (in unit of LB size)     (SWS)"),
	NAMED(sgs, "Stream Granularity Size (in unit of SWS)   (SGS)"),
	NAMED(nsa, "Namespace Streams Allocated                (NSA)"),
	NAMED(nso, "Namespace Streams Open                     (NSO)"),
	RESERVED(struct nvme_streams_parameters, reserved26),
};
const struct nvme_structure nvme_streams_parameters_table =
	STRUCTURE(struct nvme_streams_parameters, streams_parameters, 0);
