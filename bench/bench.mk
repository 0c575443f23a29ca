# Figures, each on a line of its own: BENCH name value, SIZE name bytes.
#
#   bench          everything below but size; draws the curves of docs/bench
#   bench-exact    counts, the same in every run; compared with bench/recorded.txt
#   bench-qemu     counts of the mps2_an521 board, compared as well
#   bench-times    times, which are not
#   bench-profile  the functions in which the instructions of a message are spent
#   bench-record   writes the exact figures, and those of size, into bench/recorded.txt
#   size           bytes on a Cortex-M33, compared as well

BENCH_PAIR := cost copies kicks
BENCH_OBJ := $(CORE_SRC:%.c=$(BUILD)/host/%.o) $(BUILD)/host/bench/pair.o
BENCH_MAIN := $(BENCH_PAIR:%=$(BUILD)/host/bench/%.o)
$(BUILD)/host/bench/%.o: CFLAGS_HOST += -Ibench -Itests/unit
$(BENCH_PAIR:%=$(BUILD)/bench/%): $(BUILD)/bench/%: $(BUILD)/host/bench/%.o $(BENCH_OBJ)
	@mkdir -p $(@D)
	$(CC) $(BENCH_LDFLAGS) $^ -o $@
$(BUILD)/bench/copies: BENCH_LDFLAGS := -Wl,--wrap=memcpy,--wrap=memmove
$(BUILD)/bench/wakeup: $(BUILD)/host/bench/wakeup.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $^ -o $@
.SECONDARY: $(BENCH_OBJ) $(BENCH_MAIN) $(BUILD)/host/bench/wakeup.o
-include $(BENCH_OBJ:.o=.d) $(BENCH_MAIN:.o=.d) $(BUILD)/host/bench/wakeup.d

# MicroPython without threads, and with the module that measures the floor.
BENCH_PYTHON := $(BUILD)/bench/python
$(BENCH_PYTHON)/sim/micropython: $(BUILD)/sim/micropython $(wildcard bench/python_floor/*)
	@mkdir -p $(BENCH_PYTHON)/modules
	@ln -sfn $(abspath bench/python_floor) $(BENCH_PYTHON)/modules/python_floor
	@rm -f $@
	$(MAKE) BUILD=$(BENCH_PYTHON) MP_MODULES=$(abspath $(BENCH_PYTHON)/modules) \
	    MP_KIND='MICROPY_PY_THREAD=0 $(MP_KIND)' $@

.PHONY: bench-exact bench-times bench-profile bench-record
bench: bench-exact bench-times
bench-exact: $(BENCH_PAIR:%=$(BUILD)/bench/%) $(AMP_FIRMWARE_SIM) $(BENCH_PYTHON)/sim/micropython
	bench/guard --self-test
	CC='$(CC)' bench/guard bench bench/run $(BUILD) $(FW)
# After all the others: a machine with two processors has none to spare.
bench-times: $(BUILD)/bench/wakeup $(AMP_FIRMWARE_SIM) $(BUILD)/sim/micropython | bench-exact bench-qemu
	bench/times $(BUILD) $(FW)
bench-profile: $(BUILD)/bench/cost
	@bench/exact --profile $(BUILD)
bench-record:
	RECORD=1 $(MAKE) bench-exact bench-qemu size
size: $(AMP_AN521_BUILD)/micropython-host.elf
	bench/guard size bench/size $(BUILD)
