/* Interrupts: which kind, who gets which vector, and waiting for them.
 *
 * A handler only notes that something came. Completions are taken out of their queues by whoever
 * waits, in nvme_poll(); between two polls that found nothing nvme_interrupts_rest() halts the CPU:
 *
 *     nvme_turn(): noted = false, reap ──> something: done
 *          ^                │ nothing
 *          │                v
 *          │     spin, if this wait does (SPIN_NS or spin_us at most)
 *          │                │
 *          │                v
 *          │     halt until noted, CHECK_NS at most (a completion between the reap and the halt has
 *          │                │                        set noted, or stays pending on the pin)
 *          │                v
 *          └───────── noted: on to the reap
 *                     not noted: what the reap finds now is the completion of a lost interrupt
 *
 * MSI-X: a vector for each completion queue as far as there are vectors, number 0 the admin
 * queue's; where there are fewer, I/O queues share them. Pin: one for all; the handler masks it by
 * INTMS, so that the line is free again before anything is reaped (it is level triggered: it would
 * interrupt for ever), and the next halt unmasks it by INTMC.
 *
 * Which waits spin? On a machine of one core a halt hands the core to the emulator's device model,
 * and spinning keeps it from it: 4 KiB reads one at a time take half as long again. Where each side
 * has a core of its own, a halt puts one to sleep that has to be woken again: they take twice as
 * long. A busy neighbour turns that round. Nothing in the guest tells which it is but the waits
 * themselves: so the time that they took is kept by whether they span, the faster way is taken,
 * and one wait in TRIAL goes the other way to see whether that is still so. nvme.irq=msix or intx
 * never spin, nvme.spin_us=N spins that long in every wait.
 */
#include "drivers/nvme/controller.h"

#include "drivers/nvme/admin.h"
#include "drivers/nvme/spec/names.h"
#include "lib/errno.h"
#include "lib/format.h"

#define SPIN_POLLS 32			 /* fruitless polls before the first pause */
#define SPIN_NS	   (NVME_NS_PER_MS / 10) /* the longest spin, where nobody asked for another */
#define TRIAL	   128			 /* waits, one of which goes the way that seems slower */
#define MEMORY	   64			 /* waits, after which what was measured counts half */
#define CHECK_NS   (10 * NVME_NS_PER_MS) /* the longest halt */
#define STALL_NS   NVME_NS_PER_MS	 /* the same where doorbells may be missed */
#define GRACE_NS   (2 * NVME_NS_PER_MS)	 /* by which an interrupt may be behind its completion */
#define LOST_MAX   16			 /* lost in a row, none in between: there are none */

/* One that interrupts come to. */
struct nvme_vector {
	struct nvme_controller *controller;
	volatile uint32_t count;
	uint32_t seen; /* count, when the last halt began */
	unsigned index;
	bool masked;
	char name[NVME_NAME_MAX + 16]; /* "my_nvme0 q1" */
};

const char *nvme_interrupt_kind(const struct nvme_controller *controller)
{
	switch (controller->interrupts.irq) {
	case NVME_IRQ_MSIX:
		return "MSI-X";
	case NVME_IRQ_INTX:
		return "INTx";
	default:
		return "polling";
	}
}

unsigned nvme_interrupt_vectors(const struct nvme_controller *controller)
{
	return controller->interrupts.irq == NVME_IRQ_POLL ? 0
							   : controller->interrupts.vector_count;
}

static bool message_handler(void *context)
{
	struct nvme_vector *vector = context;

	if (nvme_tracing())
		nvme_trace->interrupt(vector->controller->registers.bar, (int)vector->index);
	vector->count++;
	vector->controller->interrupts.noted = true;
	if (vector->index == 0)
		vector->controller->interrupts.admin_noted = true;
	return true;
}

static bool pin_handler(void *context)
{
	struct nvme_vector *vector = context;
	struct nvme_controller *controller = vector->controller;

	/* It cannot be ours while it is masked. Whether it was, when it is not, is only seen by
	 * reading every queue; to mask it is cheaper and always right. */
	if (vector->masked)
		return false;
	vector->masked = true;
	if (nvme_tracing())
		nvme_trace->interrupt(controller->registers.bar, NVME_TRACE_PIN);
	nvme_set32(&controller->registers, NVME_REG_INTMS, 1);
	vector->count++;
	controller->interrupts.noted = controller->interrupts.admin_noted = true;
	return true;
}

/* Lets the pin interrupt again. */
static void unmask(struct nvme_controller *controller)
{
	struct nvme_vector *vector = &controller->interrupts.vectors[0];

	if (controller->interrupts.irq != NVME_IRQ_INTX || !vector->masked)
		return;
	/* First, then the hardware: the handler may run between the two. */
	vector->masked = false;
	nvme_set32(&controller->registers, NVME_REG_INTMC, 1);
}

static void name_vector(struct nvme_controller *controller, struct nvme_vector *vector)
{
	if (controller->interrupts.irq == NVME_IRQ_INTX)
		snprintf(vector->name, sizeof(vector->name), "%s", controller->name);
	else if (vector->index == 0)
		snprintf(vector->name, sizeof(vector->name), "%s admin", controller->name);
	else
		snprintf(vector->name, sizeof(vector->name), "%s q%u", controller->name,
			 vector->index);
}

/* One more vector. 0 or a negative errno. */
static int add_vector(struct nvme_controller *controller)
{
	unsigned index = controller->interrupts.vector_count;
	struct nvme_vector *vector = &controller->interrupts.vectors[index];
	int error;

	*vector = (struct nvme_vector){.controller = controller, .index = index};
	name_vector(controller, vector);
	/* The pin counts as masked until the first wait: so it is after INTMS. */
	vector->masked = controller->interrupts.irq == NVME_IRQ_INTX;
	error = nvme_interrupt_register(
		controller->pci, index,
		controller->interrupts.irq == NVME_IRQ_INTX ? pin_handler : message_handler, vector,
		vector->name);
	if (!error)
		controller->interrupts.vector_count++;
	return error;
}

/* Tries one kind of interrupts, with the vector that the admin queue uses. */
static int begin(struct nvme_controller *controller, enum nvme_irq irq)
{
	int limit = nvme_interrupt_begin(controller->pci, irq == NVME_IRQ_MSIX), error;

	if (limit < 0)
		return limit;
	controller->interrupts.irq = irq;
	controller->interrupts.vector_limit = (unsigned)limit;
	controller->interrupts.vector_count = 0;
	error = add_vector(controller);
	if (error) {
		nvme_interrupt_end(controller->pci);
		controller->interrupts.irq = NVME_IRQ_POLL;
	}
	return error;
}

static int begin_best(struct nvme_controller *controller, enum nvme_irq wished)
{
	int error = -ENODEV;

	if (wished != NVME_IRQ_INTX) {
		error = begin(controller, NVME_IRQ_MSIX);
		if (error && wished == NVME_IRQ_MSIX)
			nvme_warning(controller, "no MSI-X (error %d), trying INTx", -error);
	}
	if (error)
		error = begin(controller, NVME_IRQ_INTX);
	return error;
}

void nvme_interrupts_start(struct nvme_controller *controller)
{
	enum nvme_irq wished = controller->options.irq;
	unsigned spin_us = controller->options.spin_us;

	controller->interrupts.failed = false;
	controller->interrupts.lost_in_row = 0;
	controller->interrupts.waiting = (struct nvme_waiting){
		.measured = wished == NVME_IRQ_BEST && !spin_us,
		.spins = spin_us != 0,
		.spin_ns = spin_us ? spin_us * 1000ull : SPIN_NS,
	};
	if (wished == NVME_IRQ_POLL)
		return;
	if (controller->interrupts.irq != NVME_IRQ_POLL) {
		/* The reset may have been one of the whole function. */
		nvme_interrupt_begin(controller->pci, controller->interrupts.irq == NVME_IRQ_MSIX);
		for (unsigned i = 0; i < controller->interrupts.vector_count; i++)
			controller->interrupts.vectors[i].masked =
				controller->interrupts.irq == NVME_IRQ_INTX;
		return;
	}
	if (!controller->interrupts.vectors)
		controller->interrupts.vectors =
			nvme_alloc(NVME_VECTORS_MAX * sizeof(struct nvme_vector));
	if (!controller->interrupts.vectors || begin_best(controller, wished)) {
		if (wished != NVME_IRQ_BEST)
			nvme_warning(controller, "no interrupts to be had, polling");
		return;
	}
}

void nvme_interrupts_stop(struct nvme_controller *controller)
{
	if (controller->interrupts.irq != NVME_IRQ_POLL)
		nvme_interrupt_end(controller->pci);
	controller->interrupts.irq = NVME_IRQ_POLL;
	controller->interrupts.vector_count = 0;
	nvme_free(controller->interrupts.vectors);
	controller->interrupts.vectors = NULL;
}

void nvme_interrupts_add_queues(struct nvme_controller *controller, unsigned queues)
{
	if (controller->interrupts.irq != NVME_IRQ_MSIX)
		return;
	while (controller->interrupts.vector_count < 1 + queues &&
	       controller->interrupts.vector_count < controller->interrupts.vector_limit)
		if (add_vector(controller) < 0)
			break;
}

unsigned nvme_interrupts_vector(const struct nvme_controller *controller, unsigned queue)
{
	unsigned count = controller->interrupts.vector_count;

	if (queue == 0 || count < 2)
		return 0;
	return 1 + (queue - 1) % (count - 1);
}

static void give_up(struct nvme_controller *controller, const char *reason)
{
	controller->interrupts.failed = true;
	nvme_warning(controller, "%s: polling until the next reset", reason);
}

/* Halts until an interrupt or the time for a look at deadlines. */
static void halt(struct nvme_controller *controller, uint64_t now_ns)
{
	uint64_t longest_ns = controller->shadow.may_miss ? STALL_NS : CHECK_NS;

	for (unsigned i = 0; i < controller->interrupts.vector_count; i++)
		controller->interrupts.vectors[i].seen = controller->interrupts.vectors[i].count;
	unmask(controller);
	if (nvme_interrupt_wait(controller->pci, &controller->interrupts.noted,
				now_ns + longest_ns) < 0) {
		give_up(controller, "interrupts were switched off");
		return;
	}
	/* Woken by the timer or somebody else's interrupt. */
	controller->interrupts.suspicious = !controller->interrupts.noted;
	if (controller->interrupts.noted)
		controller->interrupts.lost_in_row = 0;
	if (controller->interrupts.noted && now_ns < controller->interrupts.look_at_ns)
		return;
	/* The next turn looks at deadlines and at the controller's health as well. */
	controller->interrupts.look_at_ns = now_ns + longest_ns;
	nvme_check_soon(controller);
}

/* Spinning has to be faster by an eighth: it keeps a CPU busy. */
static bool spinning_pays(const struct nvme_waits *halted, const struct nvme_waits *span)
{
	return 9 * span->ns * halted->completions < 8 * halted->ns * span->completions;
}

/* Decides how a wait goes on that has found nothing so far. */
static void begin_wait(struct nvme_controller *controller, uint64_t now_ns)
{
	struct nvme_waiting *waiting = &controller->interrupts.waiting;

	waiting->begun_ns = now_ns;
	if (!waiting->measured)
		return;
	waiting->spins = spinning_pays(&waiting->waits[false], &waiting->waits[true]);
	if (++waiting->number % TRIAL == 0)
		waiting->spins = !waiting->spins;
}

void nvme_interrupts_wait_over(struct nvme_controller *controller, unsigned completions)
{
	struct nvme_waiting *waiting = &controller->interrupts.waiting;
	struct nvme_waits *waits = &waiting->waits[waiting->spins];
	uint64_t ns;

	controller->interrupts.idle_turns = 0;
	if (!waiting->measured)
		return;
	/* What outlasts spinning says nothing about it: the host or the back end was slow. */
	ns = nvme_time_ns() - waiting->begun_ns;
	waits->ns += ns < 2 * waiting->spin_ns ? ns : 2 * waiting->spin_ns;
	waits->completions += completions;
	if (++waits->number >= MEMORY) {
		waits->ns /= 2;
		waits->completions /= 2;
		waits->number /= 2;
	}
}

bool nvme_interrupts_rest(struct nvme_controller *controller)
{
	const struct nvme_waiting *waiting = &controller->interrupts.waiting;
	unsigned idle = ++controller->interrupts.idle_turns;
	uint64_t now_ns;

	if (controller->interrupts.irq == NVME_IRQ_POLL || controller->interrupts.failed) {
		if (idle > SPIN_POLLS)
			nvme_relax();
		return true;
	}
	now_ns = nvme_time_ns();
	if (idle == 1)
		begin_wait(controller, now_ns);
	if (waiting->spins && now_ns - waiting->begun_ns < waiting->spin_ns) {
		if (idle > SPIN_POLLS)
			nvme_relax();
		return false;
	}
	if (!controller->interrupts.noted)
		halt(controller, now_ns);
	return true;
}

void nvme_interrupts_found(struct nvme_controller *controller, unsigned queue)
{
	const struct nvme_vector *vector;
	uint64_t deadline_ns = nvme_time_ns() + GRACE_NS;

	if (controller->interrupts.irq == NVME_IRQ_POLL)
		return;
	vector = &controller->interrupts.vectors[nvme_interrupts_vector(controller, queue)];
	while (vector->count == vector->seen && nvme_time_ns() < deadline_ns)
		nvme_relax();
	if (vector->count != vector->seen)
		return; /* only late */
	controller->interrupts.lost++;
	if (!controller->interrupts.lost_reported)
		nvme_warning(controller,
			     "lost interrupt: vector %u was silent about a completion in queue %u "
			     "(found by looking every %llu ms; not reported again)",
			     vector->index, queue, (unsigned long long)(CHECK_NS / NVME_NS_PER_MS));
	controller->interrupts.lost_reported = true;
	if (++controller->interrupts.lost_in_row >= LOST_MAX)
		give_up(controller, "interrupts do not arrive");
}

bool nvme_attention(bool idle)
{
	for (struct nvme_controller *c = nvme_first(); c; c = nvme_next(c)) {
		if (c->interrupts.irq == NVME_IRQ_POLL || c->interrupts.failed ||
		    c->state != NVME_LIVE)
			continue;
		if (c->interrupts.noted)
			return true;
		/* Events come by the pin as well, which nobody has unmasked since the last one. */
		if (idle)
			unmask(c);
	}
	return false;
}

/* Interrupt Coalescing and Interrupt Vector Configuration: Base, sections 5.27.1.6 and 5.27.1.7.
 * Nothing is coalesced unless somebody asks for it, and that is how a controller is after a reset;
 * a completion that somebody waits for alone, the usual case of a shell, would come later by the
 * whole time. Coalescing is for I/O completion queues only, and a vector may be configured only
 * once such a queue uses it. */
int nvme_interrupts_setup(struct nvme_controller *controller)
{
	unsigned threshold = controller->options.coalesce_threshold, queues;
	struct nvme_command command = {
		.opcode = NVME_ADMIN_SET_FEATURES,
		.cdw10 = NVME_FEATURE_INTERRUPT_COALESCING,
		.cdw11 = (threshold ? threshold - 1 : 0) |
			 (uint32_t)controller->options.coalesce_time << 8,
	};
	struct nvme_reply reply;
	bool refused = false;
	int error;

	queues = controller->channel_count - 1;
	if (controller->interrupts.irq == NVME_IRQ_POLL || !queues || !command.cdw11)
		return 0;
	error = nvme_admin_with_retries(controller, &command, 0, &reply);
	if (error)
		nvme_warning(controller, "no interrupt coalescing: %s",
			     nvme_status_name(reply.status));
	if (error)
		return nvme_answered(&reply) ? 0 : error;
	command.cdw10 = NVME_FEATURE_INTERRUPT_VECTOR;
	for (unsigned id = 1; id <= queues; id++) {
		command.cdw11 = nvme_interrupts_vector(controller, id);
		/* There are fewer vectors than queues: the rest share those that were set. */
		if (id > 1 && command.cdw11 <= nvme_interrupts_vector(controller, id - 1))
			break;
		error = nvme_admin_with_retries(controller, &command, 0, &reply);
		if (error && !nvme_answered(&reply))
			return error;
		if (error && !refused)
			nvme_warning(controller, "interrupt coalescing of vector %u: %s",
				     command.cdw11, nvme_status_name(reply.status));
		refused |= error != 0;
	}
	return 0;
}
