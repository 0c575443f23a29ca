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

# Of each target.
SECONDS ?= 10
FUZZ_TARGETS := fuzz_elf fuzz_rsc_table fuzz_rx fuzz_ns
FUZZ_DIR := $(BUILD)/prove/fuzz
FUZZ_DEPS := $(CORE_SRC) $(HEADERS) $(wildcard tests/fuzz/* tests/unit/*.[ch])

$(FUZZ_TARGETS:%=$(FUZZ_DIR)/%): $(FUZZ_DIR)/%: $(FUZZ_DEPS)
	@tests/fuzz/build $(FUZZ_DIR) $*

.PHONY: $(FUZZ_TARGETS)
$(FUZZ_TARGETS): %: $(FUZZ_DIR)/%
	@tests/fuzz/run $< $(SECONDS)
fuzz: $(FUZZ_TARGETS)
