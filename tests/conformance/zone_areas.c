/* Zone Random Write Areas, in which blocks are written in any order before they are flushed, and
 * zone descriptor extensions, which a host keeps with a zone. */
#include "tests/conformance/zoned.h"

#include "lib/string.h"

#define ZONE	 1u /* that is looked at */
#define AREA_MAX 4096u

/* ---- Areas ---- */

struct area {
	struct ct_zoned z;
	uint64_t start; /* of the zone */
	unsigned size, granule;
};

static struct ct_answer open_with_area(struct ct *ct, const struct ct_zoned *z, unsigned zone)
{
	return ct_zone_send(ct, z, ct_zone_start(z, zone), NVME_ZONE_OPEN | NVME_ZONE_ZRWA);
}

static void find(struct ct *ct, struct area *a)
{
	ct_zones_begin(ct, &a->z);
	CT_NEED(a->z.identify->ozcs & NVME_OZCS_ZRWA, "OZCS has no Zone Random Write Area");
	a->start = ct_zone_start(&a->z, ZONE);
	a->size = a->z.identify->zrwasz;
	a->granule = a->z.identify->zrwafg;
}

static void expect_area(struct ct *ct, const struct area *a, bool valid)
{
	ct_equal(ct, "the attribute ZRWA Valid", valid,
		 !!(ct_zone_of(ct, &a->z, ZONE).attributes & NVME_ZA_AREA_VALID));
}

static void begin(struct ct *ct, struct area *a)
{
	find(ct, a);
	CT_NEED(a->granule && 2 * a->granule <= a->size && a->size <= AREA_MAX &&
			4ull * a->size <= a->z.capacity,
		"areas are small or large: %u blocks", a->size);
	ct_success(ct, "Open Zone with ZRWAA", open_with_area(ct, &a->z, ZONE));
}

static void expect_pointer(struct ct *ct, const struct area *a, uint64_t written)
{
	ct_zone_expect(ct, &a->z, ZONE, NVME_ZONE_STATE_EXPLICITLY_OPEN, written);
}

static struct ct_answer flush(struct ct *ct, const struct area *a, uint64_t blocks)
{
	CT_NEED(a->z.identify->zrwacap & NVME_ZRWACAP_FLUSH, "ZRWACAP has no explicit flush");
	return ct_zone_send(ct, &a->z, a->start + blocks - 1, NVME_ZONE_FLUSH_ZRWA);
}

static void sizes(struct ct *ct)
{
	struct area a;

	find(ct, &a);
	CT_EXPECT(a.size && a.granule && a.size % a.granule == 0,
		  "expected ZRWASZ to be a multiple of ZRWAFG, got %u and %u", a.size, a.granule);
}

static void opens(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	expect_pointer(ct, &a, 0);
	expect_area(ct, &a, true);
	ct_zone_expect(ct, &a.z, ZONE + 1, NVME_ZONE_STATE_EMPTY, 0);
}

static void not_offered(struct ct *ct)
{
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(!(z.identify->ozcs & NVME_OZCS_ZRWA), "OZCS has Zone Random Write Areas");
	ct_status_of(ct, "Open Zone with ZRWAA",
		     CT_STATUSES(NVME_SC_INVALID_ZONE_OPERATION, NVME_SC_INVALID_FIELD),
		     open_with_area(ct, &z, ZONE));
	ct_zone_expect(ct, &z, ZONE, NVME_ZONE_STATE_EMPTY, 0);
}

/* In any order, and again; the write pointer stays. */
static void any_order(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_success(ct, "Write of the area's last block",
		   ct_zone_write(ct, &a.z, a.start + a.size - 1, 1));
	ct_success(ct, "Write of its first", ct_zone_write(ct, &a.z, a.start, 1));
	ct_success(ct, "Write in its middle", ct_zone_write(ct, &a.z, a.start + a.granule, 1));
	expect_pointer(ct, &a, 0);
	ct_expect_pattern(ct, a.z.ns, a.start, 1, 1);
	ct_expect_pattern(ct, a.z.ns, a.start + a.granule, 1, 1);
	ct_expect_pattern(ct, a.z.ns, a.start + a.size - 1, 1, 1);
	ct_write_pattern(ct, a.z.ns, a.start, 1, 2);
	expect_pointer(ct, &a, 0);
	ct_expect_pattern(ct, a.z.ns, a.start, 1, 2);
}

/* argument: blocks behind the area that are written, none or a granule and more */
static void implicit(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_success(ct, "Write of the first block", ct_zone_write(ct, &a.z, a.start, 1));
	ct_success(ct, "Write of the block behind the area",
		   ct_zone_write(ct, &a.z, a.start + a.size, 1));
	expect_pointer(ct, &a, a.granule);
	ct_success(ct, "Write of the area's last block",
		   ct_zone_write(ct, &a.z, a.start + a.granule + a.size - 1, 1));
	expect_pointer(ct, &a, a.granule);
	ct_expect_pattern(ct, a.z.ns, a.start, 1, 1);
	ct_expect_pattern(ct, a.z.ns, a.start + a.size, 1, 1);
	ct_status(ct, "Write before the write pointer", NVME_SC_ZONE_INVALID_WRITE,
		  ct_zone_write(ct, &a.z, a.start, 1));
}

/* As many blocks behind the area as it has are flushed implicitly, and no more. */
static void too_far(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_status(ct, "Write of the first block behind the implicit flush region",
		  NVME_SC_ZONE_INVALID_WRITE, ct_zone_write(ct, &a.z, a.start + 2ull * a.size, 1));
	expect_pointer(ct, &a, 0);
	ct_success(ct, "Write of its last block",
		   ct_zone_write(ct, &a.z, a.start + 2ull * a.size - 1, 1));
	expect_pointer(ct, &a, a.size);
}

static void explicit(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_success(ct, "Write", ct_zone_write(ct, &a.z, a.start, a.granule));
	ct_success(ct, "Flush of a granule", flush(ct, &a, a.granule));
	expect_pointer(ct, &a, a.granule);
	expect_area(ct, &a, true);
	ct_expect_pattern(ct, a.z.ns, a.start, a.granule, 1);
	ct_status(ct, "Write of what was flushed", NVME_SC_ZONE_INVALID_WRITE,
		  ct_zone_write(ct, &a.z, a.start, 1));
	ct_success(ct, "Flush of all of the area", flush(ct, &a, a.granule + a.size));
	expect_pointer(ct, &a, a.granule + a.size);
}

enum { PART_OF_GRANULE, BEHIND_AREA, FLUSHED_ALREADY, WITHOUT_AREA };

static void wrong_flush(struct ct *ct)
{
	struct area a;
	uint64_t pointer = 0;

	begin(ct, &a);
	CT_NEED(ct->argument != PART_OF_GRANULE || a.granule > 1, "a granule is a block");
	switch (ct->argument) {
	case PART_OF_GRANULE:
		ct_refused(ct, "Flush of a part of a granule", flush(ct, &a, 1));
		break;
	case BEHIND_AREA:
		ct_refused(ct, "Flush of a granule more than the area",
			   flush(ct, &a, a.size + a.granule));
		break;
	case FLUSHED_ALREADY:
		ct_success(ct, "Flush of two granules", flush(ct, &a, 2 * a.granule));
		ct_refused(ct, "Flush of the first of them", flush(ct, &a, a.granule));
		pointer = 2 * a.granule;
		break;
	default:
		ct_success(ct, "Reset Zone", ct_zone_send(ct, &a.z, a.start, NVME_ZONE_RESET));
		ct_success(ct, "Open Zone", ct_zone_send(ct, &a.z, a.start, NVME_ZONE_OPEN));
		ct_refused(ct, "Flush of a zone without an area", flush(ct, &a, a.granule));
	}
	expect_pointer(ct, &a, pointer);
}

static void appended(struct ct *ct)
{
	struct area a;
	struct nvme_command command;

	begin(ct, &a);
	command = ct_rw(ct, NVME_IO_ZONE_APPEND, a.z.ns, a.start, 1,
			ct_buffer(ct, a.z.ns->block_size));
	ct_status(ct, "Zone Append", NVME_SC_INVALID_ZONE_OPERATION, ct_do(ct, command));
	expect_pointer(ct, &a, 0);
}

static void keeps(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_success(ct, "Write", ct_zone_write(ct, &a.z, a.start + 1, 1));
	ct_success(ct, "Close Zone", ct_zone_send(ct, &a.z, a.start, NVME_ZONE_CLOSE));
	expect_area(ct, &a, true);
	ct_success(ct, "Write", ct_zone_write(ct, &a.z, a.start, 1));
	ct_zone_expect(ct, &a.z, ZONE, NVME_ZONE_STATE_IMPLICITLY_OPEN, 0);
	ct_expect_pattern(ct, a.z.ns, a.start, 2, 1);
}

/* argument: what takes the area away */
static void gives_back(struct ct *ct)
{
	struct area a;

	begin(ct, &a);
	ct_success(ct, "Write", ct_zone_write(ct, &a.z, a.start, 1));
	ct_success(ct, "the action", ct_zone_send(ct, &a.z, a.start, ct->argument));
	expect_area(ct, &a, false);
}

/* NUMZRWA, or what there is less of. */
static void limit(struct ct *ct)
{
	struct area a;
	struct ct_answer answer;
	unsigned opened = 1;

	begin(ct, &a);
	CT_NEED(a.z.identify->numzrwa && a.z.identify->numzrwa < a.z.count - ZONE - 2,
		"there are enough for all zones");
	do {
		answer = open_with_area(ct, &a.z, ZONE + opened);
		opened += !(answer.status & NVME_STATUS_MASK);
	} while (!(answer.status & NVME_STATUS_MASK) && opened <= a.z.identify->numzrwa + 1);
	ct_status_of(ct, "Open Zone of one more than NUMZRWA",
		     CT_STATUSES(NVME_SC_ZRWA_UNAVAILABLE, NVME_SC_TOO_MANY_OPEN_ZONES,
				 NVME_SC_TOO_MANY_ACTIVE_ZONES),
		     answer);
	ct_zone_expect(ct, &a.z, ZONE + opened, NVME_ZONE_STATE_EMPTY, 0);
	ct_success(ct, "Reset Zone", ct_zone_send(ct, &a.z, a.start, NVME_ZONE_RESET));
	ct_success(ct, "Open Zone in its place", open_with_area(ct, &a.z, ZONE + opened));
}

/* ---- Extensions ---- */

static void begin_extension(struct ct *ct, struct ct_zoned *z)
{
	ct_zones_begin(ct, z);
	CT_NEED(z->extension, "zones have no descriptor extension");
}

static struct ct_answer set(struct ct *ct, const struct ct_zoned *z, unsigned zone,
			    const void *bytes)
{
	struct nvme_command command =
		ct_rw(ct, NVME_IO_ZONE_MANAGEMENT_SEND, z->ns, ct_zone_start(z, zone), 1, NULL);
	unsigned size = z->extension ? z->extension : NVME_ZONE_EXTENSION_UNIT;
	uint8_t *buffer = ct_buffer(ct, size);

	if (bytes)
		memcpy(buffer, bytes, size);
	ct_prp(ct, &command, buffer, size);
	command.cdw13 = NVME_ZONE_SET_EXTENSION;
	return ct_do(ct, command);
}

/* What the host keeps with the zone, and its descriptor. */
static const uint8_t *extension_of(struct ct *ct, const struct ct_zoned *z, unsigned zone,
				   struct nvme_zone_descriptor *descriptor)
{
	size_t size = sizeof(struct nvme_zone_report) + sizeof(*descriptor) + z->extension;
	uint8_t *report = ct_buffer(ct, size);

	ct_success(ct, "Extended Report Zones",
		   ct_zone_receive(ct, z, ct_zone_start(z, zone),
				   NVME_ZONE_REPORT_EXTENDED | NVME_ZONE_PARTIAL, report, size));
	ct_equal(ct, "Number of Zones", 1, ((struct nvme_zone_report *)report)->nr_zones);
	memcpy(descriptor, report + sizeof(struct nvme_zone_report), sizeof(*descriptor));
	return report + size - z->extension;
}

static void keeps_extension(struct ct *ct)
{
	struct ct_zoned z;
	struct nvme_zone_descriptor descriptor;
	uint8_t *bytes;

	begin_extension(ct, &z);
	bytes = ct_buffer(ct, z.extension);
	ct_fill(bytes, z.extension, 1);
	ct_success(ct, "Set Zone Descriptor Extension", set(ct, &z, ZONE, bytes));
	ct_zone_expect(ct, &z, ZONE, NVME_ZONE_STATE_CLOSED, 0);
	ct_success(ct, "Write", ct_zone_write(ct, &z, ct_zone_start(&z, ZONE), 2));
	ct_same(ct, "the extension:", bytes, extension_of(ct, &z, ZONE, &descriptor), z.extension);
	CT_EXPECT(descriptor.attributes & NVME_ZA_EXTENSION_VALID,
		  "expected the extension to be valid");
	ct_equal(ct, "the write pointer", ct_zone_start(&z, ZONE) + 2, descriptor.write_pointer);
	extension_of(ct, &z, ZONE + 1, &descriptor);
	CT_EXPECT(!(descriptor.attributes & NVME_ZA_EXTENSION_VALID),
		  "expected the extension of the next zone not to be valid");
	ct_expect_pattern(ct, z.ns, ct_zone_start(&z, ZONE), 2, 1);
}

static void drops_extension(struct ct *ct)
{
	struct ct_zoned z;

	begin_extension(ct, &z);
	ct_success(ct, "Set Zone Descriptor Extension", set(ct, &z, ZONE, NULL));
	ct_success(ct, "Reset Zone",
		   ct_zone_send(ct, &z, ct_zone_start(&z, ZONE), NVME_ZONE_RESET));
	CT_EXPECT(!(ct_zone_of(ct, &z, ZONE).attributes & NVME_ZA_EXTENSION_VALID),
		  "expected the extension not to be valid behind a reset of the zone");
}

/* argument: the state; only empty zones get one. */
static void wrong_state(struct ct *ct)
{
	struct ct_zoned z;

	begin_extension(ct, &z);
	ct_zone_make(ct, &z, ZONE, ct->argument);
	ct_status(ct, "Set Zone Descriptor Extension", NVME_SC_INVALID_ZONE_TRANSITION,
		  set(ct, &z, ZONE, NULL));
	ct_zone_expect(ct, &z, ZONE, ct->argument, CT_ANY_POINTER);
}

static void too_many_active(struct ct *ct)
{
	struct ct_zoned z;

	begin_extension(ct, &z);
	CT_NEED(z.active_max + 2ull < z.count && z.active_max < 32,
		"there is no limit, or a high one");
	for (unsigned i = 0; i <= z.active_max; i++)
		ct_success(ct, "Set Zone Descriptor Extension", set(ct, &z, i, NULL));
	ct_status(ct, "Set Zone Descriptor Extension of one more", NVME_SC_TOO_MANY_ACTIVE_ZONES,
		  set(ct, &z, z.active_max + 1, NULL));
	ct_zone_expect(ct, &z, z.active_max + 1, NVME_ZONE_STATE_EMPTY, 0);
}

static void no_extension(struct ct *ct)
{
	size_t size = sizeof(struct nvme_zone_report) + sizeof(struct nvme_zone_descriptor);
	uint8_t *report = ct_buffer(ct, size);
	struct ct_zoned z;

	ct_zones_begin(ct, &z);
	CT_NEED(!z.extension, "zones have a descriptor extension");
	ct_status(ct, "Extended Report Zones", NVME_SC_INVALID_FIELD,
		  ct_zone_receive(ct, &z, 0, NVME_ZONE_REPORT_EXTENDED, report, size));
	ct_all(ct, "the buffer to stay", CT_FRESH, report, size);
	ct_status(ct, "Set Zone Descriptor Extension", NVME_SC_INVALID_FIELD,
		  set(ct, &z, ZONE, NULL));
	ct_zone_expect(ct, &z, ZONE, NVME_ZONE_STATE_EMPTY, 0);
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_IO, .destroys = true, .argument = (value))
#define AREA	  "TP4076"
#define EXTENSION "ZNS 3.4.3"

static const struct ct_case cases[] = {
	CASE("ZRWASZ is a multiple of ZRWAFG", AREA, sizes, 0),
	CASE("Open Zone with ZRWAA gives a zone an area", AREA, opens, 0),
	CASE("Open Zone with ZRWAA without OZCS is refused", AREA, not_offered, 0),
	CASE("blocks of an area are written in any order, and again", AREA, any_order, 0),
	CASE("Write behind the area moves it by whole granules", AREA, implicit, 0),
	CASE("Write behind the implicit flush region: Zone Invalid Write", AREA, too_far, 0),
	CASE("explicit flush moves the area", AREA, explicit, 0),
	CASE("explicit flush of a part of a granule is refused", AREA, wrong_flush,
	     PART_OF_GRANULE),
	CASE("explicit flush of more than the area is refused", AREA, wrong_flush, BEHIND_AREA),
	CASE("explicit flush of what is flushed is refused", AREA, wrong_flush, FLUSHED_ALREADY),
	CASE("explicit flush without an area is refused", AREA, wrong_flush, WITHOUT_AREA),
	CASE("Zone Append to a zone with an area: 1B6h", AREA, appended, 0),
	CASE("Close Zone leaves the area", AREA, keeps, 0),
	CASE("Finish Zone gives the area back", AREA, gives_back, NVME_ZONE_FINISH),
	CASE("Reset Zone gives the area back", AREA, gives_back, NVME_ZONE_RESET),
	CASE("as many areas as NUMZRWA, more once one is given back", AREA, limit, 0),
	CASE("Set Zone Descriptor Extension: closed, and kept", EXTENSION, keeps_extension, 0),
	CASE("Reset Zone drops the extension", EXTENSION, drops_extension, 0),
	CASE("an extension of an open zone: 1BFh", EXTENSION, wrong_state,
	     NVME_ZONE_STATE_EXPLICITLY_OPEN),
	CASE("an extension of a closed zone: 1BFh", EXTENSION, wrong_state, NVME_ZONE_STATE_CLOSED),
	CASE("an extension of a full zone: 1BFh", EXTENSION, wrong_state, NVME_ZONE_STATE_FULL),
	CASE("an extension of one more than MAR: Too Many Active Zones", EXTENSION, too_many_active,
	     0),
	CASE("extensions where ZDES is 0h: Invalid Field", EXTENSION, no_extension, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("zone-areas", cases);
