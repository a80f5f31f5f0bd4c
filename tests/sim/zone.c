/* Zones of simulated namespaces: their states and commands (ZNS 1.1, sections 2.1.1 and 3.4), with
 * Zone Random Write Areas (TP4076). */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

#define NONE (~0ull) /* of a write pointer that means nothing */

void sim_zones_create(struct sim_namespace *ns)
{
	struct sim_namespace_config *config = &ns->config;

	if (!config->zone_size)
		return;
	if (!config->zone_capacity)
		config->zone_capacity = config->zone_size;
	ns->zone_count = config->block_count / config->zone_size;
	ns->zones = calloc(ns->zone_count, sizeof(*ns->zones));
	ns->zones_more = calloc(ns->zone_count, sizeof(*ns->zones_more));
	for (uint64_t i = 0; i < ns->zone_count; i++)
		ns->zones[i] = (struct sim_zone){SIM_ZONE_EMPTY, i * config->zone_size};
}

static bool is_open(const struct sim_zone *zone)
{
	return zone->state == SIM_ZONE_IMPLICITLY_OPEN || zone->state == SIM_ZONE_EXPLICITLY_OPEN;
}

static bool is_active(const struct sim_zone *zone)
{
	return is_open(zone) || zone->state == SIM_ZONE_CLOSED;
}

static unsigned count(const struct sim_namespace *ns, bool (*is)(const struct sim_zone *))
{
	unsigned sum = 0;

	for (uint64_t i = 0; i < ns->zone_count; i++)
		sum += is(&ns->zones[i]);
	return sum;
}

/* Room for one more open zone: one that is implicitly open may be closed for it. */
static unsigned make_open(struct sim_namespace *ns, struct sim_zone *zone, enum sim_zone_state to)
{
	const struct sim_namespace_config *config = &ns->config;

	if (!is_active(zone) && config->zones_active &&
	    count(ns, is_active) >= config->zones_active)
		return SIM_SC_TOO_MANY_ACTIVE | SIM_DNR;
	for (uint64_t i = 0; !is_open(zone) && config->zones_open && i < ns->zone_count; i++)
		if (count(ns, is_open) >= config->zones_open &&
		    ns->zones[i].state == SIM_ZONE_IMPLICITLY_OPEN)
			ns->zones[i].state = SIM_ZONE_CLOSED;
	if (!is_open(zone) && config->zones_open && count(ns, is_open) >= config->zones_open)
		return SIM_SC_TOO_MANY_OPEN | SIM_DNR;
	zone->state = to;
	return SIM_SC_SUCCESS;
}

static unsigned areas(const struct sim_namespace *ns)
{
	unsigned sum = 0;

	for (uint64_t i = 0; i < ns->zone_count; i++)
		sum += ns->zones_more[i].area;
	return sum;
}

/* The write pointer moves; where it comes to the end the zone is full, and has no area any more. */
static void advance(struct sim_namespace *ns, uint64_t index, uint64_t blocks)
{
	struct sim_zone *zone = &ns->zones[index];
	uint64_t end = index * ns->config.zone_size + ns->config.zone_capacity;

	zone->pointer = blocks < end - zone->pointer ? zone->pointer + blocks : end;
	if (zone->pointer < end)
		return;
	zone->state = SIM_ZONE_FULL;
	ns->zones_more[index].area = false;
}

/* Blocks that a write to a zone with an area moves its pointer by: whole granules, so that the last
 * block is in the area behind it. */
static uint64_t flushed(const struct sim_namespace *ns, const struct sim_zone *zone, uint64_t end)
{
	uint64_t granule = ns->config.zone_granule, last = zone->pointer + ns->config.zone_area;

	return end > last ? (end - last + granule - 1) / granule * granule : 0;
}

unsigned sim_zone_write(struct sim_namespace *ns, uint64_t lba, uint64_t blocks)
{
	uint64_t size = ns->config.zone_size, start = lba - lba % size;
	struct sim_zone *zone = &ns->zones[lba / size];
	unsigned status;
	bool area;

	if (lba / size >= ns->zone_count || lba + blocks > start + size)
		return SIM_SC_ZONE_BOUNDARY | SIM_DNR;
	if (zone->state == SIM_ZONE_FULL)
		return SIM_SC_ZONE_FULL | SIM_DNR;
	if (zone->state == SIM_ZONE_READ_ONLY)
		return SIM_SC_ZONE_READ_ONLY | SIM_DNR;
	if (zone->state == SIM_ZONE_OFFLINE)
		return SIM_SC_ZONE_OFFLINE | SIM_DNR;
	area = ns->zones_more[lba / size].area;
	if (area ? lba < zone->pointer || lba + blocks > zone->pointer + 2ull * ns->config.zone_area
		 : lba != zone->pointer)
		return SIM_SC_ZONE_WRITE | SIM_DNR;
	if (lba + blocks > start + ns->config.zone_capacity)
		return SIM_SC_ZONE_BOUNDARY | SIM_DNR;
	if (!is_open(zone)) {
		status = make_open(ns, zone, SIM_ZONE_IMPLICITLY_OPEN);
		if (status)
			return status;
	}
	advance(ns, lba / size, area ? flushed(ns, zone, lba + blocks) : blocks);
	return SIM_SC_SUCCESS;
}

unsigned sim_zone_append(const struct sim_namespace *ns, uint64_t *lba)
{
	const struct sim_zone *zone = &ns->zones[*lba / ns->config.zone_size];

	if (*lba >= ns->zone_count * ns->config.zone_size)
		return SIM_SC_LBA_RANGE | SIM_DNR;
	if (*lba % ns->config.zone_size)
		return SIM_SC_FIELD | SIM_DNR;
	if (zone->state == SIM_ZONE_FULL)
		return SIM_SC_ZONE_FULL | SIM_DNR;
	if (ns->zones_more[*lba / ns->config.zone_size].area)
		return SIM_SC_ZONE_OPERATION | SIM_DNR;
	*lba = zone->pointer;
	return SIM_SC_SUCCESS;
}

unsigned sim_zone_read(const struct sim_namespace *ns, uint64_t lba, uint64_t blocks)
{
	uint64_t size = ns->config.zone_size;

	if (lba / size != (lba + blocks - 1) / size)
		return SIM_SC_ZONE_BOUNDARY | SIM_DNR;
	if (lba / size < ns->zone_count && ns->zones[lba / size].state == SIM_ZONE_OFFLINE)
		return SIM_SC_ZONE_OFFLINE | SIM_DNR;
	return SIM_SC_SUCCESS;
}

/* Where a zone goes from its state; figure 8. */
static unsigned act(struct sim_namespace *ns, uint64_t index, unsigned action)
{
	struct sim_zone *zone = &ns->zones[index];
	uint64_t start = index * ns->config.zone_size;
	bool usable = zone->state <= SIM_ZONE_CLOSED;

	switch (action) {
	case 0x01: /* close */
		if (is_open(zone))
			zone->state = SIM_ZONE_CLOSED;
		else if (zone->state != SIM_ZONE_CLOSED)
			break;
		return SIM_SC_SUCCESS;
	case 0x02: /* finish */
		if (!usable && zone->state != SIM_ZONE_FULL)
			break;
		zone->state = SIM_ZONE_FULL;
		ns->zones_more[index].area = false;
		return SIM_SC_SUCCESS;
	case 0x03: /* open */
		return usable ? make_open(ns, zone, SIM_ZONE_EXPLICITLY_OPEN)
			      : SIM_SC_ZONE_TRANSITION | SIM_DNR;
	case 0x04: /* reset */
		if (!usable && zone->state != SIM_ZONE_FULL)
			break;
		*zone = (struct sim_zone){SIM_ZONE_EMPTY, start};
		ns->zones_more[index] = (struct sim_zone_more){0};
		sim_store_write(ns->store, start, ns->config.zone_size, NULL, true);
		return SIM_SC_SUCCESS;
	case 0x05: /* offline */
		if (zone->state != SIM_ZONE_READ_ONLY && zone->state != SIM_ZONE_OFFLINE)
			break;
		zone->state = SIM_ZONE_OFFLINE;
		return SIM_SC_SUCCESS;
	default:
		return SIM_SC_FIELD | SIM_DNR;
	}
	return SIM_SC_ZONE_TRANSITION | SIM_DNR;
}

/* Whether an action with Select All is for zones in that state (ZNS 1.1, section 3.4.3). */
static bool selected(const struct sim_zone *zone, unsigned action)
{
	switch (action) {
	case 0x01: /* close */
		return is_open(zone);
	case 0x02: /* finish */
		return is_active(zone);
	case 0x03: /* open */
		return zone->state == SIM_ZONE_CLOSED;
	default:
		return true;
	}
}

/* Open Zone that asks for an area, which only an empty zone gets. */
static unsigned open_with_area(struct sim_namespace *ns, uint64_t index)
{
	unsigned status;

	if (!ns->config.zone_area)
		return SIM_SC_ZONE_OPERATION | SIM_DNR;
	if (ns->zones[index].state != SIM_ZONE_EMPTY)
		return SIM_SC_ZONE_TRANSITION | SIM_DNR;
	if (areas(ns) >= ns->config.zone_areas)
		return SIM_SC_NO_AREA | SIM_DNR;
	status = act(ns, index, 0x03);
	ns->zones_more[index].area = !status;
	return status;
}

/* The area up to this block. */
static unsigned flush_area(struct sim_namespace *ns, uint64_t lba)
{
	uint64_t index = lba / ns->config.zone_size;
	struct sim_zone *zone = &ns->zones[index];
	unsigned status;

	if (!ns->zones_more[index].area)
		return SIM_SC_ZONE_OPERATION | SIM_DNR;
	if (lba < zone->pointer || lba >= zone->pointer + ns->config.zone_area ||
	    (lba + 1 - zone->pointer) % ns->config.zone_granule)
		return SIM_SC_FIELD | SIM_DNR;
	status = is_open(zone) ? SIM_SC_SUCCESS : make_open(ns, zone, SIM_ZONE_IMPLICITLY_OPEN);
	if (!status)
		advance(ns, index, lba + 1 - zone->pointer);
	return status;
}

static unsigned set_extension(struct sim_controller *sim, const struct sim_command *command,
			      struct sim_namespace *ns, uint64_t index)
{
	struct sim_zone *zone = &ns->zones[index];
	struct sim_zone_more *more = &ns->zones_more[index];
	unsigned status;

	if (!ns->config.zone_extension)
		return SIM_SC_FIELD | SIM_DNR;
	if (zone->state != SIM_ZONE_EMPTY)
		return SIM_SC_ZONE_TRANSITION | SIM_DNR;
	if (ns->config.zones_active && count(ns, is_active) >= ns->config.zones_active)
		return SIM_SC_TOO_MANY_ACTIVE | SIM_DNR;
	status = sim_transfer(sim, command, more->extension, sizeof(more->extension), false);
	if (status)
		return status;
	more->extended = true;
	zone->state = SIM_ZONE_CLOSED;
	return SIM_SC_SUCCESS;
}

static unsigned management_send(struct sim_controller *sim, struct sim_namespace *ns,
				const struct sim_command *command)
{
	uint64_t lba = get64(command->entry + 40), index = lba / ns->config.zone_size;
	unsigned action = dword(command, 13) & 0xff;

	if (dword(command, 13) >> 8 & 1) {
		for (index = 0; index < ns->zone_count; index++)
			if (selected(&ns->zones[index], action))
				act(ns, index, action);
		return SIM_SC_SUCCESS;
	}
	if (lba >= ns->config.block_count)
		return SIM_SC_LBA_RANGE | SIM_DNR;
	if (action == 0x11)
		return flush_area(ns, lba);
	if (lba % ns->config.zone_size)
		return SIM_SC_FIELD | SIM_DNR;
	if (action == 0x10)
		return set_extension(sim, command, ns, index);
	if (action == 0x03 && dword(command, 13) >> 9 & 1)
		return open_with_area(ns, index);
	return act(ns, index, action);
}

/* Whether a zone is of those that a report is about (figure 28). */
static bool listed(const struct sim_zone *zone, unsigned only)
{
	static const uint8_t states[] = {[1] = SIM_ZONE_EMPTY,
					 [2] = SIM_ZONE_IMPLICITLY_OPEN,
					 [3] = SIM_ZONE_EXPLICITLY_OPEN,
					 [4] = SIM_ZONE_CLOSED,
					 [5] = SIM_ZONE_FULL,
					 [6] = SIM_ZONE_READ_ONLY,
					 [7] = SIM_ZONE_OFFLINE};

	return only < sizeof(states) && states[only] == zone->state;
}

static unsigned management_receive(struct sim_controller *sim, struct sim_command *command,
				   struct sim_namespace *ns)
{
	uint64_t lba = get64(command->entry + 40), found = 0;
	size_t size = (dword(command, 12) + 1ull) * 4, used = 64;
	uint8_t *bytes = calloc(1, size + 64);
	bool partial = dword(command, 13) >> 16 & 1, extended = dword(command, 13) & 1;
	unsigned only = dword(command, 13) >> 8 & 0xff, each = extended ? 128 : 64;
	unsigned status;

	for (uint64_t i = lba / ns->config.zone_size; i < ns->zone_count; i++) {
		const struct sim_zone *zone = &ns->zones[i];
		const struct sim_zone_more *more = &ns->zones_more[i];
		bool fits = used + each <= size;
		uint8_t *entry = bytes + used;

		if (only && !listed(zone, only))
			continue;
		found += fits || !partial;
		if (!fits)
			continue;
		entry[0] = 2;
		entry[1] = (uint8_t)(zone->state << 4);
		entry[2] = (uint8_t)(more->area << 3 | more->extended << 7);
		put64(entry + 8, ns->config.zone_capacity);
		put64(entry + 16, i * ns->config.zone_size);
		put64(entry + 24, zone->state <= SIM_ZONE_CLOSED ? zone->pointer : NONE);
		if (extended && more->extended)
			memcpy(entry + 64, more->extension, sizeof(more->extension));
		used += each;
	}
	put64(bytes, found);
	status = lba >= ns->config.block_count ? SIM_SC_LBA_RANGE | SIM_DNR
		 : (dword(command, 13) & 0xff) > ns->config.zone_extension
			 ? SIM_SC_FIELD | SIM_DNR
			 : sim_transfer(sim, command, bytes, size, true);
	free(bytes);
	return status;
}

unsigned sim_zone_command(struct sim_controller *sim, struct sim_command *command,
			  struct sim_namespace *ns)
{
	return command->entry[0] == SIM_ZONE_RECEIVE ? management_receive(sim, command, ns)
						     : management_send(sim, ns, command);
}

void sim_identify_zones(const struct sim_namespace_config *config, uint8_t page[4096])
{
	put32(page + 4, config->zones_active - 1); /* MAR, MOR: none is all ones */
	put32(page + 8, config->zones_open - 1);
	put16(page + 2, config->zone_area ? 2 : 0); /* OZCS: ZRWASUP */
	put32(page + 44, config->zone_areas);
	put16(page + 48, (uint16_t)config->zone_granule);
	put16(page + 50, (uint16_t)config->zone_area);
	page[52] = config->zone_area ? 1 : 0; /* ZRWACAP: EXPFLUSHSUP */
	put64(page + 2816 + 16 * config->format, config->zone_size);
	page[2816 + 16 * config->format + 8] = config->zone_extension;
}

void sim_zone_set(struct sim_controller *sim, uint32_t nsid, uint64_t index,
		  enum sim_zone_state state)
{
	sim_find_namespace(sim, nsid)->zones[index].state = state;
}

void sim_zone_change(struct sim_controller *sim, uint32_t nsid, uint64_t index,
		     enum sim_zone_state state)
{
	struct sim_namespace *ns = sim_find_namespace(sim, nsid);
	unsigned listed = 0, most = sizeof(ns->changed) / sizeof(ns->changed[0]);

	ns->zones[index].state = state;
	while (listed < ns->changed_count && listed < most &&
	       ns->changed[listed] != index * ns->config.zone_size)
		listed++;
	if (listed < most)
		ns->changed[listed] = index * ns->config.zone_size;
	if (listed == ns->changed_count)
		ns->changed_count++;
	if (sim->features[0x0b] >> 27 & 1)
		sim_event_of(sim, 2, 0xef, 0xbf, nsid);
}

void sim_changed_zones(struct sim_namespace *ns, uint8_t page[4096], bool retain)
{
	unsigned most = sizeof(ns->changed) / sizeof(ns->changed[0]);

	put16(page, (uint16_t)(ns->changed_count > most ? 0xffff : ns->changed_count));
	for (unsigned i = 0; i < ns->changed_count && ns->changed_count <= most; i++)
		put64(page + 8 + 8 * i, ns->changed[i]);
	if (!retain)
		ns->changed_count = 0;
}

struct sim_zone sim_zone_get(struct sim_controller *sim, uint32_t nsid, uint64_t index)
{
	return sim_find_namespace(sim, nsid)->zones[index];
}
