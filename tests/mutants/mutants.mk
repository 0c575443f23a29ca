# Mutation: core/ is changed in one place after another, and a test must fail each time.
#
#   mutants          every change, more than an hour on two processors; FILES="core/elf.c" of one file
#   mutants-sample   a few of them, the same in every run until what they change is changed: a step of ./test

.PHONY: mutants mutants-sample mutants-programs
mutants:
	tests/mutants/run $(BUILD)/mutants $(FILES)
MUTANTS_SAMPLE ?= 24
mutants-sample:
	tests/mutants/run --sample $(MUTANTS_SAMPLE) $(BUILD)/mutants

# What notices them.
mutants-programs: $(UNIT_PROGRAMS) $(BUILD)/tests/peer/matrix $(sim_FIRMWARE)
