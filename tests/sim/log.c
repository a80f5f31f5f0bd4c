/* Get Log Page (Base 2.0, section 5.16). */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

/* Those without ONCS are there up to a limit of their own, if they have one: NVM, 4.1.5.4. */
bool sim_has_io(const struct sim_controller *sim, uint8_t opcode)
{
	const struct sim_config *config = &sim->config;
	const struct {
		uint8_t opcode;
		uint16_t oncs; /* 0: it is always there */
		bool limited;
	} rows[] = {
		{SIM_FLUSH, 0, false},
		{SIM_WRITE, 0, false},
		{SIM_READ, 0, false},
		{SIM_WRITE_UNCORRECTABLE, SIM_ONCS_UNCORRECT, false},
		{SIM_COMPARE, SIM_ONCS_COMPARE, false},
		{SIM_WRITE_ZEROES, SIM_ONCS_WRITE_ZEROES, config->write_zeroes_limit},
		{SIM_DSM, SIM_ONCS_DSM,
		 config->ranges_limit || config->range_limit || config->discard_limit},
		{SIM_VERIFY, SIM_ONCS_VERIFY, config->verify_limit},
		{SIM_COPY, SIM_ONCS_COPY, false},
		{SIM_IO_MANAGEMENT_RECEIVE, 0x8000, config->placement.groups},
		{SIM_IO_MANAGEMENT_SEND, 0x8000, config->placement.groups},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (rows[i].opcode == opcode)
			return !rows[i].oncs || config->oncs & rows[i].oncs || rows[i].limited;
	return false;
}

/* What the controller has of its own; false where it has no such page. */
static bool fill(struct sim_controller *sim, uint8_t id, uint8_t log[4096], size_t *size)
{
	*size = id == 0x01 ? 256 : id == 0x02 || id == 0x03 ? 512 : 4096;
	switch (id) {
	case 0x00: /* which there are: 2.0 */
		if (sim->config.version < 0x20000)
			return false;
		*size = 1024;
		for (unsigned i = 0; i <= 0x06; i++)
			put32(log + 4 * i, i < 6 || sim->config.oacs & SIM_OACS_SELF_TEST);
		put32(log + 4, 1 | 2); /* Error Information takes an index */
		return true;
	case 0x06: /* no self-test was ever done */
		if (!(sim->config.oacs & SIM_OACS_SELF_TEST))
			return false;
		*size = 564;
		for (unsigned i = 0; i < 20; i++)
			log[4 + 28 * i] = 0x0f;
		return true;
	case 0x01:
		return true;
	case 0x02:
		log[0] = sim_is_hot(sim) ? 0x02 : 0;
		put16(log + 1, 310); /* kelvin */
		log[3] = 100;
		log[4] = 10;
		put64(log + 32, sim->statistics.blocks_read / 1000);
		put64(log + 48, sim->statistics.blocks_written / 1000);
		put64(log + 64, sim->statistics.commands[1][SIM_READ]);
		put64(log + 80, sim->statistics.commands[1][SIM_WRITE]);
		return true;
	case 0x03:
		log[0] = 1;
		memcpy(log + 8, "1.0     ", 8);
		return true;
	case 0x04:
		/* More changed than the list holds, where that was told. */
		put32(log, sim_event_waits(sim, id) ? 0xffffffff : 0);
		return true;
	case 0xbf: /* Changed Zone List */
		for (unsigned i = 0; i < sim->namespace_count; i++)
			if (sim->namespaces[i].zone_count)
				return true;
		return false;
	case 0x05:
		for (unsigned i = 0; i < 256; i++) {
			put32(log + 4 * i, sim_has_admin(sim, (uint8_t)i));
			put32(log + 1024 + 4 * i, sim_has_io(sim, (uint8_t)i));
		}
		return true;
	default:
		return false;
	}
}

unsigned sim_get_log(struct sim_controller *sim, struct sim_command *command)
{
	uint32_t cdw10 = dword(command, 10);
	uint64_t dwords = (cdw10 >> 16 | (uint64_t)(dword(command, 11) & 0xffff) << 16) + 1;
	uint64_t offset = get64(command->entry + 48);
	uint8_t id = (uint8_t)cdw10, own[4096] = {0};
	const struct sim_log *given = &sim->logs[id];
	size_t size = given->size, sent;
	const uint8_t *page = given->data;
	uint8_t *bytes;
	struct sim_namespace *zoned = sim_find_namespace(sim, dword(command, 1));
	unsigned status;

	if (!page && id >= 0x20 && id <= 0x23 && sim->config.placement.groups) {
		status = sim_placement_log(sim, command, own, &size);
		if (status)
			return sim_host_error(sim, command, status, "FDP log page");
	} else if (!page && id == 0xbf && zoned && zoned->zone_count) {
		size = sizeof(own);
		sim_changed_zones(zoned, own, cdw10 >> 15 & 1);
	} else if (!page && !fill(sim, id, own, &size))
		return sim_host_error(sim, command, SIM_SC_LOG_PAGE, "log page is not supported");
	if (!page)
		page = own;
	if (sim->config.no_log_offsets && (offset || dwords > 4096))
		return sim_host_error(sim, command, SIM_SC_FIELD, "log offsets are not supported");
	/* an index (OT) is one of entries of 64 bytes, of what the test gave one of dwords */
	if (dword(command, 14) >> 23 & 1) {
		if (!given->data && id != 0x01)
			return sim_host_error(sim, command, SIM_SC_FIELD, "log index");
		offset *= given->data ? 4 : 64;
	}
	if (id == 0x02 && dword(command, 1) > sim->nn && dword(command, 1) != 0xffffffff)
		return sim_host_error(sim, command, SIM_SC_NAMESPACE, "NSID of SMART");
	if (sim->config.mdts && 4 * dwords > sim->page_size_min << sim->config.mdts)
		return sim_host_error(sim, command, SIM_SC_FIELD, "more than MDTS");
	if (offset > size || offset & 3)
		return sim_host_error(sim, command, SIM_SC_FIELD, "log offset");
	/* What is behind the end is not defined. */
	bytes = calloc(dwords, 4);
	sent = size - offset < 4 * dwords ? size - offset : 4 * dwords;
	memcpy(bytes, page + offset, sent);
	status = sim_transfer(sim, command, bytes, 4 * dwords, true);
	free(bytes);
	if (!(cdw10 >> 15 & 1))
		sim_event_clear(sim, id);
	return status;
}

void sim_set_log(struct sim_controller *sim, uint8_t id, const void *data, size_t size)
{
	sim->logs[id] = (struct sim_log){data, size};
}

bool sim_event_waits(const struct sim_controller *sim, uint8_t log_page)
{
	return sim->event_waits[log_page / 64] >> log_page % 64 & 1;
}
