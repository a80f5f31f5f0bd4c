# The shell on the host: the kernel's own files, shell and commands over tests/host.
#   make host-shell && build/host/shell -c 'seq 3 | wc -l'

# fio's jobs with queue pairs of their own
FIO_LOOPS := $(addprefix kernel/commands/fio/,bare.c loop.c)

# Commands that need the hardware; what they include is not there on the host.
HOST_WITHOUT := kernel/commands/interrupts.c $(wildcard kernel/commands/pci/*.c) kernel/commands/crash.c \
	$(FIO_LOOPS) \
	$(wildcard kernel/commands/nvme/*.c kernel/commands/trace/*.c)

# What unit tests over the file layer, the shell or commands are linked from.
HOST_MACHINE := $(addprefix tests/host/,host.c memory.c smp.c thread.c disk.c run.c) kernel/cmdline.c kernel/memory_hold.c kernel/thread.c
HOST_LIB     := $(filter-out lib/string.c lib/format.c,$(wildcard lib/*.c))
HOST_FILES   := $(HOST_MACHINE) $(HOST_LIB) $(wildcard kernel/posix/*.c) \
	$(wildcard drivers/block/*.c)
HOST_SUPPORT := $(wildcard kernel/commands/support/*.c)
HOST_SHELL   := $(wildcard kernel/shell/*.c)
HOST_KERNEL  := $(HOST_FILES) $(HOST_SHELL) tests/host/fio_loop.c $(filter-out $(HOST_WITHOUT), \
	$(wildcard kernel/commands/*.c kernel/commands/*/*.c))

HOST_BUILD    ?= build/host
# What acts on functions needs their drivers.
PCI_COMMANDS  := $(filter-out %/pci.c,$(wildcard kernel/commands/pci/*.c))
# The PCI bus of the shell, and what looks at it
HOST_PCI      := tests/host/pci.c tests/host/pci_dump.c $(PCI_COMMANDS) \
	$(addprefix drivers/pci/,assign.c bridge.c config.c extended.c names.c pci.c reset.c sriov.c)
# The unit tests' objects: most of them are linked there as well.
host_objects   = $(patsubst %.c,$(UNIT)/objects/%.o,$(HOST_KERNEL) $(HOST_PCI) tests/host/main.c)

.PHONY: host-shell
host-shell: $(HOST_BUILD)/shell

unit_block_file = $(HOST_FILES)
unit_block_interrupt = $(HOST_FILES)
unit_files      = $(HOST_FILES)
unit_files_differential = tests/unit/files_reference.c $(HOST_FILES)
unit_process    = $(HOST_FILES) $(HOST_SUPPORT) kernel/commands/help.c
unit_support    = tests/unit/getopt_reference.c $(HOST_FILES) $(HOST_SUPPORT) \
	kernel/commands/help.c

# The same on a machine of its own, for fuzz targets: tests/fuzz/machine.h.
FUZZ_KERNEL := tests/fuzz/machine.c $(filter-out tests/host/host.c tests/host/run.c \
	kernel/commands/poweroff.c,$(HOST_KERNEL))
fuzz_shell  = $(FUZZ_KERNEL)
fuzz_operands = $(FUZZ_KERNEL)
fuzz_pci    = $(FUZZ_KERNEL) tests/host/pci.c $(PCI_COMMANDS) \
	$(addprefix drivers/pci/,assign.c bridge.c config.c extended.c hotplug.c msix.c names.c pci.c reset.c sriov.c)
fuzz_decode = $(sort $(FUZZ_KERNEL) $(filter-out tests/sim/driver.c,$(SIM_DRIVER)) \
	$(wildcard kernel/commands/nvme/*.c))
unit_shell_editor = tests/unit/terminal.c tests/unit/editor_screen.c $(addprefix kernel/shell/,editor.c editor_keys.c editor_screen.c editor_text.c history.c)
unit_shell_limits = $(HOST_KERNEL)
unit_shell = $(HOST_KERNEL)
unit_nvme_identify = $(sort $(HOST_KERNEL) $(SIM_DRIVER) $(wildcard kernel/commands/nvme/*.c))
unit_nvme_subcommands = $(unit_nvme_logs)
unit_nvme_features = $(unit_nvme_logs)
unit_fio_run = $(FIO_LOOPS) $(filter-out tests/host/fio_loop.c,$(unit_nvme_logs))
unit_fio_bare = $(unit_fio_run)
unit_nvme_trace_command = $(filter-out kernel/commands/trace/end.c,$(wildcard kernel/commands/trace/*.c)) $(unit_nvme_logs)
unit_nvme_fdp = $(unit_nvme_logs)
unit_nvme_logs = $(sort $(HOST_KERNEL) $(SIM_DRIVER) $(wildcard kernel/commands/nvme/*.c))
unit_selftest = $(sort $(HOST_KERNEL) $(SIM_DRIVER) kernel/commands/nvme/complete.c \
	$(filter-out %/interrupt.c,$(wildcard tests/guest/*.c)))
