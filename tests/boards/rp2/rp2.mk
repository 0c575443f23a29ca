# Tests of the rp2 port, on the simulators of tests/boards/rp2sim: an RP2040, or with RP2_CHIP=2350
# an RP2350.

RP2_SIM := $(if $(filter 2350,$(RP2_CHIP)),$(RP2350SIM),$(RP2SIM))
RP2_TESTS := $(BUILD)/tests/boards/rp2
RP2_C_NAMES := test_link test_life

# In the order of the enumeration in tests/boards/common/host.h; where host programs look for them.
RP2_IMAGES := $(addprefix $(rp2_FW)/, virtual_uart.elf test_fault.elf test_flood.elf test_rp2.elf \
    virtual_uart.pie.elf)
RP2_IMAGE_DA := 0x100C0000
RP2_IMAGE_LEN := 0x40000
RP2_LIB := $(patsubst %.c,$(RP2_TESTS)/%.o,$(BOARDS_SHARED) tests/boards/rp2/core0.c)

$(RP2_TESTS)/%.o: %.c
	@mkdir -p $(@D)
	$(rp2_HOST_CC) -I. -DIMAGE_DA=$(RP2_IMAGE_DA) -DIMAGE_LEN=$(RP2_IMAGE_LEN) -DHOST_WAIT_MS=-1 -c $< -o $@
$(RP2_TESTS)/%.elf: $(RP2_TESTS)/tests/boards/rp2/%.o $(RP2_LIB) $(rp2_HOST_LIB) $(rp2_BUILD)/host.ld
	$(rp2_HOST_LINK) $(filter %.o,$^) $(rp2_REMOTE_LIBS) -o $@
# Without something that the port does: $(call RP2_WITHOUT,name,function)
define RP2_WITHOUT
$(RP2_TESTS)/$(1)/test_life.elf: $(RP2_TESTS)/tests/boards/rp2/test_life.o $(RP2_TESTS)/tests/boards/rp2/without.o \
    $(RP2_LIB) $(rp2_HOST_LIB) $(rp2_BUILD)/host.ld
	@mkdir -p $$(@D)
	$(rp2_HOST_LINK) -Wl$$(comma)--wrap=$(2) $$(filter %.o,$$^) $(rp2_REMOTE_LIBS) -o $$@
endef
$(eval $(call RP2_WITHOUT,nomask,amp_rp2_interrupt))
$(eval $(call RP2_WITHOUT,noreset,rp2_reset_core1))
$(eval $(call RP2_WITHOUT,nodma,rp2_stop_dma))
RP2_PROGRAMS := $(RP2_C_NAMES:%=$(RP2_TESTS)/%.elf) $(addprefix $(RP2_TESTS)/,nomask/test_life.elf noreset/test_life.elf \
    nodma/test_life.elf)
.SECONDARY: $(RP2_LIB) $(RP2_C_NAMES:%=$(RP2_TESTS)/tests/boards/rp2/%.o) $(RP2_TESTS)/tests/boards/rp2/without.o
-include $(wildcard $(addprefix $(RP2_TESTS)/,*/*.d */*/*.d */*/*/*.d))

.PHONY: test-rp2 test-rp2-c test-rp2-python test-rp2350 test-rp2350-python
test-rp2: test-rp2sim test-rp2-c test-rp2-python test-rp2350
test-rp2-c: $(RP2_SIM) $(RP2_IMAGES) $(RP2_PROGRAMS)
	tests/boards/rp2/run $(BUILD) $(RP2_SIM)
# RP2_PYTHON='recv.py ...': only these.
test-rp2-python: $(RP2_SIM) board-rp2
	BUILD=$(abspath $(BUILD)) RP2_SIM=$(abspath $(RP2_SIM)) tests/micropython/run_elsewhere tests/boards/rp2 \
	    tests/boards/rp2/micropython $(BUILD)/tests/boards/rp2/python $(RP2_PYTHON)
test-rp2350:
	$(MAKE) BUILD=$(BUILD)/rp2350 RP2_CHIP=2350 test-rp2-c
# Not a part of ./test: another MicroPython has to be built for it.
test-rp2350-python:
	$(MAKE) BUILD=$(BUILD)/rp2350 RP2_CHIP=2350 test-rp2-python
