# In a MicroPython build, where all of it runs in MicroPython's own thread.
SRC_USERMOD_C += $(OPENAMP_MOD)/emu/modemu.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/emu/openamp_emu.h
ifneq ($(OPENAMP_UNIX),)
SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/emu/unix.c
else
SRC_USERMOD_C += $(OPENAMP_MOD)/emu/web.c
endif

# Optimise for speed: with -Os GCC turns a memcpy() into a loop over single bytes.
OPENAMP_CFLAGS := -O2
