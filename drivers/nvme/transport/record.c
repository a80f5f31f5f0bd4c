/* A recorder: the ring of events, and the controllers that they are of. */
#include "drivers/nvme/transport/record.h"

#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

/* Events are written by whoever uses transport/ and, in the middle of that, by interrupt handlers;
 * they are read by neither. A slot is taken by the number of its event: next. */
static struct nvme_record *ring;
static size_t ring_size;
static uint64_t next, cleared;

static struct known {
	const volatile char *bar;
	uint64_t size; /* 0: it was there once */
	uint8_t dstrd;
	char name[16];
} known[NVME_RECORD_NOBODY];
static unsigned known_count;

void nvme_record_controller(const struct nvme_registers *registers, const char *name)
{
	const volatile char *bar = registers->bar;
	unsigned found = NVME_RECORD_NOBODY;

	for (unsigned i = 0; i < known_count; i++) {
		struct known *other = &known[i];

		if (other->bar == bar && (name ? strcmp(name, other->name) == 0 : other->size != 0))
			found = i;
		else if (other->bar < bar + registers->size && bar < other->bar + other->size)
			other->size = 0;
	}
	if (found == NVME_RECORD_NOBODY) {
		if (known_count == NVME_RECORD_NOBODY)
			return;
		found = known_count++;
		known[found].bar = bar;
		if (name)
			snprintf(known[found].name, sizeof(known[found].name), "%s", name);
		else
			snprintf(known[found].name, sizeof(known[found].name), "nvme%u", found);
	}
	known[found].size = registers->size;
	known[found].dstrd = NVME_CAP_DSTRD(registers->cap);
}

const char *nvme_record_controller_name(unsigned controller)
{
	return controller < known_count ? known[controller].name : "?";
}

static uint8_t find(const volatile void *address)
{
	const volatile char *at = address;

	for (unsigned i = 0; i < known_count; i++)
		if (at >= known[i].bar && (uint64_t)(at - known[i].bar) < known[i].size)
			return (uint8_t)i;
	return NVME_RECORD_NOBODY;
}

/* An interrupt between the time and the number would be an event before this one, and later. */
static void add(struct nvme_record *event)
{
	struct nvme_record *slot;

	event->sequence = __atomic_load_n(&next, __ATOMIC_RELAXED);
	do {
		event->time_ns = nvme_time_ns();
	} while (!__atomic_compare_exchange_n(&next, &event->sequence, event->sequence + 1, false,
					      __ATOMIC_RELAXED, __ATOMIC_RELAXED));
	slot = &ring[event->sequence % ring_size];
	/* Not what it was, and not yet what it will be. */
	__atomic_store_n(&slot->sequence, UINT64_MAX, __ATOMIC_RELAXED);
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	memcpy((char *)slot + sizeof(slot->sequence), (char *)event + sizeof(slot->sequence),
	       sizeof(*slot) - sizeof(slot->sequence));
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	__atomic_store_n(&slot->sequence, event->sequence, __ATOMIC_RELAXED);
}

static void add_command(const struct nvme_queue *queue, const struct nvme_command *command)
{
	struct nvme_record event = {.kind = NVME_RECORD_COMMAND,
				    .controller = find(queue->sq_doorbell),
				    .queue = queue->id,
				    .command = *command};

	add(&event);
}

static void add_completion(const struct nvme_queue *queue, const struct nvme_queue_entry *entry)
{
	struct nvme_record event = {.kind = NVME_RECORD_COMPLETION,
				    .controller = find(queue->cq_doorbell),
				    .queue = queue->id,
				    .entry = *entry};

	add(&event);
}

/* Whether a doorbell is there, and whose. */
static bool take_doorbell(struct nvme_record *event)
{
	uint64_t offset = event->access.offset, index;
	unsigned dstrd;

	if (event->controller == NVME_RECORD_NOBODY || offset < NVME_REG_DOORBELLS)
		return false;
	dstrd = known[event->controller].dstrd;
	index = (offset - NVME_REG_DOORBELLS) / NVME_DOORBELL_STRIDE(dstrd);
	if ((offset - NVME_REG_DOORBELLS) % NVME_DOORBELL_STRIDE(dstrd) || index / 2 > UINT16_MAX)
		return false;
	event->queue = (uint16_t)(index / 2);
	event->access.head = index & 1;
	return true;
}

static void add_access(enum nvme_record_kind kind, const volatile void *address, unsigned width,
		       uint64_t value)
{
	struct nvme_record event = {.kind = kind, .controller = find(address)};

	event.access.value = value;
	event.access.width = (uint8_t)width;
	if (event.controller != NVME_RECORD_NOBODY)
		event.access.offset =
			(uint32_t)((const volatile char *)address - known[event.controller].bar);
	if (kind == NVME_RECORD_WRITE && take_doorbell(&event))
		event.kind = NVME_RECORD_DOORBELL;
	add(&event);
}

static void add_read(const volatile void *address, unsigned width, uint64_t value)
{
	add_access(NVME_RECORD_READ, address, width, value);
}

static void add_write(const volatile void *address, unsigned width, uint64_t value)
{
	add_access(NVME_RECORD_WRITE, address, width, value);
}

static void add_shadow(const struct nvme_queue *queue, bool completion, uint16_t value)
{
	struct nvme_record event = {.kind = NVME_RECORD_SHADOW,
				    .controller = find(queue->sq_doorbell),
				    .queue = queue->id};

	event.access.value = value;
	event.access.width = 4;
	event.access.head = completion;
	if (event.controller != NVME_RECORD_NOBODY)
		event.access.offset =
			(uint32_t)((const volatile char *)(completion ? queue->cq_doorbell
								      : queue->sq_doorbell) -
				   known[event.controller].bar);
	add(&event);
}

static void add_interrupt(const volatile void *bar, int vector)
{
	struct nvme_record event = {
		.kind = NVME_RECORD_INTERRUPT, .controller = find(bar), .vector = vector};

	add(&event);
}

static const struct nvme_trace recorder = {add_command, add_completion, add_read,
					   add_write,	add_shadow,	add_interrupt};

static void forget_ring(void)
{
	nvme_free(ring);
	ring = NULL;
	ring_size = 0;
	nvme_record_clear();
}

int nvme_record_start(size_t events)
{
	if (nvme_trace)
		return -EBUSY;
	if (!events)
		events = ring_size;
	if (events < 2 || events > SIZE_MAX / 2 / sizeof(*ring))
		return -EINVAL;
	if (events != ring_size) {
		forget_ring();
		ring = nvme_alloc(events * sizeof(*ring));
		if (!ring)
			return -ENOMEM;
		ring_size = events;
		for (size_t i = 0; i < events; i++)
			ring[i].sequence = UINT64_MAX;
	}
	nvme_trace = &recorder;
	return 0;
}

void nvme_record_stop(void)
{
	if (nvme_record_is_running())
		nvme_trace = NULL;
}

bool nvme_record_is_running(void)
{
	return nvme_trace == &recorder;
}

void nvme_record_clear(void)
{
	cleared = next;
}

void nvme_record_free(void)
{
	nvme_record_stop();
	forget_ring();
}

size_t nvme_record_size(void)
{
	return ring_size;
}

uint64_t nvme_record_begin(void)
{
	return next - cleared > ring_size ? next - ring_size : cleared;
}

uint64_t nvme_record_lost(void)
{
	return nvme_record_begin() - cleared;
}

uint64_t nvme_record_end(void)
{
	return next;
}

bool nvme_record_get(uint64_t sequence, struct nvme_record *event)
{
	if (sequence < nvme_record_begin() || sequence >= next)
		return false;
	*event = ring[sequence % ring_size];
	__atomic_signal_fence(__ATOMIC_SEQ_CST);
	/* It may have been overwritten meanwhile. */
	return event->sequence == sequence && ring[sequence % ring_size].sequence == sequence;
}

bool nvme_record_command(const struct nvme_record *completion, struct nvme_record *command)
{
	uint16_t sqid = nvme_queue_entry_sqid(&completion->entry);
	uint16_t cid = nvme_queue_entry_cid(&completion->entry);
	uint64_t at = completion->sequence < next ? completion->sequence : next;

	while (at-- > nvme_record_begin()) {
		const struct nvme_record *other = &ring[at % ring_size];

		if (other->controller != completion->controller)
			continue;
		if (other->kind == NVME_RECORD_COMPLETION &&
		    nvme_queue_entry_sqid(&other->entry) == sqid &&
		    nvme_queue_entry_cid(&other->entry) == cid)
			return false;
		if (other->kind == NVME_RECORD_COMMAND && other->queue == sqid &&
		    other->command.cid == cid)
			return nvme_record_get(at, command);
	}
	return false;
}
