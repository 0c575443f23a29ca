# What backs docs/SECURITY.md: fuzzing, the model, memory order, static analysis, coverage.
# `make prove` runs the long form of all of it; ./test runs the short forms.

.PHONY: fuzz model tsan analyze coverage prove

# ---- Memory order: two threads under ThreadSanitizer ----

tsan:
	tests/tsan/run $(BUILD)/prove/tsan

# ---- The notification protocol: a model in Spin ----

model:
	tests/model/run $(BUILD)/prove/model
