/* Admin commands (Base 2.0, section 5). */
#include "tests/sim/internal.h"

#include <stdlib.h>
#include <string.h>

#define fail sim_fail

unsigned sim_fail(struct sim_controller *sim, const struct sim_command *command, unsigned status,
		  const char *why)
{
	return sim_host_error(sim, command, status, "%s", why);
}

static void check_zero(struct sim_controller *sim, const struct sim_command *command,
		       uint32_t dwords)
{
	for (unsigned i = 1; i < 16; i++)
		if (dwords >> i & 1 && dword(command, i) && !sim->config.tolerant)
			sim_violation(sim, "admin opcode %02x: reserved dword %u is %08x",
				      command->entry[0], i, dword(command, i));
}

static unsigned granted(const struct sim_controller *sim, bool completion)
{
	uint32_t value = sim->features[0x07];

	return (completion ? value >> 16 : value & 0xffff) + 1;
}

/* What the two Create commands have in common. */
static unsigned check_create(struct sim_controller *sim, const struct sim_command *command,
			     bool completion)
{
	uint32_t cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	unsigned id = cdw10 & 0xffff, size = (cdw10 >> 16) + 1;
	uint64_t base = get64(command->entry + 24);

	check_zero(sim, command, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 8 | 1 << 9);
	if (!sim->queues_set)
		sim_violation(sim, "I/O queue created before Set Features, Number of Queues");
	if (id == 0 || id > granted(sim, completion) || id > sim->config.queues ||
	    id >= SIM_QUEUES_MAX)
		return fail(sim, command, SIM_SC_QUEUE_ID, "queue ID 0 or not granted");
	if (size < 2 || size > sim->queue_entries_max)
		return fail(sim, command, SIM_SC_QUEUE_SIZE, "queue size");
	if ((sim->config.cap >> 16 & 1) && !(cdw11 & 1))
		return fail(sim, command, SIM_SC_FIELD, "queue is not contiguous, CAP.CQR is 1");
	if (!(cdw11 & 1))
		return fail(sim, command, SIM_SC_FIELD, "queues in pieces are not simulated");
	if (base & (sim->page_size - 1))
		return fail(sim, command, SIM_SC_PRP_OFFSET, "queue memory is not page aligned");
	if ((sim->cc >> 16 & 0xf) != 6 || (sim->cc >> 20 & 0xf) != 4)
		sim_violation(sim, "I/O queue created with CC.IOSQES %u, IOCQES %u",
			      sim->cc >> 16 & 0xf, sim->cc >> 20 & 0xf);
	if (sim->bar_size < SIM_DOORBELLS + (2ull * id + 2) * sim->stride)
		sim_violation(sim, "the doorbells of queue %u are beyond the BAR", id);
	return SIM_SC_SUCCESS;
}

static unsigned create_cq(struct sim_controller *sim, struct sim_command *command)
{
	uint32_t cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	unsigned id = cdw10 & 0xffff, vector = cdw11 >> 16;
	unsigned status = check_create(sim, command, true);

	if (status)
		return status;
	if (sim->cq[id].exists)
		return fail(sim, command, SIM_SC_QUEUE_ID, "completion queue exists");
	if ((sim->cc >> 20 & 0xf) != 4)
		return fail(sim, command, SIM_SC_QUEUE_SIZE, "CC.IOCQES is not 4");
	if (cdw11 & 0xfffc)
		sim_violation(sim, "Create I/O Completion Queue: dword 11 is %08x", cdw11);
	if (vector >= (sim->interrupts == SIM_MESSAGES ? sim->config.interrupts : 1))
		return fail(sim, command, SIM_SC_VECTOR, "interrupt vector");
	if (!sim_queue_create_cq(sim, id, get64(command->entry + 24), (cdw10 >> 16) + 1))
		return SIM_SC_FIELD;
	sim->cq[id].interrupts = cdw11 & 2;
	sim->cq[id].vector = vector;
	return SIM_SC_SUCCESS;
}

static unsigned create_sq(struct sim_controller *sim, struct sim_command *command)
{
	uint32_t cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	unsigned id = cdw10 & 0xffff, cq = cdw11 >> 16;
	unsigned status = check_create(sim, command, false);

	if (status)
		return status;
	if (sim->sq[id] && sim->sq[id]->exists)
		return fail(sim, command, SIM_SC_QUEUE_ID, "submission queue exists");
	if ((sim->cc >> 16 & 0xf) != 6)
		return fail(sim, command, SIM_SC_QUEUE_SIZE, "CC.IOSQES is not 6");
	if (cdw11 & 0xfff8)
		sim_violation(sim, "Create I/O Submission Queue: dword 11 is %08x", cdw11);
	if (cq == 0 || cq >= SIM_QUEUES_MAX || !sim->cq[cq].exists)
		return fail(sim, command, SIM_SC_CQ_INVALID, "completion queue is not there");
	sim_queue_create_sq(sim, id, get64(command->entry + 24), (cdw10 >> 16) + 1, cq);
	return SIM_SC_SUCCESS;
}

static unsigned delete_cq(struct sim_controller *sim, struct sim_command *command)
{
	unsigned id = dword(command, 10) & 0xffff;

	check_zero(sim, command, 0xf3fe | 1 << 11);
	if (id == 0 || id >= SIM_QUEUES_MAX || !sim->cq[id].exists)
		return fail(sim, command, SIM_SC_QUEUE_ID, "completion queue is not there");
	if (sim->cq[id].users)
		return fail(sim, command, SIM_SC_QUEUE_DELETION,
			    "completion queue has a submission queue");
	sim->cq[id].exists = false;
	return SIM_SC_SUCCESS;
}

static unsigned delete_sq(struct sim_controller *sim, struct sim_command *command)
{
	unsigned id = dword(command, 10) & 0xffff;
	struct sim_command *there;

	check_zero(sim, command, 0xf3fe | 1 << 11);
	if (id == 0 || id >= SIM_QUEUES_MAX || !sim->sq[id] || !sim->sq[id]->exists)
		return fail(sim, command, SIM_SC_QUEUE_ID, "submission queue is not there");
	for (unsigned i = 0; i < sim->heap_size;) {
		if (sim->heap[i]->queue != id) {
			i++;
			continue;
		}
		there = sim_take_command(sim, (uint16_t)id, sim->heap[i]->cid);
		sim_complete(sim, there, 0x008, 0); /* Aborted due to SQ Deletion */
		i = 0;
	}
	sim->cq[sim->sq[id]->cq].users--;
	sim->sq[id]->exists = false;
	return SIM_SC_SUCCESS;
}

static unsigned abort_command(struct sim_controller *sim, struct sim_command *command,
			      uint64_t *result)
{
	uint32_t cdw10 = dword(command, 10);
	struct sim_command *there;

	check_zero(sim, command, 0xf3fe);
	*result = 1; /* not aborted */
	if (!(uint16_t)cdw10 && sim_event_abort(sim, (uint16_t)(cdw10 >> 16))) {
		*result = 0;
		return SIM_SC_SUCCESS;
	}
	if (command->has_fault && command->fault.kind == SIM_ABORT_FAILS)
		return SIM_SC_SUCCESS;
	there = sim_take_command(sim, (uint16_t)cdw10, (uint16_t)(cdw10 >> 16));
	if (!there)
		return SIM_SC_SUCCESS;
	if (there->has_fault && there->fault.kind == SIM_LOSE_HARD) {
		sim_heap_push(sim, there);
		return SIM_SC_SUCCESS;
	}
	there->has_fault = false;
	sim_complete(sim, there, SIM_SC_ABORTED, 0);
	*result = 0;
	return SIM_SC_SUCCESS;
}

static unsigned doorbell_buffer(struct sim_controller *sim, struct sim_command *command)
{
	uint64_t shadow = get64(command->entry + 24), indices = get64(command->entry + 32);

	check_zero(sim, command, 1 << 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 0xfc00);
	if (!shadow || !indices || ((shadow | indices) & (sim->page_size - 1)))
		return fail(sim, command, SIM_SC_FIELD, "doorbell buffer is not page aligned");
	sim->shadow = shadow;
	sim->event_indices = indices;
	return SIM_SC_SUCCESS;
}

static unsigned format(struct sim_controller *sim, struct sim_command *command)
{
	struct sim_namespace *ns = sim_find_namespace(sim, dword(command, 1));
	uint32_t cdw10 = dword(command, 10);

	if (!ns)
		return fail(sim, command, SIM_SC_NAMESPACE, "namespace");
	if ((cdw10 & 0xf) > 3 || cdw10 >> 12 & 3)
		return fail(sim, command, SIM_SC_FORMAT, "format");
	if ((cdw10 >> 5 & 7) > 3)
		return fail(sim, command, SIM_SC_FORMAT, "protection information");
	if (cdw10 >> 5 & 7 && !ns->config.metadata)
		return fail(sim, command, SIM_SC_FORMAT, "no metadata to protect with");
	if ((cdw10 >> 9 & 7) > 1)
		return fail(sim, command, SIM_SC_FIELD, "secure erase");
	/* As identify.c lists them; the one in use at the start may have any block size. */
	if ((cdw10 & 0xf) == ns->config.format) {
		sim_namespace_format(sim, ns->config.nsid, ns->config.block_shift);
	} else {
		ns->config.format = cdw10 & 0xf;
		sim_namespace_format(sim, ns->config.nsid, cdw10 & 1 ? 12 : 9);
	}
	return SIM_SC_SUCCESS;
}

static unsigned execute(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	uint8_t page[4096] = {0};
	unsigned status;

	/* Admin commands are not fused, and have no SGL (4.1.2). */
	if (command->entry[1] & 0xc3)
		return fail(sim, command, SIM_SC_FIELD, "fused, or with an SGL");
	if (!sim_has_admin(sim, command->entry[0]))
		return fail(sim, command, SIM_SC_OPCODE, "opcode is not supported");
	switch (command->entry[0]) {
	case SIM_DELETE_SQ:
		return delete_sq(sim, command);
	case SIM_CREATE_SQ:
		return create_sq(sim, command);
	case SIM_GET_LOG:
		return sim_get_log(sim, command);
	case SIM_DELETE_CQ:
		return delete_cq(sim, command);
	case SIM_CREATE_CQ:
		return create_cq(sim, command);
	case SIM_IDENTIFY:
		check_zero(sim, command, 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 0xf000);
		status = sim_identify(sim, command, page);
		return status ? status : sim_transfer(sim, command, page, sizeof(page), true);
	case SIM_ABORT:
		return abort_command(sim, command, result);
	case SIM_SET_FEATURES:
		return sim_set_features(sim, command, result);
	case SIM_GET_FEATURES:
		return sim_get_features(sim, command, result);
	case SIM_EVENT_REQUEST:
		return sim_event_request(sim, command);
	case SIM_DOORBELL_BUFFER:
		return doorbell_buffer(sim, command);
	case SIM_FORMAT:
		return format(sim, command);
	default:
		return sim_optional(sim, command, result);
	}
}

static const char *opcode_name(uint8_t opcode)
{
	switch (opcode) {
	case SIM_DELETE_SQ:
		return "Delete I/O Submission Queue";
	case SIM_CREATE_SQ:
		return "Create I/O Submission Queue";
	case SIM_GET_LOG:
		return "Get Log Page";
	case SIM_DELETE_CQ:
		return "Delete I/O Completion Queue";
	case SIM_CREATE_CQ:
		return "Create I/O Completion Queue";
	case SIM_IDENTIFY:
		return "Identify";
	case SIM_ABORT:
		return "Abort";
	case SIM_SET_FEATURES:
		return "Set Features";
	case SIM_GET_FEATURES:
		return "Get Features";
	case SIM_EVENT_REQUEST:
		return "Asynchronous Event Request";
	case SIM_DOORBELL_BUFFER:
		return "Doorbell Buffer Config";
	case SIM_FORMAT:
		return "Format NVM";
	default:
		return "unknown";
	}
}

unsigned sim_admin(struct sim_controller *sim, struct sim_command *command, uint64_t *result)
{
	uint8_t opcode = command->entry[0];
	uint32_t nsid = dword(command, 1), cdw10 = dword(command, 10), cdw11 = dword(command, 11);
	unsigned status = execute(sim, command, result);

	sim_trace_add(sim, "admin %s nsid %u cdw10 %08x cdw11 %08x -> %04x", opcode_name(opcode),
		      nsid, cdw10, cdw11, status == SIM_SC_NONE ? 0 : status);
	return status;
}
