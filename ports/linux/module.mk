# In a MicroPython build: its sleeps end when one of the kernel's files has something.
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/linux/openamp_linux.h
SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/linux/unix.c
