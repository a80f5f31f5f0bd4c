/* The masks of MSI-X: what comes meanwhile is pending, and comes behind them. */
#include "tests/conformance/interrupts.h"

#include "drivers/nvme/transport/platform.h"

#define VECTOR 1u /* of queue pair 2; the admin queue has vector 0 */

/* Queue pair 2, and how often its vector came. */
static struct ct_sq *begin(struct ct *ct, unsigned *before)
{
	struct ct_sq *sq;

	ct_begin_messages(ct, VECTOR, 2);
	sq = ct_interrupt_pair(ct, 2, VECTOR, true);
	*before = ct_interrupt_count(VECTOR);
	return sq;
}

static void mask(struct ct *ct, bool on)
{
	nvme_interrupt_mask(ct->claim->pci, VECTOR, on);
}

static void mask_function(struct ct *ct, bool on)
{
	nvme_interrupt_mask_function(ct->claim->pci, on);
}

static void expect_pending(struct ct *ct, bool pending)
{
	ct_equal(ct, "the pending bit of vector 1", pending,
		 nvme_interrupt_pending(ct->claim->pci, VECTOR));
}

static void vector(struct ct *ct)
{
	unsigned before;
	struct ct_sq *sq = begin(ct, &before);

	mask(ct, true);
	ct_leave_one(ct, sq);
	ct_expect_quiet(ct, VECTOR, before, "while it is masked");
	expect_pending(ct, true);
	mask(ct, false);
	ct_expect_interrupt(ct, VECTOR, before);
	expect_pending(ct, false);
	ct_take_one(ct, sq);
}

static void other_vector(struct ct *ct)
{
	unsigned before, admin;
	struct ct_sq *sq = begin(ct, &before);

	ct_expect_quiet(ct, VECTOR, before, "without a completion");
	admin = ct_interrupt_count(0);
	mask(ct, true);
	ct_leave_one(ct, sq);
	ct_leave_one(ct, ct->admin);
	ct_expect_interrupt(ct, 0, admin);
	ct_take_one(ct, ct->admin);
	ct_expect_quiet(ct, VECTOR, before, "while it is masked");
	mask(ct, false);
	ct_expect_interrupt(ct, VECTOR, before);
	ct_take_one(ct, sq);
}

/* Several completions, none of which is taken, are pending as one or more messages. */
static void function(struct ct *ct)
{
	unsigned before, admin;
	struct ct_sq *sq = begin(ct, &before);

	ct_expect_quiet(ct, VECTOR, before, "without a completion");
	admin = ct_interrupt_count(0);
	mask_function(ct, true);
	ct_leave_one(ct, sq);
	ct_leave_one(ct, ct->admin);
	ct_expect_quiet(ct, VECTOR, before, "while the function is masked");
	ct_expect_quiet(ct, 0, admin, "while the function is masked");
	expect_pending(ct, true);
	mask_function(ct, false);
	ct_expect_interrupt(ct, VECTOR, before);
	ct_expect_interrupt(ct, 0, admin);
	expect_pending(ct, false);
	ct_take_one(ct, sq);
	ct_take_one(ct, ct->admin);
}

/* Either mask alone is enough; argument: whether the function's is the one that stays longer. */
static void both(struct ct *ct)
{
	unsigned before;
	struct ct_sq *sq = begin(ct, &before);

	mask(ct, true);
	mask_function(ct, true);
	ct_leave_one(ct, sq);
	if (ct->argument)
		mask(ct, false);
	else
		mask_function(ct, false);
	ct_expect_quiet(ct, VECTOR, before, "while one of its masks is left");
	expect_pending(ct, true);
	if (ct->argument)
		mask_function(ct, false);
	else
		mask(ct, false);
	ct_expect_interrupt(ct, VECTOR, before);
	ct_take_one(ct, sq);
}

static void nothing_pending(struct ct *ct)
{
	unsigned before;
	struct ct_sq *sq = begin(ct, &before);

	ct_leave_one(ct, sq);
	ct_expect_interrupt(ct, VECTOR, before);
	ct_take_one(ct, sq);
	before = ct_interrupt_count(VECTOR);
	mask(ct, true);
	expect_pending(ct, false);
	mask(ct, false);
	mask_function(ct, true);
	mask_function(ct, false);
	ct_expect_quiet(ct, VECTOR, before, "with nothing pending");
}

static const struct ct_case cases[] = {
	CT_CASE("a masked vector is pending, and comes once it is not masked", "PCI 6.8.3.4",
		vector, CT_IO),
	CT_CASE("other vectors come while one is masked", "PCI 6.8.3.4", other_vector, CT_IO),
	CT_CASE("the function's mask holds all of them back", "PCI 6.8.3.4", function, CT_IO),
	CT_CASE("a masked vector stays so behind the function's mask", "PCI 6.8.3.4", both, CT_IO),
	CT_CASE("a vector is unmasked below the function's mask: it waits for that", "PCI 6.8.3.4",
		both, CT_IO, .argument = 1),
	CT_CASE("what was not pending does not come behind a mask", "PCI 6.8.3.4", nothing_pending,
		CT_IO),
	{.name = NULL},
};
CONFORMANCE_GROUP("interrupt-masks", cases);
