# openamp: everything that is built or checked.  ./run and ./test are the two
# commands for people; they call the targets below, and install what these
# need.  A kind of build (another compiler, sanitizers) is this same Makefile
# with another BUILD and CC.

BUILD ?= build
# make takes a space for the end of a name, and below are rules that remove
# folders by name.
ifneq ($(words $(CURDIR) $(BUILD)),2)
$(error neither the path of this checkout nor BUILD may have a space in it)
endif
ifeq ($(origin CC),default)
CC := gcc
endif
export PYTHONDONTWRITEBYTECODE := 1

.DELETE_ON_ERROR:
.PHONY: all micropython firmware runner examples unit unit-clang unit-asan python python-asan \
    aarch64 docs-test bench size build-matrix check-style check-includes check-headers check-tools clean
all: micropython firmware examples

CFLAGS_STRICT := -std=c11 -Wall -Wextra -Wconversion -Werror
INCLUDES := -I. -Iinclude
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# What a kind of build adds to the flags of host code.
KIND_CFLAGS ?=
CFLAGS_HOST := $(CFLAGS_STRICT) -O2 -g $(INCLUDES) $(KIND_CFLAGS) -MMD -MP

CORE_SRC := $(sort $(wildcard core/*.c))
HEADERS := $(sort $(wildcard include/openamp/*.h core/*.h core/wire/*.h))

EXAMPLES_C := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))

include ports/sim/sim.mk
include ports/emu/emu.mk
include ports/mps2_an521/mps2_an521.mk
include ports/stm32h7/stm32h7.mk
include firmware/firmware.mk
include tests/tests.mk
include tests/emu/emu.mk
include tests/web/web.mk
include tests/qemu/qemu.mk
include tests/h7sim/h7sim.mk
include tests/stm32h7/stm32h7.mk
include bench/bench.mk
include bench/qemu.mk
include bench/stm32h7.mk
-include tests/prove.mk
-include tests/soak/soak.mk

firmware: $(AMP_FIRMWARE_SIM)
runner: $(AMP_SIM_RUNNER)
.PHONY: firmware-emu
firmware-emu: $(filter %.elf,$(AMP_FIRMWARE_EMU))

# ---- Host code of ours: the library, the C examples ----

LIB_SRC := $(CORE_SRC) $(AMP_SIM_HOST_SRC)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/host/%.o)

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_HOST) -D_GNU_SOURCE $(AMP_SIM_HOST_CFLAGS) -c $< -o $@
$(BUILD)/host/ports/sim/runner_blob.o: $(AMP_SIM_RUNNER)

$(BUILD)/libopenamp_sim.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/examples/%: $(BUILD)/host/examples/%.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@
.SECONDARY: $(EXAMPLES_C:$(BUILD)/examples/%=$(BUILD)/host/examples/%.o)

-include $(LIB_OBJ:.o=.d) $(EXAMPLES_C:$(BUILD)/examples/%=$(BUILD)/host/examples/%.d)

# ---- MicroPython with the module ----

# The tree that tools/fetch-micropython brought; `origin` is newer when it is
# another one.  Nothing is written into it.
MP_TREE := $(abspath build/micropython/src)
MP_ORIGIN := build/micropython/origin
MP_CROSS := $(abspath build/mpy-cross/mpy-cross)
# What a kind of build adds to MicroPython's make.
MP_KIND ?=
MP_BUILD := $(abspath $(BUILD)/micropython-unix)
MP_BUILD_EMU := $(abspath $(BUILD)/micropython-emu)
# The folder that contains this checkout, under the name it has everywhere.
MP_MODULES := $(abspath build/modules)
MP_SRC := micropython.mk $(wildcard micropython/*.[ch] micropython/unix/*.[ch] micropython/*.mk micropython/*.py)

$(MP_CROSS): $(MP_ORIGIN)
	@rm -rf build/mpy-cross
	$(MAKE) -C $(MP_TREE)/mpy-cross BUILD=$(@D) PROG=mpy-cross

# $(call MP_UNIX_MAKE,folder of the build,what this port adds to the options)
define MP_UNIX_MAKE
	@mkdir -p $(@D) $(MP_MODULES)
	@ln -sfn $(abspath .) $(MP_MODULES)/openamp
	@for file in $(MP_ORIGIN) micropython/openamp.mk; do \
	    if [ $$file -nt $(1)/micropython ]; then rm -rf $(1); fi; \
	done # MicroPython's own rules do not see that these have changed
	$(MAKE) -C $(MP_TREE)/ports/unix BUILD=$(1) PROG=micropython CC="$(CC)" \
	    STRIP= MICROPY_PY_SSL=0 MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 \
	    MPY_LIB_DIR=$(MP_TREE) FROZEN_MANIFEST=$(abspath micropython/manifest.py) \
	    MICROPY_MPYCROSS=$(MP_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MP_CROSS) \
	    USER_C_MODULES=$(MP_MODULES) $(2) $(MP_KIND)
	@ln -sf $(1)/micropython $@
	@touch -h $@
endef

$(BUILD)/sim/micropython: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(LIB_SRC) $(HEADERS) \
    $(wildcard ports/sim/*.h) $(AMP_SIM_RUNNER)
	$(call MP_UNIX_MAKE,$(MP_BUILD),OPENAMP_RUNNER=$(abspath $(AMP_SIM_RUNNER)))

# The cores run in the main thread.
$(BUILD)/emu/micropython: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(CORE_SRC) $(HEADERS) \
    $(wildcard micropython/emu/*.[ch] ports/emu/*.[ch])
	$(call MP_UNIX_MAKE,$(MP_BUILD_EMU),OPENAMP_PORT=emu)

.PHONY: micropython-emu
micropython-emu: $(BUILD)/emu/micropython

micropython: $(BUILD)/sim/micropython

# The boards below use a port that knows only its own boards before 1.25.
MP_QEMU_CHECK = @grep -q BOARD_DIR $(MP_TREE)/ports/qemu/Makefile || { echo \
    "the boards mps2_an521 and stm32h7 need MicroPython 1.25 or newer: $(MP_TREE) is older" >&2; exit 1; }
include micropython/boards/MPS2_AN521/build.mk
include micropython/boards/STM32H7_SIM/build.mk
include micropython/emu/web.mk

clean:
	rm -rf $(BUILD)
