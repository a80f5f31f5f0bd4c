/* Zones: the write pointers that a job goes by. */
#include "kernel/commands/fio/zones.h"

#include "kernel/commands/command.h"
#include "lib/errno.h"

void fio_zones_prepare(struct fio_zones *zones, const struct fio_target *target, bool fresh)
{
	const struct block_zones *of = target->device ? &target->device->zones : NULL;
	int error;

	if (!of || !of->size || of->size & (of->size - 1))
		fail(1, "%s: zonemode=zbd, and it is no zoned device with zones of a power of two",
		     target->name);
	zones->count = of->count;
	zones->block_shift = (unsigned)__builtin_ctz(target->block_size);
	zones->shift = (unsigned)__builtin_ctzll(of->size) + zones->block_shift;
	zones->zones = alloc_or_fail(of->count * sizeof(zones->zones[0]));
	error = block_zone_report(target->device, 0, zones->zones, of->count);
	if (error)
		fail(1, "%s: zones cannot be told: %s", target->name, error_text(-error));
	for (uint64_t i = 0; fresh && i < zones->count; i++) {
		struct block_zone *zone = &zones->zones[i];

		if (zone->write_pointer != zone->start)
			zone->write_pointer = zone->start + zone->capacity;
	}
}

void fio_zones_rewind(struct fio_zones *zones)
{
	for (uint64_t i = 0; zones->zones && i < zones->count; i++)
		zones->zones[i].write_pointer = zones->zones[i].start;
}

/* Where it is asked to write more than the zone takes, the zone begins anew. */
static int make_room(struct fio_zones *zones, const struct fio_target *target,
		     const struct block_zone *zone)
{
	zones->resets++;
	return block_zone_manage(target->device, BLOCK_ZONE_RESET, zone->start, 1);
}

int fio_zones_move(struct fio_zones *zones, const struct fio_target *target,
		   struct fio_place *place, bool verifies)
{
	uint64_t index = place->offset >> zones->shift, blocks = place->size >> zones->block_shift;
	uint64_t at = place->offset >> zones->block_shift;
	struct block_zone *zone;
	int error;

	if (index >= zones->count)
		return 1;
	zone = &zones->zones[index];
	if (place->direction == FIO_READ)
		return at + blocks > zone->write_pointer;
	if (at + blocks > zone->start + zone->capacity)
		return 1;
	if (zone->write_pointer + blocks > zone->start + zone->capacity) {
		error = verifies ? 0 : make_room(zones, target, zone);
		if (error)
			return error;
		zone->write_pointer = zone->start;
	}
	place->offset = zone->write_pointer << zones->block_shift;
	zone->write_pointer += blocks;
	return 0;
}
