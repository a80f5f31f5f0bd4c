/* A controller that tells what the input says. */
#include "tests/fuzz/nvme_liar.h"

#include <sanitizer/asan_interface.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/sim/internal.h"

#define BUFFERS_MAX 1024
#define RULES_MAX   4
#define PAGES_MAX   4

/* What is done to a property when it is read. */
struct rule {
	unsigned offset, kind, skip, left;
	uint64_t value;
};

struct input in;
struct sim_controller *sim;
struct nvme_controller *controller;
static struct rule rules[RULES_MAX];
static unsigned rule_count;
static struct {
	char *memory;
	size_t room; /* whole pages */
} buffers[BUFFERS_MAX];
static unsigned buffer_count;
static uint64_t pages[PAGES_MAX]; /* bus addresses of the driver's own data pages */
static unsigned page_count;
/* The controller has said nothing yet that allows the driver to free what it still writes to. */
static bool dma_counts;
static char violations[4096];

static const unsigned offsets[] = {SIM_CAP, SIM_VS, SIM_CC, SIM_CSTS, SIM_CRTO, SIM_INTMS};

void fail(const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "\nlog:\n%sviolations:\n%s\n", sim_log(), sim ? sim_violations(sim) : "");
	abort();
}

/* From now on the controller may write to wherever in their pages the driver's pointers point. */
static void lie_about_memory(void)
{
	for (unsigned i = 0; i < buffer_count && dma_counts; i++)
		ASAN_UNPOISON_MEMORY_REGION(buffers[i].memory, buffers[i].room);
	dma_counts = false;
}

uint64_t take(unsigned size)
{
	return input_take(&in, size);
}

unsigned below(unsigned bound)
{
	return (unsigned)take(1) % bound;
}

uint64_t answer(unsigned size)
{
	return input_take_back(&in, size);
}

static uint64_t change_property(void *context, unsigned offset, uint64_t value)
{
	(void)context;
	for (unsigned i = 0; i < rule_count; i++) {
		struct rule *rule = &rules[i];

		if (rule->offset != offset || !rule->left)
			continue;
		if (rule->skip) {
			rule->skip--;
			continue;
		}
		if (rule->left != 255)
			rule->left--;
		if (offset == SIM_CSTS || offset == SIM_CC)
			lie_about_memory();
		switch (rule->kind) {
		case 0:
			return value ^ rule->value;
		case 1:
			return rule->value;
		case 2:
			return UINT64_MAX;
		default:
			return 0;
		}
	}
	return value;
}

/* Writes over an entry of a completion queue, whether it is its turn or not. */
static void forge_in_place(void)
{
	unsigned id = (unsigned)answer(1) % 4;
	const struct sim_cq *cq = &sim->cq[id];
	uint8_t entry[16];

	if (!cq->exists || !cq->size)
		return;
	put64(entry, answer(4));
	put64(entry + 8, answer(8));
	/* Near the place that the driver looks at. */
	sim_dma_write(sim, cq->base + 16ull * ((cq->tail + answer(1) % 4) % cq->size), entry, 16,
		      "forged entry");
	lie_about_memory();
}

static void write_own_pages(void)
{
	uint64_t page = page_count ? pages[answer(1) % page_count] : 0;
	unsigned size = 1 + (unsigned)answer(1) % 16, offset = (unsigned)answer(2) % (4096 - 16);
	uint8_t bytes[16];

	if (sim->shadow && answer(1) & 1)
		page = answer(1) & 1 ? sim->shadow : sim->event_indices;
	if (!page)
		return;
	for (unsigned i = 0; i < size; i++)
		bytes[i] = (uint8_t)answer(1);
	sim_dma_write(sim, page + offset, bytes, size, "own page");
}

static bool change_completion(void *context, uint16_t queue, uint8_t entry[16])
{
	uint8_t kind = (uint8_t)answer(1);

	(void)context;
	(void)queue;
	if (kind < 128)
		return true;
	switch (kind % 12) {
	case 0:
		return false;
	case 1: /* a status that allows repetition */
		put16(entry + 14, (uint16_t)(answer(2) & 0xfffe));
		break;
	case 2:
		put32(entry, (uint32_t)answer(4));
		break;
	case 3:
		put32(entry, answer(1) & 1 ? UINT32_MAX : 0);
		break;
	case 4:
		put16(entry + 10, (uint16_t)answer(2));
		lie_about_memory();
		break;
	case 5:
		put16(entry + 12, (uint16_t)(get16(entry + 12) ^ answer(2)));
		lie_about_memory();
		break;
	case 6: /* twice, or once more later */
		sim_post(sim, queue ? sim->sq[queue]->cq : 0, entry);
		break;
	case 7:
		forge_in_place();
		break;
	case 8:
		write_own_pages();
		break;
	case 9: {
		uint8_t other[16];

		put64(other, answer(8));
		put64(other + 8, answer(8));
		lie_about_memory();
		sim_post(sim, (uint16_t)(answer(1) % 4), other);
		break;
	}
	case 10:
		memset(entry, 0xff, 16);
		break;
	default:
		put16(entry + 14, (uint16_t)(0x4000 | (answer(1) << 1)));
		break;
	}
	return true;
}

static void remember_page(uint64_t page)
{
	for (unsigned i = 0; i < page_count; i++)
		if (pages[i] == page)
			return;
	if (page_count < PAGES_MAX)
		pages[page_count++] = page;
}

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Fields worth lying about: of Identify Controller, of Identify Namespace. */
static const uint16_t controller_fields[] = {77,  80,  84,  88,	 92,  111, 256, 258, 259, 128,
					     130, 132, 134, 512, 513, 516, 520, 525, 536};
static const uint16_t namespace_fields[] = {0,	8,  16, 24, 25, 26, 27,	 29,  30,  33,
					    38, 46, 64, 68, 72, 99, 128, 130, 132, 190};

static void change_data(void *context, uint16_t queue, const uint8_t command[64], uint8_t *bytes,
			size_t size)
{
	bool identify = queue == 0 && command[0] == SIM_IDENTIFY;
	unsigned kind = (unsigned)answer(1), patches, cns = command[40];

	(void)context;
	if (identify && get64(command + 24) % 4096 == 0 && !controller)
		remember_page(get64(command + 24));
	if (kind < 96 || !size)
		return;
	if (kind >= 250) {
		memset(bytes, (int)answer(1), size);
		if (identify)
			lie_about_memory();
		return;
	}
	patches = kind % 5;
	for (unsigned i = 0; i <= patches; i++) {
		size_t at = answer(1), length = 1 + answer(1) % 8;

		if (identify && cns == 1)
			at = at < 250 ? controller_fields[at % COUNT(controller_fields)]
				      : answer(2);
		else if (identify && cns == 0)
			at = at < 250 ? namespace_fields[at % COUNT(namespace_fields)] : answer(2);
		else
			at *= 4;
		/* Another block size than the one that is simulated moves more than was asked. */
		if (identify)
			lie_about_memory();
		for (size_t j = 0; j < length; j++)
			if (at + j < size)
				bytes[at + j] = (uint8_t)answer(1);
			else
				answer(1);
	}
}

static void bus_master(struct nvme_pci *pci, bool on)
{
	sim_set_bus_master((struct sim_controller *)pci, on);
}

void forget_pages(void)
{
	page_count = 0;
}

void forget_rules(void)
{
	rule_count = 0;
}

void add_rule(void)
{
	struct rule *rule = &rules[rule_count % RULES_MAX];

	if (rule_count < RULES_MAX)
		rule_count++;
	else
		rule = &rules[below(RULES_MAX)];
	rule->offset = offsets[below(sizeof(offsets) / sizeof(offsets[0]))];
	rule->kind = below(5);
	rule->skip = (unsigned)take(1);
	rule->left = (unsigned)take(1);
	rule->value = take(rule->offset == SIM_CAP ? 8 : 4);
}

static void add_metadata(struct sim_namespace_config *ns, unsigned what)
{
	static const unsigned sizes[] = {8, 16, 64, 5000};

	ns->metadata = sizes[what & 3];
	ns->extended = what & 4;
	ns->protection = what >> 3 & 15;
	ns->guard = what & 128 ? 2 : 0;
}

static struct sim_namespace_config namespace_configs[4];

void make_controller(struct nvme_options *options)
{
	struct sim_config config = {0};
	unsigned flags = (unsigned)take(2), count, more;

	/* with the shortest CAP.TO: waiting costs time here too */
	config.cap = flags & 1 ? SIM_CAP_QEMU & ~(0xffull << 24) : SIM_CAP_SEED;
	if (flags & 2) {
		unsigned mqes = (unsigned)take(1), dstrd = below(6), timeout = below(6);

		config.cap = sim_cap(mqes, true, timeout, dstrd, (unsigned)take(1), 0, below(3));
		if (flags & 4)
			config.cap = take(8) & ~(0xf0ull << 24); /* CAP.TO */
		/* the stride decides how large the BAR is */
		config.cap &= ~(8ull << 32);
		config.cap |= 1ull << 36; /* NSSRS */
	}
	config.version = flags & 8 ? 0x10000 : 0;
	config.enabled = flags & 16;
	config.oncs = SIM_ONCS_DSM | SIM_ONCS_WRITE_ZEROES | SIM_ONCS_VERIFY;
	config.never_ready = (flags & 32) && (flags & 64);
	config.never_unready = (flags & 32) && (flags & 128);
	config.volatile_cache = flags & 256;
	config.fetch_max = flags & 512 ? 3 : 0;
	config.doorbell_race = flags & 1024;
	config.tolerant = true;
	config.mdts = below(8);
	config.queues = 1 + below(8);
	config.queues_claimed = flags & 2048 ? 1 + (unsigned)take(2) : 0;
	if (config.queues_claimed > 65536)
		config.queues_claimed = 65536;
	config.oacs = flags & 4096 ? SIM_OACS_DOORBELLS : 0;
	config.bar_size = flags & 8192 ? 4096 + take(2) * 4 : 0;
	config.abort_limit = below(4);
	config.events_limit = below(5);
	config.jitter_ns = take(1) * 1000;
	more = (unsigned)take(1);
	config.random = more;
	config.sgl = more & 16;
	config.no_messages = more & 32;
	config.no_pin = more & 64;
	config.interrupts = more & 8 ? 2 : 0;
	count = below(5);
	memset(namespace_configs, 0, sizeof(namespace_configs));
	for (unsigned i = 0; i < count; i++) {
		unsigned kind = (unsigned)take(1);

		namespace_configs[i].nsid = i ? 0 : 1 + (kind & 1);
		namespace_configs[i].block_count = kind & 2 ? 7 : 256;
		namespace_configs[i].block_shift = kind & 4 ? 12 : kind & 128 ? 17 : 9;
		namespace_configs[i].csi = (kind & 96) == 32   ? NVME_CSI_ZONED
					   : (kind & 96) == 64 ? NVME_CSI_KEY_VALUE
							       : NVME_CSI_NVM;
		if ((kind & 96) == 96)
			add_metadata(&namespace_configs[i], (unsigned)take(1));
		namespace_configs[i].read_only = kind & 8;
		namespace_configs[i].inactive = kind & 16;
	}
	/* 128 KiB at 64 KiB of BAR 2 */
	config.cmb.location = 1u << 12 | 2;
	config.cmb.size =
		flags & 16384 ? 2u << 12 | 1u << 8 | NVME_CMBSZ_SQS | NVME_CMBSZ_LISTS : 0;
	config.namespace_count = count;
	config.namespaces = namespace_configs;
	config.hooks.completion = change_completion;
	config.hooks.data = change_data;
	config.hooks.property = change_property;
	memset(options, 0, sizeof(*options));
	options->irq = (enum nvme_irq)(more & 3);
	options->data = (enum nvme_data)((more >> 2) % 3);
	options->pi = (enum nvme_pi)((more >> 4) % 3);
	options->quirks = more & 128 ? ~0u : 0;
	options->coalesce_threshold = more & 4 ? 8 : 0;
	options->coalesce_time = more & 4 ? 2 : 0;
	options->timeout_ms = 20;
	options->admin_timeout_ms = 50;
	options->queues = 1 + below(4);
	options->depth = 2 + below(31);
	options->max_transfer = 4096u << below(8);
	options->shadow_doorbells = flags & 4096;
	options->cmb = flags & 16384 ? NVME_CMBSZ_SQS | NVME_CMBSZ_LISTS : 0;
	options->bus_master = bus_master;
	sim = sim_create(&config);
	dma_counts = true;
	forget_pages();
}

void check_violations(void)
{
	const char *line = sim_take_violations(sim), *end;

	for (; *line; line = *end ? end + 1 : end) {
		size_t length;

		end = strchr(line, '\n');
		if (!end)
			end = line + strlen(line);
		length = (size_t)(end - line) < sizeof(violations) - 1 ? (size_t)(end - line)
								       : sizeof(violations) - 1;
		memcpy(violations, line, length);
		violations[length] = '\0';
		if (strstr(violations, "access at BAR offset") ||
		    (dma_counts && strstr(violations, "nobody's memory") &&
		     strncmp(violations, "own page", 8) != 0))
			fail("%s", violations);
	}
}

void *buffer(size_t size, size_t alignment)
{
	size_t room = (size + alignment + 4095) & ~(size_t)4095;
	void *memory;

	if (buffer_count == BUFFERS_MAX || posix_memalign(&memory, 4096, room))
		return NULL;
	memset(memory, 0x5a, room);
	buffers[buffer_count].memory = memory;
	buffers[buffer_count].room = room;
	buffer_count++;
	if (dma_counts) {
		ASAN_POISON_MEMORY_REGION(memory, alignment);
		ASAN_POISON_MEMORY_REGION((char *)memory + alignment + size,
					  room - alignment - size);
	}
	return (char *)memory + alignment;
}

void free_buffers(void)
{
	lie_about_memory();
	while (buffer_count)
		free(buffers[--buffer_count].memory);
}

void happen(void)
{
	struct sim_fault fault = {0};

	switch (below(14)) {
	case 0:
		sim_set_fatal(sim);
		break;
	case 1:
		sim_remove(sim);
		break;
	case 2:
		if (sim->gone)
			sim_plug(sim);
		break;
	case 3:
		sim_stop(sim, take(1) & 1);
		break;
	case 4:
		sim_event(sim, below(8), (unsigned)take(1), (unsigned)take(1));
		break;
	case 5:
		if (sim->namespace_count)
			sim->namespaces[below(4) % sim->namespace_count].config.inactive ^= true;
		break;
	case 6:
		if (sim->namespace_count)
			sim->namespaces[below(4) % sim->namespace_count].config.block_count =
				1 + take(1);
		break;
	case 7:
		sim_set_never_ready(sim, take(1) & 1);
		break;
	case 8:
		sim_set_never_unready(sim, take(1) & 1);
		break;
	case 9:
		for (unsigned vector = 0; vector < 8; vector++)
			sim->pending[0] |= (uint8_t)(take(1) & 1 << vector);
		sim_deliver(sim);
		break;
	case 10:
		forge_in_place();
		break;
	case 11:
		write_own_pages();
		break;
	default:
		fault.kind = below(SIM_RESULT + 1);
		fault.queue = below(4) ? SIM_ANY : (int)below(3);
		fault.opcode = below(4) ? SIM_ANY : (int)below(16);
		fault.skip = below(8);
		fault.count = below(5);
		fault.status = (unsigned)take(2) & 0x7fff;
		fault.value = take(3) * 100;
		if (fault.kind == SIM_UNKNOWN_CID || fault.kind == SIM_WRONG_CID ||
		    fault.kind == SIM_CORRUPT)
			lie_about_memory();
		sim_add_fault(sim, &fault);
		break;
	}
}
