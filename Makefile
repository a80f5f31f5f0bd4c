# my_nvme: "make help" explains targets and variables. Thin: a recipe is one tool or one compile.
# tools/run-qemu has every QEMU option, tests/tests.mk every test, tools/dependencies every package.

.DEFAULT_GOAL := all
.DELETE_ON_ERROR:
.SUFFIXES:
ifeq ($(MAKELEVEL),0)
MAKEFLAGS += -j$(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2) --no-print-directory
endif

B := build

# ---- The compiler: x86_64-elf-gcc, else this host's gcc if it is one for x86-64, else clang ----

ifeq ($(origin CC),default)
ELF_GCC := $(firstword $(shell command -v x86_64-elf-gcc 2>/dev/null) $(patsubst \
	%complete,%bin/x86_64-elf-gcc,$(wildcard $(B)/toolchain/complete)))
HOST_GCC := $(shell gcc -dumpmachine 2>/dev/null | grep -q '^x86_64.*linux' && command -v gcc)
CC := $(or $(ELF_GCC),$(HOST_GCC),$(shell command -v clang 2>/dev/null),gcc)
endif
CC_VERSION := $(shell $(CC) --version 2>/dev/null | head -n 1)
CLANG := $(findstring clang,$(CC_VERSION))
TOOL_PREFIX := $(patsubst %gcc,%,$(filter %-gcc,$(firstword $(CC))))
NM := $(TOOL_PREFIX)nm

# Small, but for what each read and write passes through: where a function there ends with a call it
# is left before, so that a backtrace does not show it.
OPTIMIZE := -Os
PATH_OF_A_READ := drivers/block/%.o drivers/nvme/transport/%.o lib/string.c.o kernel/x86/time.c.o tests/guest/speed.c.o \
	$(addprefix drivers/nvme/,channel.c.o io.c.o part.c.o poll.c.o load.c.o load_run.c.o) \
	$(addprefix kernel/commands/fio/,bare.c.o job.c.o loop.c.o next.c.o order.c.o settle.c.o target.c.o units.c.o)
$(addprefix $(B)/kernel/,$(PATH_OF_A_READ)): OPTIMIZE := -O2 -foptimize-sibling-calls
CFLAGS := -std=gnu11 -g -I. -Idrivers/nvme/transport/kernel -ffreestanding -m64 -fno-pic -fno-pie -mno-red-zone \
	-mgeneral-regs-only -fno-strict-aliasing -fno-omit-frame-pointer \
	-fno-optimize-sibling-calls -fno-asynchronous-unwind-tables -fstack-protector-strong \
	-mstack-protector-guard=global -fcf-protection=none -ffunction-sections -fdata-sections \
	-Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wundef -Wvla
LDFLAGS := -nostdlib -static -T linker.ld -Wl,--build-id=none -Wl,--gc-sections \
	-Wl,-z,max-page-size=4096 -Wl,-z,noexecstack
ifneq ($(CLANG),)
CFLAGS += --target=x86_64-unknown-linux-gnu
LDFLAGS += --target=x86_64-unknown-linux-gnu
else
# Tables are as close together as their members allow; gcc would align each to 32 bytes.
CFLAGS += -malign-data=abi
LDFLAGS += -no-pie
endif

# ---- The kernel ----

SOURCES := $(sort $(shell find boot kernel drivers lib tests/guest tests/conformance \
	-name '*.[cS]'))
OBJECTS := $(SOURCES:%=$(B)/kernel/%.o)
KERNEL := $(B)/my_nvme.elf
ISO := $(B)/my_nvme.iso

.PHONY: all
all: $(KERNEL)

# Changes when the compiler, its options or the list of sources do.
FLAGS_NOW := $(CC) $(CC_VERSION) $(CFLAGS) $(OPTIMIZE) $(PATH_OF_A_READ) $(LDFLAGS) $(SOURCES)
$(B)/kernel/flags: FORCE
	@mkdir -p $(@D)
	@echo '$(FLAGS_NOW)' | cmp -s - $@ || echo '$(FLAGS_NOW)' > $@
.PHONY: FORCE
FORCE:

$(B)/kernel/%.o: % $(B)/kernel/flags
	@mkdir -p $(@D)
	@echo "  CC      $<"
	@$(CC) $(CFLAGS) $(OPTIMIZE) -MMD -MP -c -o $@ $<

-include $(OBJECTS:.o=.d)

# Linked twice: the first link gives the addresses for the symbol table, which moves no function.
# $1: the kernel, $2: where that is made, $3: its objects
define linked
$2/first.elf: $3 linker.ld $$(B)/kernel/flags
	@mkdir -p $$(@D)
	@$$(CC) $$(LDFLAGS) -o $$@ $3

$2/symbols.S: $2/first.elf tools/symbols.awk
	@$$(NM) -n $$< | LC_ALL=C awk -f tools/symbols.awk > $$@

$1: $2/symbols.S
	@echo "  LD      $$@"
	@$$(CC) $$(CFLAGS) -c -o $2/symbols.o $$<
	@$$(CC) $$(LDFLAGS) -o $$@ $3 $2/symbols.o
endef
$(eval $(call linked,$(KERNEL),$(B)/kernel,$(OBJECTS)))

# ---- The limit: what tests/bench compares the kernel with, out of our own boot and transport ----

LIMIT := $(B)/limit/limit.elf
LIMIT_SOURCES := boot/boot.S $(wildcard tests/bench/limit/*.c) \
	$(addprefix drivers/nvme/transport/,queue.c registers.c trace.c) \
	$(addprefix lib/,format.c number.c string.c)
LIMIT_OBJECTS := $(LIMIT_SOURCES:%=$(B)/limit/%.o)

# Its platform.h is in front of the kernel's.
$(B)/limit/%.o: % $(B)/kernel/flags
	@mkdir -p $(@D)
	@echo "  CC      $< (limit)"
	@$(CC) -Itests/bench/limit $(CFLAGS) -O2 -MMD -MP -c -o $@ $<

-include $(LIMIT_OBJECTS:.o=.d)

$(LIMIT): $(LIMIT_OBJECTS) linker.ld
	@echo "  LD      $@"
	@$(CC) $(LDFLAGS) -o $@ $(LIMIT_OBJECTS)

# ---- The ISO: hybrid, boots on BIOS and on UEFI ----

MKRESCUE := $(shell command -v grub-mkrescue || command -v grub2-mkrescue || echo grub-mkrescue)
# What the two configurations (boot/grub.cfg and grub-mkrescue's own) load.
GRUB_MODULES := multiboot2 normal configfile test all_video iso9660 fat part_acorn part_amiga \
	part_apple part_bsd part_dfly part_dvh part_gpt part_msdos part_plan part_sun part_sunpc

$(ISO): $(KERNEL) boot/grub.cfg
	@echo "  ISO     $@"
	@rm -rf $(B)/iso && mkdir -p $(B)/iso/boot/grub
	@cp boot/grub.cfg $(B)/iso/boot/grub/ && cp $(KERNEL) $(B)/iso/boot/
	@$(MKRESCUE) -o $@ $(B)/iso --install-modules='$(GRUB_MODULES)' --locales= --fonts= --themes= \
		> $(B)/iso.log 2>&1 || { cat $(B)/iso.log >&2; exit 1; }

# In `make all iso` not at the same time: the make of its own would link the kernel as well.
.PHONY: iso
iso: | $(filter all,$(MAKECMDGOALS))
	@tools/dependencies run
	@$(MAKE) -s $(ISO)

# ---- Running it ----

BOOT ?= direct
# What run-qemu is told by variables. A target that would ignore one refuses it.
QEMU_VARIABLES := BOOT MACHINE MEM SMP ACCEL DISK ANY_DISK NVME APPEND SCRIPT TIMEOUT QEMU
refuse = $(foreach name,$1,$(if $(filter command environment,$(origin $(name))),$(if $($(name)),\
	$(error make $@ takes no $(name)=: $2))))
# A value as one word of the shell.
quoted = '$(subst ','\'',$1)'
# $1: the folder of the kernel
run_qemu = tools/run-qemu --kernel $1/my_nvme.elf --iso $1/my_nvme.iso --boot $(BOOT) \
	$(if $(QEMU),--qemu $(call quoted,$(QEMU))) $(if $(MACHINE),--machine $(MACHINE)) \
	$(if $(MEM),--mem $(MEM)) $(if $(SMP),--smp $(SMP)) $(if $(ACCEL),--accel $(ACCEL)) \
	$(if $(DISK),--disk $(call quoted,$(DISK))) $(if $(ANY_DISK),--any-disk) $(if $(NVME),--nvme $(call quoted,$(NVME))) \
	$(if $(APPEND),--append $(call quoted,$(APPEND))) \
	$(if $(SCRIPT),--script $(call quoted,$(SCRIPT))) $(if $(TIMEOUT),--timeout $(TIMEOUT))
booted = $1/my_nvme.elf $(if $(filter direct,$(BOOT)),,$1/my_nvme.iso)
# Without optimisation, so that gdb shows every variable and line.
DEBUG_KERNEL := $(B)/debug-kernel
debug_flags = CC='$(CC)' B=$(DEBUG_KERNEL) OPTIMIZE=-O0

# A make of its own behind tools/dependencies: the compiler may only now be there.
.PHONY: run run-my_nvme debug debug-kernel console compiler
run: $(if $(filter course,$(DRIVER)),run-course,run-my_nvme)

run-my_nvme:
	$(if $(filter-out my_nvme,$(DRIVER)),$(error DRIVER=$(DRIVER): course, or my_nvme, which is the default))
	@tools/dependencies run
	@$(MAKE) -s compiler $(call booted,$(B))
	@$(call run_qemu,$(B))

debug:
	@tools/dependencies debug
	@$(MAKE) -s compiler
	@$(MAKE) -s $(debug_flags) $(call booted,$(DEBUG_KERNEL))
	@$(call run_qemu,$(DEBUG_KERNEL)) --debug

debug-kernel:
	@$(MAKE) -s $(debug_flags)

console:
	@tools/run-qemu --console

compiler:
	@echo "  compiler: $(CC) ($(CC_VERSION))"

.PHONY: conformance dist bench toolchain deps clean
conformance:
	$(call refuse,$(filter-out QEMU,$(QEMU_VARIABLES)),it has a matrix of configurations)
	@tools/dependencies run
	@$(MAKE) -s $(KERNEL)
	@tools/conformance

dist:
	$(call refuse,$(QEMU_VARIABLES),it runs no QEMU)
	@tools/dependencies run
	@$(MAKE) -s $(KERNEL) $(ISO)
	@tools/dist $(KERNEL) $(ISO) $(B)/my_nvme-conformance.tar.gz
	@echo "  DIST    $(B)/my_nvme-conformance.tar.gz"

bench:
	$(call refuse,$(filter-out QEMU MACHINE APPEND,$(QEMU_VARIABLES)),it measures one configuration)
	@tools/dependencies bench
	@$(MAKE) -s $(KERNEL) $(ISO) $(LIMIT)
	@tests/bench/run $(BENCHFLAGS)

toolchain:
	@tools/build-toolchain

deps:
	@for purpose in run test debug bench; do tools/dependencies $$purpose || exit; done

# The toolchain and the disk image stay: they are work, not output.
clean:
	@rm -rf $(filter-out $(B)/toolchain $(B)/toolchain-build $(B)/nvme.img,$(wildcard $(B)/*))

# ---- Tests ----

TEST_BUILD := $(KERNEL) $(ISO) $(LIMIT)
-include tests/tests.mk
-include course/course.mk

.PHONY: help
help:
	@echo "make run         boot the kernel in QEMU; the shell is on this terminal, Ctrl-A x leaves"
	@echo "make test        every test; unit, fuzz-replay, guest, system: one tier"
	@echo "make test-long   those that take minutes as well: power cuts, endurance"
	@echo "make fuzz        every fuzz target for SECONDS=60 seconds"
	@echo "make coverage    lines that the tests reach: build/coverage/html/index.html"
	@echo "make conformance the conformance suite on every device configuration of tests/conformance/matrix.ini"
	@echo "make dist        pack it for other projects: build/my_nvme-conformance.tar.gz (docs/ci.md)"
	@echo "make lab         grade the driver of the course: STEP=1 to 7, SOURCE=FILE (course/README.md)"
	@echo "make bench       measure against Linux, U-Boot and a limit (docs/performance.md); BENCHFLAGS='--rounds 1 --only load'"
	@echo "tools/sweep      fio over axes of options and properties, two QEMUs compared (--help)"
	@echo "make debug       boot an -O0 build stopped at the first instruction, with gdb; make console: its serial line"
	@echo "make             build/my_nvme.elf;  make iso: build/my_nvme.iso for BIOS and UEFI"
	@echo "make toolchain   build x86_64-elf binutils and gcc into build/toolchain (25 minutes)"
	@echo "make deps        install what all of these need;  make clean: remove what was built"
	@echo
	@echo "Variables of run and debug; QEMU= is for all tests, conformance and bench as well, make guest takes"
	@echo "BOOT, MACHINE, MEM, SMP, ACCEL, NVME and APPEND, make bench MACHINE and APPEND:"
	@echo "  BOOT=direct|bios|uefi  direct is -kernel, the others boot the ISO (default direct)"
	@echo "  MACHINE=pc|q35         (default pc)"
	@echo "  MEM=256M SMP=1         RAM and CPUs"
	@echo "  ACCEL=tcg|kvm          (default tcg)"
	@echo "  DISK=FILE              raw image behind the NVMe controller (default build/nvme.img,"
	@echo "                         made once, kept); none: no controller, tmp: an empty one"
	@echo "  ANY_DISK=1             use DISK also where it looks like somebody else's"
	@echo "  NVME=PROPERTIES        more for -device nvme: mdts=5,max_ioqpairs=4"
	@echo "  APPEND='WORDS'         kernel command line: nvme.any=1 loglevel=7"
	@echo "  SCRIPT=FILE            run this shell script and exit with its status"
	@echo "  DRIVER=course          run: the driver of the course in place of this one, SOURCE=FILE"
	@echo "  TIMEOUT=SECONDS        end QEMU then, status 124 (600 with SCRIPT; 0: never)"
	@echo "  QEMU=PATH              the QEMU to run"
	@echo "Variable of every build:"
	@echo "  CC=COMPILER            gcc or clang (default: x86_64-elf-gcc if there is one, else the"
	@echo "                         host's gcc, else clang)"
