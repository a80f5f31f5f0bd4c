/* The simulated controller as a whole: made from a configuration, reset, removed, looked at. */
#define _GNU_SOURCE /* MAP_NORESERVE */
#include "tests/sim/internal.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "lib/errno.h"

static const char *text(const struct sim_text *lines)
{
	return lines->bytes ? lines->bytes : "";
}

void sim_violation(struct sim_controller *sim, const char *format, ...)
{
	va_list args;

	sim->violation_count++;
	if (sim->violation_count > 1000)
		return;
	va_start(args, format);
	sim_text_add_list(&sim->violations, format, args);
	va_end(args);
	if (getenv("SIM_VERBOSE"))
		fprintf(stderr, "sim: violations so far:\n%s", text(&sim->violations));
}

unsigned sim_violation_count(struct sim_controller *sim)
{
	return sim->violation_count;
}

const char *sim_violations(struct sim_controller *sim)
{
	return text(&sim->violations);
}

const char *sim_take_violations(struct sim_controller *sim)
{
	struct sim_text old = sim->taken;

	sim->taken = sim->violations;
	sim->violations = old;
	sim_text_clear(&sim->violations);
	sim->violation_count = 0;
	return text(&sim->taken);
}

void sim_trace_add(struct sim_controller *sim, const char *format, ...)
{
	va_list args;

	if (sim->trace.size > 1 << 20)
		return;
	va_start(args, format);
	sim_text_add_list(&sim->trace, format, args);
	va_end(args);
}

const char *sim_trace(struct sim_controller *sim)
{
	return text(&sim->trace);
}

void sim_trace_clear(struct sim_controller *sim)
{
	sim_text_clear(&sim->trace);
}

uint64_t sim_random(struct sim_controller *sim)
{
	uint64_t x = sim->random += 0x9e3779b97f4a7c15ull;

	x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9ull;
	x = (x ^ x >> 27) * 0x94d049bb133111ebull;
	return x ^ x >> 31;
}

uint64_t sim_cap(unsigned mqes, bool cqr, unsigned timeout, unsigned dstrd, unsigned css,
		 unsigned mpsmin, unsigned mpsmax)
{
	return (uint64_t)mqes | (uint64_t)cqr << 16 | (uint64_t)timeout << 24 |
	       (uint64_t)dstrd << 32 | (uint64_t)css << 37 | (uint64_t)mpsmin << 48 |
	       (uint64_t)mpsmax << 52;
}

static void default_u64(uint64_t *value, uint64_t otherwise)
{
	if (!*value)
		*value = otherwise;
}

static void apply_defaults(struct sim_config *config)
{
	default_u64(&config->cap, SIM_CAP_QEMU);
	default_u64(&config->ready_ns, 1000000);
	default_u64(&config->unready_ns, 1000000);
	default_u64(&config->shutdown_ns, 1000000);
	default_u64(&config->latency_ns, 2000);
	if (!config->version)
		config->version = 0x10400;
	if (!config->queues)
		config->queues = 64;
	if (!config->queues_claimed)
		config->queues_claimed = config->queues;
	if (!config->interrupts)
		config->interrupts = 65;
	if (!config->namespace_count && !config->namespaces)
		config->namespace_count = 1;
	if (!config->serial)
		config->serial = "SIM0001";
	if (!config->model)
		config->model = "Simulated NVMe Controller";
	if (!config->firmware)
		config->firmware = "1.0";
}

static void create_namespaces(struct sim_controller *sim)
{
	uint32_t nsid = 0;

	sim->namespace_count = sim->config.namespace_count;
	sim->namespace_room = sim->namespace_count + 8;
	sim->unallocated = sim->config.unallocated;
	sim->namespaces = calloc(sim->namespace_room + 1, sizeof(*sim->namespaces));
	for (unsigned i = 0; i < sim->namespace_count; i++) {
		struct sim_namespace_config *config = &sim->namespaces[i].config;

		if (sim->config.namespaces)
			*config = sim->config.namespaces[i];
		if (!config->nsid)
			config->nsid = nsid + 1;
		nsid = config->nsid;
		if (nsid > sim->nn)
			sim->nn = nsid;
		default_u64(&config->block_count, 2048);
		default_u64(&config->capacity, config->block_count);
		if (!config->block_shift)
			config->block_shift = 9;
		sim->namespaces[i].store =
			sim_store_create((1u << config->block_shift) + config->metadata);
		sim->namespaces[i].elsewhere = config->shared;
		sim_zones_create(&sim->namespaces[i]);
	}
	sim_placement_create(sim);
	if (sim->config.nn)
		sim->nn = sim->config.nn;
}

struct sim_controller *sim_create(const struct sim_config *config)
{
	struct sim_controller *sim = calloc(1, sizeof(*sim));
	uint64_t doorbells;

	if (config)
		sim->config = *config;
	apply_defaults(&sim->config);
	config = &sim->config;
	sim->random = config->random;
	sim->queue_entries_max = (unsigned)(config->cap & 0xffff) + 1;
	sim->stride = 4u << (config->cap >> 32 & 0xf);
	sim->page_size_min = 4096ull << (config->cap >> 48 & 0xf);

	doorbells = SIM_DOORBELLS + 2ull * sim->stride * (config->queues + 1);
	sim->bar_size = config->bar_size;
	if (!sim->bar_size)
		for (sim->bar_size = 16384; sim->bar_size < doorbells;)
			sim->bar_size *= 2;
	sim->bar_room = (sim->bar_size + 4095) & ~4095ull;
	sim->bar = mmap(NULL, sim->bar_room, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE,
			-1, 0);
	if (sim->bar == MAP_FAILED) {
		perror("sim: mmap of the BAR");
		abort();
	}
	create_namespaces(sim);
	sim_cmb_create(sim);
	sim_pmr_create(sim);
	for (unsigned i = 0; i < SIM_QUEUES_MAX; i++)
		sim->cq[i].waiting_end = &sim->cq[i].waiting;
	sim_power_on(sim);
	sim->event_waits[0] |= 1u << 4; /* nobody has read which namespaces there are */
	if (config->enabled) {
		sim->cc = 0x00460001;
		sim->csts = SIM_CSTS_RDY;
		sim->aqa = 0x001f001f;
		sim->asq = sim->acq = 0xdead000;
	}
	sim_attach(sim);
	return sim;
}

/* As after power-on or an NVM subsystem reset. */
void sim_power_on(struct sim_controller *sim)
{
	sim_reset_queues(sim);
	sim->cc = sim->csts = sim->aqa = sim->intms = 0;
	sim->asq = sim->acq = sim->cmbmsc = 0;
	sim_pmr_power_on(sim);
	sim->last_csts = 0;
	sim->ready_at = sim->unready_at = sim->shutdown_at = UINT64_MAX;
	sim->fatal = false;
	sim->queues_set = false;
	sim->forgotten = true;
	sim_reset_features(sim);
}

void sim_destroy(struct sim_controller *sim)
{
	if (sim->violation_count) {
		fprintf(stderr, "sim: the driver did something illegal:\n%s",
			text(&sim->violations));
		abort();
	}
	sim_detach(sim);
	sim_reset_queues(sim);
	sim_clear_faults(sim);
	for (unsigned i = 0; i < SIM_QUEUES_MAX; i++)
		free(sim->sq[i]);
	for (unsigned i = 0; i < sim->namespace_count; i++) {
		sim_store_destroy(sim->namespaces[i].store);
		free(sim->namespaces[i].zones);
		free(sim->namespaces[i].zones_more);
	}
	while (sim->recycled) {
		struct sim_posting *next = sim->recycled->next;

		free(sim->recycled);
		sim->recycled = next;
	}
	free(sim->namespaces);
	free(sim->heap);
	sim_text_free(&sim->trace);
	sim_text_free(&sim->violations);
	sim_text_free(&sim->taken);
	munmap(sim->bar, sim->bar_room);
	sim_cmb_destroy(sim);
	sim_pmr_destroy(sim);
	free(sim);
}

volatile void *sim_bar(struct sim_controller *sim)
{
	return sim->bar;
}

uint64_t sim_bar_size(struct sim_controller *sim)
{
	return sim->bar_size;
}

void sim_set_fatal(struct sim_controller *sim)
{
	sim_stir();
	sim->fatal = true;
	sim->csts |= SIM_CSTS_CFS;
}

void sim_remove(struct sim_controller *sim)
{
	sim_stir();
	sim->gone = true;
	sim_reset_queues(sim);
}

void sim_plug(struct sim_controller *sim)
{
	sim_power_on(sim);
	sim->gone = sim->no_dma = false;
}

void sim_power_cut(struct sim_controller *sim)
{
	sim_remove(sim);
	for (unsigned i = 0; i < sim->namespace_count; i++)
		sim_store_lose(sim->namespaces[i].store, sim);
	sim_plug(sim);
}

void sim_lose_configuration(struct sim_controller *sim, uint64_t ns)
{
	sim_stir();
	sim_power_on(sim);
	sim->lost = sim->no_dma = true;
	sim->answers_at = sim_now() + ns;
}

int sim_restore(struct sim_controller *sim)
{
	if (sim->gone || sim_now() < sim->answers_at)
		return -ENODEV;
	sim->lost = false;
	return 0;
}

int sim_reset_function(struct sim_controller *sim)
{
	if (sim->gone)
		return -ENODEV;
	if (!sim->config.function_reset)
		return -EOPNOTSUPP;
	sim->function_resets++;
	sim->config.never_ready = sim->config.never_unready = false;
	sim_lose_configuration(sim, 0);
	sim_advance(100 * MS);
	return sim_restore(sim);
}

unsigned sim_function_resets(struct sim_controller *sim)
{
	return sim->function_resets;
}

/* How long a PCI function may take to answer again */
#define ANSWER_NS (600 * MS)

void sim_subsystem_reset(struct sim_controller *sim)
{
	if (sim->config.forgetful && sim->cmb_bar)
		memset(sim->cmb_bar, 0x5a, sim->cmb_bar_size);
	if (sim->config.forgetful)
		sim_lose_configuration(sim, ANSWER_NS);
	else
		sim_power_on(sim);
	sim->csts = SIM_CSTS_NSSRO;
}

void sim_set_hidden(struct sim_controller *sim, bool hidden)
{
	sim->hidden = hidden;
}

void sim_set_bus_master(struct sim_controller *sim, bool on)
{
	sim->no_dma = !on;
}

bool sim_is_bus_master(struct sim_controller *sim)
{
	return !sim->no_dma;
}

void sim_stop(struct sim_controller *sim, bool stopped)
{
	sim_stir();
	sim->stopped = stopped;
	if (!stopped)
		sim_work(sim);
}

void sim_set_never_ready(struct sim_controller *sim, bool never)
{
	sim->config.never_ready = never;
}

void sim_set_never_unready(struct sim_controller *sim, bool never)
{
	sim->config.never_unready = never;
	/* What was asked of it in the meantime happens after all. */
	if (!never && !(sim->cc & 1) && sim->csts & SIM_CSTS_RDY)
		sim->unready_at = sim_now() + sim->config.unready_ns;
}

struct sim_namespace *sim_find_namespace(struct sim_controller *sim, uint32_t nsid)
{
	for (unsigned i = 0; i < sim->namespace_count; i++)
		if (sim->namespaces[i].config.nsid == nsid)
			return &sim->namespaces[i];
	return NULL;
}

static struct sim_namespace *need_namespace(struct sim_controller *sim, uint32_t nsid)
{
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);

	if (!ns) {
		fprintf(stderr, "sim: there is no namespace %u\n", nsid);
		abort();
	}
	return ns;
}

void sim_namespace_read(struct sim_controller *sim, uint32_t nsid, uint64_t lba, uint64_t count,
			void *buffer)
{
	sim_store_read(need_namespace(sim, nsid)->store, lba, count, buffer);
}

void sim_namespace_write(struct sim_controller *sim, uint32_t nsid, uint64_t lba, uint64_t count,
			 const void *buffer)
{
	sim_store_write(need_namespace(sim, nsid)->store, lba, count, buffer, true);
}

void sim_namespace_attach(struct sim_controller *sim, uint32_t nsid, bool attached)
{
	need_namespace(sim, nsid)->config.inactive = !attached;
}

void sim_namespace_resize(struct sim_controller *sim, uint32_t nsid, uint64_t block_count)
{
	struct sim_namespace_config *config = &need_namespace(sim, nsid)->config;

	config->block_count = config->capacity = block_count;
}

void sim_namespace_format(struct sim_controller *sim, uint32_t nsid, unsigned block_shift)
{
	struct sim_namespace *ns = need_namespace(sim, nsid);

	sim_store_destroy(ns->store);
	ns->config.block_shift = block_shift;
	ns->store = sim_store_create((1u << block_shift) + ns->config.metadata);
}

const struct sim_statistics *sim_statistics(struct sim_controller *sim)
{
	return &sim->statistics;
}

bool sim_is_ready(struct sim_controller *sim)
{
	return (sim->csts & SIM_CSTS_RDY) && !sim->gone;
}

unsigned sim_queue_size(struct sim_controller *sim, uint16_t id, bool completion)
{
	if (id >= SIM_QUEUES_MAX)
		return 0;
	if (completion)
		return sim->cq[id].exists ? sim->cq[id].size : 0;
	return sim->sq[id] && sim->sq[id]->exists ? sim->sq[id]->size : 0;
}
