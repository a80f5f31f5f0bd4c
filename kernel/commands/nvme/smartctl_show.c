/* What smartctl prints, in the form of smartmontools 7.3. */
#include "kernel/commands/nvme/smartctl.h"

#include "drivers/nvme/spec/spec.h"
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/show.h"
#include "kernel/commands/support/calendar.h"
#include "kernel/x86/time.h"
#include "lib/endian.h"
#include "lib/format.h"

#define KELVIN 273

/* One line of the report. */
#define ROW(label, format, ...) out("%-36s" format "\n", label, __VA_ARGS__)

static void print_text(const char *label, const char *text, size_t size)
{
	while (size && (text[size - 1] == ' ' || !text[size - 1]))
		size--;
	out("%-36s", label);
	for (size_t i = 0; i < size; i++)
		out_char(text[i] >= ' ' && text[i] < 0x7f ? text[i] : '?');
	out("\n");
}

/* With a comma between each three digits. */
static void print_grouped(uint64_t value)
{
	char digits[24];
	int length = snprintf(digits, sizeof(digits), "%llu", (unsigned long long)value);

	for (int i = 0; i < length; i++)
		out("%s%c", i && (length - i) % 3 == 0 ? "," : "", digits[i]);
}

/* In three digits and a prefix of SI: "16.7 MB". */
static void print_capacity(uint64_t bytes)
{
	static const char prefixes[] = " KMGTP";
	unsigned prefix = 0;
	uint64_t unit = 1, whole;

	while (prefix < 5 && bytes / unit >= 1000) {
		unit *= 1000;
		prefix++;
	}
	whole = bytes / unit;
	if (!prefix)
		out("%llu B", (unsigned long long)whole);
	else if (whole >= 100)
		out("%llu %cB", (unsigned long long)whole, prefixes[prefix]);
	else if (whole >= 10)
		out("%llu.%u %cB", (unsigned long long)whole,
		    (unsigned)(bytes % unit / (unit / 10)), prefixes[prefix]);
	else
		out("%llu.%02u %cB", (unsigned long long)whole,
		    (unsigned)(bytes % unit / (unit / 100)), prefixes[prefix]);
}

/* A number of 16 bytes; what it is in bytes, where each is unit of them. */
static void print_number(const char *label, const uint8_t *bytes, uint64_t unit)
{
	uint64_t value = get_le64(bytes);
	char digits[40];

	out("%-36s", label);
	if (get_le64(bytes + 8)) {
		nvme_decimal128(bytes, digits);
		out("%s\n", digits);
		return;
	}
	print_grouped(value);
	if (value && unit && value < UINT64_MAX / unit) {
		out(" [");
		print_capacity(value * unit);
		out("]");
	}
	out("\n");
}

static void print_blocks(const char *label, uint64_t blocks, unsigned shift)
{
	uint8_t bytes[16];

	put_le64(bytes, blocks << shift);
	put_le64(bytes + 8, shift ? blocks >> (64 - shift) : 0);
	print_number(label, bytes, 1);
}

static void print_temperature(const char *label, unsigned kelvin)
{
	if (kelvin)
		ROW(label, "%d Celsius", (int)kelvin - KELVIN);
	else
		ROW(label, "%s", "-");
}

/* The names of bits, from bit 0 up. */
static void print_bits(unsigned bits, const char *const *names, unsigned count)
{
	for (unsigned i = 0; i < count; i++)
		if (bits >> i & 1)
			out(" %s", names[i]);
	out("%s\n", bits >> count ? " *Other*" : "");
}
#define BITS_OF(bits, names) print_bits(bits, names, sizeof(names) / sizeof((names)[0]))

static bool is_zero(const uint8_t *bytes, size_t size)
{
	while (size && !*bytes) {
		bytes++;
		size--;
	}
	return !size;
}

/* "Namespace 1 Utilization:", with the number of the namespace. */
static const char *of_namespace(uint32_t nsid, const char *what)
{
	char *label = alloc_or_fail(64);

	snprintf(label, 64, "Namespace %u %s:", nsid, what);
	return label;
}

static void print_namespace(uint32_t nsid, const struct nvme_identify_namespace *id)
{
	unsigned index = NVME_FLBAS_INDEX(id->flbas, NVME_LBA_FORMATS(id));
	const struct nvme_lba_format *format = &id->lbaf[index];
	unsigned shift = format->data_size_shift & 31;
	bool thin = id->nsfeat & 1;

	if (id->ncap != id->nsze || thin) {
		print_blocks(of_namespace(nsid, "Size"), id->nsze, shift);
		print_blocks(of_namespace(nsid, "Capacity"), id->ncap, shift);
	} else {
		print_blocks(of_namespace(nsid, "Size/Capacity"), id->nsze, shift);
	}
	if (id->nuse != id->ncap || thin)
		print_blocks(of_namespace(nsid, "Utilization"), id->nuse, shift);
	ROW(of_namespace(nsid, "Formatted LBA Size"), "%u", 1u << shift);
	if (!is_zero(id->eui64, sizeof(id->eui64))) {
		out("%-36s", of_namespace(nsid, "IEEE EUI-64"));
		for (unsigned i = 0; i < sizeof(id->eui64); i++)
			out("%s%02x", i == 3 ? " " : "", id->eui64[i]);
		out("\n");
	}
}

static void print_time(void)
{
	struct calendar now;

	calendar_from_seconds(time_wall_s(), &now);
	ROW("Local Time is:", "%.3s %.3s %2u %02u:%02u:%02u %lld UTC", calendar_days[now.week_day],
	    calendar_months[now.month - 1], now.day, now.hour, now.minute, now.second,
	    (long long)now.year);
}

void smartctl_print_information(const struct nvme_identify_controller *id, uint32_t nsid,
				const struct nvme_identify_namespace *namespace)
{
	print_text("Model Number:", id->mn, sizeof(id->mn));
	print_text("Serial Number:", id->sn, sizeof(id->sn));
	print_text("Firmware Version:", id->fr, sizeof(id->fr));
	if (id->vid != id->ssvid) {
		ROW("PCI Vendor ID:", "0x%04x", id->vid);
		ROW("PCI Vendor Subsystem ID:", "0x%04x", id->ssvid);
	} else {
		ROW("PCI Vendor/Subsystem ID:", "0x%04x", id->vid);
	}
	ROW("IEEE OUI Identifier:", "0x%02x%02x%02x", id->ieee[2], id->ieee[1], id->ieee[0]);
	if (!is_zero(id->tnvmcap, 16) || !is_zero(id->unvmcap, 16)) {
		print_number("Total NVM Capacity:", id->tnvmcap, 1);
		print_number("Unallocated NVM Capacity:", id->unvmcap, 1);
	}
	ROW("Controller ID:", "%u", id->cntlid);
	if (!id->ver)
		ROW("NVMe Version:", "%s", "<1.2");
	else if (id->ver & 0xff)
		ROW("NVMe Version:", "%u.%u.%u", id->ver >> 16, id->ver >> 8 & 0xff,
		    id->ver & 0xff);
	else
		ROW("NVMe Version:", "%u.%u", id->ver >> 16, id->ver >> 8 & 0xff);
	ROW("Number of Namespaces:", "%u", id->nn);
	if (nsid && namespace->nsze)
		print_namespace(nsid, namespace);
	print_time();
}

static const char *power(unsigned value, unsigned scale, char text[16])
{
	if (scale == 1)
		snprintf(text, 16, "%u.%04uW", value / 10000, value % 10000);
	else if (scale == 2)
		snprintf(text, 16, "%u.%02uW", value / 100, value % 100);
	else
		return scale ? "?" : "- ";
	return text;
}

static void print_power_states(const struct nvme_identify_controller *id)
{
	out("\nSupported Power States\n"
	    "St Op     Max   Active     Idle   RL RT WL WT  Ent_Lat  Ex_Lat\n");
	for (unsigned i = 0; i <= id->npss && i < NVME_POWER_STATES_MAX; i++) {
		const struct nvme_power_state *state = &id->psd[i];
		char maximum[16], active[16], idle[16];

		out("%2u %c %9s %8s %8s %3u %2u %2u %2u %8u %7u\n", i,
		    state->flags & NVME_POWER_NOPS ? '-' : '+',
		    power(state->mp, state->flags & NVME_POWER_MXPS ? 1 : 2, maximum),
		    power(state->actp, NVME_POWER_SCALE(state->apws), active),
		    power(state->idlp, NVME_POWER_SCALE(state->ips), idle), state->rrl & 0x1f,
		    state->rrt & 0x1f, state->rwl & 0x1f, state->rwt & 0x1f, state->enlat,
		    state->exlat);
	}
}

static void print_formats(uint32_t nsid, const struct nvme_identify_namespace *id)
{
	out("\nSupported LBA Sizes (NSID 0x%x)\nId Fmt  Data  Metadt  Rel_Perf\n", nsid);
	for (unsigned i = 0; i <= id->nlbaf && i < 16; i++)
		out("%2u %c %7u %7u %9u\n", i, i == id->flbas ? '+' : '-',
		    1u << (id->lbaf[i].data_size_shift & 31), id->lbaf[i].metadata_size,
		    id->lbaf[i].relative_performance & 3);
}

void smartctl_print_capabilities(const struct nvme_identify_controller *id, uint32_t nsid,
				 const struct nvme_identify_namespace *namespace)
{
	static const char *const admin[] = {"Security",	   "Format",	 "Frmw_DL",    "NS_Mngmt",
					    "Self_Test",   "Directvs",	 "MI_Snd/Rec", "Vrt_Mngmt",
					    "Drbl_Bf_Cfg", "Get_LBA_Sts"};
	static const char *const nvm[] = {"Comp",	  "Wr_Unc", "DS_Mngmt", "Wr_Zero",
					  "Sav/Sel_Feat", "Resv",   "Timestmp", "Verify"};
	static const char *const pages[] = {"S/H_per_NS", "Cmd_Eff_Lg", "Ext_Get_Lg", "Telmtry_Lg",
					    "Pers_Ev_Lg"};
	static const char *const features[] = {"Thin_Prov", "NA_Fields", "Dea/Unw_Error",
					       "No_ID_Reuse", "NP_Fields"};
	unsigned slots = id->frmw >> 1 & 7;

	out("Firmware Updates (0x%02x):            %u Slot%s%s%s\n", id->frmw, slots,
	    slots == 1 ? "" : "s", id->frmw & 1 ? ", Slot 1 R/O" : "",
	    id->frmw & 0x10 ? ", no Reset required" : "");
	if (id->oacs) {
		out("Optional Admin Commands (0x%04x):  ", id->oacs);
		BITS_OF(id->oacs, admin);
	}
	if (id->oncs) {
		out("Optional NVM Commands (0x%04x):    ", id->oncs);
		BITS_OF(id->oncs, nvm);
	}
	if (id->lpa) {
		out("Log Page Attributes (0x%02x):        ", id->lpa);
		BITS_OF(id->lpa, pages);
	}
	if (id->mdts)
		ROW("Maximum Data Transfer Size:", "%llu Pages", 1ull << (id->mdts & 63));
	if (id->wctemp)
		print_temperature("Warning  Comp. Temp. Threshold:", id->wctemp);
	if (id->cctemp)
		print_temperature("Critical Comp. Temp. Threshold:", id->cctemp);
	if (nsid && namespace->nsfeat) {
		out("Namespace %u Features (0x%02x):     %*s", nsid, namespace->nsfeat,
		    nsid < 10 ? 2 : nsid < 100, "");
		BITS_OF(namespace->nsfeat, features);
	}
	print_power_states(id);
	if (nsid && namespace->lbaf[0].data_size_shift)
		print_formats(nsid, namespace);
}

void smartctl_print_health(uint8_t warning)
{
	static const char *const reasons[] = {
		"available spare has fallen below threshold",
		"temperature is above or below threshold",
		"NVM subsystem reliability has been degraded",
		"media has been placed in read only mode",
		"volatile memory backup device has failed",
		"persistent memory region has become read-only or unreliable",
	};
	const unsigned count = sizeof(reasons) / sizeof(reasons[0]);

	out("SMART overall-health self-assessment test result: %s\n",
	    warning ? "FAILED!" : "PASSED");
	for (unsigned i = 0; i < count; i++)
		if (warning >> i & 1)
			out("- %s\n", reasons[i]);
	if (warning >> count)
		out("- unknown critical warning(s) (0x%02x)\n", warning & ~((1u << count) - 1));
	out("\n");
}

void smartctl_print_attributes(const struct nvme_smart_log *log,
			       const struct nvme_identify_controller *id)
{
	out("SMART/Health Information (NVMe Log 0x02)\n");
	ROW("Critical Warning:", "0x%02x", log->critical_warning);
	print_temperature("Temperature:", get_le16(log->temperature));
	ROW("Available Spare:", "%u%%", log->available_spare);
	ROW("Available Spare Threshold:", "%u%%", log->available_spare_threshold);
	ROW("Percentage Used:", "%u%%", log->percentage_used);
	print_number("Data Units Read:", log->data_units_read, 512000);
	print_number("Data Units Written:", log->data_units_written, 512000);
	print_number("Host Read Commands:", log->host_read_commands, 0);
	print_number("Host Write Commands:", log->host_write_commands, 0);
	print_number("Controller Busy Time:", log->controller_busy_time, 0);
	print_number("Power Cycles:", log->power_cycles, 0);
	print_number("Power On Hours:", log->power_on_hours, 0);
	print_number("Unsafe Shutdowns:", log->unsafe_shutdowns, 0);
	print_number("Media and Data Integrity Errors:", log->media_errors, 0);
	print_number("Error Information Log Entries:", log->error_log_entries, 0);
	if (id->wctemp || log->warning_temperature_time)
		ROW("Warning  Comp. Temperature Time:", "%u", log->warning_temperature_time);
	if (id->cctemp || log->critical_temperature_time)
		ROW("Critical Comp. Temperature Time:", "%u", log->critical_temperature_time);
	for (unsigned i = 0; i < 8; i++) {
		char label[32];

		snprintf(label, sizeof(label), "Temperature Sensor %u:", i + 1);
		if (log->temperature_sensor[i])
			print_temperature(label, log->temperature_sensor[i]);
	}
	for (unsigned i = 0; i < 2; i++)
		if (log->thermal_transitions[i])
			out("Thermal Temp. %u Transition Count:   %u\n", i + 1,
			    log->thermal_transitions[i]);
	for (unsigned i = 0; i < 2; i++)
		if (log->thermal_time[i])
			out("Thermal Temp. %u Total Time:         %u\n", i + 1,
			    log->thermal_time[i]);
	out("\n");
}

/* A field of an error log entry, right aligned; "-" where it says nothing. */
static void print_field(int width, bool known, const char *format, unsigned long long value)
{
	char text[24] = "-";

	if (known)
		snprintf(text, sizeof(text), format, value);
	out(" %*s", width, text);
}

void smartctl_print_errors(const struct nvme_error_log_entry *entries, unsigned read, unsigned all)
{
	unsigned count = read, unused = 0;

	out("Error Information (NVMe Log 0x01, %u of %u entries)\n", read, all);
	while (count && !entries[count - 1].error_count)
		count--;
	if (!count) {
		out("No Errors Logged\n\n");
		return;
	}
	out("Num   ErrCount  SQId   CmdId  Status  PELoc          LBA  NSID    VS\n");
	for (unsigned i = 0; i < count; i++) {
		const struct nvme_error_log_entry *e = &entries[i];

		if (!e->error_count) {
			unused++;
			continue;
		}
		if (unused)
			out("  - [%u unused entr%s]\n", unused, unused == 1 ? "y" : "ies");
		unused = 0;
		out("%3u %10llu", i, (unsigned long long)e->error_count);
		print_field(5, e->sqid != 0xffff, "%llu", e->sqid);
		print_field(7, e->cid != 0xffff, "0x%04llx", e->cid);
		print_field(7, e->status != 0xffff, "0x%04llx", e->status);
		print_field(6, e->parameter_location != 0xffff, "0x%03llx", e->parameter_location);
		print_field(12, e->lba != UINT64_MAX, "%llu", e->lba);
		print_field(5, e->nsid != UINT32_MAX, "%llu", e->nsid);
		print_field(5, e->vendor, "0x%02llx", e->vendor);
		out("\n");
	}
	if (count == read && read < all)
		out("... (%u entries not read)\n", all - read);
	out("\n");
}
