# Figures, each on a line of its own: BENCH name value, SIZE name bytes.
#
#   bench          the four below
#   bench-exact    counts, the same in every run; compared with bench/recorded.txt
#   bench-qemu     counts of the mps2_an521 board, compared as well
#   bench-times    times, which are not
#   bench-curves   draws docs/bench/*.svg
#   bench-profile  the functions in which the instructions of a message are spent
#   bench-record   writes the exact figures and those of size where they are printed
#   size           bytes on a Cortex-M33, compared as well: of all, and of the seed's set, which is
#                  what is left with MICROPY_PY_OPENAMP_VISIBLE=0 and _RECEIVE=0
#   size-profile   the files that the bytes of micropython_total_cortex_m33 are spent in

BENCH_PAIR := cost copies kicks
BENCH_OBJ := $(CORE_SRC:%.c=$(BUILD)/host/%.o) $(BUILD)/host/tests/unit/pair.o
BENCH_SIM := wakeup remotes ratios
BENCH_MAIN := $(patsubst %,$(BUILD)/host/bench/%.o,$(BENCH_PAIR) $(BENCH_SIM))
$(BUILD)/host/bench/%.o: CFLAGS_HOST += -Ibench -Itests/unit
$(BENCH_PAIR:%=$(BUILD)/bench/%): $(BUILD)/bench/%: $(BUILD)/host/bench/%.o $(BENCH_OBJ)
	@mkdir -p $(@D)
	$(CC) $(BENCH_LDFLAGS) $^ -lcmocka -o $@
$(BUILD)/bench/copies: BENCH_LDFLAGS := -Wl,--wrap=memcpy,--wrap=memmove
$(BENCH_SIM:%=$(BUILD)/bench/%): $(BUILD)/bench/%: $(BUILD)/host/bench/%.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $^ -o $@
.SECONDARY: $(BENCH_OBJ) $(BENCH_MAIN)
-include $(BENCH_OBJ:.o=.d) $(BENCH_MAIN:.o=.d)

# MicroPython without threads, and with the module that measures the floor.
BENCH_PYTHON := $(BUILD)/bench/python
$(BENCH_PYTHON)/sim/micropython: $(BUILD)/sim/micropython $(wildcard bench/python_floor/*)
	@mkdir -p $(BENCH_PYTHON)/modules
	@ln -sfn $(abspath bench/python_floor) $(BENCH_PYTHON)/modules/python_floor
	@rm -f $@
	$(MAKE) BUILD=$(BENCH_PYTHON) MP_MODULES=$(abspath $(BENCH_PYTHON)/modules) \
	    MP_KIND='MICROPY_PY_THREAD=0 $(MP_KIND)' $@

.PHONY: bench-exact bench-times bench-curves bench-profile bench-record
# What takes the time comes alone: there may be no processor to spare.
bench:
	$(MAKE) bench-exact bench-qemu
	$(MAKE) bench-times
	$(MAKE) bench-curves
bench-exact: $(BENCH_PAIR:%=$(BUILD)/bench/%) $(sim_FIRMWARE) $(BENCH_PYTHON)/sim/micropython
	CC='$(CC)' bench/guard bench bench/run $(BUILD) $(sim_FW)
	[ "$$RECORD" = 1 ] || bench/table
bench-times: $(BENCH_SIM:%=$(BUILD)/bench/%) $(sim_FIRMWARE) $(BUILD)/sim/micropython
	bench/guard times bench/times $(BUILD) $(sim_FW)
# ./test has them drawn elsewhere: a test changes no file of ours.
BENCH_CURVES ?= docs/bench
bench-curves: $(BUILD)/bench/cost $(BUILD)/bench/remotes $(sim_FIRMWARE)
	bench/curves $(BUILD) $(sim_FW) $(BENCH_CURVES)
bench-profile: $(BUILD)/bench/cost
	@bench/exact --profile $(BUILD)
bench-record:
	RECORD=1 $(MAKE) bench-exact bench-qemu bench-stm32h7 bench-rp2 size
	bench/table --write
# MicroPython for the board once more, without what goes beyond the seed.
BENCH_SEED := $(BUILD)/seed/mps2_an521/micropython-host.elf
$(BENCH_SEED): $(mps2_an521_BUILD)/micropython-host.elf
	$(MAKE) BUILD=$(BUILD)/seed MP_KIND='CFLAGS_EXTRA="-DMICROPY_PY_OPENAMP_VISIBLE=0 -DMICROPY_PY_OPENAMP_RECEIVE=0"' $@
size: $(mps2_an521_BUILD)/micropython-host.elf $(BENCH_SEED)
	bench/guard size bench/size $(BUILD) $(call PORT_FILES,stm32h7,$(stm32h7_HOST)) -- $(call PORT_FILES,rp2,$(rp2_HOST))
.PHONY: size-profile
size-profile: $(mps2_an521_BUILD)/micropython-host.elf $(BENCH_SEED)
	@bench/size $(BUILD) $(call PORT_FILES,stm32h7,$(stm32h7_HOST)) -- $(call PORT_FILES,rp2,$(rp2_HOST)) >/dev/null
	@bench/size-profile $(BUILD)/size/micropython_total.txt
