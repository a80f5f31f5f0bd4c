/* Zones: the write pointers that jobs go by, and what they wrote. */
#include "kernel/commands/fio/zones.h"

#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "lib/string.h"

#define WRITTEN_FIRST 1024u

struct fio_zones *fio_zones_of(struct fio_zones **list, const struct fio_target *target)
{
	const struct block_zones *of = target->device ? &target->device->zones : NULL;
	struct fio_zones *zones = *list;

	if (!of || !of->size || of->size & (of->size - 1)) {
		complain("%s: zonemode=zbd, and it is no zoned device with zones of a power of two",
			 target->name);
		return NULL;
	}
	while (zones && zones->device != target->device)
		zones = zones->next;
	if (zones)
		return zones;
	zones = alloc_or_fail(sizeof(*zones));
	memset(zones, 0, sizeof(*zones));
	zones->device = target->device;
	zones->name = target->name;
	zones->count = of->count;
	zones->block_shift = (unsigned)__builtin_ctz(target->block_size);
	zones->shift = (unsigned)__builtin_ctzll(of->size) + zones->block_shift;
	zones->zones = alloc_or_fail(of->count * sizeof(zones->zones[0]));
	zones->reported = alloc_or_fail(of->count * sizeof(zones->reported[0]));
	memset(zones->zones, 0, of->count * sizeof(zones->zones[0]));
	zones->next = *list;
	return *list = zones;
}

int fio_zones_begin(struct fio_zones *zones, bool fresh)
{
	int error;

	if (zones->users++)
		return 0;
	error = block_zone_report(zones->device, 0, zones->reported, zones->count);
	for (uint64_t i = 0; !error && i < zones->count; i++) {
		const struct block_zone *told = &zones->reported[i];
		struct fio_zone *zone = &zones->zones[i];

		zone->start = told->start;
		zone->end = told->start + told->capacity;
		zone->write_pointer = told->write_pointer;
		if (fresh && zone->write_pointer != zone->start)
			zone->write_pointer = zone->end;
	}
	if (error)
		zones->users--;
	return error;
}

void fio_zones_end(struct fio_zones *zones)
{
	zones->users--;
}

enum fio_zone_move fio_zones_move(const struct fio_zones *zones, struct fio_place *place,
				  struct fio_zone **found)
{
	uint64_t index = place->offset >> zones->shift, blocks = place->size >> zones->block_shift;
	uint64_t at = place->offset >> zones->block_shift;
	struct fio_zone *zone;

	if (index >= zones->count)
		return FIO_ZONE_SKIP;
	*found = zone = &zones->zones[index];
	if (place->direction == FIO_READ)
		return at + blocks > zone->write_pointer ? FIO_ZONE_SKIP : FIO_ZONE_GO;
	if (place->direction == FIO_TRIM)
		return zone->resets || zone->flies ? FIO_ZONE_WAIT : FIO_ZONE_GO;
	if (at + blocks > zone->end)
		return FIO_ZONE_SKIP;
	if (zone->resets)
		return FIO_ZONE_WAIT;
	if (zone->write_pointer + blocks > zone->end)
		return zone->flies ? FIO_ZONE_WAIT : FIO_ZONE_RESET;
	place->offset = zone->write_pointer << zones->block_shift;
	return FIO_ZONE_GO;
}

void fio_zone_begin(const struct fio_zones *zones, struct fio_zone *zone,
		    const struct fio_place *place)
{
	if (place->direction == FIO_WRITE) {
		zone->write_pointer += place->size >> zones->block_shift;
		zone->flies++;
	} else if (place->direction == FIO_TRIM) {
		zone->write_pointer = zone->start;
		zone->resets = true;
		zone->pass++;
	}
}

void fio_zone_done(struct fio_zone *zone, enum fio_direction direction, bool failed)
{
	if (direction == FIO_WRITE)
		zone->flies--;
	else if (direction == FIO_TRIM)
		zone->resets = false;
	/* Where it is written next nobody knows now: the next that writes it begins anew. */
	if (failed && direction != FIO_READ) {
		zone->write_pointer = zone->end;
		zone->pass++;
	}
}

static bool is_there(const struct fio_written *written)
{
	return !written->zone || written->pass == written->zone->pass;
}

/* Drops what is gone, and doubles the room where that is not half of it. */
static void make_room(struct fio_written_list *list)
{
	uint64_t kept = 0, room = list->room ? 2 * list->room : WRITTEN_FIRST;
	struct fio_written *more;

	for (uint64_t i = 0; i < list->count; i++)
		if (is_there(&list->entries[i]))
			list->entries[kept++] = list->entries[i];
	list->count = kept;
	if (list->room && kept <= list->room / 2)
		return;
	more = process_realloc(list->entries, room * sizeof(list->entries[0]));
	if (!more)
		return;
	list->entries = more;
	list->room = room;
}

bool fio_written_add(struct fio_written_list *list, const struct fio_written *written)
{
	if (list->count == list->room)
		make_room(list);
	if (list->count == list->room)
		return false;
	list->entries[list->count++] = *written;
	return true;
}

const struct fio_written *fio_written_next(struct fio_written_list *list)
{
	while (list->next < list->count) {
		const struct fio_written *written = &list->entries[list->next++];

		if (is_there(written))
			return written;
	}
	return NULL;
}
