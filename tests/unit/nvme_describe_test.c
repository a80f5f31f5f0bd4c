/* The tables of drivers/nvme/spec: sound in themselves, and as libnvme's headers have it. */
#include "drivers/nvme/spec/describe.h"
#include "drivers/nvme/spec/spec.h"
#include "tests/unit/cmocka.h"
#include "tests/unit/nvme_describe_reference.h"

/* Where libnvme's members have other names than nvme-cli prints. */
static const struct {
	const char *printed, *member;
} renamed[] = {
	{"idle_power", "idlp"},
	{"active_power", "actp"},
	{"active_power_workload", "apws"},
	{"lbads", "ds"},
	{"ps", "psd"},
	{"status", "status_field"},
	{"endurance group critical warning summary", "endu_grp_crit_warn_sumry"},
	{"host_read_commands", "host_reads"},
	{"host_write_commands", "host_writes"},
	{"controller_busy_time", "ctrl_busy_time"},
	{"dtwin_reads_typical", "dtwin_rt"},
	{"dtwin_writes_typical", "dtwin_wt"},
	{"dtwin_time_maximum", "dtwin_tmax"},
	{"ndwin_time_minimum_high", "ndwin_tmin_hi"},
	{"ndwin_time_minimum_low", "ndwin_tmin_lo"},
	{"dtwin_reads_estimate", "dtwin_re"},
	{"dtwin_writes_estimate", "dtwin_we"},
	{"dtwin_time_estimate", "dtwin_te"},
	{"count", "lpc"},
	{"rn_log_type", "rnlpt"},
	{"num_logs", "nalp"},
	{"temperature_sensor_1", "temp_sensor[0]"},
	{"temperature_sensor_8", "temp_sensor[7]"},
	{"nvmset_id", "nvmsetid"},
	{"endurance_group_id", "endgid"},
	{"random_4k_read_typical", "rr4kt"},
	{"optimal_write_size", "ows"},
	{"total_nvmset_cap", "tnvmsetcap"},
	{"unalloc_nvmset_cap", "unvmsetcap"},
};

/* A line for each structure with a table: */
static const struct described {
	const char *name;
	const struct nvme_structure *table;
	const struct reference *reference; /* NULL: libnvme has none */
} described[] = {
	{"Identify Controller", &nvme_identify_controller_table, &reference_controller},
	{"Power State Descriptor", &nvme_power_state_table, &reference_power_state},
	{"Identify Namespace", &nvme_identify_namespace_table, &reference_namespace},
	{"LBA Format", &nvme_lba_format_table, &reference_lba_format},
	{"Identify Controller, NVM", &nvme_identify_controller_nvm_table,
	 &reference_controller_nvm},
	{"Identify Namespace, NVM", &nvme_identify_namespace_nvm_table, &reference_namespace_nvm},
	{"Identify, CNS 08h", &nvme_identify_independent_namespace_table,
	 &reference_independent_namespace},
	{"Primary Capabilities", &nvme_primary_capabilities_table, &reference_primary_capabilities},
	{"Secondary Controller", &nvme_secondary_controller_table, &reference_secondary},
	{"Secondary Controllers", &nvme_secondary_controller_list_table, &reference_secondary_list},
	{"NVM Set", &nvme_nvm_set_table, &reference_nvm_set},
	{"NVM Sets", &nvme_nvm_set_list_table, &reference_nvm_set_list},
	{"Granularity", &nvme_granularity_table, &reference_granularity},
	{"Granularities", &nvme_granularity_list_table, &reference_granularity_list},
	{"UUID", &nvme_uuid_entry_table, &reference_uuid_entry},
	{"UUIDs", &nvme_uuid_list_table, &reference_uuid_list},
	{"Domain", &nvme_domain_table, &reference_domain},
	{"Domains", &nvme_domain_list_table, &reference_domain_list},
	{"Extended LBA Format", &nvme_elbaf_table, NULL},
	{"properties", &nvme_properties_table, &reference_properties},
	{"Error Information", &nvme_error_log_entry_table, &reference_error_log_entry},
	{"SMART / Health Information", &nvme_smart_log_table, &reference_smart_log},
	{"Endurance Group Information", &nvme_endurance_group_log_table,
	 &reference_endurance_group_log},
	{"Predictable Latency Per NVM Set", &nvme_predictable_latency_log_table,
	 &reference_predictable_latency_log},
	{"Zoned Identify Namespace", &nvme_identify_namespace_zns_table, &reference_namespace_zns},
	{"Zoned Identify Controller", &nvme_identify_controller_zns_table,
	 &reference_controller_zns},
	{"Reservation Notification", &nvme_reservation_log_table, &reference_reservation_log},
	{"FDP Configurations", &nvme_fdp_configurations_log_table,
	 &reference_fdp_configurations_log},
	{"FDP Configuration", &nvme_fdp_configuration_table, &reference_fdp_configuration},
	{"Reclaim Unit Handle", &nvme_fdp_handle_table, &reference_fdp_handle},
	{"Reclaim Unit Handle Usage", &nvme_fdp_usage_log_table, &reference_fdp_usage_log},
	{"Use of a Reclaim Unit Handle", &nvme_fdp_usage_table, &reference_fdp_usage},
	{"FDP Statistics", &nvme_fdp_statistics_log_table, &reference_fdp_statistics_log},
	{"FDP Event", &nvme_fdp_event_table, &reference_fdp_event},
	/* libnvme 1.3 has its LBA at another place than the specification. */
	{"Media Reallocated", &nvme_fdp_reallocated_table, NULL},
	{"Reclaim Unit Handle Status", &nvme_fdp_status_table, &reference_fdp_status},
	{"Persistent Event: log", &nvme_persistent_log_table, &reference_persistent_log},
	{"Persistent Event: event", &nvme_persistent_event_table, &reference_persistent_event},
	{"Persistent Event: firmware", &nvme_persistent_firmware_table,
	 &reference_persistent_firmware},
	{"Persistent Event: timestamp", &nvme_persistent_timestamp_table,
	 &reference_persistent_timestamp},
	{"Persistent Event: reset", &nvme_persistent_reset_table, &reference_persistent_reset},
	{"Persistent Event: namespace", &nvme_persistent_namespace_table,
	 &reference_persistent_namespace},
	{"Persistent Event: format start", &nvme_persistent_format_start_table,
	 &reference_persistent_format_start},
	{"Persistent Event: format end", &nvme_persistent_format_end_table,
	 &reference_persistent_format_end},
	{"Persistent Event: sanitize start", &nvme_persistent_sanitize_start_table,
	 &reference_persistent_sanitize_start},
	{"Persistent Event: sanitize end", &nvme_persistent_sanitize_end_table,
	 &reference_persistent_sanitize_end},
	{"Persistent Event: thermal", &nvme_persistent_thermal_table,
	 &reference_persistent_thermal},
	{"Streams", &nvme_streams_parameters_table, &reference_streams},
	{"Status of a Reclaim Unit Handle", &nvme_fdp_handle_status_table,
	 &reference_fdp_handle_status},
};
#define DESCRIBED (sizeof(described) / sizeof(described[0]))

static bool below(const struct nvme_row *row)
{
	return row->kind >= NVME_ROW_BITS;
}

/* Every byte belongs to one row, in the order of offsets: nothing is forgotten, and what has no
 * meaning says that it is reserved. */
static void test_rows_cover_the_structure(void **state)
{
	(void)state;
	for (const struct described *d = described; d < described + DESCRIBED; d++) {
		unsigned at = 0;

		for (unsigned i = 0; i < d->table->count; i++) {
			const struct nvme_row *row = &d->table->rows[i];

			if (below(row))
				continue;
			if (row->offset != at || !row->size)
				fail_msg("%s: %s is at %u, the row before ends at %u", d->name,
					 row->name, row->offset, at);
			at += row->size;
		}
		assert_int_equal(at, d->table->size);
	}
}

static void test_names_are_unique(void **state)
{
	(void)state;
	for (const struct described *d = described; d < described + DESCRIBED; d++)
		for (unsigned i = 0; i < d->table->count; i++)
			for (unsigned j = 0; j < i; j++) {
				const struct nvme_row *a = &d->table->rows[i];
				const struct nvme_row *b = &d->table->rows[j];

				if (!below(a) && !below(b) && strcmp(a->name, b->name) == 0)
					fail_msg("%s: two rows are called %s", d->name, a->name);
			}
}

/* Sizes that a form can show, conditions on a byte that comes before, elements that fill an array.
 */
static void check_field(const struct described *d, const struct nvme_row *row)
{
	bool conditioned = !row->when_mask;

	if (row->kind == NVME_ROW_ARRAY) {
		assert_int_equal(row->size % row->array->element->size, 0);
		return;
	}
	switch (row->form) {
	case NVME_FORM_DECIMAL:
		assert_true(row->size <= 8 || row->size == 16);
		break;
	case NVME_FORM_HEX:
	case NVME_FORM_BARE_HEX:
		assert_true(row->size <= 8);
		break;
	case NVME_FORM_OUI:
		assert_int_equal(row->size, 3);
		break;
	case NVME_FORM_UUID:
		assert_int_equal(row->size, 16);
		break;
	case NVME_FORM_PROSE:
		assert_non_null(row->prose);
		break;
	case NVME_FORM_DATA_UNITS:
		assert_int_equal(row->size, 16);
		break;
	case NVME_FORM_KELVIN:
		assert_int_equal(row->size, 2);
		break;
	case NVME_FORM_CHOICE:
		assert_non_null(row->texts);
		break;
	case NVME_FORM_PERCENT:
	case NVME_FORM_TEXT:
	case NVME_FORM_BYTES:
		break;
	default:
		fail_msg("%s: %s has the form of bits", d->name, row->name);
	}
	for (const struct nvme_row *other = d->table->rows; other < row; other++)
		if (!below(other) && other->offset == row->when_offset && other->size == 1)
			conditioned = true;
	assert_true(conditioned);
}

/* format has one conversion: of a text, or of an unsigned long long. A range of bits may do without
 * one: its number is shown before. */
static void check_format(const struct nvme_row *row)
{
	const char *percent = strchr(nvme_row_format(row), '%');

	if (!percent && row->kind == NVME_ROW_RANGE && row->form != NVME_FORM_CHOICE)
		return;
	assert_non_null(percent);
	for (const char *other = percent + 1; (other = strchr(other, '%')); other += 2)
		assert_int_equal(other[1], '%');
	percent += percent[1] == '#' ? 2 : 1;
	if (row->form == NVME_FORM_CHOICE)
		assert_int_equal(*percent, 's');
	else
		assert_true(strncmp(percent, "llu", 3) == 0 || strncmp(percent, "llx", 3) == 0);
}

static void check_bits(const struct described *d, const struct nvme_row *field,
		       const struct nvme_row *row, uint64_t *seen)
{
	uint64_t mask;

	if (row->form == NVME_FORM_WIDE) {
		assert_int_equal(field->size, 16);
		return;
	}
	if (row->high < row->low || row->high >= 8 * field->size)
		fail_msg("%s: %s [%u:%u] is not in the field", d->name, field->name, row->high,
			 row->low);
	mask = UINT64_MAX >> (63 - (row->high - row->low)) << row->low;
	if (*seen & mask)
		fail_msg("%s: %s [%u:%u] overlaps others", d->name, field->name, row->high,
			 row->low);
	*seen |= mask;
	if (row->kind == NVME_ROW_PART) {
		assert_true(row->form == NVME_FORM_PROSE ? row->prose != NULL
							 : row->form <= NVME_FORM_BARE_HEX);
		assert_false(row->flags & NVME_ROW_NONZERO);
		return;
	}
	check_format(row);
	if (row->form == NVME_FORM_CHOICE)
		assert_true(row->text_count &&
			    row->text_count <= 1ull << (row->high - row->low + 1));
	else
		assert_true(row->form >= NVME_FORM_NUMBER);
	if (row->kind == NVME_ROW_RANGE)
		return;
	for (const struct nvme_row *other = field + 1; other < row; other++)
		if (other->kind == NVME_ROW_BITS && strcmp(other->name, row->name) == 0)
			fail_msg("%s: two rows are called %s.%s", d->name, field->name, row->name);
}

static void test_rows_are_sound(void **state)
{
	(void)state;
	for (const struct described *d = described; d < described + DESCRIBED; d++) {
		const struct nvme_row *field = NULL;
		uint64_t seen = 0;

		for (unsigned i = 0; i < d->table->count; i++) {
			const struct nvme_row *row = &d->table->rows[i];

			if (!below(row)) {
				field = row;
				seen = 0;
			}
			if (row->kind == NVME_ROW_FIELD || row->kind == NVME_ROW_ARRAY)
				check_field(d, row);
			else if (row->kind == NVME_ROW_BITS || row->kind == NVME_ROW_RANGE ||
				 row->kind == NVME_ROW_PART)
				check_bits(d, field, row, &seen);
			else if (row->kind == NVME_ROW_PROSE)
				assert_non_null(row->prose);
			else if (row->kind == NVME_ROW_ZERO)
				assert_non_null(row->text);
			else if (row->kind == NVME_ROW_KEY)
				assert_non_null(row->name);
			if (below(row))
				assert_true(field && (field->kind == NVME_ROW_FIELD ||
						      row->kind == NVME_ROW_KEY));
		}
	}
}

/* However many elements a structure says it has, no more than there is room for are shown. */
static void test_arrays_end_in_their_structure(void **state)
{
	uint8_t *bytes = malloc(NVME_IDENTIFY_SIZE);

	(void)state;
	for (const struct described *d = described; d < described + DESCRIBED; d++)
		for (unsigned i = 0; i < d->table->count; i++) {
			const struct nvme_row *row = &d->table->rows[i];

			if (row->kind != NVME_ROW_ARRAY)
				continue;
			for (unsigned fill = 0; fill <= 0xff; fill++) {
				unsigned count;

				memset(bytes, (int)fill, NVME_IDENTIFY_SIZE);
				count = row->array->count(bytes);
				assert_true(count <= row->size / row->array->element->size);
			}
		}
	free(bytes);
}

/* NULBAF counts formats behind those of NLBAF; bits 6:5 of FLBAS mean something only where there
 * are more than 16 in all. */
static void test_lba_formats(void **state)
{
	struct nvme_identify_namespace *id = calloc(1, sizeof(*id));
	const struct nvme_row *row = nvme_identify_namespace_table.rows;

	(void)state;
	while (row->kind != NVME_ROW_ARRAY)
		row++;
	id->nlbaf = 7;
	id->flbas = 0x22;
	assert_int_equal(row->array->count(id), 8);
	assert_int_equal(row->array->used(id), 2);
	((uint8_t *)id)[82] = 12;
	assert_int_equal(row->array->count(id), 20);
	assert_int_equal(row->array->used(id), 0x12);
	free(id);
}

static uint64_t mask_of(const char *property, const char *bits)
{
	const struct nvme_row *row = nvme_properties_table.rows;
	const struct nvme_row *end = row + nvme_properties_table.count;

	while (row < end && (below(row) || strcmp(row->name, property) != 0))
		row++;
	for (row++; row < end && below(row); row++)
		if (row->kind == NVME_ROW_BITS && strcmp(row->name, bits) == 0)
			return UINT64_MAX >> (63 - (row->high - row->low)) << row->low;
	fail_msg("no %s.%s", property, bits);
	return 0;
}

/* The driver's macros take out of a property what the table says is there. */
static void test_macros_agree_with_the_table(void **state)
{
#define AGREES(property, bits, macro)                                         \
	do {                                                                  \
		uint64_t mask = mask_of(property, bits);                      \
                                                                              \
		assert_int_equal(macro(mask), mask >> __builtin_ctzll(mask)); \
		assert_int_equal(macro(~mask), 0);                            \
	} while (0)
	(void)state;
	AGREES("cap", "MQES", NVME_CAP_MQES);
	AGREES("cap", "CQR", NVME_CAP_CQR);
	AGREES("cap", "TO", NVME_CAP_TO);
	AGREES("cap", "DSTRD", NVME_CAP_DSTRD);
	AGREES("cap", "NSSRS", NVME_CAP_NSSRS);
	AGREES("cap", "BPS", NVME_CAP_BPS);
	AGREES("cap", "MPSMIN", NVME_CAP_MPSMIN);
	AGREES("cap", "MPSMAX", NVME_CAP_MPSMAX);
	AGREES("cap", "PMRS", NVME_CAP_PMRS);
	AGREES("cap", "CMBS", NVME_CAP_CMBS);
	AGREES("cc", "CSS", NVME_CC_CSS);
	AGREES("cc", "MPS", NVME_CC_MPS);
	AGREES("cc", "AMS", NVME_CC_AMS);
	AGREES("cc", "SHN", NVME_CC_SHN);
	AGREES("cc", "IOSQES", NVME_CC_IOSQES);
	AGREES("cc", "IOCQES", NVME_CC_IOCQES);
	AGREES("csts", "SHST", NVME_CSTS_SHST);
	AGREES("aqa", "ASQS", NVME_AQA_ASQS);
	AGREES("aqa", "ACQS", NVME_AQA_ACQS);
	AGREES("crto", "CRWMT", NVME_CRTO_CRWMT);
	AGREES("crto", "CRIMT", NVME_CRTO_CRIMT);
	AGREES("cmbloc", "BIR", NVME_CMBLOC_BIR);
	AGREES("cmbloc", "OFST", NVME_CMBLOC_OFST);
	AGREES("cmbsz", "SZU", NVME_CMBSZ_SZU);
	AGREES("cmbsz", "SZ", NVME_CMBSZ_SZ);
#undef AGREES
	assert_int_equal(mask_of("cc", "EN"), NVME_CC_EN);
	assert_int_equal(mask_of("cc", "SHN"), NVME_CC_SHN_MASK);
	assert_int_equal(mask_of("cc", "CRIME"), NVME_CC_CRIME);
	assert_int_equal(mask_of("csts", "RDY"), NVME_CSTS_RDY);
	assert_int_equal(mask_of("csts", "CFS"), NVME_CSTS_CFS);
	assert_int_equal(mask_of("csts", "SHST"), NVME_CSTS_SHST_MASK);
	assert_int_equal(mask_of("csts", "NSSRO"), NVME_CSTS_NSSRO);
	assert_int_equal(mask_of("csts", "PP"), NVME_CSTS_PP);
	/* Both in their own way: */
	assert_int_equal(NVME_CAP_CSS(mask_of("cap", "CSS")), NVME_CAP_CSS_NVM);
	assert_int_equal(NVME_CAP_CSS(mask_of("cap", "IOCSS")), NVME_CAP_CSS_IOCS);
	assert_int_equal(NVME_CAP_CSS(mask_of("cap", "NOIOCSS")), NVME_CAP_CSS_ADMIN);
	assert_int_equal(NVME_CAP_CRMS(mask_of("cap", "CRWMS")), NVME_CAP_CRMS_CRWMS);
	assert_int_equal(NVME_CAP_CRMS(mask_of("cap", "CRIMS")), NVME_CAP_CRMS_CRIMS);
}

static const char *reference_name(const char *name)
{
	for (unsigned i = 0; i < sizeof(renamed) / sizeof(renamed[0]); i++)
		if (strcmp(renamed[i].printed, name) == 0)
			return renamed[i].member;
	return name;
}

/* By what it is called in text or in JSON. */
static const struct nvme_row *find_row(const struct nvme_structure *table, const char *member)
{
	const struct nvme_row *field = NULL;

	for (unsigned i = 0; i < table->count; i++) {
		const struct nvme_row *row = &table->rows[i];

		if (row->kind == NVME_ROW_FIELD || row->kind == NVME_ROW_ARRAY)
			field = row;
		else if (row->kind != NVME_ROW_KEY)
			continue;
		if (strcmp(row->name, member) == 0 ||
		    strcmp(reference_name(row->name), member) == 0)
			return field;
	}
	return NULL;
}

/* The field behind this one, or NULL: the first is behind NULL. */
static const struct nvme_row *next_field(const struct nvme_structure *table,
					 const struct nvme_row *row)
{
	for (row = row ? row + 1 : table->rows; row < table->rows + table->count; row++)
		if (row->kind == NVME_ROW_FIELD || row->kind == NVME_ROW_ARRAY)
			return row;
	return NULL;
}

/* Every member that libnvme has stands in the table under its name, at its place. */
static void test_as_libnvme_has_it(void **state)
{
	(void)state;
	if (!reference_controller.members) {
		print_message("libnvme's headers are not installed\n");
		skip();
	}
	for (const struct described *d = described; d < described + DESCRIBED; d++) {
		const struct reference *reference = d->reference;
		const struct nvme_row *row = NULL;

		if (!reference)
			continue;
		if (reference->size)
			assert_int_equal(reference->size, d->table->size);
		for (size_t i = 0; i < reference->count; i++) {
			const struct reference_member *member = &reference->members[i];

			row = reference->in_order ? next_field(d->table, row)
						  : find_row(d->table, member->name);
			/* In the specification it belongs to the structure of CNS 05h. */
			if (strcmp(member->name, "lbstm") == 0)
				continue;
			if (!row)
				fail_msg("%s: no row for %s", d->name, member->name);
			if (row->offset != member->offset ||
			    (member->size && row->size != member->size))
				fail_msg("%s: %s is %u bytes at %u, libnvme has %zu at %zu",
					 d->name, member->name, row->size, row->offset,
					 member->size, member->offset);
		}
		if (reference->in_order && next_field(d->table, row))
			fail_msg("%s: libnvme has no %s", d->name, next_field(d->table, row)->name);
	}
}

TESTS(cmocka_unit_test(test_rows_cover_the_structure), cmocka_unit_test(test_names_are_unique),
      cmocka_unit_test(test_rows_are_sound), cmocka_unit_test(test_arrays_end_in_their_structure),
      cmocka_unit_test(test_lba_formats), cmocka_unit_test(test_macros_agree_with_the_table),
      cmocka_unit_test(test_as_libnvme_has_it))
