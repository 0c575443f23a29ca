# Where the 64 KiB lie that both cores share, if not in SRAM4: the firmware is built with the
# same (build.mk).
CFLAGS_USERMOD += $(H7_SHARED:%=-DAMP_STM32H7_SHARED_DA=%)
# In MicroPython's stm32 port: the binding's own part, which a board may leave out.
ifeq ($(MCU_SERIES),h7)
SRC_USERMOD_C += $(OPENAMP_MOD)/stm32/openamp_stm32.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/stm32/openamp_stm32.h
# The port links by the compiler, in some versions by the linker itself.  Its LDFLAGS, which
# `value` does not expand, tell: -Wl is the compiler's.
OPENAMP_TO_LINKER = $(if $(findstring -Wl,$(value LDFLAGS)),-Xlinker)
LDFLAGS += $(OPENAMP_TO_LINKER) --defsym=amp_stm32h7_shared=$(or $(H7_SHARED),0x38000000) \
    $(OPENAMP_PORT_DIR)/shared.ld
endif
