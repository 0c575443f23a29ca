# The tests.  Each kind has its folder; ./test calls these targets in turn.

# ---- Unit tests: cmocka, one program a file ----

UNIT_TESTS := $(wildcard tests/unit/test_*.c)
# For a build that knows of caches.
ifeq ($(findstring AMP_CONFIG_CACHE,$(KIND_CFLAGS)),)
UNIT_TESTS := $(filter-out tests/unit/test_cached.c, $(UNIT_TESTS))
endif
UNIT_PROGRAMS := $(UNIT_TESTS:tests/%.c=$(BUILD)/tests/%)
# What the test programs share.
UNIT_SHARED := $(filter-out tests/unit/test_%.c, $(wildcard tests/unit/*.c))
UNIT_SHARED_OBJ := $(UNIT_SHARED:%.c=$(BUILD)/host/%.o)

$(BUILD)/host/tests/%.o: CFLAGS_HOST += -Itests/unit -I$(BUILD)/host/tests/unit \
    -DAMP_TEST_FIRMWARE='"$(abspath $(sim_FW))"'
$(UNIT_PROGRAMS): $(BUILD)/tests/%: $(BUILD)/host/tests/%.o $(UNIT_SHARED_OBJ) \
    $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -lcmocka -o $@
.SECONDARY: $(UNIT_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.o) $(UNIT_SHARED_OBJ)
-include $(UNIT_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.d) $(UNIT_SHARED_OBJ:.o=.d)

# The message path once more, for hooked_core.h: its sources, and another name for each
# of its functions.
HOOKED_SRC := $(filter core/link.c core/virtq% core/rpmsg%,$(CORE_SRC))
HOOKED := $(addprefix $(BUILD)/host/tests/unit/, hooked_names.h hooked_sources.h)
$(BUILD)/host/tests/unit/hooked_names.h: $(HOOKED_SRC:%.c=$(BUILD)/host/%.o)
	@mkdir -p $(@D)
	nm --defined-only -g $^ | sed -n 's/.* [A-Z] amp_\(.*\)/#define amp_\1 hooked_\1/p' | sort -u >$@
$(BUILD)/host/tests/unit/hooked_sources.h: core/core.mk
	@mkdir -p $(@D)
	printf '#include "%s"\n' $(HOOKED_SRC) >$@
$(UNIT_PROGRAMS:$(BUILD)/tests/%=$(BUILD)/host/tests/%.o): | $(HOOKED)

# All of them run, then the target fails if one failed.
unit: $(UNIT_PROGRAMS) $(sim_FIRMWARE)
	@failed=0; for program in $(UNIT_PROGRAMS); do \
	    echo "== $$program"; timeout 300 $$program || failed=1; \
	done; exit $$failed

unit-clang:
	$(MAKE) BUILD=build/clang CC=clang KIND_CFLAGS=-DAMP_CONFIG_CACHE=1 unit
unit-asan:
	$(MAKE) BUILD=build/asan KIND_CFLAGS="$(SANITIZE)" unit
	$(MAKE) BUILD=build/os KIND_CFLAGS=-Os unit

# Without the fast path: its object is empty, as if the file were deleted, and all but
# the figures must hold.
SLOW := BUILD=build/slow KIND_CFLAGS=-DAMP_CONFIG_FAST_PATH=0
.PHONY: unit-slow python-slow
unit-slow:
	$(MAKE) $(SLOW) build/slow/host/core/rpmsg_fast.o
	test -z "$$(nm --defined-only build/slow/host/core/rpmsg_fast.o)"
	$(MAKE) $(SLOW) unit peer-matrix
python-slow:
	$(MAKE) $(SLOW) MP_KIND='CFLAGS_EXTRA=-DAMP_CONFIG_FAST_PATH=0' python

# ---- Peers: models of everybody that we talk to (docs/PEERS.md) ----

PEER_OBJ := $(patsubst %.c,$(BUILD)/host/%.o,$(wildcard tests/peer/*.c))
$(BUILD)/tests/peer/matrix: $(PEER_OBJ) $(BUILD)/libopenamp_sim.a
	@mkdir -p $(@D)
	$(CC) $(KIND_CFLAGS) $^ -o $@
-include $(PEER_OBJ:.o=.d)

# With the fast path and without.
.PHONY: peer peer-matrix peer-write
peer:
	$(MAKE) BUILD=build/asan KIND_CFLAGS="$(SANITIZE)" peer-matrix
	$(MAKE) BUILD=build/os KIND_CFLAGS=-Os peer-matrix
peer-matrix: $(BUILD)/tests/peer/matrix
	tests/peer/run $<
peer-write: $(BUILD)/tests/peer/matrix
	tests/peer/run $< --write

# ---- The MicroPython module ----

python: $(sim_BUILD)/micropython $(sim_BUILD)/micropython-interrupts $(sim_FIRMWARE)
	tests/micropython/run $(sim_BUILD)/micropython $(sim_FW) $(BUILD)/python-results
	tests/micropython/run $(sim_BUILD)/micropython-interrupts $(sim_FW) $(BUILD)/python-results \
	    tests/micropython/interrupts/inside.py

# MicroPython on both cores.
.PHONY: remote
remote: $(sim_BUILD)/micropython board-sim-device
	tests/remote/run sim $(BUILD)

# The same objects, where tests press Ctrl-C inside of the module.
MP_HOOKED := amp_bus_virtio_create amp_endpoint_destroy amp_bus_virtio_set_events
$(sim_BUILD)/micropython-interrupts: $(sim_BUILD)/micropython tests/micropython/interrupts/hooks.c
	$(CC) $(CFLAGS_HOST) -c $(filter %.c,$^) -o $(sim_MP)/hooks.o
	$(MAKE) $(MP_UNIX_ARGUMENTS) BUILD=$(sim_MP) PROG=micropython-interrupts $(sim_UNIX) \
	    LDFLAGS_EXTRA='$(sim_MP)/hooks.o $(MP_HOOKED:%=-Wl,--wrap=%)'
	@ln -sf $(sim_MP)/micropython-interrupts $@
	@touch -h $@

# MicroPython, core and port with sanitizers; the firmware is on another machine.
# (MicroPython hands NULL to memcpy with a length of 0, and scans its stack.)
MP_SANITIZE := -fsanitize=address,undefined -fno-sanitize=nonnull-attribute \
    -fno-sanitize-recover=undefined --param asan-use-after-return=0
.PHONY: micropython-asan
micropython-asan:
	$(MAKE) BUILD=build/asan CC=gcc micropython \
	    MP_KIND='CFLAGS_EXTRA="$(MP_SANITIZE) -DMP_ASAN=1 -DMP_UBSAN=1" LDFLAGS_EXTRA="$(MP_SANITIZE)"'
python-asan: micropython-asan $(sim_FIRMWARE)
	tests/micropython/run build/asan/sim/micropython $(sim_FW) build/asan/python-results
	$(MAKE) --no-print-directory soak-python-asan

# ---- AArch64, under user-mode emulation ----

# The same Makefile again, with a cross compiler and static programs; cores run
# under the emulator too (and so without the sandbox, which it does not know).
aarch64:
	$(MAKE) BUILD=build/aarch64 CC=aarch64-linux-gnu-gcc AR=aarch64-linux-gnu-ar \
	    KIND_CFLAGS=-static \
	    MP_KIND="CROSS_COMPILE=aarch64-linux-gnu- LDFLAGS_EXTRA=-static" aarch64-run

.PHONY: aarch64-run
aarch64-run: $(BUILD)/examples/host $(sim_BUILD)/micropython $(sim_FIRMWARE)
	OPENAMP_SIM_EMULATOR=qemu-aarch64 qemu-aarch64 $(BUILD)/examples/host \
	    $(sim_FW)/virtual_uart.elf 10000
	tests/micropython/run tests/micropython/micropython-aarch64 $(sim_FW) $(BUILD)/python-results

# ---- Boards: what host programs in C share (tests/boards) ----

BOARDS_SHARED := tests/boards/common/host.c tests/boards/common/messages.c boards/common/semihost.c

# ---- What is printed in the documentation ----

docs-test: $(sim_BUILD)/micropython $(sim_FIRMWARE) $(EXAMPLES_C) board-sim-device
	tests/docs/run $(sim_BUILD)/micropython $(sim_FW)

.PHONY: gateway
gateway: $(sim_BUILD)/micropython $(sim_FIRMWARE)
	tests/gateway/run $(sim_BUILD)/micropython $(sim_FW)

examples: $(EXAMPLES_C) $(sim_FIRMWARE)
	$(BUILD)/examples/bus $(sim_FW)/virtual_uart.elf 1000
	$(BUILD)/examples/host $(sim_FW)/virtual_uart.elf 10000
	cd examples && OPENAMP_FIRMWARE=$(abspath $(sim_FW)) $(abspath $(BUILD)/examples/host) virtual_uart.elf 100
	OPENAMP_SIM_FLASH=$(sim_FW)/virtual_uart.flash.bin $(BUILD)/examples/host 0x08000000 10000

# ---- Firmware outside of this checkout: docs/tutorial.md, firmware to start from ----

.PHONY: sdk
sdk:
	tests/sdk/run

# ---- The core for every kind of processor ----

MATRIX_FREESTANDING := $(CFLAGS_STRICT) -ffreestanding $(INCLUDES)
# name|compiler and its flags
MATRIX := x86_64-gcc|gcc x86_64-clang|clang \
    cortex-m33|arm-none-eabi-gcc~-mcpu=cortex-m33~-mthumb \
    cortex-m0plus|arm-none-eabi-gcc~-mcpu=cortex-m0plus~-mthumb \
    cortex-m7|arm-none-eabi-gcc~-mcpu=cortex-m7~-mthumb \
    cortex-a9|arm-none-eabi-gcc~-mcpu=cortex-a9 \
    aarch64|aarch64-linux-gnu-gcc \
    rv32|riscv64-unknown-elf-gcc~-march=rv32imac~-mabi=ilp32~--specs=picolibc.specs \
    rv64|riscv64-unknown-elf-gcc~--specs=picolibc.specs \
    cortex-m33-clang|clang~--target=thumbv8m.main-none-eabi~-isystem~/usr/lib/arm-none-eabi/include
MATRIX_NAMES := $(foreach m,$(MATRIX),$(firstword $(subst |, ,$(m))))

.PHONY: $(MATRIX_NAMES:%=matrix-%) matrix-template
build-matrix: $(MATRIX_NAMES:%=matrix-%) matrix-template
	@echo "$(words $(MATRIX_NAMES)) processors, $(words $(CORE_SRC)) files, 3 choices of roles, -Os and -O2"

# A port begins as a copy of ports/template.
matrix-template: $(wildcard ports/template/*.c ports/template/*/*.c) $(HEADERS)
	@mkdir -p $(BUILD)/matrix/template
	@echo "ports/template"
	@set -e; for cc in gcc clang aarch64-linux-gnu-gcc \
	    "arm-none-eabi-gcc -mcpu=cortex-m33 -mthumb"; do \
	for file in $(filter %.c,$^); do \
	    $$cc $(CFLAGS_STRICT) -O2 -Iinclude -DAMP_REMOTE_TRACE_DA=0 -DAMP_REMOTE_TRACE_LEN=4096 \
	        -c $$file -o $(BUILD)/matrix/template/$$(basename $$file .c).o; \
	done; done

define MATRIX_RULE
matrix-$(1): $(CORE_SRC) $(HEADERS)
	@mkdir -p $$(BUILD)/matrix/$(1)
	@echo "core for $(1)"
	@set -e; for level in -Os -O2; do \
	for roles in "" -DAMP_CONFIG_DEVICE=0 -DAMP_CONFIG_HOST=0; do \
	for file in $(CORE_SRC); do \
	    $(2) $(MATRIX_FREESTANDING) $$$$level $$$$roles -c $$$$file \
	        -o $$(BUILD)/matrix/$(1)/$$$$(basename $$$$file .c).o; \
	done; done; done
endef
$(foreach m,$(MATRIX),$(eval $(call MATRIX_RULE,$(firstword $(subst |, ,$(m))),$(subst ~, ,$(lastword $(subst |, ,$(m)))))))

# ---- The rules of the rooms ----

check-style:
	tools/check-style
check-includes:
	tools/check-includes --self-test
	tools/check-includes
check-headers:
	tools/check-headers
check-tools:
	@set -e; for test in $(wildcard tests/tools/*); do echo "== $$test"; $$test; done
	bench/guard --self-test
