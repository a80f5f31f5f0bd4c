/* nvme dsm and copy: ranges of blocks, as lists with commas. */
#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/io.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

#define RANGES_MAX     NVME_DSM_RANGES_MAX
#define COPY_BYTES_MAX 4096 /* of descriptors, as nvme-cli */
#define MAX(a, b)      ((a) > (b) ? (a) : (b))

struct nvme_list *nvme_parse_list(const char *what, const char *text, unsigned bits, unsigned most)
{
	struct nvme_list *list = alloc_or_fail(sizeof(*list));

	memset(list, 0, sizeof(*list));
	while (text && *text) {
		const char *comma = strchr(text, ',');
		size_t length = comma ? (size_t)(comma - text) : strlen(text);
		char number[24];

		if (list->count == most)
			fail(1, "%s: more than %u values", what, most);
		if (length >= sizeof(number))
			fail(1, "invalid %s %s", what, quote(text));
		memcpy(number, text, length);
		number[length] = '\0';
		list->values[list->count++] = nvme_number(what, number, UINT64_MAX >> (64 - bits));
		text += length + (comma != NULL);
	}
	return list;
}

struct dsm {
	uint32_t nsid, cdw11, timeout_ms;
	const char *attributes, *blocks, *starts;
	bool deallocate, write, read;
};

static const struct nvme_option dsm_options[] = {
	NVME_NSID_OPTION(struct dsm),
	NVME_TEXT(struct dsm, attributes, "LIST", "ctx-attrs", 'a',
		  "context attributes of each range"),
	NVME_TEXT(struct dsm, blocks, "LIST", "blocks", 'b', "number of blocks of each range"),
	NVME_TEXT(struct dsm, starts, "LIST", "slbs", 's', "first block of each range"),
	NVME_FLAG(struct dsm, deallocate, "ad", 'd', "attribute Deallocate"),
	NVME_FLAG(struct dsm, write, "idw", 'w', "attribute Integral Dataset for Write"),
	NVME_FLAG(struct dsm, read, "idr", 'r', "attribute Integral Dataset for Read"),
	NVME_NUMBER(struct dsm, cdw11, "cdw11", 'c', "all attributes, instead of these"),
	NVME_NUMBER(struct dsm, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

static int dsm_main(int argc, char **argv)
{
	struct dsm dsm = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, dsm_options, &dsm);
	const struct nvme_list *attributes =
				       nvme_parse_list("ctx-attrs", dsm.attributes, 32, RANGES_MAX),
			       *blocks = nvme_parse_list("blocks", dsm.blocks, 32, RANGES_MAX),
			       *starts = nvme_parse_list("slbs", dsm.starts, 64, RANGES_MAX);
	unsigned count = MAX(attributes->count, MAX(blocks->count, starts->count));
	struct nvme_command command = {.opcode = NVME_IO_DATASET_MANAGEMENT};
	struct nvme_dsm_range *ranges;

	if (!count) {
		err("No range definition provided\n");
		return 1;
	}
	ranges = alloc_or_fail(count * sizeof(*ranges));
	for (unsigned i = 0; i < count; i++)
		ranges[i] = (struct nvme_dsm_range){
			.attributes = (uint32_t)attributes->values[i],
			.blocks = (uint32_t)blocks->values[i],
			.lba = starts->values[i],
		};
	command.nsid = nvme_io_nsid(&target, dsm.nsid);
	command.cdw10 = count - 1;
	command.cdw11 = dsm.cdw11;
	if (!dsm.cdw11)
		command.cdw11 = (dsm.deallocate ? NVME_DSM_AD : 0) |
				(dsm.write ? NVME_DSM_IDW : 0) | (dsm.read ? NVME_DSM_IDR : 0);
	return nvme_io_run(&target,
			   &(struct nvme_passthrough){.command = &command,
						      .data = ranges,
						      .size = count * sizeof(*ranges),
						      .timeout_ms = dsm.timeout_ms},
			   "data-set management", "NVMe DSM: success");
}

NVME_SUBCOMMAND(dsm, "dsm", dsm_main, "DEVICE [OPTIONS]",
		"Submit a Data Set Management command, return results", dsm_options);

struct copy {
	uint32_t nsid, timeout_ms;
	uint64_t destination, ref_tag;
	const char *starts, *blocks, *ref_tags, *app_tags, *app_masks;
	uint16_t app_tag, app_mask, directive_specific;
	uint8_t write_prinfo, read_prinfo, directive_type, format;
	bool limited_retry, force_unit_access;
};

static const struct nvme_option copy_options[] = {
	NVME_NSID_OPTION(struct copy),
	NVME_SUFFIXED(struct copy, destination, "sdlba", 'd', "first block of the destination"),
	NVME_TEXT(struct copy, starts, "LIST", "slbs", 's', "first block of each range"),
	NVME_TEXT(struct copy, blocks, "LIST", "blocks", 'b', "blocks of each range less one"),
	NVME_FLAG(struct copy, limited_retry, "limited-retry", 'l', "limited retry"),
	NVME_FLAG(struct copy, force_unit_access, "force-unit-access", 'f', "force unit access"),
	NVME_NUMBER_OF(struct copy, write_prinfo, 4, "prinfow", 'p',
		       "PI action and checks, write part"),
	NVME_NUMBER_OF(struct copy, read_prinfo, 4, "prinfor", 'P',
		       "PI action and checks, read part"),
	NVME_SUFFIXED(struct copy, ref_tag, "ref-tag", 'r', "reference tag, write part"),
	NVME_TEXT(struct copy, ref_tags, "LIST", "expected-ref-tags", 'R',
		  "reference tags, read part"),
	NVME_NUMBER(struct copy, app_tag, "app-tag", 'a', "application tag, write part"),
	NVME_TEXT(struct copy, app_tags, "LIST", "expected-app-tags", 'A',
		  "application tags, read part"),
	NVME_NUMBER(struct copy, app_mask, "app-tag-mask", 'm', "its mask, write part"),
	NVME_TEXT(struct copy, app_masks, "LIST", "expected-app-tag-masks", 'M',
		  "their masks, read part"),
	NVME_NUMBER_OF(struct copy, directive_type, 4, "dir-type", 'T', "directive type"),
	NVME_NUMBER(struct copy, directive_specific, "dir-spec", 'S', "directive specific"),
	NVME_NUMBER(struct copy, format, "format", 'F', "descriptor format: 0 or 1"),
	NVME_NUMBER(struct copy, timeout_ms, "timeout", 't', ""),
	NVME_OPTIONS_END,
};

/* Descriptors of either format, in memory of the process; *size: bytes of all. */
static void *copy_ranges(const struct copy *copy, unsigned *count, size_t *size)
{
	bool wide = copy->format == 1;
	size_t step = wide ? sizeof(struct nvme_copy_range_wide) : sizeof(struct nvme_copy_range);
	unsigned most = (unsigned)(COPY_BYTES_MAX / step);
	const struct nvme_list *starts = nvme_parse_list("slbs", copy->starts, 64, most),
			       *blocks = nvme_parse_list("blocks", copy->blocks, 16, most),
			       *tags = nvme_parse_list("expected-ref-tags", copy->ref_tags,
						       wide ? 64 : 32, most),
			       *app = nvme_parse_list("expected-app-tags", copy->app_tags, 16,
						      most),
			       *masks = nvme_parse_list("expected-app-tag-masks", copy->app_masks,
							16, most);
	uint8_t *ranges;

	*count = MAX(MAX(starts->count, blocks->count),
		     MAX(tags->count, MAX(app->count, masks->count)));
	*size = *count * step;
	ranges = alloc_or_fail(*size);
	memset(ranges, 0, *size);
	for (unsigned i = 0; i < *count; i++) {
		struct nvme_copy_range *range = (void *)(ranges + i * step);
		struct nvme_copy_range_wide *other = (void *)range;

		range->lba = starts->values[i];
		range->blocks = (uint16_t)blocks->values[i];
		if (wide) {
			/* big endian, as the tags of the wider formats are */
			for (unsigned byte = 0; byte < 8; byte++)
				other->reference_tag[9 - byte] =
					(uint8_t)(tags->values[i] >> (8 * byte));
			other->application_tag = (uint16_t)app->values[i];
			other->application_tag_mask = (uint16_t)masks->values[i];
		} else {
			range->initial_reference_tag = (uint32_t)tags->values[i];
			range->application_tag = (uint16_t)app->values[i];
			range->application_tag_mask = (uint16_t)masks->values[i];
		}
	}
	return ranges;
}

static int copy_main(int argc, char **argv)
{
	struct copy copy = {.nsid = 0};
	struct nvme_target target = nvme_arguments(argc, argv, copy_options, &copy);
	struct nvme_command command = {.opcode = NVME_IO_COPY};
	struct nvme_passthrough passthrough = {.command = &command, .timeout_ms = copy.timeout_ms};
	unsigned count;

	if (copy.format > 1) {
		err("invalid format\n");
		return 1;
	}
	passthrough.data = copy_ranges(&copy, &count, &passthrough.size);
	if (!count) {
		err("invalid range\n");
		return 1;
	}
	command.nsid = nvme_io_nsid(&target, copy.nsid);
	command.cdw10 = (uint32_t)copy.destination;
	command.cdw11 = (uint32_t)(copy.destination >> 32);
	command.cdw12 = NVME_COPY_CDW12(count, copy.format) |
			(uint32_t)copy.read_prinfo << NVME_COPY_PRINFOR_SHIFT |
			(uint32_t)copy.directive_type << NVME_RW_DIRECTIVE_SHIFT |
			(uint32_t)copy.write_prinfo << NVME_RW_PRINFO_SHIFT |
			(copy.force_unit_access ? NVME_RW_FUA : 0) |
			(copy.limited_retry ? NVME_RW_LR : 0);
	command.cdw13 = (uint32_t)copy.directive_specific << 16;
	command.cdw14 = (uint32_t)copy.ref_tag;
	if (copy.format == 1)
		command.cdw3 = (uint32_t)(copy.ref_tag >> 32);
	else if (copy.ref_tag >> 32)
		fail(1, "invalid ref-tag %#llx: format 0 has room for 32 bits",
		     (unsigned long long)copy.ref_tag);
	command.cdw15 = copy.app_tag | (uint32_t)copy.app_mask << 16;
	return nvme_io_run(&target, &passthrough, "NVMe Copy", "NVMe Copy: success");
}

NVME_SUBCOMMAND(copy, "copy", copy_main, "DEVICE [OPTIONS]",
		"Submit a Simple Copy command, return results", copy_options);
