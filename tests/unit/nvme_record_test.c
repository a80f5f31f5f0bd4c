/* The recorder: what is kept of what a program over transport/ does, and in which words. */
#include <stdlib.h>
#include <string.h>

#include "drivers/nvme/transport/queue.h"
#include "drivers/nvme/transport/record.h"
#include "lib/errno.h"
#include "tests/sim/controller.h"
#include "tests/unit/cmocka.h"

static struct sim_controller *sim;
static struct nvme_registers registers;
static struct nvme_queue admin;

/* A controller whose admin queue runs, of a name and with a stride. */
static void start(const char *name, uint64_t cap)
{
	sim = sim_create(&(struct sim_config){.tolerant = true, .cap = cap});
	registers = (struct nvme_registers){.bar = sim_bar(sim), .size = sim_bar_size(sim)};
	if (name)
		nvme_record_controller(&registers, name);
	assert_int_equal(nvme_registers_read(&registers), 0);
	assert_int_equal(nvme_queue_init(&admin, &registers, 0, 4, NULL), 0);
	assert_int_equal(nvme_registers_enable(&registers, &admin, 0x460000), 0);
}

static void stop(void)
{
	nvme_record_free();
	assert_null(nvme_trace);
	sim_take_violations(sim);
	assert_int_equal(nvme_registers_disable(&registers), 0);
	nvme_queue_free(&admin);
	sim_destroy(sim);
}

static void run(struct nvme_command command)
{
	struct nvme_queue_entry entry;

	nvme_queue_push(&admin, &command);
	nvme_queue_ring_sq(&admin);
	while (!nvme_queue_take(&admin, &entry))
		nvme_relax();
	nvme_queue_ring_cq(&admin);
}

/* All events since a mark but for reads of CSTS, a line each, without what stands before the
 * column of queues, and without how long it took. */
static const char *journal(uint64_t mark)
{
	static char lines[65536];
	struct nvme_record event;
	char text[NVME_RECORD_TEXT], *after;

	lines[0] = 0;
	for (uint64_t at = mark; at < nvme_record_end(); at++) {
		assert_true(nvme_record_get(at, &event));
		nvme_record_text(&event, text, sizeof(text));
		after = strstr(text, " after ");
		if (after)
			*after = 0;
		assert_true(strlen(lines) + strlen(text) + 2 < sizeof(lines));
		strcat(strcat(lines, strchr(strchr(text + 12, ' ') + 1, ' ') + 1), "\n");
	}
	return lines;
}

static uint64_t begin(void)
{
	assert_int_equal(nvme_record_start(1000), 0);
	return nvme_record_end();
}

/* The text as a whole, and the order in which it comes. */
static void test_command(void **state)
{
	struct nvme_record event, command;
	char text[NVME_RECORD_TEXT], expected[NVME_RECORD_TEXT], word[32];
	uint64_t mark, begun;
	uint64_t bus;
	void *page = nvme_dma_alloc(4096, &bus);

	(void)state;
	start("my_nvme7", 0);
	mark = begin();
	run((struct nvme_command){
		.opcode = NVME_ADMIN_IDENTIFY, .cid = 5, .prp1 = bus, .cdw10 = 1});
	assert_int_equal(nvme_record_end(), mark + 4);
	assert_true(nvme_record_get(mark, &command));
	assert_int_equal(command.kind, NVME_RECORD_COMMAND);
	assert_int_equal(command.sequence, mark);
	begun = command.time_ns;
	nvme_record_text(&command, text, sizeof(text));
	snprintf(expected, sizeof(expected),
		 "%5u.%06u my_nvme7 admin -> Identify cid 5 nsid 0 prp1 %#llx: CNS 01h",
		 (unsigned)(begun / S), (unsigned)(begun / US % 1000000), (unsigned long long)bus);
	assert_string_equal(text, expected);
	assert_true(nvme_record_get(mark + 1, &event));
	assert_int_equal(event.kind, NVME_RECORD_DOORBELL);
	nvme_record_text(&event, text, sizeof(text));
	assert_string_equal(text + 13, "my_nvme7 admin SQ0 tail write 1");
	assert_true(nvme_record_get(mark + 2, &event));
	assert_int_equal(event.kind, NVME_RECORD_COMPLETION);
	assert_true(nvme_record_command(&event, &command));
	assert_int_equal(command.sequence, mark);
	nvme_record_text(&event, text, sizeof(text));
	snprintf(expected, sizeof(expected),
		 "my_nvme7 admin <- Identify cid 5 sqhd 1: success dw0 0 after %u.%03u us",
		 (unsigned)((event.time_ns - begun) / 1000),
		 (unsigned)((event.time_ns - begun) % 1000));
	assert_string_equal(text + 13, expected);
	assert_true(event.time_ns > begun);
	assert_true(nvme_record_get(mark + 3, &event));
	nvme_record_text(&event, text, sizeof(text));
	assert_string_equal(text + 13, "my_nvme7 admin CQ0 head write 1");
	nvme_record_subject(&event, word, sizeof(word));
	assert_string_equal(word, "CQ0 head");
	nvme_record_subject(&command, word, sizeof(word));
	assert_string_equal(word, "Identify");
	nvme_record_queue(&command, word, sizeof(word));
	assert_string_equal(word, "admin");
	/* What does not fit is cut off. */
	nvme_record_text(&event, text, 16);
	assert_string_equal(text + 13, "my");
	nvme_record_text(&event, text, 1);
	assert_string_equal(text, "");
	nvme_record_text(&event, NULL, 0);
	nvme_dma_free(page, 4096);
	stop();
}

/* Fields of commands, of the way they are written in. */
static void test_fields(void **state)
{
	static const struct {
		uint16_t queue;
		struct nvme_command command;
		const char *text;
	} cases[] = {
		{1,
		 {.opcode = NVME_IO_READ,
		  .cid = 9,
		  .nsid = 1,
		  .prp1 = 0x1000,
		  .prp2 = 0x2000,
		  .cdw10 = 2,
		  .cdw11 = 1,
		  .cdw12 = 7 | NVME_RW_FUA},
		 "q1    -> Read cid 9 nsid 0x1 prp1 0x1000 prp2 0x2000: SLBA 4294967298 NLB 7 FUA "
		 "1\n"},
		{2,
		 {.opcode = NVME_IO_WRITE,
		  .flags = NVME_FLAGS_PSDT_SGL,
		  .nsid = 0xffffffff,
		  .mptr = 0x3000,
		  .sgl = {.address = 0x4000, .length = 512},
		  .cdw15 = 0x20001},
		 "q2    -> Write cid 0 nsid 0xffffffff mptr 0x3000 sgl 0x4000+0x200 type 00h: SLBA "
		 "0 NLB 0 LBAT 1 LBATM 2\n"},
		{1,
		 {.opcode = NVME_IO_FLUSH, .flags = 1, .cdw13 = 4},
		 "q1    -> Flush cid 0 nsid 0 "
		 "fuse 1: CDW13 0x4\n"},
		{1,
		 {.opcode = NVME_IO_FLUSH, .cdw2 = 1},
		 "q1    -> Flush cid 0 nsid 0 cdw2 0x1 "
		 "cdw3 0\n"},
		{0,
		 {.opcode = 0xee, .cid = 0xabcd, .cdw10 = 1, .cdw15 = 0x10},
		 "admin -> Vendor Specific (opcode EEh) cid 43981 nsid 0: CDW10 0x1 CDW15 0x10\n"},
		{0,
		 {.opcode = NVME_ADMIN_SET_FEATURES, .cdw10 = 7, .cdw11 = 0x30003},
		 "admin -> Set Features cid 0 nsid 0: FID 07h (Number of Queues) CDW11 0x30003\n"},
		{0,
		 {.opcode = NVME_ADMIN_GET_LOG_PAGE, .cdw10 = 0x7f0002, .cdw11 = 1, .cdw13 = 1},
		 "admin -> Get Log Page cid 0 nsid 0: LID 02h (SMART / Health Information) NUMD "
		 "65663 LPO 4294967296\n"},
		{0,
		 {.opcode = NVME_ADMIN_FORMAT_NVM, .cdw10 = 0x3001},
		 "admin -> Format NVM cid 0 nsid 0: LBAF 49\n"},
		{0,
		 {.opcode = NVME_ADMIN_IDENTIFY, .cdw10 = 0x50100},
		 "admin -> Identify cid 0 nsid 0: CNS 00h CNTID 5 CDW10 0x100\n"},
	};

	(void)state;
	start("my_nvme0", 0);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct nvme_queue queue = admin;
		uint64_t mark = begin();

		queue.id = cases[i].queue;
		nvme_trace->command(&queue, &cases[i].command);
		assert_string_equal(journal(mark), cases[i].text);
		nvme_record_stop();
	}
	stop();
}

/* Completions, by a queue's view. */
static void complete(unsigned cqid, unsigned sqid, unsigned cid, unsigned status, uint64_t result)
{
	struct nvme_queue queue = admin;
	struct nvme_queue_entry entry = {result, (uint64_t)status << 49 | (uint64_t)cid << 32 |
							 (uint64_t)sqid << 16 | 3};

	queue.id = (uint16_t)cqid;
	nvme_trace->completion(&queue, &entry);
}

static void test_statuses(void **state)
{
	struct nvme_command command = {.opcode = NVME_IO_READ, .cid = 1};
	struct nvme_queue queue;
	uint64_t mark;

	(void)state;
	start("my_nvme0", 0);
	mark = begin();
	queue = admin;
	queue.id = 3;
	nvme_trace->command(&queue, &command);
	/* Another queue's, another command's, its own, and once more. */
	complete(3, 2, 1, 0, 0);
	complete(3, 3, 2, 0, 0);
	complete(2, 3, 1, NVME_SC_LBA_OUT_OF_RANGE | NVME_STATUS_DNR | NVME_STATUS_MORE | 1 << 11,
		 0x500000004);
	complete(3, 3, 1, 0x7c5, 0);
	assert_string_equal(
		strchr(journal(mark), '\n') + 1,
		"q2    <- ? cid 1 sqhd 3 cq 3: success dw0 0 (its command was not "
		"recorded)\n"
		"q3    <- ? cid 2 sqhd 3: success dw0 0 (its command was not recorded)\n"
		"q3    <- Read cid 1 sqhd 3 cq 2: LBA Out of Range (080h) DNR M CRD 1 "
		"dw0 0x4 dw1 0x5\n"
		"q3    <- ? cid 1 sqhd 3: Vendor Specific (7C5h) dw0 0 (its command was "
		"not recorded)\n");
	stop();
}

/* Registers by name, in pieces too; doorbells with a stride; what is nowhere. */
static void test_accesses(void **state)
{
	uint64_t mark;

	(void)state;
	start("my_nvme0", SIM_CAP_QEMU | 2ull << 32);
	mark = begin();
	nvme_get32(&registers, NVME_REG_CSTS);
	nvme_get64(&registers, NVME_REG_CAP);
	nvme_bar_read_as(registers.bar + NVME_REG_VS, 8);
	nvme_bar_read_as(registers.bar + NVME_REG_CC + 2, 1);
	nvme_bar_write_as(registers.bar + NVME_REG_ASQ, 8, 0x123456789000);
	nvme_set32(&registers, NVME_REG_INTMS, 1);
	nvme_bar_read_as(registers.bar + NVME_REG_PMRMSCU, 4);
	nvme_set32(&registers, 0x18, 5);
	nvme_bar_write(nvme_sq_doorbell(&registers, 3), 0xffff);
	nvme_bar_write(nvme_cq_doorbell(&registers, 65535 % SIM_QUEUES_MAX), 2);
	nvme_bar_write(registers.bar + 0x1008, 1);
	nvme_bar_read(registers.bar + 0x1000);
	nvme_bar_write_as(registers.bar + 0x1000, 2, 0);
	nvme_trace->interrupt(registers.bar, 3);
	nvme_trace->interrupt(registers.bar, NVME_TRACE_PIN);
	nvme_trace->shadow(&admin, true, 7);
	nvme_trace->interrupt(&mark, 0);
	nvme_trace->write(&mark, 4, 1);
	assert_string_equal(
		journal(mark),
		"      CSTS read 0x1: RDY 1 CFS 0 SHST 0 NSSRO 0 PP 0\n"
		"      CAP[31:0] read 0xf0107ff: MQES 2047 CQR 1 AMS 0 TO 15\n"
		"      CAP[63:32] read 0x401822: DSTRD 2 NSSRS 0 NOIOCSS 1 IOCSS 1 CSS 1 BPS 0 "
		"MPSMIN 0 MPSMAX 4 PMRS 0 CMBS 0 CRIMS 0 CRWMS 0\n"
		"      VS[63:0] read 0x10400\n"
		"      CC[23:16] read 0x46: IOSQES 6 IOCQES 4\n"
		"      ASQ write 0x123456789000\n"
		"      INTMS write 0x1\n"
		"      PMRMSCU read 0\n"
		"      register 18h write 0x5\n"
		"q3    SQ3 tail write 65535\n"
		"q255  CQ255 head write 2\n"
		"      register 1008h write 0x1\n"
		"      register 1000h read 0\n"
		"admin SQ0 tail write 0 (2 bytes)\n"
		"      interrupt by vector 3\n"
		"      interrupt by pin\n"
		"admin CQ0 head shadow write 7\n"
		"      interrupt by vector 0\n"
		"      register write 0x1\n");
	stop();
}

/* The oldest are overwritten, and counted; numbers go on; who has stopped keeps what there is. */
static void test_ring(void **state)
{
	struct nvme_record event;
	uint64_t mark;

	(void)state;
	start("my_nvme0", 0);
	assert_int_equal(nvme_record_start(0), -EINVAL);
	assert_int_equal(nvme_record_start(1), -EINVAL);
	assert_int_equal(nvme_record_start(4), 0);
	assert_int_equal(nvme_record_start(4), -EBUSY);
	assert_true(nvme_record_is_running());
	assert_int_equal(nvme_record_size(), 4);
	mark = nvme_record_end();
	assert_int_equal(nvme_record_begin(), mark);
	assert_false(nvme_record_get(mark, &event));
	for (unsigned i = 0; i < 4; i++)
		nvme_set32(&registers, NVME_REG_INTMS, i);
	assert_int_equal(nvme_record_lost(), 0);
	assert_int_equal(nvme_record_begin(), mark);
	for (unsigned i = 4; i < 10; i++)
		nvme_set32(&registers, NVME_REG_INTMS, i);
	assert_int_equal(nvme_record_lost(), 6);
	assert_int_equal(nvme_record_begin(), mark + 6);
	assert_int_equal(nvme_record_end(), mark + 10);
	assert_false(nvme_record_get(mark + 5, &event));
	assert_false(nvme_record_get(mark + 10, &event));
	for (uint64_t at = mark + 6; at < mark + 10; at++) {
		assert_true(nvme_record_get(at, &event));
		assert_int_equal(event.access.value, at - mark);
	}
	nvme_record_stop();
	assert_null(nvme_trace);
	nvme_set32(&registers, NVME_REG_INTMS, 10);
	assert_int_equal(nvme_record_start(0), 0);
	assert_true(nvme_record_get(mark + 9, &event));
	assert_int_equal(nvme_record_end(), mark + 10);
	nvme_record_clear();
	assert_false(nvme_record_get(mark + 9, &event));
	assert_int_equal(nvme_record_lost(), 0);
	nvme_set32(&registers, NVME_REG_INTMS, 11);
	assert_true(nvme_record_get(mark + 10, &event));
	assert_int_equal(event.access.value, 11);
	nvme_record_stop();
	/* Another size: a new ring, and the numbers go on all the same. */
	assert_int_equal(nvme_record_start(2), 0);
	assert_false(nvme_record_get(mark + 10, &event));
	assert_int_equal(nvme_record_begin(), mark + 11);
	nvme_record_stop();
	sim_fail_allocations(0);
	assert_int_equal(nvme_record_start(8), -ENOMEM);
	sim_fail_allocations(-1);
	assert_null(nvme_trace);
	assert_false(nvme_record_get(mark + 11, &event));
	assert_int_equal(nvme_record_start(0), -EINVAL);
	stop();
}

/* Somebody else is attached: he stays. */
static void test_other(void **state)
{
	static const struct nvme_trace other;

	(void)state;
	nvme_trace = &other;
	assert_int_equal(nvme_record_start(4), -EBUSY);
	nvme_record_stop();
	assert_ptr_equal(nvme_trace, &other);
	nvme_trace = NULL;
}

/* A name stays with what was recorded under it, whoever has the BAR later. */
static void test_names(void **state)
{
	struct nvme_record event;
	uint64_t mark;

	(void)state;
	start("my_nvme0", 0);
	mark = begin();
	nvme_get32(&registers, NVME_REG_CSTS);
	nvme_record_controller(&registers, "my_nvme1");
	nvme_get32(&registers, NVME_REG_CSTS);
	nvme_record_controller(&registers, NULL);
	nvme_get32(&registers, NVME_REG_CSTS);
	nvme_record_controller(&registers, "my_nvme0");
	nvme_get32(&registers, NVME_REG_CSTS);
	for (unsigned i = 0; i < 4; i++) {
		static const char *const names[] = {"my_nvme0", "my_nvme1", "my_nvme1", "my_nvme0"};

		assert_true(nvme_record_get(mark + i, &event));
		assert_string_equal(nvme_record_controller_name(event.controller), names[i]);
	}
	assert_string_equal(nvme_record_controller_name(NVME_RECORD_NOBODY), "?");
	stop();
	/* Who says no name gets one. */
	sim = sim_create(&(struct sim_config){0});
	registers = (struct nvme_registers){.bar = (volatile char *)sim_bar(sim) + 64, .size = 4};
	nvme_record_controller(&registers, NULL);
	mark = begin();
	nvme_trace->interrupt(registers.bar, 0);
	assert_true(nvme_record_get(mark, &event));
	assert_memory_equal(nvme_record_controller_name(event.controller), "nvme", 4);
	nvme_record_free();
	sim_destroy(sim);
}

/* Any event, in a buffer of any size: it ends there, and what there is room for is enough. */
static void test_any(void **state)
{
	char text[NVME_RECORD_TEXT], part[NVME_RECORD_TEXT];

	(void)state;
	start("my_nvme12345678", 0);
	begin();
	srand(1);
	for (unsigned i = 0; i < 20000; i++) {
		uint8_t bytes[sizeof(struct nvme_record)];
		struct nvme_record event;
		size_t size = (size_t)rand() % sizeof(part);
		bool ones = rand() % 4 == 0;

		for (size_t j = 0; j < sizeof(bytes); j++)
			bytes[j] = ones ? 0xff : (uint8_t)(rand() >> 8);
		memcpy(&event, bytes, sizeof(event));
		event.kind = (uint8_t)(i % (NVME_RECORD_INTERRUPT + 1));
		event.controller = i % 3 ? 0 : NVME_RECORD_NOBODY;
		if (event.kind == NVME_RECORD_COMMAND) {
			event.queue &= 1;
			event.command.opcode = (uint8_t)i;
		}
		if (event.kind >= NVME_RECORD_READ && event.kind <= NVME_RECORD_SHADOW) {
			event.access.head = i & 1;
			event.access.width = (uint8_t)(1 << i % 4);
			event.access.offset = (uint32_t)rand() % 0x1004;
		}
		nvme_record_text(&event, text, sizeof(text));
		assert_in_range(strlen(text), 20, sizeof(text) - 2);
		memset(part, '#', sizeof(part));
		nvme_record_text(&event, part, size);
		assert_int_equal(strnlen(part, sizeof(part)), !size		    ? sizeof(part)
							      : strlen(text) < size ? strlen(text)
										    : size - 1);
		assert_memory_equal(part, text, size ? strlen(part) : 0);
		nvme_record_words(&event, part, size);
		nvme_record_subject(&event, part, size);
		nvme_record_queue(&event, part, size);
	}
	stop();
}

TESTS(cmocka_unit_test(test_command), cmocka_unit_test(test_fields),
      cmocka_unit_test(test_statuses), cmocka_unit_test(test_accesses), cmocka_unit_test(test_ring),
      cmocka_unit_test(test_other), cmocka_unit_test(test_names), cmocka_unit_test(test_any))
