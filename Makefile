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
.PHONY: all micropython firmware examples unit unit-clang unit-asan python python-asan \
    aarch64 docs-test bench size build-matrix check-style check-includes check-headers check-tools clean
all: micropython firmware examples

CFLAGS_STRICT := -std=c11 -Wall -Wextra -Wconversion -Werror
INCLUDES := -I. -Iinclude
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer
# What a kind of build adds to the flags of host code.
KIND_CFLAGS ?=
CFLAGS_HOST := $(CFLAGS_STRICT) -O2 -g $(INCLUDES) $(KIND_CFLAGS) -MMD -MP

include core/core.mk
CORE_SRC := $(AMP_CORE_COMMON) $(AMP_CORE_HOST) $(AMP_CORE_DEVICE) \
    $(AMP_BUS_COMMON) $(AMP_BUS_HOST) $(AMP_BUS_DEVICE)
ifneq ($(sort $(CORE_SRC)),$(sort $(wildcard core/*.c)))
$(error core/core.mk does not list the files of core/: \
    $(filter-out $(CORE_SRC),$(wildcard core/*.c)) $(filter-out $(wildcard core/*.c),$(CORE_SRC)))
endif
HEADERS := $(sort $(wildcard include/openamp/*.h core/*.h core/wire/*.h))

EXAMPLES_C := $(patsubst examples/%.c,$(BUILD)/examples/%,$(wildcard examples/*.c))

include ports/ports.mk
include sdk/sdk.mk
include tests/tests.mk
include tests/boards/emu/emu.mk
include tests/mutants/mutants.mk
include tests/web/web.mk
include tests/boards/mps2_an521/mps2_an521.mk
include tests/boards/armsim/armsim.mk
include tests/boards/h7sim/h7sim.mk
include tests/boards/rp2sim/rp2sim.mk
include tests/boards/stm32h7/stm32h7.mk
include tests/boards/rp2/rp2.mk
include bench/bench.mk
include bench/qemu.mk
include bench/stm32h7.mk
include bench/rp2.mk
include tests/linux/linux.mk
include tests/unix/unix.mk
-include tests/prove.mk
-include tests/soak/soak.mk

firmware: $(sim_FIRMWARE)

# ---- Host code of ours: the library, the C examples ----

LIB_SRC := $(CORE_SRC) $(AMP_BUS_PORT_HOST) $(sim_HOST_SRC)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/host/%.o)

$(BUILD)/host/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_HOST) -D_GNU_SOURCE $(sim_DEFINES:%=-D%) $(sim_HOST_DEFINES) -c $< -o $@
$(BUILD)/host/ports/sim/runner_blob.o: $(SIM_RUNNER)

$(BUILD)/libopenamp_sim.a: $(LIB_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

$(BUILD)/examples/%: $(BUILD)/host/examples/%.o $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@
.SECONDARY: $(EXAMPLES_C:$(BUILD)/examples/%=$(BUILD)/host/examples/%.o)

# Objects of a former build may name a source that was moved since: they are old then, and what
# is compiled now is what the lists of sources say.  (For headers -MP says so.)
%.c: ;
# What make knows by itself would take that for a way to make anything.
%: %.c
%: %.o

-include $(LIB_OBJ:.o=.d) $(EXAMPLES_C:$(BUILD)/examples/%=$(BUILD)/host/examples/%.d)

include micropython/build.mk
include tools/dist.mk
include tools/install.mk
micropython: $(sim_BUILD)/micropython

clean:
	rm -rf $(BUILD)
