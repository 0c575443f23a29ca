# The openamp module for a MicroPython build with make:
#
#   make -C ports/unix USER_C_MODULES=/folder/that/contains/openamp
#
# OPENAMP_PORT names the machine (a folder of ports/); on a PC it is sim.
# OPENAMP_ROLE=device builds for the remote core, where the port has one that
# MicroPython runs on.

OPENAMP_MOD := $(OPENAMP_TOP)/micropython
OPENAMP_PORT ?= sim

SRC_USERMOD_C += $(addprefix $(OPENAMP_MOD)/, \
    callback.c endpoint.c image.c message.c modopenamp.c remote.c remoteproc.c)
SRC_USERMOD_LIB_C += $(wildcard $(OPENAMP_TOP)/core/*.c)
CFLAGS_USERMOD += -I$(OPENAMP_TOP) -I$(OPENAMP_TOP)/include

OPENAMP_ROLE ?= host
ifeq ($(OPENAMP_ROLE),device)
CFLAGS_USERMOD += -DMICROPY_PY_OPENAMP_HOST=0 -DAMP_CONFIG_HOST=0
SRC_USERMOD_LIB_C += $(OPENAMP_TOP)/ports/common/bus_device.c
else
CFLAGS_USERMOD += -DAMP_CONFIG_DEVICE=0
SRC_USERMOD_LIB_C += $(OPENAMP_TOP)/ports/common/bus_host.c
endif

# Where signals are interrupts: see unix/atomic.c and unix/sleep.c.
OPENAMP_UNIX := $(filter sim emu,$(OPENAMP_PORT))
ifneq ($(filter %/ports/webassembly ports/webassembly,$(CURDIR)),)
OPENAMP_UNIX :=
endif

ifeq ($(OPENAMP_PORT),sim)

CFLAGS_USERMOD += -DAMP_CONFIG_CORES=16 # AMP_SIM_CORES

# The host half of the port, and the runner that it carries.
SRC_USERMOD_LIB_C += $(addprefix $(OPENAMP_TOP)/ports/sim/, \
    host.c host_fault.c host_life.c host_memory.c host_process.c host_signal.c runner_blob.c)
OPENAMP_RUNNER ?= $(BUILD)/openamp/sim/runner
CFLAGS_USERMOD += -DAMP_SIM_RUNNER_FILE='"$(abspath $(OPENAMP_RUNNER))"'
$(BUILD)/$(patsubst $(USER_C_MODULES)/%,%,$(OPENAMP_TOP))/ports/sim/runner_blob.o: $(OPENAMP_RUNNER)
$(BUILD)/openamp/sim/runner:
	$(Q)$(MAKE) -C $(OPENAMP_TOP) BUILD=$(abspath $(BUILD)/openamp) CC="$(CC)" runner

else ifeq ($(OPENAMP_PORT),emu)

CFLAGS_USERMOD += -DAMP_CONFIG_CORES=16 # AMP_EMU_CORES

# All of it runs in MicroPython's own thread.
SRC_USERMOD_LIB_C += $(addprefix $(OPENAMP_TOP)/ports/emu/, \
    rv32.c rv32_compressed.c host.c host_life.c host_memory.c host_run.c)
SRC_USERMOD_C += $(OPENAMP_MOD)/emu/modemu.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/emu/openamp_emu.h
ifneq ($(OPENAMP_UNIX),)
SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/emu/unix.c
else
SRC_USERMOD_C += $(OPENAMP_MOD)/emu/web.c
endif

else ifeq ($(OPENAMP_PORT),mps2_an521)

ifeq ($(OPENAMP_ROLE),device)
SRC_USERMOD_LIB_C += $(OPENAMP_TOP)/ports/mps2_an521/remote/remote.c
else
SRC_USERMOD_LIB_C += $(addprefix $(OPENAMP_TOP)/ports/mps2_an521/, \
    host.c host_life.c host_wait.c monitor.c)
SRC_USERMOD_LIB_C += $(OPENAMP_TOP)/ports/common/text.c
endif

else ifeq ($(OPENAMP_PORT),stm32h7)

# The M7.  On the M4 there is firmware.
SRC_USERMOD_LIB_C += $(addprefix $(OPENAMP_TOP)/ports/, \
    stm32h7/host.c stm32h7/host_cache.c stm32h7/host_life.c common/text.c)
ifeq ($(MCU_SERIES),h7) # MicroPython's stm32 port
SRC_USERMOD_C += $(OPENAMP_MOD)/stm32/openamp_stm32.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/stm32/openamp_stm32.h
endif

else
$(error OPENAMP_PORT=$(OPENAMP_PORT): there is no such port)
endif

# For speed, not for size: of a memcpy() GCC's -Os makes a loop over single bytes.
ifneq ($(filter sim emu,$(OPENAMP_PORT)),)
ifneq ($(DEBUG),1)
$(BUILD)/$(patsubst $(USER_C_MODULES)/%,%,$(OPENAMP_TOP))/%.o: CFLAGS += -O2
endif
endif

ifneq ($(OPENAMP_UNIX),)

SRC_USERMOD_LIB_C += $(OPENAMP_MOD)/unix/atomic.c $(OPENAMP_MOD)/unix/sleep.c
CFLAGS_USERMOD += -include $(OPENAMP_MOD)/unix/openamp_unix.h
OPENAMP_WRAP := mp_hal_set_interrupt_char mp_event_wait_ms mp_event_wait_indefinite \
    select poll usleep read
ifeq ($(MICROPY_PY_THREAD),1)
OPENAMP_WRAP += mp_thread_unix_begin_atomic_section mp_thread_unix_end_atomic_section \
    pthread_mutex_lock pthread_mutex_trylock pthread_mutex_unlock sem_wait gc_collect
endif
LDFLAGS_USERMOD += $(addprefix -Xlinker --wrap=,$(OPENAMP_WRAP))

endif
