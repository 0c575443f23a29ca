# Tests of the emu port.
#
#   emu-test    all of the below, a step of ./test
#   emu-unit    each instruction, and the port
#   emu-random  random programs, compared with Unicorn: EMU_RANDOM=N instructions
#   emu-python  the tests of the openamp module
#   emu-same    the same tests print the same on sim
#   fuzz_emu    (make fuzz) firmware made of chance, under sanitizers

EMU_LIB_OBJ := $(CORE_SRC:%.c=$(BUILD)/host/%.o) $(emu_HOST_SRC:%.c=$(BUILD)/host/%.o)
$(BUILD)/libopenamp_emu.a: $(EMU_LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
-include $(emu_HOST_SRC:%.c=$(BUILD)/host/%.d)

EMU_TESTS := $(patsubst tests/boards/emu/%.c,%,$(wildcard tests/boards/emu/test_*.c))
EMU_PROGRAMS := $(EMU_TESTS:%=$(BUILD)/tests/boards/emu/%)
$(BUILD)/host/tests/boards/emu/%.o: CFLAGS_HOST += -DAMP_TEST_EMU_FIRMWARE='"$(abspath $(emu_FW))"'
$(EMU_PROGRAMS): $(BUILD)/tests/boards/emu/%: $(BUILD)/host/tests/boards/emu/%.o $(BUILD)/libopenamp_emu.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -lcmocka -o $@
$(BUILD)/tests/boards/emu/random: $(BUILD)/host/tests/boards/emu/random.o $(BUILD)/libopenamp_emu.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -lunicorn -o $@
.SECONDARY: $(EMU_TESTS:%=$(BUILD)/host/tests/boards/emu/%.o)
-include $(wildcard $(BUILD)/host/tests/boards/emu/*.d)

# The example for C programs, on this port.
$(BUILD)/examples/host-emu: $(BUILD)/host/examples/host.o $(BUILD)/libopenamp_emu.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@

.PHONY: emu-test emu-unit emu-random
# The random programs take one processor, the rest the other.
emu-test: emu-unit emu-random emu-same

emu-unit: $(EMU_PROGRAMS) $(BUILD)/examples/host-emu $(emu_FIRMWARE)
	@failed=0; for program in $(EMU_PROGRAMS); do \
	    echo "== $$program"; timeout 300 $$program || failed=1; \
	done; exit $$failed
	$(BUILD)/examples/host-emu $(emu_FW)/virtual_uart.elf 10000

EMU_RANDOM ?= 10000000
emu-random: $(BUILD)/tests/boards/emu/random
	$< $(EMU_RANDOM) $(EMU_SEED)

# MicroPython.
.PHONY: emu-python
emu-python: $(BUILD)/emu/micropython $(emu_FIRMWARE)
	OPENAMP_FIRMWARE=$(abspath $(emu_FW)) tests/micropython/run_elsewhere tests/boards/emu \
	    $(BUILD)/emu/micropython $(BUILD)/tests/boards/emu/python
	OPENAMP_FIRMWARE=$(abspath $(emu_FW)) tests/boards/common/backtrace \
	    'illegal instruction 0x0000 at pc 0x1000*' $(emu_FW)/test_crash.elf \
	    $(abspath $(BUILD))/tests/boards/emu/core $(BUILD)/emu/micropython tests/boards/common/crash.py

# Both ports, and emu-python made the folder.
.PHONY: emu-same
emu-same: emu-python $(BUILD)/sim/micropython $(sim_FIRMWARE)
	tests/boards/emu/same_output $(BUILD)/sim/micropython $(sim_FW) $(BUILD)/emu/micropython \
	    $(emu_FW) $(BUILD)/tests/boards/emu/python/tests
