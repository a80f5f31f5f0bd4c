/* A driver that waits by interrupts, and a controller that takes its time. */
#pragma once

#include "tests/sim/driver.h"
#include "tests/unit/cmocka.h"

/* Much longer than any spinning, so that only an interrupt can end a wait that soon. */
#define LATENCY (3 * MS)

static const struct nvme_options msix = {.irq = NVME_IRQ_MSIX};
static const struct nvme_options intx = {.irq = NVME_IRQ_INTX};
static const struct nvme_options best = {.irq = NVME_IRQ_BEST};
static const struct nvme_options spin = {.irq = NVME_IRQ_BEST, .spin_us = 200};
static const struct sim_config slow = {.latency_ns = LATENCY};

static inline uint64_t interrupts(struct driver *driver)
{
	return sim_statistics(driver->sim)->interrupts;
}

static inline uint64_t lost(struct driver *driver)
{
	return statistics(driver)->lost_interrupts;
}

/* A read waits for its interrupt and for nothing else. */
static inline void assert_interrupts(struct driver *driver)
{
	uint64_t before = interrupts(driver), lost_before = lost(driver);

	assert_read(driver, 0, LATENCY, LATENCY + 100 * US);
	assert_int_equal(interrupts(driver), before + 1);
	assert_int_equal(lost(driver), lost_before);
	assert_legal(driver);
}
