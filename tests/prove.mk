# What backs docs/SECURITY.md: fuzzing, the model, memory order, static analysis, coverage.
# `make prove` runs the long form of all of it; ./test runs the short forms.

.PHONY: fuzz model tsan analyze coverage prove

# ---- Memory order: two threads under ThreadSanitizer ----

tsan:
	tests/tsan/run $(BUILD)/prove/tsan

# ---- The notification protocol: a model in Spin ----

model:
	tests/model/run $(BUILD)/prove/model

# ---- Fuzzing: libFuzzer with address and undefined behaviour sanitizers ----

# Of each target; nothing: a fixed number of executions, the same in every run.
SECONDS ?=
FUZZ_TARGETS := fuzz_elf fuzz_rsc_table fuzz_rx fuzz_ns
# Not of core/, and so not a part of its coverage and mutants.
FUZZ_OTHERS := fuzz_emu
FUZZ_DIR := $(BUILD)/prove/fuzz
FUZZ_DEPS := $(CORE_SRC) $(HEADERS) tests/peer/attacker.h \
    $(wildcard tests/fuzz/* tests/unit/*.[ch] ports/emu/*.[ch])

$(patsubst %,$(FUZZ_DIR)/%,$(FUZZ_TARGETS) $(FUZZ_OTHERS)): $(FUZZ_DIR)/%: $(FUZZ_DEPS)
	@tests/fuzz/build $(FUZZ_DIR) $*

.PHONY: $(FUZZ_TARGETS) $(FUZZ_OTHERS)
$(FUZZ_TARGETS) $(FUZZ_OTHERS): %: $(FUZZ_DIR)/%
	@tests/fuzz/run $< $(SECONDS)

# The arguments that Python can give, to MicroPython with sanitizers.  What
# callbacks raise is printed; the last line counts.
.PHONY: fuzz_arguments
fuzz_arguments: micropython-asan $(sim_FIRMWARE)
	OPENAMP_FIRMWARE=$(sim_FW) build/asan/sim/micropython tests/fuzz/arguments.py $(or $(SECONDS),10) \
	    >build/asan/arguments.log 2>&1 || { tail -n 30 build/asan/arguments.log; exit 1; }
	@tail -n 1 build/asan/arguments.log

fuzz: $(FUZZ_TARGETS) $(FUZZ_OTHERS) fuzz_arguments fuzz_mutants_match

# That the checks which `make prove` takes out are still there, word for word.
.PHONY: fuzz_mutants_match
fuzz_mutants_match:
	tests/fuzz/mutants $(BUILD)/prove/mutants 0

# ---- Static analysis ----

analyze: $(BUILD)/sim/micropython $(BUILD)/emu/micropython
	tools/analyze $(BUILD)

# ---- Coverage of core/ ----

# Another build of everything, whose programs count the lines that they run:
# the unit tests, and the fuzz targets over their corpus.
HOSTILE_STEPS_COVERAGE ?= 200000
REPLAY := $(FUZZ_TARGETS:%=$(BUILD)/prove/replay/%)
FUZZ_SHARED_OBJ := $(BUILD)/host/tests/fuzz/replay.o $(UNIT_SHARED_OBJ)
$(BUILD)/prove/replay/%: $(BUILD)/host/tests/fuzz/%.o $(FUZZ_SHARED_OBJ) \
    $(BUILD)/host/tests/fuzz/load.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -lcmocka -o $@
.SECONDARY: $(FUZZ_TARGETS:%=$(BUILD)/host/tests/fuzz/%.o) $(FUZZ_SHARED_OBJ) \
    $(BUILD)/host/tests/fuzz/load.o
-include $(wildcard $(BUILD)/host/tests/fuzz/*.d)

# Twice: a build for size has no fast path.
COVERAGE_BUILDS := build/coverage build/coverage-size
build/coverage/all: COVERAGE_CFLAGS := -O0
build/coverage-size/all: COVERAGE_CFLAGS := -Os
.PHONY: $(COVERAGE_BUILDS:%=%/all)
$(COVERAGE_BUILDS:%=%/all): build/%/all:
	@mkdir -p build/$*
	find build/$* -name '*.gcda' -delete
	HOSTILE_STEPS=$(HOSTILE_STEPS_COVERAGE) $(MAKE) BUILD=build/$* CC=gcc \
	    KIND_CFLAGS="--coverage $(COVERAGE_CFLAGS) -fno-inline" unit replay
coverage: $(COVERAGE_BUILDS:%=%/all)
	tools/coverage $(COVERAGE_BUILDS)

.PHONY: replay
replay: $(REPLAY)
	@set -e; for target in $(FUZZ_TARGETS); do \
	    rm -rf $(BUILD)/prove/replay/inputs; \
	    python3 tests/fuzz/corpus.py unpack tests/fuzz/corpus/$$target.txt $(BUILD)/prove/replay/inputs; \
	    echo "== $$target"; $(BUILD)/prove/replay/$$target $(BUILD)/prove/replay/inputs/*; \
	done

# ---- All of it, at most half an hour ----

.PHONY: hostile-asan
hostile-asan:
	$(MAKE) BUILD=build/asan KIND_CFLAGS="$(SANITIZE)" build/asan/tests/unit/test_hostile

prove:
	tools/prove
