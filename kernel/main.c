/* From boot.S to the shell. */
#include "boot/layout.h"
#include "drivers/nvme/nvme.h"
#include "drivers/nvme/transport/platform.h"
#include "drivers/pci/extended.h"
#include "drivers/pci/pci.h"
#include "drivers/pci/sriov.h"
#include "drivers/serial/serial.h"
#include "kernel/x86/acpi.h"
#include "kernel/x86/apic.h"
#include "kernel/attend.h"
#include "kernel/boot_info.h"
#include "kernel/cmdline.h"
#include "kernel/commands/command.h"
#include "kernel/commands/trace/trace.h"
#include "kernel/console.h"
#include "kernel/log.h"
#include "kernel/posix/file.h"
#include "kernel/x86/interrupts.h"
#include "kernel/memory.h"
#include "kernel/x86/paging.h"
#include "kernel/x86/panic.h"
#include "kernel/posix/process.h"
#include "kernel/random.h"
#include "kernel/shell/shell.h"
#include "kernel/shutdown.h"
#include "kernel/thread.h"
#include "kernel/x86/time.h"
#include "kernel/x86/time_source.h"
#include "lib/errno.h"
#include "lib/format.h"
#include "lib/string.h"

#define DEVICES_START	    0xc0000000ull  /* where PCs have memory BARs, if there is no RAM */
#define DEVICES_END	    0xfec00000ull  /* I/O APICs follow */
#define BOOT_MAPPED	    0x100000000ull /* boot.S maps that much */
#define MULTIBOOT2_SIZE_MAX (1u << 20)

static struct boot_info boot;
static struct boot_range reserved[BOOT_MODULES_MAX + 3];
static unsigned reserved_count;

static void reserve(uint64_t start, uint64_t size)
{
	reserved[reserved_count++] = (struct boot_range){start, size, false};
}

static const void *map_boot_memory(uint64_t address, size_t size)
{
	if (address == 0 || address >= BOOT_MAPPED || size > BOOT_MAPPED - address)
		return NULL;
	return (const void *)(uintptr_t)address;
}

static void read_boot_info(uint32_t magic, uint64_t information)
{
	int error = -EINVAL;

	if (magic == MULTIBOOT2_MAGIC) {
		uint32_t size = *(const uint32_t *)(uintptr_t)information;

		if (size <= MULTIBOOT2_SIZE_MAX && map_boot_memory(information, size))
			error = boot_info_parse_multiboot2(&boot, (const void *)information, size);
		reserve(information, size);
	} else if (magic == PVH_MAGIC) {
		error = boot_info_parse_pvh(&boot, information, map_boot_memory);
	}
	if (error)
		panic("boot: no valid boot information (magic 0x%x at 0x%llx)", magic,
		      (unsigned long long)information);

	reserve(0, LOW_MEMORY_END);
	reserve((uintptr_t)kernel_start, kernel_end - kernel_start);
	for (unsigned i = 0; i < boot.module_count; i++)
		reserve(boot.modules[i].start, boot.modules[i].size);
}

/* Where the machine's own output starts, for a host that has to tell it from the firmware's and the
 * boot loader's (tools/run-qemu). */
static void print_mark(void)
{
	const char *mark = cmdline_get("console.mark");

	if (mark) {
		serial_write(mark, strlen(mark));
		serial_write("\n", 1);
	}
}

static void init_memory(void)
{
	struct memory_stats stats;
	int error = memory_init(&boot, reserved, reserved_count, BOOT_MAPPED);

	if (!error)
		error = paging_init(&boot);
	if (error)
		panic("memory: not enough RAM");
	memory_init_rest();
	memory_stats(&stats);
	cmdline_limit("files.reserve", stats.total);
	if (boot.truncated)
		log_warning("boot: %s handed over more memory ranges or modules than fit, the rest "
			    "is left out",
			    boot.loader);
}

static void init_pci(void)
{
	uint64_t start, end;

	boot_info_gap(&boot, DEVICES_START, DEVICES_END, &start, &end);
	if (!boot.truncated)
		pci_set_hole(start, end);
	pci_init(acpi_root_buses());
	pci_set_ecam(acpi_info()->ecam, acpi_info()->ecam_first_bus, acpi_info()->ecam_last_bus);
	pci_sriov_scan();
}

/* Each module becomes a file /boot/NAME; its memory is then free. */
static void add_modules(void)
{
	path_mkdir("/boot", 0755);
	for (unsigned i = 0; i < boot.module_count; i++) {
		const struct boot_module *module = &boot.modules[i];
		char path[sizeof("/boot/") + sizeof(module->name)];

		snprintf(path, sizeof(path), "/boot/%s", module->name);
		/* Not always in RAM by the memory map: QEMU puts its -initrd where SeaBIOS may have
		 * taken pages for itself. */
		int error = module->size ? paging_map_firmware(module->start, module->size) : 0;
		if (!error)
			error = files_add(path, (const void *)module->start, module->size);
		if (error)
			log_error("boot: module %s (%llu bytes): %s", path,
				  (unsigned long long)module->size, error_text(-error));
		memory_release(module->start, module->size);
	}
}

/* The module that runs instead of the interactive shell: the first one, if it is called so or if
 * "autorun" is on the command line. */
static bool find_autorun(void)
{
	if (boot.module_count == 0) {
		if (cmdline_get("autorun"))
			log_error("boot: autorun without a module to run");
		return false;
	}
	if (cmdline_get("autorun"))
		memcpy(boot.modules[0].name, "autorun", sizeof("autorun"));
	return strcmp(boot.modules[0].name, "autorun") == 0;
}

static int run_autorun(int argc, char **argv)
{
	return shell_run_script("/boot/autorun", argc - 1, argv + 1);
}

/* For /dev. */
static const char *controller_name(unsigned index)
{
	struct nvme_controller *controller = nvme_first();

	while (controller && index-- > 0)
		controller = nvme_next(controller);
	return controller ? nvme_name(controller) : NULL;
}

/* The first process. */
static int run_shell(bool autorun)
{
	static const char greeting[] =
		"my_nvme: \"help\" lists the commands, \"poweroff\" switches "
		"off, Ctrl-A x leaves QEMU\n";
	char *argv[] = {"sh", NULL};
	int status;

	if (!autorun)
		console_write(greeting, sizeof(greeting) - 1);
	status = process_run(autorun ? run_autorun : shell_main, 1, argv);
	shell_end_jobs();
	return status;
}

_Noreturn void kmain(uint32_t magic, uint64_t information)
{
	thread_init();
	time_start();
	stack_guard_init();
	serial_init();
	console_init_output();
	read_boot_info(magic, information);
	cmdline_init(boot.command_line);
	log_info("boot: by %s, command line: %s", boot.loader, boot.command_line);
	print_mark();

	interrupts_init();
	init_memory();
	acpi_init(boot.rsdp);
	apic_init();
	time_source_init();
	console_init();
	cmdline_check();
	random_init();

	bool autorun = find_autorun();
	console_set_interactive(!autorun);
	files_init();
	command_files_init();
	add_modules();

	init_pci();
	nvme_platform_set_interrupted(console_interrupted);
	trace_begin();
	nvme_init();
	files_set_controllers(controller_name);
	attend_init();
	log_info("boot: ready");

	shutdown_machine(run_shell(autorun));
}
