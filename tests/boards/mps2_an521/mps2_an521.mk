# Tests on the mps2_an521 board, under QEMU.

QEMU_TESTS := $(BUILD)/tests/boards/mps2_an521
QEMU_C_NAMES := test_life test_soak

# Host programs in C: the core in the host's role, the port's host half.
QEMU_HOST := $(mps2_an521_BUILD)/host/tests/boards/mps2_an521
QEMU_LIB := $(patsubst %.c,$(mps2_an521_BUILD)/host/%.o,$(BOARDS_SHARED) tests/boards/mps2_an521/end.c) \
    $(mps2_an521_HOST_LIB)
$(QEMU_TESTS)/%.elf: $(QEMU_HOST)/%.o $(QEMU_LIB) $(mps2_an521_BUILD)/host.ld
	@mkdir -p $(@D)
	$(mps2_an521_HOST_LINK) $(filter %.o,$^) $(mps2_an521_REMOTE_LIBS) -o $@
.SECONDARY: $(QEMU_C_NAMES:%=$(QEMU_HOST)/%.o) $(QEMU_LIB)
-include $(QEMU_LIB:.o=.d) $(QEMU_C_NAMES:%=$(QEMU_HOST)/%.d)

# In the order of the enumeration in host.h.
QEMU_IMAGES := $(addprefix $(mps2_an521_FW)/, virtual_uart.elf test_fault.elf test_flood.elf)

.PHONY: qemu qemu-c qemu-python qemu-remote qemu-console qemu-soak qemu-soak-short
# Built first, then one after the other: two emulated cores want both processors.
qemu: $(QEMU_C_NAMES:%=$(QEMU_TESTS)/%.elf) $(QEMU_IMAGES) board-mps2_an521 \
    board-mps2_an521-device
	$(MAKE) -j1 qemu-c qemu-soak-short qemu-python qemu-remote qemu-console

# Host programs in C: every way to live and die.
QEMU_IN_FLASH := $(mps2_an521_FW)/virtual_uart.flash.bin
QEMU_PIE := $(mps2_an521_FW)/virtual_uart.pie.elf
qemu-c: $(QEMU_C_NAMES:%=$(QEMU_TESTS)/%.elf) $(QEMU_IMAGES) $(QEMU_IN_FLASH) $(QEMU_PIE)
	tests/boards/mps2_an521/run_c $(QEMU_TESTS)/test_life.elf $(QEMU_IMAGES) $(QEMU_IN_FLASH) $(QEMU_PIE)

# Numbers of lives and of messages.
qemu-soak: $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
	SETTINGS="1000 100000" tests/boards/mps2_an521/run_c $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
qemu-soak-short: $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
	SETTINGS="50 10000" tests/boards/mps2_an521/run_c $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)

# MicroPython.
qemu-python: board-mps2_an521 $(mps2_an521_FIRMWARE)
	tests/micropython/run_elsewhere tests/boards/mps2_an521 tests/boards/mps2_an521/micropython $(BUILD)/tests/boards/mps2_an521/python
	tests/boards/common/backtrace 'undefined instruction, pc 0x3800*' $(mps2_an521_FW)/test_crash.elf \
	    $(abspath $(BUILD))/tests/boards/mps2_an521/core tests/boards/mps2_an521/micropython tests/boards/common/crash.py
qemu-remote: board-mps2_an521 board-mps2_an521-device
	tests/remote/run mps2_an521 $(BUILD)
qemu-console: board-mps2_an521 board-mps2_an521-device
	tests/boards/mps2_an521/run_console $(abspath $(BUILD))
