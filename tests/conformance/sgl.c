/* SGLs, where SGLS has them: descriptors of every kind, and what may not be. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define SGLS_BUCKETS	  0x10000u
#define SGLS_LONGER	  0x40000u
#define DESCRIPTORS_MAX	  16u
#define BLOCKS		  4u
#define NVME_SGL_RESERVED 0x60u

/* A command for BLOCKS blocks from LBA 0 on, its memory, and room for segments. */
struct work {
	struct nvme_command command;
	uint8_t *memory;
	size_t size;
	struct nvme_sgl_descriptor *segment[4];
};

static struct nvme_sgl_descriptor descriptor(unsigned type, const void *memory, size_t length)
{
	return (struct nvme_sgl_descriptor){.address = memory ? ct_bus(memory) : 0,
					    .length = (uint32_t)length,
					    .identifier = (uint8_t)type};
}

static struct nvme_sgl_descriptor data(const void *memory, size_t length)
{
	return descriptor(NVME_SGL_DATA_BLOCK, memory, length);
}

static struct nvme_sgl_descriptor list(unsigned type, const struct nvme_sgl_descriptor *first,
				       unsigned count)
{
	return descriptor(type, first, count * sizeof(*first));
}

static void begin(struct ct *ct, struct work *work, unsigned opcode)
{
	CT_NEED(NVME_SGLS_SUPPORT(ct->identify->sgls), "SGLS has no SGLs");
	CT_NEED(BLOCKS <= ct->ns->blocks_max, "MDTS is less than %u blocks", BLOCKS);
	ct_save(ct, ct->ns, 0, BLOCKS);
	ct_write_pattern(ct, ct->ns, 0, BLOCKS, 1);
	work->size = (size_t)BLOCKS * ct->ns->block_size;
	/* As much again behind it. */
	work->memory = ct_buffer(ct, 2 * work->size);
	if (opcode == NVME_IO_WRITE)
		ct_fill(work->memory, work->size, 9);
	for (unsigned i = 0; i < 4; i++)
		work->segment[i] =
			ct_buffer(ct, DESCRIPTORS_MAX * sizeof(struct nvme_sgl_descriptor));
	work->command = ct_rw(ct, opcode, ct->ns, 0, BLOCKS, NULL);
	work->command.flags = NVME_FLAGS_PSDT_SGL;
	work->command.sgl = data(work->memory, work->size);
}

/* Blocks and memory are the same. */
static void compare(struct ct *ct, const struct work *work, const uint8_t *memory)
{
	uint8_t *flat = ct_buffer(ct, work->size);

	ct_move(ct, ct->ns, NVME_IO_READ, 0, BLOCKS, flat);
	ct_same(ct, "the data", flat, memory, work->size);
}

static struct ct_answer done(struct ct *ct, struct work *work)
{
	struct ct_answer answer = ct_do(ct, work->command);

	ct_success(ct, "the command", answer);
	compare(ct, work, work->memory);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, work->memory + work->size,
	       work->size);
	return answer;
}

/* ---- What every controller with SGLs takes ---- */

static void one_block(struct ct *ct)
{
	struct work work;

	begin(ct, &work, ct->argument);
	done(ct, &work);
}

/* The data in parts of these sizes, the last one what is left; in 1, 2 or 3 segments. */
#define PARTS(opcode, segments, odd) ((opcode) | (segments) << 8 | (odd) << 12)

static void parts(struct ct *ct)
{
	static const uint16_t sizes[2][5] = {{512, 4, 256, 128, 100}, {1, 511, 3, 129, 7}};
	unsigned segments = ct->argument >> 8 & 0xf, odd = ct->argument >> 12;
	struct work work;
	size_t at = 0;

	begin(ct, &work, ct->argument & 0xff);
	CT_NEED(!odd || NVME_SGLS_SUPPORT(ct->identify->sgls) == NVME_SGLS_ANY,
		"SGLS wants whole dwords");
	/* Each segment has some of them, and then leads to the next. */
	work.command.sgl = list(segments == 1 ? NVME_SGL_LAST_SEGMENT : NVME_SGL_SEGMENT,
				work.segment[0], segments == 1 ? 6 : 3);
	for (unsigned i = 0, s = 0, in = 0; i < 6; i++) {
		size_t size = i < 5 ? sizes[odd][i] : work.size - at;

		work.segment[s][in++] = data(work.memory + at, size);
		at += size;
		if (segments > 1 && in == 2 && s + 1 < segments) {
			bool last = s + 2 == segments;

			work.segment[s][in] = list(last ? NVME_SGL_LAST_SEGMENT : NVME_SGL_SEGMENT,
						   work.segment[s + 1], last ? 5 - i : 3);
			s++;
			in = 0;
		}
	}
	done(ct, &work);
}

/* A segment and data that begin and end anywhere in their pages. */
static void unaligned(struct ct *ct)
{
	unsigned shift = NVME_SGLS_SUPPORT(ct->identify->sgls) == NVME_SGLS_ANY ? 1 : 4;
	struct nvme_sgl_descriptor *segment;
	struct work work;

	begin(ct, &work, ct->argument);
	memmove(work.memory + shift, work.memory, work.size);
	segment = (void *)((char *)work.segment[0] + 8);
	segment[0] = data(work.memory + shift, work.size - 4);
	segment[1] = data(work.memory + shift + work.size - 4, 4);
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, segment, 2);
	ct_success(ct, "the command", ct_do(ct, work.command));
	compare(ct, &work, work.memory + shift);
}

/* No bytes in one place, then all of them. */
static void empty_block(struct ct *ct)
{
	struct work work;

	begin(ct, &work, ct->argument);
	work.segment[0][0] = data(work.memory, work.size / 2);
	work.segment[0][1] = data(NULL, 0);
	work.segment[0][2] = data(work.memory + work.size / 2, work.size / 2);
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, work.segment[0], 3);
	done(ct, &work);
}

static void bucket(struct ct *ct)
{
	size_t skipped = ct->argument ? ct->ns->block_size : 0;
	struct work work;
	uint8_t *flat;

	begin(ct, &work, NVME_IO_READ);
	CT_NEED(ct->identify->sgls & SGLS_BUCKETS, "SGLS has no bit buckets");
	flat = ct_buffer(ct, work.size);
	ct_move(ct, ct->ns, NVME_IO_READ, 0, BLOCKS, flat);
	work.segment[0][0] = data(work.memory, work.size / 2);
	work.segment[0][1] = descriptor(NVME_SGL_BIT_BUCKET, NULL, skipped);
	work.segment[0][2] = data(work.memory + work.size / 2, work.size / 2 - skipped);
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, work.segment[0], 3);
	ct_success(ct, "Read with a bit bucket", ct_do(ct, work.command));
	ct_same(ct, "the data before", flat, work.memory, work.size / 2);
	ct_same(ct, "the data behind", flat + work.size / 2 + skipped, work.memory + work.size / 2,
		work.size / 2 - skipped);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, work.memory + work.size - skipped,
	       skipped);
}

static void only_bucket(struct ct *ct)
{
	struct work work;

	begin(ct, &work, NVME_IO_READ);
	CT_NEED(ct->identify->sgls & SGLS_BUCKETS, "SGLS has no bit buckets");
	work.command.sgl = descriptor(NVME_SGL_BIT_BUCKET, NULL, work.size);
	ct_success(ct, "Read into a bit bucket", ct_do(ct, work.command));
}

/* ---- What is refused ---- */

static void refuse(struct ct *ct, struct work *work, const uint16_t *statuses)
{
	struct ct_answer answer = ct_do(ct, work->command);

	ct_status_of(ct, "the command", statuses, answer);
	if (work->command.opcode == NVME_IO_WRITE)
		ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void shorter(struct ct *ct)
{
	struct work work;

	begin(ct, &work, ct->argument);
	work.command.sgl.length -= 512;
	refuse(ct, &work, CT_STATUSES(NVME_SC_SGL_INVALID_LENGTH));
}

/* Without SGLS a controller may refuse it, and does not have to. */
static void longer(struct ct *ct)
{
	struct ct_answer answer;
	struct work work;

	begin(ct, &work, ct->argument);
	work.command.sgl.length += 512;
	answer = ct_do(ct, work.command);
	if (!(ct->identify->sgls & SGLS_LONGER))
		ct_status_of(ct, "the command",
			     CT_STATUSES(NVME_SC_SGL_INVALID_LENGTH, NVME_SC_SUCCESS), answer);
	else
		ct_success(ct, "the command", answer);
	if (!(answer.status & NVME_STATUS_MASK))
		compare(ct, &work, work.memory);
	else if (ct->argument == NVME_IO_WRITE)
		ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
	ct_all(ct, "what is behind the data to stay", CT_FRESH, work.memory + work.size, work.size);
}

static void no_length(struct ct *ct)
{
	struct work work;

	begin(ct, &work, NVME_IO_READ);
	work.command.sgl.length = 0;
	refuse(ct, &work, CT_STATUSES(NVME_SC_SGL_INVALID_LENGTH));
}

static void wrong_type(struct ct *ct)
{
	struct work work;

	begin(ct, &work, NVME_IO_READ);
	work.command.sgl.identifier = (uint8_t)ct->argument;
	refuse(ct, &work, CT_STATUSES(NVME_SC_SGL_INVALID_TYPE, NVME_SC_INVALID_FIELD));
	ct_all(ct, "the memory to stay", CT_FRESH, work.memory, work.size);
}

static void wrong_type_in_list(struct ct *ct)
{
	struct work work;

	begin(ct, &work, NVME_IO_READ);
	work.segment[0][0] = data(work.memory, work.size / 2);
	work.segment[0][1] = descriptor(ct->argument, work.memory + work.size / 2, work.size / 2);
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, work.segment[0], 2);
	refuse(ct, &work, CT_STATUSES(NVME_SC_SGL_INVALID_TYPE, NVME_SC_INVALID_FIELD));
}

enum { SEGMENT_EMPTY, SEGMENT_ODD, IN_LAST, IN_MIDDLE, LAST_IN_MIDDLE, ITSELF, IN_CIRCLE };

static void wrong_segment(struct ct *ct)
{
	struct nvme_sgl_descriptor *a, *b;
	struct work work;

	begin(ct, &work, NVME_IO_WRITE);
	a = work.segment[0];
	b = work.segment[1];
	a[0] = b[0] = data(work.memory, work.size);
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, a, 1);
	switch (ct->argument) {
	case SEGMENT_EMPTY:
		work.command.sgl.length = 0;
		break;
	case SEGMENT_ODD:
		work.command.sgl.length = 24;
		break;
	case IN_LAST:
		a[0] = data(work.memory, work.size / 2);
		a[1] = list(NVME_SGL_LAST_SEGMENT, b, 1);
		b[0] = data(work.memory + work.size / 2, work.size / 2);
		work.command.sgl = list(NVME_SGL_LAST_SEGMENT, a, 2);
		break;
	case IN_MIDDLE:
	case LAST_IN_MIDDLE:
		a[0] = list(ct->argument == IN_MIDDLE ? NVME_SGL_SEGMENT : NVME_SGL_LAST_SEGMENT, b,
			    1);
		a[1] = list(NVME_SGL_LAST_SEGMENT, b, 1);
		work.command.sgl = list(NVME_SGL_SEGMENT, a, 2);
		break;
	case ITSELF:
		a[0] = list(NVME_SGL_SEGMENT, a, 1);
		work.command.sgl = a[0];
		break;
	default:
		a[0] = data(NULL, 0);
		a[1] = list(NVME_SGL_SEGMENT, b, 2);
		b[0] = data(NULL, 0);
		b[1] = list(NVME_SGL_SEGMENT, a, 2);
		work.command.sgl = list(NVME_SGL_SEGMENT, a, 2);
	}
	refuse(ct, &work,
	       CT_STATUSES(NVME_SC_SGL_INVALID_SEGMENT, NVME_SC_SGL_INVALID_COUNT,
			   NVME_SC_SGL_INVALID_LENGTH, NVME_SC_SGL_INVALID_TYPE));
}

/* The same for segments without an end. */
static void endless(struct ct *ct)
{
	for (ct->argument = ITSELF; ct->argument <= IN_CIRCLE; ct->argument++)
		wrong_segment(ct);
}

static void granularity(struct ct *ct)
{
	struct work work;

	begin(ct, &work, NVME_IO_WRITE);
	CT_NEED(NVME_SGLS_SUPPORT(ct->identify->sgls) == NVME_SGLS_DWORDS,
		"SGLS takes any alignment and length");
	work.command.sgl = list(NVME_SGL_LAST_SEGMENT, work.segment[0], 2);
	work.segment[0][0] = data(work.memory, work.size - ct->argument);
	work.segment[0][1] = data(work.memory + work.size - ct->argument, ct->argument);
	refuse(ct, &work, CT_STATUSES(NVME_SC_SGL_INVALID_GRANULARITY, NVME_SC_SGL_INVALID_LENGTH));
}

/* ---- PSDT ---- */

static void reserved_psdt(struct ct *ct)
{
	struct nvme_command command =
		ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, ct_buffer(ct, ct->ns->block_size));

	command.flags |= NVME_FLAGS_PSDT_MASK;
	ct_refused(ct, "Read with PSDT 11b", ct_do(ct, command));
}

static void not_had(struct ct *ct)
{
	uint8_t *memory = ct_buffer(ct, ct->ns->block_size);
	struct nvme_command command = ct_rw(ct, NVME_IO_READ, ct->ns, 0, 1, NULL);

	CT_NEED(!NVME_SGLS_SUPPORT(ct->identify->sgls), "SGLS has SGLs");
	command.flags |= NVME_FLAGS_PSDT_SGL;
	command.sgl = data(memory, ct->ns->block_size);
	ct_status(ct, "Read with an SGL", NVME_SC_INVALID_FIELD, ct_do(ct, command));
	ct_all(ct, "the memory to stay", CT_FRESH, memory, ct->ns->block_size);
}

static void in_admin(struct ct *ct)
{
	uint8_t *memory = ct_buffer(ct, NVME_IDENTIFY_SIZE);
	struct nvme_command command = ct_identify(ct, NVME_CNS_CONTROLLER, 0, NULL);
	struct ct_answer answer;

	command.flags |= (uint8_t)ct->argument;
	command.sgl = data(memory, NVME_IDENTIFY_SIZE);
	answer = ct_ask(ct, command);
	ct_status_of(ct, "Identify with an SGL",
		     CT_STATUSES(NVME_SC_INVALID_FIELD, NVME_SC_SUCCESS), answer);
	if (answer.status & NVME_STATUS_MASK)
		ct_all(ct, "the memory to stay", CT_FRESH, memory, NVME_IDENTIFY_SIZE);
}

#define CASE(text, function, value) \
	CT_CASE(text, "Base 4.1.2", function, CT_WRITES, .argument = value)
#define BOTH(text, function, value)                          \
	CASE("Read: " text, function, NVME_IO_READ | value), \
		CASE("Write: " text, function, NVME_IO_WRITE | value)

static const struct ct_case cases[] = {
	BOTH("one data block", one_block, 0),
	BOTH("data blocks of whole dwords in a last segment", parts, PARTS(0, 1, 0)),
	BOTH("data blocks of odd sizes in a last segment", parts, PARTS(0, 1, 1)),
	BOTH("a segment and a last segment", parts, PARTS(0, 2, 0)),
	BOTH("two segments and a last segment, odd sizes", parts, PARTS(0, 3, 1)),
	BOTH("data and a segment that begin anywhere", unaligned, 0),
	BOTH("a data block without bytes between others", empty_block, 0),
	CASE("Read: a bit bucket leaves out a block", bucket, 1),
	CASE("Read: a bit bucket without bytes", bucket, 0),
	CASE("Read: a bit bucket alone", only_bucket, 0),
	CASE("Read: less than the data: SGL Data Length Invalid", shorter, NVME_IO_READ),
	CASE("Write: less than the data: SGL Data Length Invalid", shorter, NVME_IO_WRITE),
	BOTH("more than the data, of which nothing is moved", longer, 0),
	CASE("Read: a data block without bytes: SGL Data Length Invalid", no_length, 0),
	CASE("a keyed data block: SGL Descriptor Type Invalid", wrong_type, NVME_SGL_KEYED),
	CASE("a transport data block: SGL Descriptor Type Invalid", wrong_type, NVME_SGL_TRANSPORT),
	CASE("a reserved type: SGL Descriptor Type Invalid", wrong_type, NVME_SGL_RESERVED),
	CASE("a data block of subtype Ah: SGL Descriptor Type Invalid", wrong_type,
	     NVME_SGL_DATA_BLOCK | 0xa),
	CASE("a reserved type in a list: SGL Descriptor Type Invalid", wrong_type_in_list,
	     NVME_SGL_RESERVED),
	CASE("a keyed data block in a list: SGL Descriptor Type Invalid", wrong_type_in_list,
	     NVME_SGL_KEYED),
	CASE("a last segment without descriptors is refused", wrong_segment, SEGMENT_EMPTY),
	CASE("a last segment of one and a half descriptors is refused", wrong_segment, SEGMENT_ODD),
	CASE("a last segment that leads to another is refused", wrong_segment, IN_LAST),
	CASE("a segment descriptor in the middle is refused", wrong_segment, IN_MIDDLE),
	CASE("a last segment descriptor in the middle is refused", wrong_segment, LAST_IN_MIDDLE),
	CASE("segments that lead to themselves or in a circle are refused", endless, 0),
	CASE("an odd length where SGLS wants dwords is refused", granularity, 1),
	CASE("a length of two bytes where SGLS wants dwords is refused", granularity, 2),
	CT_CASE("PSDT 11b is reserved, and refused", "Base 3.3.3.1", reserved_psdt, CT_BLOCKS),
	CT_CASE("an SGL without SGLS: Invalid Field", "Base 3.3.3.1", not_had, CT_BLOCKS),
	CT_CASE("Identify with an SGL: Invalid Field, or taken", "Base 3.3.3.1", in_admin, CT_ADMIN,
		.argument = NVME_FLAGS_PSDT_SGL),
	CT_CASE("Identify with PSDT 10b: Invalid Field, or taken", "Base 3.3.3.1", in_admin,
		CT_ADMIN, .argument = NVME_FLAGS_PSDT_SGL_MD),
	{.name = NULL},
};
CONFORMANCE_GROUP("sgl", cases);
