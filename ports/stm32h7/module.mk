# In MicroPython's stm32 port: the binding's own part, which a board may leave out.
ifeq ($(MCU_SERIES),h7)
SRC_USERMOD_C += $(OPENAMP_MOD)/stm32/openamp_stm32.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/stm32/openamp_stm32.h
endif
