# The openamp module for a MicroPython build with make:
#
#   make -C ports/unix USER_C_MODULES=/folder/that/contains/openamp
#
# OPENAMP_PORT names the machine, a folder of ports/.  Where it is not given, it is sim in
# MicroPython's unix port, and stm32h7 in its stm32 port for an STM32H7 with two cores.
# OPENAMP_ROLE=device builds for the remote core, where the port has one that
# MicroPython runs on.

OPENAMP_MOD := $(OPENAMP_TOP)/micropython
# Not empty: this is MicroPython's unix port.  Its interrupts are signals; the heads of the
# files in unix/ explain what that needs.
OPENAMP_UNIX := $(filter %/ports/unix ports/unix,$(CURDIR))
ifeq ($(OPENAMP_PORT),)
ifneq ($(OPENAMP_UNIX),)
OPENAMP_PORT := sim
else ifneq ($(filter STM32H745% STM32H747% STM32H755% STM32H757%,$(CMSIS_MCU)),)
OPENAMP_PORT := stm32h7
else
$(error openamp: OPENAMP_PORT is to name the machine: one of $(patsubst $(OPENAMP_TOP)/ports/%/sources.mk,%,$(wildcard $(OPENAMP_TOP)/ports/*/sources.mk)))
endif
endif
OPENAMP_PORT_DIR := $(OPENAMP_TOP)/ports/$(OPENAMP_PORT)
OPENAMP_ROLE ?= host
ifeq ($(wildcard $(OPENAMP_PORT_DIR)/sources.mk),)
$(error OPENAMP_PORT=$(OPENAMP_PORT): there is no such port)
endif
include $(OPENAMP_TOP)/core/core.mk
include $(OPENAMP_MOD)/sources.mk
include $(OPENAMP_PORT_DIR)/sources.mk

ifeq ($(OPENAMP_ROLE),device)
# A host may announce many endpoints at once, for functions that it sends (async_remote).
CFLAGS_USERMOD += -DMICROPY_PY_OPENAMP_HOST=0 -DAMP_CONFIG_HOST=0 -DAMP_CONFIG_MAX_SERVICES=32
OPENAMP_SRC := $(AMP_CORE_DEVICE) $(AMP_BUS_DEVICE) $(AMP_BUS_PORT_DEVICE)
OPENAMP_PORT_SRC := $(AMP_PORT_REMOTE)
else
CFLAGS_USERMOD += -DAMP_CONFIG_DEVICE=0
OPENAMP_SRC := $(AMP_CORE_HOST) $(AMP_BUS_HOST) $(AMP_BUS_PORT_HOST)
OPENAMP_PORT_SRC := $(AMP_PORT_HOST)
endif
OPENAMP_SRC += $(AMP_CORE_COMMON) $(AMP_BUS_COMMON)
# A port whose operating system owns the rings is a bus of its own.
ifneq ($(AMP_PORT_CORE),)
CFLAGS_USERMOD += -DMICROPY_PY_OPENAMP_STATIC_BUS=0
OPENAMP_SRC := $(AMP_PORT_CORE)
endif
OPENAMP_SRC += $(patsubst ports/$(OPENAMP_PORT)/../%,ports/%,\
    $(OPENAMP_PORT_SRC:%=ports/$(OPENAMP_PORT)/%))

SRC_USERMOD_C += $(AMP_MODULE:%=$(OPENAMP_MOD)/%)
SRC_USERMOD_LIB_C += $(OPENAMP_SRC:%=$(OPENAMP_TOP)/%)
CFLAGS_USERMOD += -I$(OPENAMP_TOP) -I$(OPENAMP_TOP)/include $(AMP_PORT_DEFINES:%=-D%)

# The folder of the objects of OPENAMP_TOP's files.
OPENAMP_BUILD := $(BUILD)/$(patsubst $(USER_C_MODULES)/%,%,$(OPENAMP_TOP))
# The port's own settings; it may set OPENAMP_CFLAGS for all files of OPENAMP_TOP.
-include $(OPENAMP_PORT_DIR)/module.mk

ifneq ($(OPENAMP_CFLAGS),)
ifneq ($(DEBUG),1)
$(OPENAMP_BUILD)/%.o: CFLAGS += $(OPENAMP_CFLAGS)
endif
endif

ifneq ($(OPENAMP_UNIX),)

SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/prompt.c \
    $(addprefix $(OPENAMP_MOD)/unix/, atomic.c block.c lock.c prompt.c select.c sleep.c)
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/unix/openamp_unix.h
OPENAMP_WRAP := mp_hal_set_interrupt_char mp_event_wait_ms mp_event_wait_indefinite \
    poll usleep
ifeq ($(MICROPY_PY_THREAD),1)
OPENAMP_WRAP += mp_thread_unix_begin_atomic_section mp_thread_unix_end_atomic_section \
    pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock sem_wait gc_collect
endif
LDFLAGS_USERMOD += $(addprefix -Xlinker --wrap=,$(OPENAMP_WRAP))

# Files that run scheduled work after EINTR: their blocking calls are replaced (unix/block.c).
$(addprefix $(BUILD)/, extmod/modtime.o extmod/vfs_posix_file.o main.o modsocket.o unix_mphal.o): \
    CFLAGS += -include $(OPENAMP_MOD)/unix/calls.h
# Only the lock objects of _thread call these: see unix/lock.c.
$(BUILD)/py/modthread.o: CFLAGS += \
    -Dmp_thread_mutex_lock=openamp_unix_lock -Dmp_thread_mutex_unlock=openamp_unix_unlock

endif
