# Tests of the stm32h7 port, on the simulator of tests/boards/h7sim.

H7_TESTS := $(BUILD)/tests/boards/stm32h7
H7_C_NAMES := test_link test_life test_attach test_sleep

# Host programs in C: the core in the host's role, the port's host half.  Kinds:
#   mpu           as it is delivered: an MPU region keeps SRAM4 out of the cache
#   cached        SRAM4 is cached, with maintenance around every access
# and what is left out of them, to show that its absence is found:
#   nompu         of `mpu`, the region
#   noimage       of `mpu`, the cleaning of images
#   noflush       of `mpu`, the cleaning of all else before the start
#   noclean       of `cached`, the cleaning; what is written before the M4 starts is cleaned
#   noinvalidate  of `cached`, the forgetting
H7_SHARED := $(BOARDS_SHARED) tests/boards/stm32h7/m7.c

# In the order of the enumeration in tests/boards/common/host.h; where m7 programs look for them.
H7_IMAGES := $(addprefix $(stm32h7_FW)/, virtual_uart.elf test_fault.elf test_flood.elf \
    field_vuart.elf test_notable.flash.elf test_wake.elf)
H7_IMAGE_DA := 0x08080000
H7_IMAGE_LEN := 0x40000
H7_HOST_DEFS := -I. -DIMAGE_DA=$(H7_IMAGE_DA) -DIMAGE_LEN=$(H7_IMAGE_LEN) \
    -DHOST_WAIT_MS=-1

# Firmware that has nothing of ours.
$(stm32h7_FW)/field_vuart.elf: tests/boards/stm32h7/field_vuart.c tests/boards/stm32h7/field.ld
	@mkdir -p $(@D)
	$(stm32h7_REMOTE_CC) $(stm32h7_REMOTE_LD) -Wl,-e,0x30000000 -T tests/boards/stm32h7/field.ld $< -lc -o $@

# $(call H7_KIND,name,options of the compiler,sources,options of the linker)
define H7_KIND
H7_LIB_$(1) := $$(patsubst %.c,$(H7_TESTS)/$(1)/%.o,$(AMP_CORE_COMMON) $(AMP_CORE_HOST) $(stm32h7_HOST_SRC) $(H7_SHARED) $(3))
$(H7_TESTS)/$(1)/%.o: %.c
	@mkdir -p $$(@D)
	$(stm32h7_HOST_CC) $(H7_HOST_DEFS) $(2) -c $$< -o $$@
$(H7_TESTS)/$(1)/%.elf: $(H7_TESTS)/$(1)/tests/boards/stm32h7/%.o $$(H7_LIB_$(1)) tests/boards/stm32h7/m7.ld
	$(firstword $(stm32h7_HOST_CC)) $(stm32h7_HOST_LD) $(4) -T tests/boards/stm32h7/m7.ld \
	    $$< $$(H7_LIB_$(1)) $(stm32h7_REMOTE_LIBS) -o $$@
.SECONDARY: $$(H7_LIB_$(1)) $(H7_C_NAMES:%=$(H7_TESTS)/$(1)/tests/boards/stm32h7/%.o)
-include $$(wildcard $(addprefix $(H7_TESTS)/$(1)/,*/*.d */*/*.d */*/*/*.d))
endef
H7_WITHOUT := tests/boards/stm32h7/without.c
$(eval $(call H7_KIND,mpu,,,))
$(eval $(call H7_KIND,nompu,,tests/boards/stm32h7/without_mpu.c,))
$(eval $(call H7_KIND,noimage,,$(H7_WITHOUT),\
    -Wl$(comma)--wrap=stm32h7_cache_clean$(comma)--wrap=stm32h7_cache_flush))
$(eval $(call H7_KIND,noflush,,$(H7_WITHOUT),-Wl$(comma)--wrap=stm32h7_cache_flush))
$(eval $(call H7_KIND,cached,-DAMP_CONFIG_CACHE=1,tests/boards/stm32h7/cached.c,))
$(eval $(call H7_KIND,noclean,-DAMP_CONFIG_CACHE=1,tests/boards/stm32h7/cached.c $(H7_WITHOUT),\
    -Wl$(comma)--wrap=stm32h7_cache_clean))
$(eval $(call H7_KIND,noinvalidate,-DAMP_CONFIG_CACHE=1,tests/boards/stm32h7/cached.c $(H7_WITHOUT),\
    -Wl$(comma)--wrap=stm32h7_cache_invalidate))
# What both cores share, and the firmware, at other places: SRAM1 begins with the former.
H7_SRAM1 := H7_SHARED=0x30000000 H7_RAM=0x30010000
H7_SRAM1_BUILD := $(BUILD)/stm32h7-sram1
$(eval $(call H7_KIND,sram1,-DAMP_STM32H7_SHARED_DA=0x30000000,,))
$(H7_SRAM1_BUILD)/firmware/stm32h7/virtual_uart.elf: $(stm32h7_FIRMWARE)
	$(MAKE) BUILD=$(H7_SRAM1_BUILD) $(H7_SRAM1) $@
# Firmware that leaves SRAM1 alone, for a host whose heap is there.
$(eval $(call PORT_SCRIPT,stm32h7,sram2,-DAMP_STM32H7_RAM_DA=0x30020000))
H7_SRAM2 := $(stm32h7_FW)/virtual_uart_sram2.elf
$(H7_SRAM2): $(stm32h7_BUILD)/remote/firmware/virtual_uart/main.o $(stm32h7_LIB) $(stm32h7_BUILD)/sram2.ld
	$(firstword $(stm32h7_REMOTE_CC)) $(stm32h7_REMOTE_LD) -T $(stm32h7_BUILD)/sram2.ld \
	    $(filter %.o,$^) $(stm32h7_REMOTE_LIBS) -o $@

H7_PROGRAMS := $(H7_C_NAMES:%=$(H7_TESTS)/mpu/%.elf) $(H7_C_NAMES:%=$(H7_TESTS)/cached/%.elf) \
    $(addprefix $(H7_TESTS)/, $(addsuffix /test_link.elf, sram1 nompu noimage noflush noclean noinvalidate))

.PHONY: test-stm32h7 test-stm32h7-c test-stm32h7-python
test-stm32h7: test-stm32h7-c test-stm32h7-python
test-stm32h7-c: $(H7SIM) $(H7_IMAGES) $(stm32h7_FIRMWARE) $(H7_PROGRAMS) \
    $(H7_SRAM1_BUILD)/firmware/stm32h7/virtual_uart.elf
	tests/boards/stm32h7/run $(BUILD)
	tests/boards/stm32h7/no_exclusives $(stm32h7_BUILD)/remote $(H7_TESTS)/mpu $(H7_TESTS)/cached
# After the first, which makes a firmware that it uses, too.
test-stm32h7-python: test-stm32h7-c board-stm32h7 $(H7_SRAM2)
	tests/boards/stm32h7/run_python $(BUILD)
	tests/boards/stm32h7/no_exclusives $(stm32h7_BUILD)/mp-host/openamp
	tests/boards/stm32h7/compile_stm32 $(BUILD) $(AMP_CORE_COMMON) $(AMP_CORE_HOST) $(AMP_BUS_COMMON) \
	    $(AMP_BUS_HOST) $(AMP_BUS_PORT_HOST) $(call PORT_FILES,stm32h7,$(stm32h7_HOST))
