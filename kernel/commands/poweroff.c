/* poweroff: stops the machine. */
#include "kernel/commands/command.h"
#include "kernel/posix/process.h"
#include "kernel/shutdown.h"
#include "kernel/x86/power.h"
#include "lib/errno.h"
#include "lib/number.h"

/* Nothing of what was written is lost, and the controllers know that power goes. */
static void come_to_rest(void)
{
	int error = shutdown_prepare();

	if (error == -EINTR)
		process_check_interrupt(); /* the machine goes on */
	if (error)
		complain("not everything could be written: %s", error_text(-error));
	out_flush();
}

static int poweroff_main(int argc, char **argv)
{
	uint64_t status = 0;

	if (argc > 2)
		fail_extra_operand(argv[2]);
	if (argc == 2 && (number_parse(argv[1], 10, &status) != 0 || status > 255))
		fail(1, "invalid status %s: 0 to 255", quote(argv[1]));
	come_to_rest();
	power_off((int)status);
}

static int reboot_main(int argc, char **argv)
{
	if (argc > 1)
		fail_extra_operand(argv[1]);
	come_to_rest();
	power_reset();
}

COMMAND(poweroff, "[STATUS]", "Stop the machine",
	"Writes everything back, shuts the controllers down, and ends QEMU with STATUS (0).\n");
COMMAND(reboot, "", "Restart the machine",
	"Writes everything back and shuts the controllers down before.\n");
