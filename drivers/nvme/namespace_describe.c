/* What the controller says of a namespace, and whether that can be a disk. */
#include "drivers/nvme/namespace_describe.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/command_set.h"
#include "drivers/nvme/controller.h"
#include "drivers/nvme/limits.h"
#include "drivers/nvme/metadata.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define BLOCK_SHIFT_MAX 22 /* NVME_TRANSFER_LIMIT */
#define OTHER_SHIFT_MAX 31 /* of what is no disk */

/* Commands of these sets know logical blocks, and Identify Namespace tells of them. */
static bool has_blocks(unsigned csi)
{
	return csi == NVME_CSI_NVM || csi == NVME_CSI_ZONED;
}

static void take_metadata(const struct nvme_identify_namespace *data, struct nvme_namespace *ns)
{
	ns->metadata.size = data->lbaf[ns->format].metadata_size;
	ns->metadata.extended = ns->metadata.size && data->flbas & NVME_FLBAS_EXTENDED;
	ns->metadata.type = (uint8_t)NVME_DPS_TYPE(data->dps);
	ns->metadata.first = data->dps & NVME_DPS_FIRST;
}

/* What is to be known of a namespace that is no disk. 0 or -ENXIO, as describe_disk(). */
static int describe_other(const struct nvme_identify_namespace *data, struct nvme_namespace *ns)
{
	unsigned formats = NVME_LBA_FORMATS(data);
	unsigned index = NVME_FLBAS_INDEX(data->flbas, formats);
	unsigned shift = data->lbaf[index].data_size_shift;

	if (!data->nsze)
		return -ENXIO;
	if (index >= formats || shift < NVME_BLOCK_SHIFT_MIN || shift > OTHER_SHIFT_MAX ||
	    data->nsze > (uint64_t)INT64_MAX >> shift)
		return 0;
	ns->format = (uint8_t)index;
	take_metadata(data, ns);
	ns->block_shift = (uint8_t)shift;
	ns->block.block_size = 1u << shift;
	ns->block.block_count = data->nsze;
	ns->capacity = data->ncap;
	ns->used = data->nuse;
	return 0;
}

static void too_long(struct nvme_controller *controller, uint32_t nsid, uint32_t block_size)
{
	char limit[48];

	if (nvme_within_mdts(controller, block_size) < block_size)
		snprintf(limit, sizeof(limit), "MDTS %u", controller->identify->mdts);
	else
		snprintf(limit, sizeof(limit), "nvme.max_transfer %u",
			 controller->setup.block_limit);
	nvme_error_limited(controller,
			   "namespace %u: blocks of %u bytes are longer than a command may carry "
			   "(%s)",
			   nsid, block_size, limit);
}

/* Fills in a description from what the controller says, if the driver can work with it. 0, -ENXIO:
 * there is no such namespace; -EOPNOTSUPP: said why. */
static int describe_disk(struct nvme_controller *controller, uint32_t nsid,
			 const struct nvme_identify_namespace *data, struct nvme_namespace *ns)
{
	unsigned formats = NVME_LBA_FORMATS(data);
	unsigned index = NVME_FLBAS_INDEX(data->flbas, formats);
	uint32_t carries = nvme_within_mdts(controller, controller->setup.block_limit);
	struct nvme_lba_format format;
	uint64_t blocks = data->nsze;
	uint32_t block_bytes; /* as a command moves it */

	if (!blocks)
		return -ENXIO;
	if (index >= formats) {
		nvme_error_limited(controller,
				   "namespace %u: LBA format %u is not among its %u formats", nsid,
				   index, formats);
		return -EOPNOTSUPP;
	}
	format = data->lbaf[index];
	if (format.data_size_shift < NVME_BLOCK_SHIFT_MIN ||
	    format.data_size_shift > BLOCK_SHIFT_MAX) {
		nvme_error_limited(
			controller,
			"namespace %u: blocks of 2^%u bytes are not supported (LBA format %u)",
			nsid, format.data_size_shift, index);
		return -EOPNOTSUPP;
	}
	if (blocks > (uint64_t)INT64_MAX >> format.data_size_shift) {
		nvme_error_limited(controller, "namespace %u: impossible size of %llu blocks", nsid,
				   (unsigned long long)blocks);
		return -EOPNOTSUPP;
	}
	ns->block_shift = format.data_size_shift;
	ns->block.block_size = 1u << format.data_size_shift;
	ns->format = (uint8_t)index;
	take_metadata(data, ns);
	block_bytes = nvme_block_bytes(ns);
	if (carries < block_bytes) {
		too_long(controller, nsid, block_bytes);
		return -EOPNOTSUPP;
	}
	if (carries > controller->setup.transfer_max)
		carries = controller->setup.transfer_max;
	if (data->ncap > blocks || !data->ncap)
		nvme_warning_limited(controller,
				     "namespace %u: capacity of %llu blocks, size of %llu", nsid,
				     (unsigned long long)data->ncap, (unsigned long long)blocks);

	ns->blocks_max = carries / block_bytes;
	if (ns->metadata.size && ns->blocks_max > NVME_METADATA_ROOM / ns->metadata.size)
		ns->blocks_max = NVME_METADATA_ROOM / ns->metadata.size;
	if (!ns->blocks_max)
		ns->blocks_max = 1; /* see provide() */
	if (ns->blocks_max > NVME_RW_BLOCKS_MAX)
		ns->blocks_max = NVME_RW_BLOCKS_MAX;
	nvme_limits_describe(controller, data, ns);
	/* From anywhere a page reaches into one more page at most; but it may lie across an I/O
	 * boundary. */
	ns->small_max = controller->options.data == NVME_DATA_SGL || ns->metadata.size ||
					ns->boundary || controller->cmb.uses & NVME_CMBSZ_DATA
				? 0
				: NVME_PAGE_SIZE >> ns->block_shift;
	ns->capacity = data->ncap;
	ns->used = data->nuse;
	ns->block.block_count = blocks;
	ns->block.transfer_max = ns->blocks_max << format.data_size_shift;
	ns->block.read_only = data->nsattr & NVME_NSATTR_PROTECTED;
	return 0;
}

static void add_identifiers(const struct nvme_identify_namespace *data, struct nvme_namespace *ns)
{
	static const uint8_t none[16];

	if (memcmp(data->nguid, none, sizeof(ns->nguid)) != 0)
		memcpy(ns->nguid, data->nguid, sizeof(ns->nguid));
	if (memcmp(data->eui64, none, sizeof(ns->eui64)) != 0)
		memcpy(ns->eui64, data->eui64, sizeof(ns->eui64));
}

/* The format of protection information, from the controller. 0, or a negative errno: it does not
 * answer. */
static int look_at_protection(struct nvme_controller *controller, struct nvme_namespace *ns)
{
	struct nvme_identify_namespace_nvm *data = (void *)controller->namespaces.identify;
	struct nvme_reply reply;
	int error;

	/* Without, there is one format only. */
	if (!(controller->identify->ctratt & NVME_CTRATT_ELBAS))
		return 0;
	error = nvme_admin_identify(controller, NVME_CNS_IOCS_NAMESPACE, ns->nsid, data, &reply);
	if (error && !nvme_answered(&reply))
		return error;
	if (error) {
		ns->metadata.guard = NVME_GUARD_RESERVED;
		return 0;
	}
	ns->metadata.guard = (uint8_t)NVME_ELBAF_GUARD(data->elbaf[ns->format]);
	ns->metadata.storage_tag_bits = (uint8_t)NVME_ELBAF_STS(data->elbaf[ns->format]);
	return 0;
}

int nvme_namespace_describe(struct nvme_controller *controller, uint32_t nsid,
			    struct nvme_namespace *old, struct nvme_namespace *ns)
{
	struct nvme_identify_namespace *data = controller->namespaces.identify;
	struct nvme_reply reply;
	int error;

	memset(ns, 0, sizeof(*ns));
	ns->nsid = nsid;
	ns->block.block_size =
		1u << NVME_BLOCK_SHIFT_MIN; /* a device has one, even where it is none */
	error = nvme_identify_descriptors(controller, nsid, ns, &reply);
	if (error)
		return error;
	/* Refused, but it was not before: that says nothing of the namespace. */
	if (reply.status && old) {
		ns->csi = old->csi;
		memcpy(ns->nguid, old->nguid, sizeof(ns->nguid));
		memcpy(ns->eui64, old->eui64, sizeof(ns->eui64));
		memcpy(ns->uuid, old->uuid, sizeof(ns->uuid));
	}
	if (!has_blocks(ns->csi) && ns->csi != NVME_CSI_NONE)
		return 0;
	error = nvme_admin_identify(controller, NVME_CNS_NAMESPACE, nsid, data, &reply);
	if (error && !nvme_answered(&reply))
		return error;
	if (error && ns->csi == NVME_CSI_NONE)
		return 0;
	if (error) {
		nvme_warning_limited(controller, "Identify namespace %u: %s (sct %x sc %02x)", nsid,
				     nvme_status_name(reply.status), NVME_STATUS_SCT(reply.status),
				     NVME_STATUS_SC(reply.status));
		/* One that is in use stays as it was: its own commands will tell. */
		if (old)
			old->seen = true;
		return 1;
	}
	add_identifiers(data, ns);
	error = has_blocks(ns->csi) ? describe_disk(controller, nsid, data, ns)
				    : describe_other(data, ns);
	if (error)
		return 1;
	if (ns->csi == NVME_CSI_ZONED)
		error = nvme_limits_zones(controller, ns);
	if (!error && ns->metadata.type)
		error = look_at_protection(controller, ns);
	ns->pi = ns->metadata.type ? controller->options.pi : NVME_PI_OFF;
	ns->zero_tuples = controller->options.quirks & NVME_QUIRK_ZERO_TUPLES;
	if (has_blocks(ns->csi) && !ns->unsupported)
		ns->unsupported = nvme_metadata_unsupported(&ns->metadata);
	return error;
}

void nvme_namespace_introduce(struct nvme_controller *controller, const struct nvme_namespace *ns)
{
	char blocks[64] = "";

	if (ns->csi == NVME_CSI_NONE) {
		nvme_warning_limited(controller,
				     "namespace %u does not say its command set: no block device",
				     ns->nsid);
		return;
	}
	if (ns->csi == NVME_CSI_NVM) {
		nvme_warning_limited(
			controller,
			"namespace %u: %s is not supported (LBA format %u, %u bytes of "
			"metadata per block, type %u, guard %u, storage tag of %u bits): "
			"no block device, only commands passed through reach it",
			ns->nsid, ns->unsupported, ns->format, ns->metadata.size, ns->metadata.type,
			ns->metadata.guard, ns->metadata.storage_tag_bits);
		return;
	}
	if (ns->csi == NVME_CSI_ZONED) {
		nvme_warning_limited(controller,
				     "namespace %u: zones are not supported (%s): no block device, "
				     "only commands passed through reach it",
				     ns->nsid, ns->unsupported);
		return;
	}
	if (ns->block_shift)
		snprintf(blocks, sizeof(blocks), ", %llu blocks of %u bytes",
			 (unsigned long long)ns->block.block_count, ns->block.block_size);
	nvme_warning_limited(controller,
			     "namespace %u: %s command set (CSI %02x)%s: no block device, only "
			     "commands passed through reach it",
			     ns->nsid, nvme_command_set_name(ns->csi), ns->csi, blocks);
}
