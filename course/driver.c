/* The driver that you write. Each function says what it must do and where the chapter is that
 * explains it; `make lab STEP=1` says what is right so far. What you need besides these functions,
 * structures and helpers of your own, is static and yours to arrange. */
#include "course/driver.h"

#include "course/nvme.h"
#include "course/platform.h"

/*
 * Step 1: course/en/1-registers.md. Section numbers are those of NVM Express Base 2.0.
 */

/* Look at every function of bus 0 for vendor 1b36h, device 0010h. Turn on memory space and bus
 * mastering in its command register. BAR0 is a memory BAR, of 32 or 64 bits. Map it, read CAP and
 * VS (3.1.3.1, 3.1.3.2), and fill in found. The doorbells begin at 1000h, and how far they reach
 * depends on CAP. */
int driver_find(struct driver_found *found)
{
	(void)found;
	return -ENOSYS; /* TODO */
}

/*
 * Step 2: course/en/2-enable.md
 */

/* CC.EN = 0 (3.1.3.5); then CSTS.RDY becomes 0 (3.1.3.6), within CAP.TO. A controller that is gone
 * reads all ones. */
int driver_disable(void)
{
	return -ENOSYS; /* TODO */
}

/* CC.EN = 1, together with CC.IOSQES, CC.IOCQES, CC.MPS and CC.CSS; then CSTS.RDY becomes 1, within
 * CAP.TO, or CSTS.CFS does. */
int driver_enable(void)
{
	return -ENOSYS; /* TODO */
}

/*
 * Step 3: course/en/3-admin.md
 */

/* Memory for both queues, and their sizes and addresses in AQA, ASQ and ACQ (3.1.3.8 to 3.1.3.10).
 * It is called again after a reset. */
int driver_admin_queue(void)
{
	return -ENOSYS; /* TODO */
}

/* Identify (5.17) with CNS 01h into 4,096 bytes that the controller reaches. Put the command into
 * the submission queue, ring its doorbell, wait for the completion with that CID whose phase is
 * new, ring the completion queue's doorbell, look at the status. */
int driver_identify_controller(struct driver_controller *controller)
{
	(void)controller;
	return -ENOSYS; /* TODO */
}

/* The same with CNS 00h: NVM Command Set 1.0, section 4.1.5.1. */
int driver_identify_namespace(uint32_t nsid, struct driver_namespace *namespace)
{
	(void)nsid;
	(void)namespace;
	return -ENOSYS; /* TODO */
}

/*
 * Step 4: course/en/4-io.md
 */

/* What is left of the six steps (3.3.1.1): Set Features, Number of Queues (5.27.1.5); Create I/O
 * Completion Queue (5.4); Create I/O Submission Queue (5.5). It is called again after a reset. */
int driver_io_queues(void)
{
	return -ENOSYS; /* TODO */
}

/* NVM Command Set 1.0, section 3.2.4. The buffer's pages are described by PRP1 and PRP2, or a list
 * (4.1.1); no command moves more than MDTS. */
int driver_read(uint64_t lba, unsigned blocks, void *buffer)
{
	(void)lba;
	(void)blocks;
	(void)buffer;
	return -ENOSYS; /* TODO */
}

/* NVM Command Set 1.0, section 3.2.6. */
int driver_write(uint64_t lba, unsigned blocks, const void *buffer)
{
	(void)lba;
	(void)blocks;
	(void)buffer;
	return -ENOSYS; /* TODO */
}

/* Section 7.1. */
int driver_flush(void)
{
	return -ENOSYS; /* TODO */
}

/*
 * Step 5: course/en/5-interrupts.md
 */

/* The handler of the vector only notes that it was called. The completion queue is created with
 * interrupts (5.4), and what waits for an I/O command halts by platform_interrupt_wait(). */
int driver_interrupts(void)
{
	return -ENOSYS; /* TODO */
}

/*
 * Step 6: course/en/6-errors.md
 */

/* What the last command that failed ended with (3.3.3.2.1). */
unsigned driver_status(void)
{
	return 0; /* TODO */
}

/* Disable, the queues again, enable, the I/O queues again (3.7.2). A command that is not answered
 * within 5 s is aborted (5.1) first; where that does not help within a second more, this does. */
int driver_reset(void)
{
	return -ENOSYS; /* TODO */
}

/*
 * Step 7: course/en/7-speed.md
 */

/* As driver_read() and driver_write(), without waiting. */
int driver_submit(struct driver_request *request)
{
	(void)request;
	return -ENOSYS; /* TODO */
}

int driver_ring(void)
{
	return -ENOSYS; /* TODO */
}

/* Completions come in any order: the CID says whose each is. The doorbell of the completion queue
 * need ring only once behind all that are there. */
int driver_poll(void)
{
	return -ENOSYS; /* TODO */
}
