/*
 * nvme show-regs: the controller properties (NVM Express Base 2.0, Figure 35), named and decoded as
 * nvme-cli prints them. Three lines follow the specification where nvme-cli 2.3 does not:
 * CRTO.CRIMT, PMRSTS.NRDY, and CMBEBS, CMBSWTP and NSSD, which it leaves out.
 */
#include "kernel/commands/command.h"
#include "kernel/commands/nvme/nvme.h"
#include "kernel/process.h"
#include "lib/errno.h"
#include "lib/string.h"

struct property {
	const char *label; /* with the white space before the colon */
	uint16_t offset;
	uint8_t size;
	bool prefix;	  /* the value is printed with 0x */
	bool blank_after; /* an empty line behind the decoded form */
	void (*decode)(uint64_t value);
};

/* Bits high:low of a property. */
static uint64_t bits(uint64_t value, unsigned high, unsigned low)
{
	return value >> low & (UINT64_MAX >> (63 - (high - low)));
}

static const char *choose(uint64_t index, const char *const *texts, unsigned count)
{
	return index < count && texts[index] ? texts[index] : "Reserved";
}

#define CHOOSE(index, ...)                                \
	choose(index, (const char *const[]){__VA_ARGS__}, \
	       sizeof((const char *const[]){__VA_ARGS__}) / sizeof(const char *))

static const char *yes_no(uint64_t value)
{
	return value ? "Yes" : "No";
}

static const char *support(uint64_t value)
{
	return value ? "Supported" : "Not Supported";
}

static unsigned number(uint64_t value)
{
	return (unsigned)value;
}

static void decode_cap(uint64_t cap)
{
	static const char indent[] = "\t                                           ";

	out("\tController Ready With Media Support (CRWMS): %s\n", support(bits(cap, 59, 59)));
	out("\tController Ready Independent of Media Support (CRIMS): %s\n",
	    support(bits(cap, 60, 60)));
	out("\tController Memory Buffer Supported (CMBS): The Controller Memory Buffer is %s\n",
	    support(bits(cap, 57, 57)));
	out("\tPersistent Memory Region Supported (PMRS): The Persistent Memory Region is %s\n",
	    support(bits(cap, 56, 56)));
	out("\tMemory Page Size Maximum         (MPSMAX): %u bytes\n",
	    1u << (12 + bits(cap, 55, 52)));
	out("\tMemory Page Size Minimum         (MPSMIN): %u bytes\n",
	    1u << (12 + bits(cap, 51, 48)));
	out("\tBoot Partition Support              (BPS): %s\n", yes_no(bits(cap, 45, 45)));
	out("\tCommand Sets Supported              (CSS): NVM command set is %s\n",
	    support(bits(cap, 37, 37)));
	out("%sOne or more I/O Command Sets are %s\n", indent, support(bits(cap, 43, 43)));
	out("%s%s\n", indent,
	    bits(cap, 44, 44) ? "Only Admin Command Set Supported"
			      : "I/O Command Set is Supported");
	out("\tNVM Subsystem Reset Supported     (NSSRS): %s\n", yes_no(bits(cap, 36, 36)));
	out("\tDoorbell Stride                   (DSTRD): %u bytes\n",
	    1u << (2 + bits(cap, 35, 32)));
	out("\tTimeout                              (TO): %u ms\n",
	    number(bits(cap, 31, 24)) * 500);
	out("\tArbitration Mechanism Supported     (AMS): Weighted Round Robin with Urgent "
	    "Priority Class is %s\n",
	    bits(cap, 17, 17) ? "supported" : "not supported");
	out("\tContiguous Queues Required          (CQR): %s\n", yes_no(bits(cap, 16, 16)));
	out("\tMaximum Queue Entries Supported    (MQES): %u\n", number(bits(cap, 15, 0)) + 1);
}

static void decode_vs(uint64_t vs)
{
	out("\tNVMe specification %u.%u\n", number(bits(vs, 31, 16)), number(bits(vs, 15, 8)));
}

static void decode_cc(uint64_t cc)
{
	out("\tController Ready Independent of Media Enable (CRIME): %s\n",
	    bits(cc, 24, 24) ? "Enabled" : "Disabled");
	out("\tI/O Completion Queue Entry Size (IOCQES): %u bytes\n", 1u << bits(cc, 23, 20));
	out("\tI/O Submission Queue Entry Size (IOSQES): %u bytes\n", 1u << bits(cc, 19, 16));
	out("\tShutdown Notification              (SHN): %s\n",
	    CHOOSE(bits(cc, 15, 14), "No notification; no effect", "Normal shutdown notification",
		   "Abrupt shutdown notification"));
	out("\tArbitration Mechanism Selected     (AMS): %s\n",
	    CHOOSE(bits(cc, 13, 11), "Round Robin",
		   "Weighted Round Robin with Urgent Priority Class", NULL, NULL, NULL, NULL, NULL,
		   "Vendor Specific"));
	out("\tMemory Page Size                   (MPS): %u bytes\n", 1u << (12 + bits(cc, 10, 7)));
	out("\tI/O Command Set Selected           (CSS): %s\n",
	    CHOOSE(bits(cc, 6, 4), "NVM Command Set", NULL, NULL, NULL, NULL, NULL,
		   "All supported I/O Command Sets", "Admin Command Set only"));
	out("\tEnable                              (EN): %s\n", yes_no(bits(cc, 0, 0)));
}

static void decode_csts(uint64_t csts)
{
	out("\tProcessing Paused               (PP): %s\n", yes_no(bits(csts, 5, 5)));
	out("\tNVM Subsystem Reset Occurred (NSSRO): %s\n", yes_no(bits(csts, 4, 4)));
	out("\tShutdown Status               (SHST): %s\n",
	    CHOOSE(bits(csts, 3, 2), "Normal operation (no shutdown has been requested)",
		   "Shutdown processing occurring", "Shutdown processing complete"));
	out("\tController Fatal Status        (CFS): %s\n", bits(csts, 1, 1) ? "True" : "False");
	out("\tReady                          (RDY): %s\n", yes_no(bits(csts, 0, 0)));
}

static void decode_nssr(uint64_t nssr)
{
	out("\tNVM Subsystem Reset Control (NSSRC): %u\n", number(nssr));
}

/* Both fields are in units of 500 milliseconds. */
static void decode_crto(uint64_t crto)
{
	out("\tCRIMT                               : %u secs\n", number(bits(crto, 31, 16)) / 2);
	out("\tCRWMT                               : %u secs\n", number(bits(crto, 15, 0)) / 2);
}

static void decode_intms(uint64_t intms)
{
	out("\tInterrupt Vector Mask Set (IVMS): %x\n", number(intms));
}

static void decode_intmc(uint64_t intmc)
{
	out("\tInterrupt Vector Mask Clear (IVMC): %x\n", number(intmc));
}

static void decode_aqa(uint64_t aqa)
{
	out("\tAdmin Completion Queue Size (ACQS): %u\n", number(bits(aqa, 27, 16)) + 1);
	out("\tAdmin Submission Queue Size (ASQS): %u\n", number(bits(aqa, 11, 0)) + 1);
}

static void decode_asq(uint64_t asq)
{
	out("\tAdmin Submission Queue Base (ASQB): %llx\n", (unsigned long long)asq);
}

static void decode_acq(uint64_t acq)
{
	out("\tAdmin Completion Queue Base (ACQB): %llx\n", (unsigned long long)acq);
}

static const char *enforced(uint64_t not_enforced)
{
	return not_enforced ? "Not Enforced" : "Enforced";
}

static bool buffer_missing(uint64_t value)
{
	if (!value)
		out("\tController Memory Buffer feature is not supported\n");
	return !value;
}

static void decode_cmbloc(uint64_t cmbloc)
{
	if (buffer_missing(cmbloc))
		return;
	out("\tOffset                                                        (OFST): %#x (See "
	    "cmbsz.szu for granularity)\n",
	    number(bits(cmbloc, 31, 12)));
	out("\tCMB Queue Dword Alignment                                     (CQDA): %u\n",
	    number(bits(cmbloc, 8, 8)));
	out("\tCMB Data Metadata Mixed Memory Support                      (CDMMMS): %s\n",
	    enforced(bits(cmbloc, 7, 7)));
	out("\tCMB Data Pointer and Command Independent Locations Support (CDPCILS): %s\n",
	    enforced(bits(cmbloc, 6, 6)));
	out("\tCMB Data Pointer Mixed Locations Support                    (CDPMLS): %s\n",
	    enforced(bits(cmbloc, 5, 5)));
	out("\tCMB Queue Physically Discontiguous Support                   (CQPDS): %s\n",
	    enforced(bits(cmbloc, 4, 4)));
	out("\tCMB Queue Mixed Memory Support                               (CQMMS): %s\n",
	    enforced(bits(cmbloc, 3, 3)));
	out("\tBase Indicator Register                                        (BIR): %#x\n",
	    number(bits(cmbloc, 2, 0)));
}

static const char *buffer_support(uint64_t value)
{
	return value ? "Supported" : "Not supported";
}

static void decode_cmbsz(uint64_t cmbsz)
{
	static const char place[] = "in Controller Memory Buffer is";

	if (buffer_missing(cmbsz))
		return;
	out("\tSize                      (SZ): %u\n", number(bits(cmbsz, 31, 12)));
	out("\tSize Units               (SZU): %s\n",
	    CHOOSE(bits(cmbsz, 11, 8), "4 KB", "64 KB", "1 MB", "16 MB", "256 MB", "4 GB",
		   "64 GB"));
	out("\tWrite Data Support       (WDS): Write Data and metadata transfer %s %s\n", place,
	    buffer_support(bits(cmbsz, 4, 4)));
	out("\tRead Data Support        (RDS): Read Data and metadata transfer %s %s\n", place,
	    buffer_support(bits(cmbsz, 3, 3)));
	out("\tPRP SGL List Support   (LISTS): PRP/SG Lists %s %s\n", place,
	    buffer_support(bits(cmbsz, 2, 2)));
	out("\tCompletion Queue Support (CQS): Admin and I/O Completion Queues %s %s\n", place,
	    buffer_support(bits(cmbsz, 1, 1)));
	out("\tSubmission Queue Support (SQS): Admin and I/O Submission Queues %s %s\n", place,
	    buffer_support(bits(cmbsz, 0, 0)));
}

static void decode_bpinfo(uint64_t bpinfo)
{
	out("\tActive Boot Partition ID      (ABPID): %u\n", number(bits(bpinfo, 31, 31)));
	out("\tBoot Read Status                (BRS): %s\n",
	    CHOOSE(bits(bpinfo, 25, 24), "No Boot Partition read operation requested",
		   "Boot Partition read in progress", "Boot Partition read completed successfully",
		   "Error completing Boot Partition read"));
	out("\tBoot Partition Size            (BPSZ): %u\n", number(bits(bpinfo, 14, 0)));
}

static void decode_bprsel(uint64_t bprsel)
{
	out("\tBoot Partition Identifier      (BPID): %u\n", number(bits(bprsel, 31, 31)));
	out("\tBoot Partition Read Offset    (BPROF): %x\n", number(bits(bprsel, 29, 10)));
	out("\tBoot Partition Read Size      (BPRSZ): %x\n", number(bits(bprsel, 9, 0)));
}

static void decode_bpmbl(uint64_t bpmbl)
{
	out("\tBoot Partition Memory Buffer Base Address (BMBBA): %llx\n",
	    (unsigned long long)bpmbl);
}

static void decode_cmbmsc(uint64_t cmbmsc)
{
	out("\tController Base Address         (CBA): %llx\n",
	    (unsigned long long)bits(cmbmsc, 63, 12));
	out("\tController Memory Space Enable (CMSE): %u\n", number(bits(cmbmsc, 1, 1)));
	out("\tCapabilities Registers Enabled  (CRE): CMBLOC and CMBSZ registers are %senabled\n",
	    bits(cmbmsc, 0, 0) ? "" : "NOT ");
}

static void decode_cmbsts(uint64_t cmbsts)
{
	out("\tController Base Address Invalid (CBAI): %u\n", number(bits(cmbsts, 0, 0)));
}

static const char *elasticity_unit(uint64_t value)
{
	return CHOOSE(bits(value, 3, 0), "Bytes", "One KB", "One MB", "One GB");
}

static void print_elasticity(const char *buffer, const char *base, const char *units,
			     uint64_t value)
{
	out("\t%s Elasticity Buffer Size Base  (%s): %x\n", buffer, base,
	    number(bits(value, 31, 8)));
	out("\tRead Bypass Behavior                     : memory reads not conflicting with memory "
	    "writes in the %s Elasticity Buffer %s bypass those memory writes\n",
	    buffer, bits(value, 4, 4) ? "SHALL" : "MAY");
	out("\t%s Elasticity Buffer Size Units (%s): %s\n", buffer, units, elasticity_unit(value));
}

static void print_throughput(const char *buffer, const char *field, uint64_t value)
{
	out("\t%s Sustained Write Throughput       (%sV): %x\n", buffer, field,
	    number(bits(value, 31, 8)));
	out("\t%s Sustained Write Throughput Units (%sU): %s/second\n", buffer, field,
	    elasticity_unit(value));
}

static void decode_cmbebs(uint64_t cmbebs)
{
	print_elasticity("CMB", "CMBWBZ", "CMBSZU", cmbebs);
}

static void decode_cmbswtp(uint64_t cmbswtp)
{
	print_throughput("CMB", "CMBSWT", cmbswtp);
}

static void decode_nssd(uint64_t nssd)
{
	out("\tNVM Subsystem Shutdown Control (NSSC): %u\n", number(nssd));
}

static void decode_pmrcap(uint64_t pmrcap)
{
	out("\tController Memory Space Supported                   (CMSS): Referencing PMR with "
	    "host supplied addresses is %s\n",
	    support(bits(pmrcap, 24, 24)));
	out("\tPersistent Memory Region Timeout                   (PMRTO): %x\n",
	    number(bits(pmrcap, 23, 16)));
	out("\tPersistent Memory Region Write Barrier Mechanisms (PMRWBM): %x\n",
	    number(bits(pmrcap, 13, 10)));
	out("\tPersistent Memory Region Time Units                (PMRTU): PMR time unit is %s\n",
	    bits(pmrcap, 9, 8) ? "minutes" : "500 milliseconds");
	out("\tBase Indicator Register                              (BIR): %x\n",
	    number(bits(pmrcap, 7, 5)));
	out("\tWrite Data Support                                   (WDS): Write data to the PMR "
	    "is %ssupported\n",
	    bits(pmrcap, 4, 4) ? "" : "not ");
	out("\tRead Data Support                                    (RDS): Read data from the PMR "
	    "is %ssupported\n",
	    bits(pmrcap, 3, 3) ? "" : "not ");
}

static void decode_pmrctl(uint64_t pmrctl)
{
	out("\tEnable (EN): PMR is %s\n", bits(pmrctl, 0, 0) ? "READY" : "Disabled");
}

static void decode_pmrsts(uint64_t pmrsts)
{
	out("\tController Base Address Invalid (CBAI): %x\n", number(bits(pmrsts, 12, 12)));
	out("\tHealth Status                   (HSTS): %s\n",
	    CHOOSE(bits(pmrsts, 11, 9), "Normal Operation", "Restore Error", "Read Only",
		   "Unreliable"));
	out("\tNot Ready                       (NRDY): The Persistent Memory Region is %s to "
	    "process PCI Express memory read and write requests\n",
	    bits(pmrsts, 8, 8) ? "Not Ready" : "READY");
	out("\tError                            (ERR): %x\n", number(bits(pmrsts, 7, 0)));
}

static void decode_pmrebs(uint64_t pmrebs)
{
	print_elasticity("PMR", "PMRWBZ", "PMRSZU", pmrebs);
}

static void decode_pmrswtp(uint64_t pmrswtp)
{
	print_throughput("PMR", "PMRSWT", pmrswtp);
}

static void decode_pmrmscl(uint64_t pmrmscl)
{
	out("\tController Base Address         (CBA): %#x\n", number(bits(pmrmscl, 31, 12)));
	out("\tController Memory Space Enable (CMSE): %#x\n", number(bits(pmrmscl, 1, 1)));
}

static void decode_pmrmscu(uint64_t pmrmscu)
{
	out("\tController Base Address         (CBA): %#x\n", number(pmrmscu));
}

/* In nvme-cli's order. */
static const struct property properties[] = {
	{"cap     ", 0x00, 8, false, true, decode_cap},
	{"version ", 0x08, 4, false, true, decode_vs},
	{"cc      ", 0x14, 4, false, true, decode_cc},
	{"csts    ", 0x1c, 4, false, true, decode_csts},
	{"nssr    ", 0x20, 4, false, true, decode_nssr},
	{"crto    ", 0x68, 4, false, false, decode_crto},
	{"intms   ", 0x0c, 4, false, true, decode_intms},
	{"intmc   ", 0x10, 4, false, true, decode_intmc},
	{"aqa     ", 0x24, 4, false, true, decode_aqa},
	{"asq     ", 0x28, 8, false, true, decode_asq},
	{"acq     ", 0x30, 8, false, true, decode_acq},
	{"cmbloc  ", 0x38, 4, false, true, decode_cmbloc},
	{"cmbsz   ", 0x3c, 4, false, true, decode_cmbsz},
	{"bpinfo  ", 0x40, 4, false, false, decode_bpinfo},
	{"bprsel  ", 0x44, 4, false, false, decode_bprsel},
	{"bpmbl   ", 0x48, 8, false, false, decode_bpmbl},
	{"cmbmsc\t", 0x50, 8, false, true, decode_cmbmsc},
	{"cmbsts\t", 0x58, 4, false, true, decode_cmbsts},
	{"cmbebs  ", 0x5c, 4, false, false, decode_cmbebs},
	{"cmbswtp ", 0x60, 4, false, false, decode_cmbswtp},
	{"nssd    ", 0x64, 4, false, true, decode_nssd},
	{"pmrcap  ", 0xe00, 4, false, false, decode_pmrcap},
	{"pmrctl  ", 0xe04, 4, false, false, decode_pmrctl},
	{"pmrsts  ", 0xe08, 4, false, false, decode_pmrsts},
	{"pmrebs  ", 0xe0c, 4, false, false, decode_pmrebs},
	{"pmrswtp ", 0xe10, 4, false, false, decode_pmrswtp},
	{"pmrmscl\t", 0xe14, 4, true, true, decode_pmrmscl},
	{"pmrmscu\t", 0xe18, 4, true, false, decode_pmrmscu},
};

void nvme_print_properties(const uint8_t copy[NVME_PROPERTIES_SIZE], bool human, bool offsets)
{
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		const struct property *property = &properties[i];
		uint64_t value = 0;

		for (unsigned byte = 0; byte < property->size; byte++)
			value |= (uint64_t)copy[property->offset + byte] << 8 * byte;
		if (offsets)
			out("%03xh %u  ", property->offset, property->size);
		out("%s: ", property->label);
		if (property->prefix)
			out("%#llx\n", (unsigned long long)value);
		else
			out("%llx\n", (unsigned long long)value);
		if (!human)
			continue;
		property->decode(value);
		if (property->blank_after)
			out("\n");
	}
}

/* In the widths that the properties have; what is behind the end of BAR0 reads as zero. */
static void copy_properties(struct nvme_controller *controller, uint8_t copy[NVME_PROPERTIES_SIZE])
{
	memset(copy, 0, NVME_PROPERTIES_SIZE);
	for (unsigned i = 0; i < sizeof(properties) / sizeof(properties[0]); i++) {
		const struct property *property = &properties[i];
		uint64_t value = 0;
		int error = nvme_property(controller, property->offset, property->size, &value);

		if (error == -ENODEV)
			fail(1, "show-regs: %s: %s", nvme_name(controller), error_text(ENODEV));
		memcpy(copy + property->offset, &value, property->size);
	}
}

int nvme_show_regs_main(int argc, char **argv)
{
	static const struct option long_options[] = {
		{"human-readable", 0, 'H'}, {"verbose", 0, 'v'}, {"output-format", 1, 'o'}, {0}};
	bool human = false, offsets = false, binary = false;
	struct getopt state = {0};
	uint8_t *copy = alloc_or_fail(NVME_PROPERTIES_SIZE);
	int option;

	while ((option = getopt_next(&state, argc, argv, "Hvo:", long_options)) != -1) {
		if (option == 'H')
			human = true;
		else if (option == 'v')
			offsets = true;
		else if (option == 'o' && strcmp(state.argument, "binary") == 0)
			binary = true;
		else if (option != 'o' || strcmp(state.argument, "normal") != 0)
			process_exit(1);
	}
	copy_properties(nvme_operand(argc, argv, state.index).controller, copy);
	if (binary)
		out_bytes(copy, NVME_PROPERTIES_SIZE);
	else
		nvme_print_properties(copy, human, offsets);
	return 0;
}
