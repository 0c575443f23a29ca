# The address of the 64 KiB that both cores share, if not SRAM4; the firmware is built with
# the same one (build.mk).
CFLAGS_USERMOD += $(H7_SHARED:%=-DAMP_STM32H7_SHARED_DA=%)
# The part of the binding for MicroPython's stm32 port.
ifeq ($(MCU_SERIES),h7)
SRC_USERMOD_C += $(OPENAMP_MOD)/stm32/openamp_stm32.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/stm32/openamp_stm32.h
# MicroPython's port links with the compiler, in some versions with the linker itself.  Its
# LDFLAGS, which `value` does not expand, show which: only the compiler has options -Wl.
OPENAMP_TO_LINKER = $(if $(findstring -Wl,$(value LDFLAGS)),-Xlinker)
LDFLAGS += $(OPENAMP_TO_LINKER) --defsym=amp_stm32h7_shared=$(or $(H7_SHARED),0x38000000) \
    $(OPENAMP_PORT_DIR)/shared.ld
endif
