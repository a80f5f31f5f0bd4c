/* Streams: a directive by which Writes say what belongs together. */
#include "tests/conformance/conformance.h"

#include "lib/string.h"

#define BLOCKS	 8u
#define IDS_MAX	 2047u /* of Get Status */
#define FIRST_ID 7u

struct status {
	uint16_t count;
	uint16_t ids[IDS_MAX];
};

static struct ct_answer receive(struct ct *ct, unsigned operation, unsigned type, uint32_t cdw12,
				void *data, size_t size)
{
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_DIRECTIVE_RECEIVE, ct->ns->nsid);

	if (data)
		ct_prp(ct, &command, data, size);
	command.cdw10 = size ? (uint32_t)(size / 4 - 1) : 0;
	command.cdw11 = NVME_DIRECTIVE_CDW11(operation, type, 0);
	command.cdw12 = cdw12;
	return ct_ask(ct, command);
}

static struct ct_answer send(struct ct *ct, unsigned operation, unsigned type, unsigned specific,
			     uint32_t cdw12)
{
	struct nvme_command command = ct_nsid_command(NVME_ADMIN_DIRECTIVE_SEND, ct->ns->nsid);

	command.cdw11 = NVME_DIRECTIVE_CDW11(operation, type, specific);
	command.cdw12 = cdw12;
	return ct_ask(ct, command);
}

static const struct nvme_directive_parameters *directives(struct ct *ct)
{
	struct nvme_directive_parameters *page = ct_buffer(ct, sizeof(*page));

	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	ct_success(ct, "Directive Receive, Identify",
		   receive(ct, NVME_DIRECTIVE_RECEIVE_PARAMETERS, NVME_DIRECTIVE_IDENTIFY, 0, page,
			   sizeof(*page)));
	return page;
}

static bool is_enabled(struct ct *ct)
{
	return directives(ct)->enabled[0] >> NVME_DIRECTIVE_STREAMS & 1;
}

static struct ct_answer enable(struct ct *ct, unsigned type, bool on)
{
	return send(ct, NVME_DIRECTIVE_SEND_ENABLE, NVME_DIRECTIVE_IDENTIFY, 0,
		    type << NVME_DIRECTIVE_TARGET_SHIFT | on);
}

static struct nvme_streams_parameters parameters(struct ct *ct)
{
	struct nvme_streams_parameters *page = ct_buffer(ct, sizeof(*page));

	ct_success(ct, "Directive Receive, Return Parameters",
		   receive(ct, NVME_DIRECTIVE_RECEIVE_PARAMETERS, NVME_DIRECTIVE_STREAMS, 0, page,
			   sizeof(*page)));
	return *page;
}

static const struct status *get_status(struct ct *ct)
{
	struct status *status = ct_buffer(ct, sizeof(*status));

	ct_success(ct, "Directive Receive, Get Status",
		   receive(ct, NVME_STREAMS_RECEIVE_STATUS, NVME_DIRECTIVE_STREAMS, 0, status,
			   sizeof(*status)));
	return status;
}

static bool is_open(struct ct *ct, unsigned id)
{
	const struct status *status = get_status(ct);

	for (unsigned i = 0; i < status->count && i < IDS_MAX; i++)
		if (status->ids[i] == id)
			return true;
	return false;
}

static void need_streams(struct ct *ct)
{
	CT_NEED(directives(ct)->supported[0] >> NVME_DIRECTIVE_STREAMS & 1,
		"the directive Streams is not supported");
}

/* Enabled until the reset behind the case. */
static void begin(struct ct *ct)
{
	need_streams(ct);
	CT_NEED(!(directives(ct)->persistent[0] >> NVME_DIRECTIVE_STREAMS & 1) && !is_enabled(ct),
		"the directive Streams is enabled for good");
	CT_NEED(parameters(ct).nssa, "there are no stream resources");
	ct_save(ct, ct->ns, 0, 2 * BLOCKS);
	ct->dirty = true;
	ct_success(ct, "Directive Send, Enable Directive",
		   enable(ct, NVME_DIRECTIVE_STREAMS, true));
}

static void write_stream(struct ct *ct, uint64_t lba, unsigned id)
{
	uint8_t *bytes = ct_buffer(ct, BLOCKS * (size_t)ct->ns->block_size);
	struct nvme_command command;

	for (unsigned i = 0; i < BLOCKS; i++)
		ct_pattern(ct->ns, lba + i, 1, bytes + i * (size_t)ct->ns->block_size);
	command = ct_rw(ct, NVME_IO_WRITE, ct->ns, lba, BLOCKS, bytes);
	command.cdw12 |= NVME_DIRECTIVE_STREAMS << NVME_RW_DIRECTIVE_SHIFT;
	command.cdw13 = id << NVME_RW_SPECIFIC_SHIFT;
	ct_success(ct, "Write with a stream identifier", ct_do(ct, command));
}

static void fields(struct ct *ct)
{
	struct nvme_streams_parameters page;

	need_streams(ct);
	page = parameters(ct);
	CT_EXPECT(page.nssa <= page.msl && page.nsso <= page.msl,
		  "expected at most MSL, %u, of NSSA and NSSO, got %u and %u", page.msl, page.nssa,
		  page.nsso);
	ct_all(ct, "reserved bytes of the parameters", 0, page.reserved7, sizeof(page.reserved7));
	ct_all(ct, "reserved bytes of the parameters", 0, page.reserved26, sizeof(page.reserved26));
}

static void switches(struct ct *ct)
{
	begin(ct);
	CT_EXPECT(is_enabled(ct), "expected the directive Streams to be enabled");
	ct_success(ct, "Directive Send, Enable Directive, off",
		   enable(ct, NVME_DIRECTIVE_STREAMS, false));
	CT_EXPECT(!is_enabled(ct), "expected the directive Streams to be disabled");
}

static void reset(struct ct *ct)
{
	begin(ct);
	ct_disable(ct);
	ct_enable(ct);
	CT_EXPECT(!is_enabled(ct), "expected the directive Streams to be disabled by a reset");
}

static void opens(struct ct *ct)
{
	begin(ct);
	ct_equal(ct, "open streams before a Write", 0, get_status(ct)->count);
	write_stream(ct, 0, FIRST_ID);
	write_stream(ct, BLOCKS, FIRST_ID);
	ct_equal(ct, "open streams", 1, get_status(ct)->count);
	CT_EXPECT(is_open(ct, FIRST_ID), "expected stream %u to be open", FIRST_ID);
	ct_expect_pattern(ct, ct->ns, 0, 2 * BLOCKS, 1);
}

static void releases(struct ct *ct)
{
	begin(ct);
	CT_NEED(parameters(ct).nssa >= 2, "there is one stream resource");
	write_stream(ct, 0, FIRST_ID);
	write_stream(ct, BLOCKS, FIRST_ID + 1);
	ct_success(ct, "Directive Send, Release Identifier",
		   send(ct, NVME_STREAMS_SEND_RELEASE_ID, NVME_DIRECTIVE_STREAMS, FIRST_ID, 0));
	CT_EXPECT(!is_open(ct, FIRST_ID), "expected stream %u not to be open", FIRST_ID);
	CT_EXPECT(is_open(ct, FIRST_ID + 1), "expected stream %u to be open", FIRST_ID + 1);
	ct_expect_pattern(ct, ct->ns, 0, 2 * BLOCKS, 1);
}

static void disabling_releases(struct ct *ct)
{
	begin(ct);
	write_stream(ct, 0, FIRST_ID);
	ct_success(ct, "Directive Send, Enable Directive, off",
		   enable(ct, NVME_DIRECTIVE_STREAMS, false));
	ct_success(ct, "Directive Send, Enable Directive",
		   enable(ct, NVME_DIRECTIVE_STREAMS, true));
	ct_equal(ct, "open streams", 0, get_status(ct)->count);
	ct_expect_pattern(ct, ct->ns, 0, BLOCKS, 1);
}

static void allocates(struct ct *ct)
{
	unsigned available, granted;
	struct ct_answer answer;

	begin(ct);
	available = parameters(ct).nssa;
	answer =
		receive(ct, NVME_STREAMS_RECEIVE_ALLOCATE, NVME_DIRECTIVE_STREAMS, 0xffff, NULL, 0);
	ct_success(ct, "Directive Receive, Allocate Resources", answer);
	granted = answer.dw0 & 0xffff;
	CT_EXPECT(granted && granted <= available, "expected 1 to %u resources, got %u", available,
		  granted);
	ct_equal(ct, "NSA", granted, parameters(ct).nsa);
	ct_equal(ct, "NSSA", available - granted, parameters(ct).nssa);
	ct_success(ct, "Directive Send, Release Resources",
		   send(ct, NVME_STREAMS_SEND_RELEASE, NVME_DIRECTIVE_STREAMS, 0, 0));
	ct_equal(ct, "NSA when they are released", 0, parameters(ct).nsa);
	ct_equal(ct, "NSSA when they are released", available, parameters(ct).nssa);
}

/* argument: the directive that is to be enabled */
static void wrong_enable(struct ct *ct)
{
	CT_NEED(ct->identify->oacs & NVME_OACS_DIRECTIVES, "OACS has no directives");
	ct_status(ct, "Directive Send, Enable Directive", NVME_SC_INVALID_FIELD,
		  enable(ct, ct->argument, true));
}

static void wrong_operation(struct ct *ct)
{
	begin(ct);
	ct_status(ct, "Directive Receive, a reserved operation", NVME_SC_INVALID_FIELD,
		  receive(ct, 0x7f, NVME_DIRECTIVE_STREAMS, 0, ct_buffer(ct, 32), 32));
	ct_status(ct, "Directive Send, a reserved operation", NVME_SC_INVALID_FIELD,
		  send(ct, 0x7f, NVME_DIRECTIVE_STREAMS, 0, 0));
}

#define CASE(text, section, function, value) \
	CT_CASE(text, section, function, CT_WRITES, .argument = (value))

static const struct ct_case cases[] = {
	CASE("Return Parameters: no more than MSL", "Base 8.7.3", fields, 0),
	CASE("Enable Directive switches them on and off", "Base 8.7.2", switches, 0),
	CASE("a reset switches them off", "Base 8.7.2", reset, 0),
	CASE("Write with a stream identifier opens one, and writes", "Base 8.7.3", opens, 0),
	CASE("Release Identifier closes that one", "Base 8.7.3", releases, 0),
	CASE("switching them off releases all", "Base 8.7.3", disabling_releases, 0),
	CASE("Allocate Resources: what there is, and back", "Base 8.7.3", allocates, 0),
	CASE("Enable Directive of Identify: Invalid Field", "Base 8.7.2", wrong_enable,
	     NVME_DIRECTIVE_IDENTIFY),
	CASE("Enable Directive of an unknown type: Invalid Field", "Base 8.7.2", wrong_enable,
	     0x0e),
	CASE("a reserved operation: Invalid Field", "Base 8.7.3", wrong_operation, 0),
	{.name = NULL},
};
CONFORMANCE_GROUP("streams", cases);
