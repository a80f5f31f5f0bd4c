# The course: `make lab` grades a student's driver (course/README.md). Included by the Makefile.

COURSE := $(B)/course
# The grader without the driver that it grades: tools/lab compiles that and links both.
lab_sources := $(wildcard tests/course/step*.c) $(addprefix tests/course/,grade.c hint.c platform.c report.c) \
	course/machine/observer.c $(wildcard drivers/nvme/transport/*.c drivers/nvme/spec/*.c) \
	$(SIM)
lab_objects := $(lab_sources:%.c=$(UNIT)/objects/%.o)
ifneq ($(built)$(filter lab lab-programs,$(MAKECMDGOALS)),)
-include $(lab_objects:.o=.d)
endif

$(COURSE)/lab.o: $(lab_objects)
	@mkdir -p $(@D)
	@echo "  HOSTLD  $@"
	@$(HOST_CC) -nostdlib -r -o $@ $^

.PHONY: lab
lab:
	$(call refuse,$(filter-out QEMU MACHINE,$(QEMU_VARIABLES)),it has its own)
	@tools/dependencies run
	@$(MAKE) -s $(if $(filter 4 5 6 7,$(STEP)),lab-programs,$(COURSE)/lab.o)
	@tools/lab $(if $(STEP),--step $(STEP)) $(if $(SOURCE),--source $(call quoted,$(SOURCE))) \
		$(if $(MACHINE),--machine $(MACHINE))

# The kernel with the driver in it, which `nvme.driver=course` chooses. Nobody can tell whether SOURCE
# is the file that it was: it is compiled each time.
course_objects := $(patsubst %,$(B)/kernel/%.o,$(wildcard course/machine/*.c)) $(COURSE)/driver.o
-include $(course_objects:.o=.d)

$(COURSE)/driver.o: FORCE
	@mkdir -p $(@D)
	@$(CC) $(filter-out -Werror -Wmissing-prototypes,$(CFLAGS)) -O1 -c -o $@ $(call quoted,$(or $(SOURCE),course/driver.c))

$(eval $(call linked,$(COURSE)/my_nvme.elf,$(COURSE)/link,$(OBJECTS) $(course_objects)))

# What does not depend on the driver, for the tests.
.PHONY: lab-programs
lab-programs: $(COURSE)/lab.o $(OBJECTS) $(filter-out $(COURSE)/driver.o,$(course_objects))
test-programs: lab-programs
system: programs += lab-programs

# What a panic says of the driver is told with its lines.
.PHONY: run-course
run-course:
	$(if $(filter-out direct,$(BOOT)),$(error make run DRIVER=course boots directly))
	@tools/dependencies run
	@$(MAKE) -s compiler $(COURSE)/my_nvme.elf
	@$(call run_qemu,$(COURSE)) --append $(call quoted,nvme.driver=course $(APPEND)) --log $(COURSE)/log || \
		{ status=$$?; tools/lab --explain $(COURSE)/log $(if $(SOURCE),--source $(call quoted,$(SOURCE))); exit $$status; }
