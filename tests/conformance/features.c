/* Get Features and Set Features. */
#include "tests/conformance/conformance.h"

#include "lib/endian.h"
#include "lib/format.h"
#include "lib/string.h"

static struct ct_answer get(struct ct *ct, unsigned fid, unsigned select, uint32_t nsid)
{
	struct nvme_command command = ct_get_feature(fid, select, nsid);

	command.prp1 = ct_bus(ct_buffer(ct, 4096)); /* for those that have data */
	return ct_ask(ct, command);
}

static bool failed(struct ct_answer answer)
{
	return answer.status & NVME_STATUS_MASK;
}

static void need_select(struct ct *ct)
{
	CT_NEED(ct->identify->oncs & NVME_ONCS_SAVE, "ONCS has no Save and Select");
}

/* Error Recovery is the only mandatory one that a namespace has of its own. */
static uint32_t nsid_of(struct ct *ct, unsigned fid)
{
	if (fid != NVME_FEATURE_ERROR_RECOVERY)
		return 0;
	CT_NEED(ct->namespace_count, "there is no namespace");
	return ct->namespaces[0].nsid;
}

static uint32_t capabilities(struct ct *ct, unsigned fid)
{
	struct ct_answer answer;

	need_select(ct);
	answer = get(ct, fid, NVME_SELECT_CAPABILITIES, nsid_of(ct, fid));
	ct_success(ct, "Get Features of capabilities", answer);
	return answer.dw0;
}

/* ---- Which there are ---- */

static void mandatory(struct ct *ct)
{
	ct_success(ct, "Get Features",
		   get(ct, ct->argument, NVME_SELECT_CURRENT, nsid_of(ct, ct->argument)));
}

static void selects(struct ct *ct)
{
	unsigned fid = ct->argument;
	uint32_t value = capabilities(ct, fid), nsid = nsid_of(ct, fid);

	ct_equal(ct, "bits 31:3 of the capabilities", 0, value >> 3);
	ct_success(ct, "Get Features of the default value",
		   get(ct, fid, NVME_SELECT_DEFAULT, nsid));
	ct_success(ct, "Get Features of the saved value", get(ct, fid, NVME_SELECT_SAVED, nsid));
}

/* As it is: what can be changed takes it, what cannot be is Feature Not Changeable. */
static void same_again(struct ct *ct)
{
	unsigned fid = ct->argument;
	uint32_t nsid = nsid_of(ct, fid), value = ct_feature(ct, fid, nsid);
	bool changeable = capabilities(ct, fid) & NVME_FEATURE_CHANGEABLE;
	struct ct_answer answer = ct_ask(ct, ct_set_feature(fid, nsid, value));

	if (changeable)
		ct_success(ct, "Set Features with the current value", answer);
	else
		ct_status_of(ct, "Set Features of what is not changeable",
			     CT_STATUSES(NVME_SC_FEATURE_NOT_CHANGEABLE, NVME_SC_SUCCESS), answer);
	ct_equal(ct, "the value to stay", value, ct_feature(ct, fid, nsid));
}

static void not_saveable(struct ct *ct)
{
	unsigned fid = ct->argument;
	uint32_t nsid = nsid_of(ct, fid);
	struct nvme_command command = ct_set_feature(fid, nsid, ct_feature(ct, fid, nsid));

	CT_NEED(!(capabilities(ct, fid) & NVME_FEATURE_SAVEABLE), "the feature is saveable");
	command.cdw10 |= NVME_SET_FEATURES_SAVE;
	ct_status_of(ct, "Set Features with SV",
		     CT_STATUSES(NVME_SC_FEATURE_NOT_SAVEABLE, NVME_SC_FEATURE_NOT_CHANGEABLE),
		     ct_ask(ct, command));
}

/* One that is saveable, and changeable. */
static unsigned saveable(struct ct *ct)
{
	static const uint8_t fids[] = {NVME_FEATURE_TEMPERATURE_THRESHOLD,
				       NVME_FEATURE_WRITE_ATOMICITY, NVME_FEATURE_ARBITRATION};
	const uint32_t both = NVME_FEATURE_SAVEABLE | NVME_FEATURE_CHANGEABLE;

	for (size_t i = 0; i < sizeof(fids); i++)
		if ((capabilities(ct, fids[i]) & both) == both)
			return fids[i];
	ct_skip(ct, "no feature is saveable and changeable");
}

static void set_saved(struct ct *ct, unsigned fid, uint32_t value)
{
	struct nvme_command command = ct_set_feature(fid, 0, value);

	command.cdw10 |= NVME_SET_FEATURES_SAVE;
	ct_success(ct, "Set Features with SV", ct_ask(ct, command));
}

/* argument: whether SV is set; what was saved comes back behind a reset, and is put back. */
static void saves(struct ct *ct)
{
	unsigned fid = saveable(ct);
	uint32_t old = get(ct, fid, NVME_SELECT_SAVED, 0).dw0, current, saved;

	ct->dirty = true;
	if (ct->argument)
		set_saved(ct, fid, old ^ 1);
	else
		ct_success(ct, "Set Features", ct_ask(ct, ct_set_feature(fid, 0, old ^ 1)));
	current = ct_feature(ct, fid, 0);
	saved = get(ct, fid, NVME_SELECT_SAVED, 0).dw0;
	ct_disable(ct);
	ct_enable(ct);
	/* Whatever it is, the old value is saved again. */
	if (ct->argument) {
		uint32_t behind = ct_feature(ct, fid, 0);

		set_saved(ct, fid, old);
		ct_equal(ct, "the value behind a reset", old ^ 1, behind);
	} else {
		ct_equal(ct, "the value behind a reset", old, ct_feature(ct, fid, 0));
	}
	ct_equal(ct, "the value that was set", old ^ 1, current);
	ct_equal(ct, "the saved value", ct->argument ? old ^ 1 : old, saved);
}

static void not_of_namespace(struct ct *ct)
{
	unsigned fid = ct->argument;
	uint32_t value = ct_feature(ct, fid, 0);

	CT_NEED(ct->namespace_count, "there is no namespace");
	CT_NEED(!(capabilities(ct, fid) & NVME_FEATURE_PER_NAMESPACE), "namespaces have it");
	ct_status_of(ct, "Set Features with an NSID",
		     CT_STATUSES(NVME_SC_FEATURE_NOT_PER_NAMESPACE, NVME_SC_FEATURE_NOT_CHANGEABLE),
		     ct_ask(ct, ct_set_feature(fid, ct->namespaces[0].nsid, value)));
}

static void unknown(struct ct *ct)
{
	/* Up to version 2.1. */
	static const uint8_t fids[] = {0x00, 0x30, 0x5f, 0x77, 0x9f, 0xbf};
	struct nvme_command command;

	for (size_t i = 0; i < sizeof(fids); i++) {
		char what[32];

		command = ct->argument ? ct_set_feature(fids[i], 0, 0)
				       : ct_get_feature(fids[i], NVME_SELECT_CURRENT, 0);
		command.prp1 = ct_bus(ct_buffer(ct, 4096));
		snprintf(what, sizeof(what), "feature %02xh", fids[i]);
		ct_status(ct, what, NVME_SC_INVALID_FIELD, ct_ask(ct, command));
	}
}

/* "Receipt of reserved coded values in defined fields in commands shall be reported as an error"
 * (Base, section 1.4.1): Invalid Field is what should be used. */
static void reserved_select(struct ct *ct)
{
	need_select(ct);
	for (unsigned select = 4; select < 8; select++)
		ct_refused(ct, "Get Features with this select",
			   get(ct, NVME_FEATURE_TEMPERATURE_THRESHOLD, select, 0));
}

/* Where Identify Controller says that the feature is not there. */
static void not_offered(struct ct *ct)
{
	const struct nvme_identify_controller *id = ct->identify;
	const struct {
		uint8_t fid;
		bool offered;
	} rows[] = {
		{NVME_FEATURE_VOLATILE_WRITE_CACHE, id->vwc & NVME_VWC_PRESENT},
		{NVME_FEATURE_AUTO_POWER_STATE, id->apsta},
		{NVME_FEATURE_HOST_MEMORY_BUFFER, id->hmpre},
		{NVME_FEATURE_TIMESTAMP, id->oncs & NVME_ONCS_TIMESTAMP},
		{NVME_FEATURE_KEEP_ALIVE, id->kas},
		{NVME_FEATURE_THERMAL_MANAGEMENT, id->hctma},
		{NVME_FEATURE_NON_OPERATIONAL_POWER, id->ctratt & 0x2},
		{NVME_FEATURE_READ_RECOVERY_LEVEL, id->ctratt & 0x8},
		{NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG, id->ctratt & 0x20},
		{NVME_FEATURE_WRITE_PROTECT, id->nwpc & 0x1},
	};
	/* The NSID is none, either, of the one that namespaces would have: either status fits. */
	const uint16_t *statuses =
		ct->argument == NVME_FEATURE_WRITE_PROTECT
			? CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_INVALID_NAMESPACE)
			: CT_STATUSES(NVME_SC_INVALID_FIELD);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].fid != ct->argument)
			continue;
		CT_NEED(!rows[i].offered, "Identify Controller offers it");
		ct_status_of(ct, "Get Features", statuses,
			     get(ct, rows[i].fid, NVME_SELECT_CURRENT, 0));
		ct_status_of(ct, "Set Features", statuses,
			     ct_ask(ct, ct_set_feature(rows[i].fid, 0, 0)));
	}
}

/* ---- Values ---- */

#define VALUE(fid, value) ((fid) | (uint32_t)(value) << 8)

#define CMIC_PORTS	 1u
#define CMIC_CONTROLLERS 2u

/* Another value is there, until a reset. */
static void changes(struct ct *ct)
{
	unsigned fid = ct->argument & 0xff, other = ct->argument >> 8;
	uint32_t nsid = nsid_of(ct, fid), normal = ct_feature(ct, fid, nsid);
	struct ct_answer before;

	CT_NEED(capabilities(ct, fid) & NVME_FEATURE_CHANGEABLE, "it is not changeable");
	CT_NEED(!(capabilities(ct, fid) & NVME_FEATURE_SAVEABLE), "it is saveable");
	before = get(ct, fid, NVME_SELECT_DEFAULT, nsid);
	ct_success(ct, "Get Features of the default value", before);
	if (normal == other)
		other ^= 1;
	ct_success(ct, "Set Features", ct_change_feature(ct, fid, nsid, other));
	ct_equal(ct, "the value that was set", other, ct_feature(ct, fid, nsid));
	ct_equal(ct, "the default to stay", before.dw0,
		 get(ct, fid, NVME_SELECT_DEFAULT, nsid).dw0);
	/* Of a namespace that other controllers may have as well it stays: Base, section 4.2. */
	if (nsid && ct->identify->cmic & (CMIC_PORTS | CMIC_CONTROLLERS))
		return;
	ct_disable(ct);
	ct_enable(ct);
	ct_equal(ct, "the default value after a reset", before.dw0, ct_feature(ct, fid, nsid));
}

/* Values that are reserved. */
static void refused_value(struct ct *ct)
{
	unsigned fid = ct->argument & 0xff;
	uint32_t normal = ct_feature(ct, fid, nsid_of(ct, fid));

	ct_refused(ct, "Set Features",
		   ct_change_feature(ct, fid, nsid_of(ct, fid), ct->argument >> 8));
	ct_equal(ct, "the value to stay", normal, ct_feature(ct, fid, nsid_of(ct, fid)));
}

static void threshold_selects(struct ct *ct)
{
	struct nvme_command command =
		ct_get_feature(NVME_FEATURE_TEMPERATURE_THRESHOLD, NVME_SELECT_CURRENT, 0);
	struct ct_answer over, under;

	command.cdw11 = 0;
	over = ct_ask(ct, command);
	command.cdw11 = 1u << 20;
	under = ct_ask(ct, command);
	ct_success(ct, "Get Features, over temperature threshold", over);
	ct_success(ct, "Get Features, under temperature threshold", under);
}

static void write_cache(struct ct *ct)
{
	const unsigned fid = NVME_FEATURE_VOLATILE_WRITE_CACHE;

	CT_NEED(ct->identify->vwc & NVME_VWC_PRESENT, "VWC is 0");
	for (uint32_t value = 0; value < 2; value++) {
		struct ct_answer answer = ct_change_feature(ct, fid, 0, value);

		CT_NEED((answer.status & NVME_STATUS_MASK) != NVME_SC_FEATURE_NOT_CHANGEABLE,
			"it is not changeable");
		ct_success(ct, "Set Features, Volatile Write Cache", answer);
		ct_equal(ct, "Volatile Write Cache", value, ct_feature(ct, fid, 0));
	}
}

/* Reserved bits are nobody's: they do not come back. */
static void write_cache_bits(struct ct *ct)
{
	const unsigned fid = NVME_FEATURE_VOLATILE_WRITE_CACHE;
	struct ct_answer answer;

	CT_NEED(ct->identify->vwc & NVME_VWC_PRESENT, "VWC is 0");
	answer = ct_change_feature(ct, fid, 0, 0xfffffffe);
	ct_status_of(
		ct, "Set Features with reserved bits",
		CT_STATUSES(NVME_SC_SUCCESS, NVME_SC_INVALID_FIELD, NVME_SC_FEATURE_NOT_CHANGEABLE),
		answer);
	ct_equal(ct, "bits 31:1 of Volatile Write Cache", 0, ct_feature(ct, fid, 0) >> 1);
}

/* ---- Number of Queues ---- */

/* Without I/O queues. */
static void begin_anew(struct ct *ct)
{
	ct_disable(ct);
	ct_enable(ct);
}

static void expect_grant(struct ct *ct, struct ct_answer answer)
{
	CT_EXPECT(NVME_QUEUES_SQS(answer.dw0) < 65536 && NVME_QUEUES_CQS(answer.dw0) < 65536,
		  "expected at most FFFEh, got %xh", answer.dw0);
}

/* It "should" be refused; no more than there can be are granted. */
static void queues_all_ones(struct ct *ct)
{
	struct ct_answer answer;

	begin_anew(ct);
	answer = ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, ct->argument));
	ct_status_of(ct, "Set Features, Number of Queues",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS), answer);
	if (!failed(answer))
		expect_grant(ct, answer);
}

static void queues_granted(struct ct *ct)
{
	struct ct_answer answer;

	begin_anew(ct);
	answer = ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, NVME_QUEUES(1, 1)));
	ct_success(ct, "Set Features, Number of Queues", answer);
	expect_grant(ct, answer);
	ct_equal(ct, "what Get Features says of the queues", answer.dw0,
		 ct_feature(ct, NVME_FEATURE_NUMBER_OF_QUEUES, 0));
}

static void queues_late(struct ct *ct)
{
	ct->dirty = true;
	ct_status(ct, "Number of Queues while there are some", NVME_SC_SEQUENCE_ERROR,
		  ct_ask(ct, ct_set_feature(NVME_FEATURE_NUMBER_OF_QUEUES, 0, NVME_QUEUES(2, 2))));
}

/* ---- Features with data ---- */

static struct ct_answer with_data(struct ct *ct, struct nvme_command command, void *data)
{
	command.prp1 = ct_bus(data);
	return ct_ask(ct, command);
}

#define ORIGIN_SET_FEATURES 1u

static void timestamp(struct ct *ct)
{
	struct nvme_timestamp *data = ct_buffer(ct, sizeof(*data));
	const uint64_t when = 0x0123456789ab;
	uint64_t now;

	CT_NEED(ct->identify->oncs & NVME_ONCS_TIMESTAMP, "ONCS has no Timestamp");
	ct->dirty = true;
	memset(data, 0, sizeof(*data));
	put_le64(data, when);
	ct_success(ct, "Set Features, Timestamp",
		   with_data(ct, ct_set_feature(NVME_FEATURE_TIMESTAMP, 0, 0), data));
	memset(data, CT_FRESH, sizeof(*data));
	ct_success(ct, "Get Features, Timestamp",
		   with_data(ct, ct_get_feature(NVME_FEATURE_TIMESTAMP, 0, 0), data));
	now = get_le(data->timestamp, sizeof(data->timestamp));
	CT_EXPECT(now >= when && now < when + 60000,
		  "expected the timestamp that was set, %llxh, or some ms more, got %llxh",
		  (unsigned long long)when, (unsigned long long)now);
	ct_equal(ct, "Timestamp Origin", ORIGIN_SET_FEATURES,
		 NVME_TIMESTAMP_ORIGIN(data->attributes));
	ct_equal(ct, "the reserved byte of the timestamp", 0, data->reserved7);
}

static void host_behavior(struct ct *ct)
{
	struct nvme_host_behavior *data = ct_buffer(ct, sizeof(*data));
	struct nvme_command read = ct_get_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0);

	CT_NEED(!failed(with_data(ct, read, data)), "the controller does not have it");
	ct->dirty = true;
	for (unsigned value = 2; value-- > 0;) {
		memset(data, 0, sizeof(*data));
		data->acre = (uint8_t)value;
		ct_success(ct, "Set Features, Host Behavior Support",
			   with_data(ct, ct_set_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0), data));
		memset(data, CT_FRESH, sizeof(*data));
		ct_success(ct, "Get Features, Host Behavior Support", with_data(ct, read, data));
		ct_equal(ct, "ACRE", value, data->acre);
	}
}

/* A byte that has two values. It stands in the data, not in the command: a controller need not look
 * at it. */
static void host_behavior_wrong(struct ct *ct)
{
	struct nvme_host_behavior *data = ct_buffer(ct, sizeof(*data));

	CT_NEED(!failed(with_data(ct, ct_get_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0), data)),
		"the controller does not have it");
	ct->dirty = true;
	memset(data, 0, sizeof(*data));
	data->acre = 2;
	ct_status_of(ct, "Set Features with ACRE 2h",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS),
		     with_data(ct, ct_set_feature(NVME_FEATURE_HOST_BEHAVIOR, 0, 0), data));
}

/* ---- Error Recovery, of each namespace ---- */

static void of_each(struct ct *ct)
{
	const unsigned fid = NVME_FEATURE_ERROR_RECOVERY;
	uint32_t other;

	CT_NEED(ct->namespace_count > 1, "there is only one namespace");
	CT_NEED(capabilities(ct, fid) & NVME_FEATURE_PER_NAMESPACE, "it is of the controller");
	other = ct_feature(ct, fid, ct->namespaces[1].nsid);
	ct_success(ct, "Set Features, Error Recovery",
		   ct_change_feature(ct, fid, ct->namespaces[0].nsid, other ^ 0x5));
	ct_equal(ct, "TLER of the namespace", other ^ 0x5,
		 ct_feature(ct, fid, ct->namespaces[0].nsid));
	ct_equal(ct, "TLER of another namespace to stay", other,
		 ct_feature(ct, fid, ct->namespaces[1].nsid));
}

static void recovery_wrong(struct ct *ct)
{
	const unsigned fid = NVME_FEATURE_ERROR_RECOVERY;
	uint32_t nsid = ct_invalid_nsid(ct);

	CT_NEED(capabilities(ct, fid) & NVME_FEATURE_PER_NAMESPACE, "it is of the controller");
	ct_status(ct, "the command", NVME_SC_INVALID_NAMESPACE,
		  ct_ask(ct, ct->argument ? ct_set_feature(fid, nsid, 0)
					  : ct_get_feature(fid, NVME_SELECT_CURRENT, nsid)));
}

/* ---- I/O Command Set Profile ---- */

static void profile_wrong(struct ct *ct)
{
	CT_NEED((ct->cc >> NVME_CC_CSS_SHIFT & 7) == NVME_CC_CSS_IOCS, "CC.CSS is not 110b");
	/* Two figures of Base have two numbers for this status: 2Bh and 15h. */
	ct_status_of(ct, "Set Features with an index that is not there",
		     CT_STATUSES(NVME_SC_IOCS_COMBINATION_REJECTED,
				 NVME_SC_NAMESPACE_INSUFFICIENT_CAPACITY),
		     ct_ask(ct, ct_set_feature(NVME_FEATURE_IO_COMMAND_SET_PROFILE, 0, 511)));
}

#define MANDATORY(name, fid, section)                                                          \
	CT_CASE("Get Features has " name, section, mandatory, CT_ADMIN, .argument = (fid)),    \
		CT_CASE(name ": default, saved value, capabilities", "Base 5.15", selects,     \
			CT_ADMIN, .argument = (fid)),                                          \
		CT_CASE(name ": its own value can be set again, or 10Eh", section, same_again, \
			CT_ADMIN, .argument = (fid)),                                          \
		CT_CASE(name ": SV without being saveable: 10Dh", "Base 5.27", not_saveable,   \
			CT_ADMIN, .argument = (fid))
#define NOT_OFFERED(name, fid)                                                                 \
	CT_CASE(name " that is not offered: Invalid Field", "Base 4.2", not_offered, CT_ADMIN, \
		.argument = (fid))

static const struct ct_case cases[] = {
	MANDATORY("Arbitration", NVME_FEATURE_ARBITRATION, "Base 5.27.1.1"),
	MANDATORY("Power Management", NVME_FEATURE_POWER_MANAGEMENT, "Base 5.27.1.2"),
	MANDATORY("Temperature Threshold", NVME_FEATURE_TEMPERATURE_THRESHOLD, "Base 5.27.1.3"),
	MANDATORY("Error Recovery", NVME_FEATURE_ERROR_RECOVERY, "NVM 4.1.3.2"),
	MANDATORY("Write Atomicity Normal", NVME_FEATURE_WRITE_ATOMICITY, "NVM 4.1.3.3"),
	MANDATORY("Asynchronous Event Configuration", NVME_FEATURE_ASYNC_EVENT, "Base 5.27.1.8"),
	CT_CASE("Get Features has Number of Queues", "Base 5.27.1.5", mandatory, CT_ADMIN,
		.argument = NVME_FEATURE_NUMBER_OF_QUEUES),
	CT_CASE("Get Features has Interrupt Coalescing", "Base 5.27.1.6", mandatory, CT_ADMIN,
		.argument = NVME_FEATURE_INTERRUPT_COALESCING),
	CT_CASE("Get Features has Interrupt Vector Configuration", "Base 5.27.1.7", mandatory,
		CT_ADMIN, .argument = NVME_FEATURE_INTERRUPT_VECTOR),
	CT_CASE("a value that is set with SV is there behind a reset", "Base 5.27", saves, CT_ADMIN,
		.destroys = true, .argument = true),
	CT_CASE("a value that is set without SV gives way to the saved one", "Base 5.27", saves,
		CT_ADMIN, .argument = false),
	CT_CASE("Temperature Threshold with an NSID: 10Fh", "Base 4.2", not_of_namespace, CT_ADMIN,
		.argument = NVME_FEATURE_TEMPERATURE_THRESHOLD),
	CT_CASE("Asynchronous Event Configuration with an NSID: 10Fh", "Base 4.2", not_of_namespace,
		CT_ADMIN, .argument = NVME_FEATURE_ASYNC_EVENT),
	CT_CASE("Get Features that are reserved: Invalid Field", "Base 4.2", unknown, CT_ADMIN),
	CT_CASE("Set Features that are reserved: Invalid Field", "Base 4.2", unknown, CT_ADMIN,
		.argument = 1),
	CT_CASE("Get Features with a reserved select is refused", "Base 5.15", reserved_select,
		CT_ADMIN),
	NOT_OFFERED("Volatile Write Cache", NVME_FEATURE_VOLATILE_WRITE_CACHE),
	NOT_OFFERED("Autonomous Power State Transition", NVME_FEATURE_AUTO_POWER_STATE),
	NOT_OFFERED("Host Memory Buffer", NVME_FEATURE_HOST_MEMORY_BUFFER),
	NOT_OFFERED("Timestamp", NVME_FEATURE_TIMESTAMP),
	NOT_OFFERED("Keep Alive Timer", NVME_FEATURE_KEEP_ALIVE),
	NOT_OFFERED("Host Controlled Thermal Management", NVME_FEATURE_THERMAL_MANAGEMENT),
	NOT_OFFERED("Non-Operational Power State Config", NVME_FEATURE_NON_OPERATIONAL_POWER),
	NOT_OFFERED("Read Recovery Level", NVME_FEATURE_READ_RECOVERY_LEVEL),
	NOT_OFFERED("Predictable Latency Mode", NVME_FEATURE_PREDICTABLE_LATENCY_CONFIG),
	NOT_OFFERED("Namespace Write Protection", NVME_FEATURE_WRITE_PROTECT),
	CT_CASE("Temperature Threshold is set, and the default after a reset", "Base 5.27.1.3",
		changes, CT_ADMIN, .argument = VALUE(NVME_FEATURE_TEMPERATURE_THRESHOLD, 400)),
	CT_CASE("Error Recovery is set, and the default after a reset", "NVM 4.1.3.2", changes,
		CT_ADMIN, .argument = VALUE(NVME_FEATURE_ERROR_RECOVERY, 7)),
	CT_CASE("Write Atomicity is set, and the default after a reset", "NVM 4.1.3.3", changes,
		CT_ADMIN, .argument = VALUE(NVME_FEATURE_WRITE_ATOMICITY, 1)),
	CT_CASE("Event Configuration is set, and the default after a reset", "Base 5.27.1.8",
		changes, CT_ADMIN, .argument = VALUE(NVME_FEATURE_ASYNC_EVENT, 1)),
	CT_CASE("Temperature Threshold with THSEL 10b is refused", "Base 5.27.1.3", refused_value,
		CT_ADMIN, .argument = VALUE(NVME_FEATURE_TEMPERATURE_THRESHOLD, 2u << 20 | 400)),
	CT_CASE("Temperature Threshold with TMPSEL 9h is refused", "Base 5.27.1.3", refused_value,
		CT_ADMIN, .argument = VALUE(NVME_FEATURE_TEMPERATURE_THRESHOLD, 9u << 16 | 400)),
	CT_CASE("Temperature Threshold has one over and one under", "Base 5.27.1.3",
		threshold_selects, CT_ADMIN),
	CT_CASE("Volatile Write Cache is switched off and on", "Base 5.27.1.4", write_cache,
		CT_ADMIN),
	CT_CASE("reserved bits of Volatile Write Cache do not come back", "Base 5.27.1.4",
		write_cache_bits, CT_ADMIN),
	CT_CASE("Number of Queues with NSQR FFFFh: Invalid Field, or fewer", "Base 5.27.1.5",
		queues_all_ones, CT_ADMIN, .argument = 0x0000ffff),
	CT_CASE("Number of Queues with NCQR FFFFh: Invalid Field, or fewer", "Base 5.27.1.5",
		queues_all_ones, CT_ADMIN, .argument = 0xffff0000),
	CT_CASE("Get Features says how many queues were granted", "Base 5.27.1.5", queues_granted,
		CT_ADMIN),
	CT_CASE("Number of Queues when there are queues: Sequence Error", "Base 5.27.1.5",
		queues_late, CT_IO),
	CT_CASE("Timestamp goes on from what was set", "Base 5.27.1.11", timestamp, CT_ADMIN),
	CT_CASE("Host Behavior Support: ACRE is set and cleared", "Base 5.27.1.18", host_behavior,
		CT_ADMIN),
	CT_CASE("Host Behavior Support with ACRE 2h: Invalid Field, or taken", "Base 5.27.1.18",
		host_behavior_wrong, CT_ADMIN),
	CT_CASE("Error Recovery is of one namespace", "NVM 4.1.3.2", of_each, CT_ADMIN),
	CT_CASE("Get Error Recovery, NSID above NN: 00Bh", "NVM 4.1.3.2", recovery_wrong, CT_ADMIN),
	CT_CASE("Set Error Recovery, NSID above NN: 00Bh", "NVM 4.1.3.2", recovery_wrong, CT_ADMIN,
		.argument = 1),
	CT_CASE("I/O Command Set Profile with an unused index: 12Bh", "Base 5.27.1.21",
		profile_wrong, CT_ADMIN),
	{.name = NULL},
};
CONFORMANCE_GROUP("features", cases);
