# The tests: unit programs, fuzz targets, coverage, and `make test`, which runs every tier.
# Included by the Makefile.
#
# A unit test is one file tests/unit/NAME_test.c (cmocka) and one program; a fuzz target is one file
# tests/fuzz/NAME_fuzz.c (libFuzzer). What else they are linked from is one line here:
#   unit_NAME = SOURCES…        and, where it is needed, unit_NAME_flags = LINKER FLAGS…
#   fuzz_NAME = SOURCES…

PYTHON   := /usr/bin/python3
HOST_CC  ?= $(shell command -v gcc || command -v clang || echo cc)
FUZZ_CC  ?= clang
JOBS     ?= $(shell nproc 2>/dev/null || echo 2)
SECONDS  ?= 60

# --- what the unit tests are made of -------------------------------------------------------------

# The simulated controller, and the driver on it.
SIM  = $(filter-out tests/sim/driver.c,$(wildcard tests/sim/*.c))
SIM_DRIVER = $(SIM) tests/sim/driver.c $(filter-out drivers/nvme/probe.c,$(wildcard drivers/nvme/*.c drivers/nvme/spec/*.c drivers/nvme/transport/*.c)) \
	$(wildcard drivers/block/*.c) lib/errno.c \
	lib/crc16.c lib/crc64.c lib/number.c lib/prng.c
# The files, the shell and the commands on the host.
-include $(wildcard tests/host/*.mk)

unit_acpi     = kernel/x86/acpi_tables.c
unit_conformance_fuzz = tests/unit/conformance_cpus.c $(filter-out %/command.c,$(wildcard tests/conformance/*.c)) lib/crc16.c lib/crc64.c lib/prng.c $(unit_nvme_transport)
unit_conformance_models = tests/unit/conformance_models.c $(unit_conformance)
unit_conformance = tests/unit/conformance_controllers.c tests/unit/conformance_run.c $(unit_conformance_fuzz)
unit_console_line = kernel/console_line.c
unit_console_size = kernel/console_size.c kernel/cmdline.c lib/number.c
unit_block    = drivers/block/block.c
unit_block_hash = lib/block_hash.c lib/md5.c lib/sha256.c
unit_boot_info = kernel/boot_info.c
unit_chacha20 = lib/chacha20.c
unit_cmdline  = kernel/cmdline.c lib/number.c renamed/lib/format.c renamed/lib/string.c
unit_crc16    = lib/crc16.c
unit_crc32    = lib/crc32.c
unit_crc64    = lib/crc64.c
unit_ctype    =
unit_endian   =
unit_errno    = lib/errno.c
unit_fio      = $(addprefix kernel/commands/fio/,distribution.c histogram.c job_file.c number.c option_values.c options.c order.c verify.c) \
	lib/block_hash.c lib/crc32.c lib/md5.c lib/number.c lib/prng.c lib/sha256.c
unit_hotplug  = tests/host/pci.c $(addprefix drivers/pci/,assign.c bridge.c config.c extended.c hotplug.c pci.c reset.c sriov.c)
unit_pci      = tests/unit/pci_bus.c tests/host/pci.c $(addprefix drivers/pci/,assign.c bridge.c config.c extended.c pci.c reset.c sriov.c)
unit_pci_bar  = $(unit_pci)
unit_pci_extended = $(unit_pci)
unit_pci_sriov = $(unit_pci)
unit_format   = renamed/lib/format.c renamed/lib/string.c
unit_pci_reset = tests/host/pci.c $(addprefix drivers/pci/,config.c reset.c)
unit_json     = lib/json.c
unit_intx     = drivers/pci/intx.c
unit_msix     = drivers/pci/msix.c
unit_memory   = kernel/heap.c kernel/memory.c kernel/memory_hold.c kernel/memory_map.c
unit_number   = lib/number.c
# nvme_* without a line of its own has $(SIM_DRIVER).
unit_nvme_channel = drivers/nvme/channel.c drivers/nvme/transport/cmb_pages.c $(unit_nvme_transport)
unit_nvme_prp = drivers/nvme/transport/prp.c lib/prng.c $(SIM)
unit_nvme_command = tests/unit/nvme_describe_reference.c $(wildcard drivers/nvme/spec/*.c)
unit_nvme_describe = tests/unit/nvme_describe_reference.c tests/unit/nvme_describe_log_reference.c $(wildcard drivers/nvme/spec/*.c)
unit_nvme_show = kernel/commands/nvme/show.c kernel/commands/nvme/show_json.c lib/json.c $(wildcard drivers/nvme/spec/*.c)
unit_nvme_status = $(wildcard drivers/nvme/spec/*.c)
unit_nvme_protection = drivers/nvme/protection.c drivers/nvme/transport/prp.c lib/crc16.c lib/crc64.c $(SIM)
unit_nvme_sgl = drivers/nvme/transport/sgl.c lib/prng.c $(SIM)
unit_nvme_sim = $(SIM)
unit_nvme_record = $(unit_nvme_transport)
unit_nvme_transport = $(wildcard drivers/nvme/transport/*.c drivers/nvme/spec/*.c) $(SIM)
unit_prng     = lib/prng.c
unit_probe    = tests/unit/probe_machine.c drivers/nvme/probe.c kernel/cmdline.c lib/number.c
unit_probe_options = $(unit_probe)
unit_regex    = tests/unit/regex_host.c $(wildcard lib/regex*.c) lib/sort.c
unit_regex_libc = $(unit_regex)
unit_regex_limits = $(unit_regex)
unit_serial   = drivers/serial/serial.c
unit_setjmp   = renamed/lib/setjmp.S
unit_sort     = lib/sort.c
unit_string   = renamed/lib/string.c

fuzz_acpi     = kernel/x86/acpi_tables.c
fuzz_boot_info = kernel/boot_info.c kernel/memory_map.c
fuzz_number   = lib/number.c
fuzz_regex    = $(wildcard lib/regex*.c) lib/sort.c
fuzz_nvme     = tests/fuzz/nvme_liar.c $(filter-out tests/sim/driver.c,$(SIM_DRIVER))

# Which headers each object needs is read where one of them may be built, and that is never what
# somebody types: thousands of files cost make a second.
built := $(filter unit-programs fuzz-programs test-programs host-shell $(B)/%,$(MAKECMDGOALS))

# --- how they are built --------------------------------------------------------------------------

# make coverage builds the same again with other flags, elsewhere.
UNIT     ?= build/unit
SANITIZE ?= -fsanitize=address,undefined -fno-sanitize-recover=all

# Where the driver finds the machine that it runs on.
PLATFORM = -Itests/sim
KERNEL_PLATFORM = -Idrivers/nvme/transport/kernel

# tests/host/machine has headers of kernel/x86 as the host needs them.
HOSTED_FLAGS = -std=gnu11 -O1 -g -fno-omit-frame-pointer -fno-strict-aliasing $(PLATFORM) \
	-Itests/host/machine -I. -Wall -Wextra -Werror -Wmissing-prototypes -Wshadow -Wundef -Wvla

unit_names    := $(patsubst tests/unit/%_test.c,%,$(wildcard tests/unit/*_test.c))
unit_programs := $(unit_names:%=$(UNIT)/%_test)

# A source listed as renamed/FILE defines functions that the C library has as well: it is compiled
# freestanding, and each of them is called lib_NAME.
RENAMED := memcpy memmove memset memcmp memchr memrchr strlen strnlen strcmp strncmp strchr strrchr \
	strstr strspn strcspn snprintf vsnprintf setjmp longjmp

unit_object = $(patsubst %.S,%.o,$(patsubst %.c,%.o,$(1)))

$(UNIT)/objects/renamed/%.o: %.c
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	@$(HOST_CC) $(HOSTED_FLAGS) $(SANITIZE) -ffreestanding $(foreach f,$(RENAMED),-D$(f)=lib_$(f)) \
		-MMD -MP -c $< -o $@

$(UNIT)/objects/renamed/%.o: %.S
	@mkdir -p $(@D)
	@echo "  HOSTAS  $<"
	@$(HOST_CC) -g -I. $(foreach f,$(RENAMED),-D$(f)=lib_$(f)) -MMD -MP -c $< -o $@

$(UNIT)/objects/%.o: %.c
	@mkdir -p $(@D)
	@echo "  HOSTCC  $<"
	@$(HOST_CC) $(HOSTED_FLAGS) $(SANITIZE) -MMD -MP -c $< -o $@

# Not for the simulation: its machine is the kernel's.
$(UNIT)/objects/drivers/nvme/probe.o: PLATFORM = $(KERNEL_PLATFORM)

unit_sources = $(if $(filter undefined,$(origin unit_$(1))),$(if $(filter nvme_%,$(1)),$(SIM_DRIVER)),$(unit_$(1)))

define unit_program
unit_$(1)_objects := $(addprefix $(UNIT)/objects/,tests/unit/$(1)_test.o $(call unit_object,$(call unit_sources,$(1))))
$(UNIT)/$(1)_test: $$(unit_$(1)_objects)
	@echo "  HOSTLD  $$@"
	@$$(HOST_CC) $$(SANITIZE) $$^ -lcmocka $$(unit_$(1)_flags) -o $$@
$(if $(built),-include $$(unit_$(1)_objects:.o=.d))
endef
$(foreach name,$(unit_names),$(eval $(call unit_program,$(name))))

$(HOST_BUILD)/shell: $(host_objects)
	@mkdir -p $(@D)
	@echo "  HOSTLD  $@"
	@$(HOST_CC) $(SANITIZE) $^ -o $@
ifneq ($(built),)
-include $(host_objects:.o=.d)
endif

# --- fuzz targets --------------------------------------------------------------------------------

FUZZ          ?= build/fuzz
FUZZ_COMPILE  ?= -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all
FUZZ_LINK     ?= -fsanitize=fuzzer,address,undefined
fuzz_names    := $(patsubst tests/fuzz/%_fuzz.c,%,$(wildcard tests/fuzz/*_fuzz.c))
fuzz_programs := $(fuzz_names:%=$(FUZZ)/%_fuzz)

# What only simulates is not worth libFuzzer's attention, and runs many times faster without.
comma := ,
fuzz_compile = $(if $(filter-out %_fuzz.c,$(filter tests/%,$(1))),$\
	$(subst fuzzer-no-link$(comma),,$(FUZZ_COMPILE)),$(FUZZ_COMPILE))

$(FUZZ)/objects/%.o: %.c
	@mkdir -p $(@D)
	@echo "  FUZZCC  $<"
	@$(FUZZ_CC) $(HOSTED_FLAGS) $(call fuzz_compile,$<) -MMD -MP -c $< -o $@

define fuzz_program
fuzz_$(1)_objects := $(addprefix $(FUZZ)/objects/,$(patsubst %.c,%.o,tests/fuzz/$(1)_fuzz.c $(fuzz_$(1)) $(FUZZ_MAIN)))
$(FUZZ)/$(1)_fuzz: $$(fuzz_$(1)_objects)
	@echo "  FUZZLD  $$@"
	@$$(FUZZ_CC) $$(FUZZ_LINK) $$^ -o $$@
$(if $(built),-include $$(fuzz_$(1)_objects:.o=.d))
endef
$(foreach name,$(fuzz_names),$(eval $(call fuzz_program,$(name))))

# --- targets -------------------------------------------------------------------------------------

.PHONY: unit unit-programs fuzz fuzz-programs fuzz-replay guest system test test-long test-programs coverage

unit-programs: $(unit_programs)
fuzz-programs: $(fuzz_programs)
# What the guest and system tests boot.
TEST_BUILD ?= $(KERNEL) $(ISO) $(LIMIT)
test-programs: $(unit_programs) $(fuzz_programs) $(TEST_BUILD) $(HOST_BUILD)/shell

# One tier, or all of them. What does not build counts as failed, and the rest runs all the same.
# The environment has the variables of QEMU. Building has a line of its own: make -n runs what has
# $(MAKE) in it.
unit: programs := unit-programs
unit: tiers := unit
unit: refused := $(QEMU_VARIABLES)
unit: why := it runs no QEMU
fuzz-replay: programs := fuzz-programs
fuzz-replay: tiers := fuzz
fuzz-replay: refused := $(QEMU_VARIABLES)
fuzz-replay: why := it runs no QEMU
guest: programs := $(TEST_BUILD)
guest: tiers := guest
guest: refused := DISK ANY_DISK SCRIPT TIMEOUT
guest: why := it has its own
system: programs := $(TEST_BUILD) $(HOST_BUILD)/shell
system: tiers := system
test: programs := test-programs
test: tiers := unit fuzz guest system
# And what takes minutes: the pytest marker "long".
test-long: programs := test-programs
test-long: tiers := --long unit fuzz guest system
system test test-long: refused := $(filter-out QEMU,$(QEMU_VARIABLES))
system test test-long: why := each system test has its own (make guest takes most of them)
unit fuzz-replay guest system test test-long:
	$(call refuse,$(refused),$(why))
	@tools/dependencies test
	@mkdir -p $(B) && rm -f $(B)/$@-failed
	@$(MAKE) --no-print-directory -k $(programs) || echo build > $(B)/$@-failed
	@$(PYTHON) tests/run --jobs $(JOBS) --unit $(UNIT) --fuzz $(FUZZ) \
		--build-failed $(B)/$@-failed $(tiers)

# Every fuzz target for SECONDS seconds. Inputs that found something new are kept in
# build/fuzz/corpus, inputs that failed in build/fuzz/failures.
fuzz:
	$(call refuse,$(QEMU_VARIABLES),it runs no QEMU)
	@tools/dependencies fuzz
	@$(MAKE) --no-print-directory -k fuzz-programs
	@$(PYTHON) tests/run --jobs $(JOBS) --fuzz $(FUZZ) --seconds $(SECONDS) fuzz

# What the lines are counted of: every program of these is built again with gcov, below
# build/coverage, and run. coverage-objects are all sources as the kernel has them, for counting only:
# what no test links has lines too.
COVERAGE := build/coverage
COVERAGE_FLAGS := -O0 --coverage
COVERAGE_MAKE = $(MAKE) --no-print-directory UNIT=$(COVERAGE)/unit FUZZ=$(COVERAGE)/fuzz \
	HOST_BUILD=$(COVERAGE)/host SANITIZE="$(COVERAGE_FLAGS)" \
	FUZZ_COMPILE="$(COVERAGE_FLAGS)" FUZZ_LINK="$(COVERAGE_FLAGS)" FUZZ_CC="$(HOST_CC)" \
	FUZZ_MAIN=tests/fuzz/replay.c

coverage_objects = $(patsubst %.c,$(COVERAGE)/all/%.o,$(shell find drivers kernel lib -name '*.c'))
.PHONY: coverage-objects
coverage-objects: $(coverage_objects)
$(COVERAGE)/all/%.o: %.c
	@mkdir -p $(@D)
	@$(HOST_CC) -std=gnu11 -ffreestanding -mgeneral-regs-only -I. $(KERNEL_PLATFORM) -w $(COVERAGE_FLAGS) \
		-fkeep-inline-functions -c $< -o $@

coverage:
	$(call refuse,$(QEMU_VARIABLES),it runs no QEMU)
	@tools/dependencies coverage
	@rm -rf $(COVERAGE) && mkdir -p $(COVERAGE)
	@$(COVERAGE_MAKE) -k unit-programs fuzz-programs host-shell coverage-objects || \
		echo build > $(COVERAGE)/failed
	@failed=; \
	$(PYTHON) tests/run --jobs $(JOBS) --unit $(COVERAGE)/unit --fuzz $(COVERAGE)/fuzz \
		--build-failed $(COVERAGE)/failed unit fuzz || failed=1; \
	$(PYTHON) tests/system/shell_differential.py --shell $(COVERAGE)/host/shell --summary \
		--count 200 || failed=1; \
	$(PYTHON) tests/coverage $(COVERAGE) || failed=1; \
	test -z "$$failed"
