/* The README's TEST1 and TEST2, as a person types them into the shell. */
#include "tests/guest/guest.h"

#include "kernel/shell/shell.h"
#include "lib/format.h"

#define DIRECTORY "/tmp/selftest"

/* Runs the lines in a directory of their own, which is gone afterwards. %s in them is the device.
 */
static void run_lines(struct guest *guest, const char *lines)
{
	char text[1024], script[1400];
	int status;

	snprintf(text, sizeof(text), lines, guest->device->name, guest->device->name);
	snprintf(script, sizeof(script),
		 "mkdir -p " DIRECTORY " && cd " DIRECTORY " || exit 9\n"
		 "%s\n",
		 text);
	status = shell_run_string(script);
	shell_run_string("rm -r " DIRECTORY);
	EXPECT_EQUAL("exit status of the shell", 0, status);
}

static void test1(struct guest *guest)
{
	if (guest_save_file(guest, 0, 1 << 20))
		run_lines(guest, "dd if=/dev/random of=origin.bin bs=1M count=1 2>log || exit 1\n"
				 "dd if=origin.bin of=/dev/%s 2>log || exit 2\n"
				 "dd if=/dev/%s of=readback.bin bs=1M count=1 2>log || exit 3\n"
				 "cmp origin.bin readback.bin || exit 4");
}

static void test2(struct guest *guest)
{
	if (guest_save_file(guest, 0, guest->block_size))
		run_lines(guest, "echo \"[WRITE SOMETHING]\" > origin.txt || exit 1\n"
				 "SIZE=$(wc -c < origin.txt)\n"
				 "dd if=origin.txt of=/dev/%s 2>log || exit 2\n"
				 "dd if=/dev/%s of=readback.txt bs=1 count=$SIZE 2>log || exit 3\n"
				 "cmp origin.txt readback.txt || exit 4\n"
				 "test \"$(cat readback.txt)\" = \"[WRITE SOMETHING]\" || exit 5");
}

static const struct guest_case cases[] = {
	{"TEST1: 1 MiB written, read back, compared", test1, GUEST_NAMESPACE},
	{"TEST2: a text written, read byte by byte, compared", test2, GUEST_NAMESPACE},
	{NULL, NULL, 0},
};

GUEST_GROUP(shell, cases);
