# Tests on the mps2_an521 board, under QEMU.

QEMU_TESTS := $(BUILD)/tests/qemu
QEMU_C_NAMES := test_life test_soak

# Firmware of ours, beside that in firmware/.
$(FW_AN521)/obj/test_fault.o: tests/qemu/test_fault.c
	@mkdir -p $(@D)
	$(AMP_AN521_REMOTE_CC) -I. -c $< -o $@

# Host programs in C: the core in the host's role, the port's host half.
QEMU_CORE := $(filter-out core/vdev.c, $(CORE_SRC))
QEMU_LIB := $(QEMU_CORE:%.c=$(QEMU_TESTS)/%.o) $(QEMU_TESTS)/host.o $(AMP_AN521_HOST_LIB)
$(QEMU_TESTS)/core/%.o: core/%.c
	@mkdir -p $(@D)
	$(AMP_AN521_HOST_CC) -I. -c $< -o $@
$(QEMU_TESTS)/%.o: tests/qemu/%.c
	@mkdir -p $(@D)
	$(AMP_AN521_HOST_CC) -I. -c $< -o $@
$(QEMU_TESTS)/%.elf: $(QEMU_TESTS)/%.o $(QEMU_LIB) $(AMP_AN521_DEPS)
	$(AMP_AN521_PREFIX)gcc $(AMP_AN521_HOST_LD) $< $(QEMU_LIB) -lc -lgcc -o $@
.SECONDARY: $(QEMU_C_NAMES:%=$(QEMU_TESTS)/%.o) $(QEMU_LIB)
-include $(wildcard $(QEMU_TESTS)/*.d $(QEMU_TESTS)/core/*.d)

# In the order of the enumeration in host.h.
QEMU_IMAGES := $(addprefix $(FW_AN521)/, virtual_uart.elf test_fault.elf test_flood.elf)

.PHONY: qemu qemu-c qemu-python qemu-two qemu-console qemu-soak qemu-soak-short
# Built first, then one after the other: two emulated cores want both processors.
qemu: $(QEMU_C_NAMES:%=$(QEMU_TESTS)/%.elf) $(QEMU_IMAGES) mps2_an521 \
    $(BUILD)/mps2_an521/micropython-device.elf
	$(MAKE) -j1 qemu-c qemu-soak-short qemu-python qemu-two qemu-console

# Host programs in C: every way to live and die.
QEMU_IN_FLASH := $(FW_AN521)/virtual_uart.flash.bin
qemu-c: $(QEMU_C_NAMES:%=$(QEMU_TESTS)/%.elf) $(QEMU_IMAGES) $(QEMU_IN_FLASH)
	tests/qemu/run_c $(QEMU_TESTS)/test_life.elf $(QEMU_IMAGES) $(QEMU_IN_FLASH)

# Numbers of lives and of messages.
qemu-soak: $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
	SETTINGS="1000 100000" tests/qemu/run_c $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
qemu-soak-short: $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)
	SETTINGS="50 10000" tests/qemu/run_c $(QEMU_TESTS)/test_soak.elf $(QEMU_IMAGES)

# MicroPython.
qemu-python: mps2_an521
	tests/micropython/run_elsewhere tests/qemu tests/qemu/micropython $(BUILD)/tests/qemu/python
qemu-two: mps2_an521 $(BUILD)/mps2_an521/micropython-device.elf
	tests/qemu/run_two $(abspath $(BUILD))
qemu-console: mps2_an521 $(BUILD)/mps2_an521/micropython-device.elf
	tests/qemu/run_console $(abspath $(BUILD))
