# The course: `make lab` grades a student's driver (course/README.md). Included by the Makefile.

COURSE := $(B)/course
# The grader without the driver that it grades: tools/lab compiles that and links both.
lab_sources := $(wildcard tests/course/step*.c) $(addprefix tests/course/,grade.c platform.c report.c) \
	course/machine/observer.c $(wildcard drivers/nvme/transport/*.c drivers/nvme/spec/*.c) \
	$(SIM)
lab_objects := $(lab_sources:%.c=$(UNIT)/objects/%.o)
ifneq ($(built)$(filter lab,$(MAKECMDGOALS)),)
-include $(lab_objects:.o=.d)
endif

$(COURSE)/lab.o: $(lab_objects)
	@mkdir -p $(@D)
	@echo "  HOSTLD  $@"
	@$(HOST_CC) -nostdlib -r -o $@ $^

.PHONY: lab
lab:
	@tools/dependencies run
	@$(MAKE) -s $(COURSE)/lab.o
	@tools/lab $(if $(STEP),--step $(STEP)) $(if $(SOURCE),--source $(call quoted,$(SOURCE)))
