#include "kernel/commands/command.h"
#include "kernel/files/file.h"
#include "kernel/machine.h"
#include "lib/errno.h"
#include "lib/number.h"

/* drivers/nvme/nvme.h; not there where the driver is not linked in. */
void nvme_shutdown_all(void) __attribute__((weak));

/* Nothing of what was written is lost, and the controllers know that power goes. */
static void come_to_rest(void)
{
	int error = files_sync_all();

	if (error)
		complain("not everything could be written: %s", error_text(-error));
	out_flush();
	if (nvme_shutdown_all)
		nvme_shutdown_all();
}

static int poweroff_main(int argc, char **argv)
{
	uint64_t status = 0;

	if (argc > 2)
		fail_extra_operand(argv[2]);
	if (argc == 2 && (number_parse(argv[1], 10, &status) != 0 || status > 255))
		fail(1, "invalid status %s: 0 to 255", quote(argv[1]));
	come_to_rest();
	machine_exit((int)status);
}

static int reboot_main(int argc, char **argv)
{
	if (argc > 1)
		fail_extra_operand(argv[1]);
	come_to_rest();
	machine_reboot();
}

COMMAND(poweroff, "[STATUS]", "Stop the machine",
	"Writes everything back, shuts the controllers down, and ends QEMU with STATUS (0).\n");
COMMAND(reboot, "", "Restart the machine",
	"Writes everything back and shuts the controllers down before.\n");
