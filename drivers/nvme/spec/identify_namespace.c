/* The tables of Identify Namespace and its LBA formats. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"

static const struct nvme_row lba_format[] = {
	FIELD_AS(struct nvme_lba_format, metadata_size, "ms", DECIMAL, .width = 3),
	FIELD_AS(struct nvme_lba_format, data_size_shift, "lbads", DECIMAL, .width = 2),
	KEY("ds"),
	FIELD_AS(struct nvme_lba_format, relative_performance, "rp", HEX),
};
const struct nvme_structure nvme_lba_format_table =
	STRUCTURE(struct nvme_lba_format, lba_format, 0);

static void print_lba_format(nvme_print *print, const void *element)
{
	static const char *const performance[] = {"Best", "Better", "Good", "Degraded"};
	const struct nvme_lba_format *format = element;
	unsigned long long size =
		format->data_size_shift < 64 ? 1ull << format->data_size_shift : 0;

	print("Metadata Size: %-3u bytes - Data Size: %-2llu bytes - Relative Performance: %#x %s",
	      format->metadata_size, size, format->relative_performance,
	      performance[NVME_BITS(format->relative_performance, 0, 2)]);
}

static unsigned lba_format_count(const void *structure)
{
	const struct nvme_identify_namespace *id = structure;

	return NVME_LBA_FORMATS(id) < NVME_LBA_FORMATS_MAX ? NVME_LBA_FORMATS(id)
							   : NVME_LBA_FORMATS_MAX;
}

static unsigned lba_format_used(const void *structure)
{
	const struct nvme_identify_namespace *id = structure;

	return NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id));
}

static const struct nvme_array lba_formats = {.element = &nvme_lba_format_table,
					      .digits = 2,
					      .count = lba_format_count,
					      .used = lba_format_used,
					      .decoded = print_lba_format,
					      .decoded_name = "LBA Format"};

#define OPTIMAL WHEN(struct nvme_identify_namespace, nsfeat, NVME_NSFEAT_OPTPERF)

/* What CNS 00h and CNS 08h have in common. */
#define SHARING_AND_RESERVATIONS(type)                                                            \
	FIELD(type, nmic, HEX, .flags = NVME_ROW_GAP), RESERVED_RANGE(7, 1),                      \
		RANGE_OF(0, 0, "Namespace Multipath %s", "Not Capable", "Capable"),               \
		FIELD(type, rescap, HEX, .flags = NVME_ROW_GAP),                                  \
		RANGE_OF(7, 7, "Ignore Existing Key - Used as defined in revision %s",            \
			 "1.2.1 or earlier", "1.3 or later"),                                     \
		SUPPORT(6, "Exclusive Access - All Registrants"),                                 \
		SUPPORT(5, "Write Exclusive - All Registrants"),                                  \
		SUPPORT(4, "Exclusive Access - Registrants Only"),                                \
		SUPPORT(3, "Write Exclusive - Registrants Only"), SUPPORT(2, "Exclusive Access"), \
		SUPPORT(1, "Write Exclusive"), SUPPORT(0, "Persist Through Power Loss"),          \
		FIELD(type, fpi, HEX, .flags = NVME_ROW_GAP),                                     \
		SUPPORT(7, "Format Progress Indicator"),                                          \
		RANGE(6, 0, "Format Progress Indicator (Remaining %llu%%)", NUMBER,               \
		      WHEN(type, fpi, 0xff))

static const struct nvme_row identify_namespace[] = {
	FIELD(struct nvme_identify_namespace, nsze, HEX),
	FIELD(struct nvme_identify_namespace, ncap, HEX),
	FIELD(struct nvme_identify_namespace, nuse, HEX),
	FIELD(struct nvme_identify_namespace, nsfeat, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 5),
	SUPPORT(4, "NPWG, NPWA, NPDG, NPDA, and NOWS are"),
	RANGE_OF(3, 3, "NGUID and EUI64 fields if non-zero, %s", "Reused", "Never Reused"),
	SUPPORT(2, "Deallocated or Unwritten Logical Block error"),
	RANGE_OF(1, 1, "Namespace uses %s", "AWUN, AWUPF, and ACWU", "NAWUN, NAWUPF, and NACWU"),
	SUPPORT(0, "Thin Provisioning"),
	FIELD(struct nvme_identify_namespace, nlbaf, DECIMAL),
	FIELD(struct nvme_identify_namespace, flbas, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 7),
	RANGE(6, 5, "Most significant 2 bits of Current LBA Format Selected", NUMBER),
	RANGE_OF(4, 4, "Metadata Transferred %s", "in Separate Contiguous Buffer",
		 "at End of Data LBA"),
	RANGE(3, 0, "Least significant 4 bits of Current LBA Format Selected", NUMBER),
	FIELD(struct nvme_identify_namespace, mc, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 2),
	SUPPORT(1, "Metadata Pointer"),
	SUPPORT(0, "Metadata as Part of Extended Data LBA"),
	FIELD(struct nvme_identify_namespace, dpc, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 5),
	SUPPORT(4, "Protection Information Transferred as Last 8 Bytes of Metadata"),
	SUPPORT(3, "Protection Information Transferred as First 8 Bytes of Metadata"),
	SUPPORT(2, "Protection Information Type 3"),
	SUPPORT(1, "Protection Information Type 2"),
	SUPPORT(0, "Protection Information Type 1"),
	FIELD(struct nvme_identify_namespace, dps, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 4),
	RANGE_OF(3, 3, "Protection Information is Transferred as %s 8 Bytes of Metadata", "Last",
		 "First"),
	RANGE_OF(2, 0, "Protection Information %s", "Disabled", "Type 1 Enabled", "Type 2 Enabled",
		 "Type 3 Enabled", "Reserved Enabled"),
	SHARING_AND_RESERVATIONS(struct nvme_identify_namespace),
	FIELD(struct nvme_identify_namespace, dlfeat, DECIMAL, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 5),
	RANGE_OF(4, 4, "Guard Field of Deallocated Logical Blocks is set to %s", "0xFFFF",
		 "CRC of The Value Read"),
	SUPPORT(3, "Deallocate Bit in the Write Zeroes Command is"),
	RANGE_OF(2, 0, "Bytes Read From a Deallocated Logical Block and its Metadata are %s",
		 "Not Reported", "0x00", "0xFF", "Reserved Value"),
	FIELD(struct nvme_identify_namespace, nawun, DECIMAL),
	FIELD(struct nvme_identify_namespace, nawupf, DECIMAL),
	FIELD(struct nvme_identify_namespace, nacwu, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabsn, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabo, DECIMAL),
	FIELD(struct nvme_identify_namespace, nabspf, DECIMAL),
	FIELD(struct nvme_identify_namespace, noiob, DECIMAL),
	FIELD(struct nvme_identify_namespace, nvmcap, DECIMAL),
	FIELD(struct nvme_identify_namespace, npwg, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npwa, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npdg, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, npda, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, nows, DECIMAL, OPTIMAL),
	FIELD(struct nvme_identify_namespace, mssrl, DECIMAL),
	FIELD(struct nvme_identify_namespace, mcl, DECIMAL),
	FIELD(struct nvme_identify_namespace, msrc, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved81),
	FIELD(struct nvme_identify_namespace, nulbaf, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved83),
	FIELD(struct nvme_identify_namespace, anagrpid, DECIMAL),
	RESERVED(struct nvme_identify_namespace, reserved96),
	FIELD(struct nvme_identify_namespace, nsattr, DECIMAL, .flags = NVME_ROW_TAB),
	FIELD(struct nvme_identify_namespace, nvmsetid, DECIMAL),
	FIELD(struct nvme_identify_namespace, endgid, DECIMAL),
	FIELD(struct nvme_identify_namespace, nguid, BYTES),
	FIELD(struct nvme_identify_namespace, eui64, BYTES),
	ARRAY(struct nvme_identify_namespace, lbaf, "lbaf", &lba_formats),
	KEY("lbafs"),
	VENDOR(struct nvme_identify_namespace, vs),
};
const struct nvme_structure nvme_identify_namespace_table =
	STRUCTURE(struct nvme_identify_namespace, identify_namespace, 8);

static const struct nvme_row independent_namespace[] = {
	FIELD(struct nvme_identify_independent_namespace, nsfeat, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 5),
	RANGE_OF(4, 4, "Namespace %s data on rotational media", "does not store", "store"),
	RANGE_OF(3, 3, "NGUID and EUI64 fields if non-zero, %s", "Reused", "Never Reused"),
	RESERVED_RANGE(2, 0),
	SHARING_AND_RESERVATIONS(struct nvme_identify_independent_namespace),
	FIELD(struct nvme_identify_independent_namespace, anagrpid, DECIMAL),
	FIELD(struct nvme_identify_independent_namespace, nsattr, DECIMAL,
	      .flags = NVME_ROW_TAB | NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	RANGE_OF(0, 0, "Namespace %s", "Not Write Protected", "Write Protected"),
	RESERVED(struct nvme_identify_independent_namespace, reserved9),
	FIELD(struct nvme_identify_independent_namespace, nvmsetid, DECIMAL),
	FIELD(struct nvme_identify_independent_namespace, endgid, DECIMAL),
	FIELD(struct nvme_identify_independent_namespace, nstat, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 1),
	RANGE_OF(0, 0, "Name space is %s", "not ready", "ready"),
	RESERVED(struct nvme_identify_independent_namespace, reserved15),
};
const struct nvme_structure nvme_identify_independent_namespace_table =
	STRUCTURE(struct nvme_identify_independent_namespace, independent_namespace, 8);

static const struct nvme_row elbaf[] = {
	{.kind = NVME_ROW_FIELD,
	 .name = "elbaf",
	 .form = NVME_FORM_HEX,
	 .size = sizeof(uint32_t),
	 .flags = NVME_ROW_NO_JSON},
	PART(6, 0, "sts", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
	PART(8, 7, "pif", DECIMAL, .flags = NVME_ROW_ONLY_JSON),
};
const struct nvme_structure nvme_elbaf_table = STRUCTURE(uint32_t, elbaf, 0);

/* How many there are stands in Identify Namespace: the subcommand shows them. */
static unsigned elbaf_count(const void *structure)
{
	(void)structure;
	return NVME_LBA_FORMATS_MAX;
}

static const struct nvme_array elbafs = {
	.element = &nvme_elbaf_table, .digits = 2, .count = elbaf_count};

static const struct nvme_row namespace_nvm[] = {
	FIELD(struct nvme_identify_namespace_nvm, lbstm, HEX),
	FIELD(struct nvme_identify_namespace_nvm, pic, HEX, .flags = NVME_ROW_GAP),
	RESERVED_RANGE(7, 3),
	RANGE(2, 2, "Storage Tag Check Read Support", NUMBER),
	RANGE(1, 1, "16b Guard Protection Information Storage Tag Mask", NUMBER),
	RANGE(0, 0, "16b Guard Protection Information Storage Tag Support", NUMBER),
	RESERVED(struct nvme_identify_namespace_nvm, reserved9),
	ARRAY(struct nvme_identify_namespace_nvm, elbaf, "elbaf", &elbafs,
	      .flags = NVME_ROW_HIDDEN | NVME_ROW_NO_JSON),
	RESERVED(struct nvme_identify_namespace_nvm, reserved268),
};
const struct nvme_structure nvme_identify_namespace_nvm_table =
	STRUCTURE(struct nvme_identify_namespace_nvm, namespace_nvm, 6);
