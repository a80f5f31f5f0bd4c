/* How large commands are and where they begin, as controllers and namespaces wish it. */
#include "drivers/nvme/limits.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/metadata.h"
#include "drivers/nvme/spec/names.h"
#include "lib/string.h"

/* Those who know I/O command sets have the structure. */
static bool says_limits(const struct nvme_controller *controller)
{
	return controller->registers.version >= NVME_VERSION(2, 0, 0) ||
	       NVME_CC_CSS(controller->registers.cc) == NVME_CC_CSS_IOCS;
}

int nvme_limits_setup(struct nvme_controller *controller)
{
	struct nvme_identify_controller_nvm *data = (void *)controller->namespaces.identify;
	struct nvme_reply reply;
	int error;

	controller->limits = (struct nvme_limits){0};
	if (!says_limits(controller))
		return 0;
	error = nvme_admin_identify(controller, NVME_CNS_IOCS_CONTROLLER, 0, data, &reply);
	if (error)
		return nvme_answered(&reply) ? 0 : error;
	controller->limits = (struct nvme_limits){
		.verify_shift = data->vsl,
		.write_zeroes_shift = data->wzsl,
		.ranges = data->dmrl,
		.range_blocks = data->dmrsl,
		.blocks = data->dmsl,
	};
	return 0;
}

/* Blocks of a command that has NLB, within a limit of 4 KiB << shift (CAP.MPSMIN) with interleaved
 * metadata; 0: none is said. Then it is that of reads: many commands are in flight at a time, and a
 * controller that does each block by itself would not get through as much as NLB can say before
 * their deadlines. */
static uint32_t command_blocks(unsigned shift, const struct nvme_namespace *ns)
{
	uint64_t blocks;

	if (!shift)
		return ns->blocks_max;
	if (shift >= 32)
		return NVME_RW_BLOCKS_MAX;
	blocks = ((uint64_t)NVME_PAGE_SIZE << shift) / nvme_block_bytes(ns);
	if (!blocks) /* less than a block, which is the least there is */
		return 1;
	return blocks < NVME_RW_BLOCKS_MAX ? (uint32_t)blocks : NVME_RW_BLOCKS_MAX;
}

/* A limit says that the command is there, without its bit in ONCS as well; with it, it is how much
 * the controller would rather have at once: of a discard it may leave undone what is beyond. So the
 * driver keeps to both. NVM, section 4.1.5.4 */
static bool has_command(const struct nvme_controller *controller, unsigned oncs, bool limited)
{
	return limited || controller->identify->oncs & oncs;
}

static struct nvme_range_limits describe_ranges(const struct nvme_controller *controller,
						const struct nvme_identify_namespace *data,
						const struct nvme_namespace *ns)
{
	const struct nvme_limits *limits = &controller->limits;
	struct nvme_range_limits ranges = {0};

	if (has_command(controller, NVME_ONCS_DSM,
			limits->ranges && limits->range_blocks && limits->blocks)) {
		ranges.discard_ranges = limits->ranges ? limits->ranges : NVME_DSM_RANGES_MAX;
		ranges.discard_range = limits->range_blocks ? limits->range_blocks : UINT32_MAX;
		ranges.discard_blocks = limits->blocks ? limits->blocks : UINT64_MAX;
	}
	/* With protection information it is the driver that makes it, of zeroes as well. */
	if (has_command(controller, NVME_ONCS_WRITE_ZEROES, limits->write_zeroes_shift) &&
	    !ns->metadata.type)
		ranges.write_zeroes = command_blocks(limits->write_zeroes_shift, ns);
	if (has_command(controller, NVME_ONCS_VERIFY, limits->verify_shift))
		ranges.verify = command_blocks(limits->verify_shift, ns);
	/* Deallocated blocks have to be read as zeroes, too. */
	ranges.deallocates = (data->dlfeat & NVME_DLFEAT_DEAC) &&
			     NVME_DLFEAT_READS(data->dlfeat) == NVME_DLFEAT_ZEROES;
	return ranges;
}

/* So many blocks in bytes, as far as a device tells it. */
static uint32_t bytes_of(uint32_t blocks, unsigned block_shift)
{
	uint64_t bytes = (uint64_t)blocks << block_shift;

	return bytes < UINT32_MAX ? (uint32_t)bytes : UINT32_MAX >> block_shift << block_shift;
}

/* Bytes of one range. */
static uint64_t discard_max(const struct nvme_range_limits *ranges, unsigned block_shift)
{
	uint64_t blocks = ranges->discard_range;

	if (blocks > ranges->discard_blocks)
		blocks = ranges->discard_blocks;
	return blocks << block_shift;
}

void nvme_limits_describe(const struct nvme_controller *controller,
			  const struct nvme_identify_namespace *data, struct nvme_namespace *ns)
{
	struct block_limits *limits = &ns->block.limits;
	unsigned shift = ns->block_shift;
	/* Written whole even where power fails: NVM, section 2.1.4.2 */
	uint32_t atomic = data->nsfeat & NVME_NSFEAT_ATOMIC && data->nawupf
				  ? data->nawupf
				  : controller->identify->awupf;

	ns->ranges = describe_ranges(controller, data, ns);
	ns->volatile_cache = controller->identify->vwc & NVME_VWC_PRESENT;
	ns->boundary = data->noiob;
	*limits = (struct block_limits){
		.io_min = 1u << shift,
		.boundary = bytes_of(ns->boundary, shift),
		.discard_granularity = 1u << shift,
		.discard_max = discard_max(&ns->ranges, shift),
		.write_zeroes_max = (uint64_t)ns->ranges.write_zeroes << shift,
		.verify_max = (uint64_t)ns->ranges.verify << shift,
		.fua = true, /* Without a volatile cache every write is. */
		.fua_ignored =
			ns->volatile_cache && controller->options.quirks & NVME_QUIRK_FUA_IGNORED,
	};
	/* Preferred units: NVM, section 5.8.2, all 0's based */
	if (data->nsfeat & NVME_NSFEAT_OPTPERF) {
		limits->io_min = bytes_of(data->npwg + 1u, shift);
		limits->io_optimal = bytes_of(data->nows + 1u, shift);
		limits->discard_granularity = bytes_of(data->npdg + 1u, shift);
	}
	/* Copy has limits at all times: NVM, section 4.1.5.1 */
	if (controller->identify->oncs & NVME_ONCS_COPY) {
		limits->copy_range_max = (uint64_t)data->mssrl << shift;
		limits->copy_max = (uint64_t)data->mcl << shift;
		limits->copy_ranges_max = data->msrc + 1u;
	}
	/* With an offset (NABO) only the block itself is surely whole. */
	limits->physical_size = bytes_of(data->nabo ? 1 : atomic + 1, shift);
	if (limits->physical_size > limits->io_min)
		limits->physical_size = limits->io_min;
}

/* MAR, MOR */
static uint32_t resources(uint32_t zeros_based)
{
	return zeros_based == NVME_ZONES_UNLIMITED ? 0 : zeros_based + 1;
}

/* 0, or a negative errno: the controller does not answer. Where it refuses Zone Append has the
 * limit of all others. */
static int describe_append(struct nvme_controller *controller, struct nvme_namespace *ns)
{
	struct nvme_identify_controller_zns *data = (void *)controller->namespaces.identify;
	struct nvme_reply reply;
	int error = nvme_admin_identify_set(controller, NVME_CNS_IOCS_CONTROLLER, NVME_CSI_ZONED, 0,
					    data, &reply);

	if (error && !nvme_answered(&reply))
		return error;
	ns->block.zones.append_max = controller->setup.transfer_max;
	if (!error && data->zasl && data->zasl < 20)
		ns->block.zones.append_max = NVME_PAGE_SIZE << data->zasl;
	return 0;
}

int nvme_limits_zones(struct nvme_controller *controller, struct nvme_namespace *ns)
{
	struct nvme_identify_namespace_zns *data = (void *)controller->namespaces.identify;
	struct nvme_reply reply;
	uint64_t size;
	int error = nvme_admin_identify_set(controller, NVME_CNS_IOCS_NAMESPACE, NVME_CSI_ZONED,
					    ns->nsid, data, &reply);

	if (error && !nvme_answered(&reply))
		return error;
	size = error ? 0 : data->lbafe[ns->format].zsze;
	/* Commands do not cross zones, and I/O boundaries have 32 bits. */
	if (!size || size > UINT32_MAX || size > ns->block.block_count) {
		ns->unsupported = error ? nvme_status_name(reply.status) : "its zone size";
		return 0;
	}
	ns->block.zones = (struct block_zones){
		.size = size,
		.count = ns->block.block_count / size,
		.max_open = resources(data->mor),
		.max_active = resources(data->mar),
	};
	ns->boundary = (uint32_t)size;
	ns->small_max = 0;
	return describe_append(controller, ns);
}
