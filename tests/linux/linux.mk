# The kernel's own host role against our device role: Linux in QEMU, a remote core that
# executes our firmware, and tests in the guest.
#
#   prepare    kernel and driver, from the packages of LINUX_RELEASE
#   board.c    the remote core
#   driver/    the kernel's driver of it
#   guest/     the guest's tests and its first process
#   run        all of it

LINUX := $(BUILD)/linux
# The release whose kernel it is: this machine's own.
LINUX_RELEASE ?= $(shell . /etc/os-release && echo $$VERSION_CODENAME)

# The sim port, for a board whose memory lies elsewhere: a build of its own.
LINUX_SIM := $(LINUX)/sim
LINUX_IMAGES := virtual_uart test_crash test_names
LINUX_SIM_MAKE := $(MAKE) --no-print-directory BUILD=$(LINUX_SIM) \
    SIM_ADDRESSES=tests/linux/addresses.h SIM_DATA_DA=0x10300000

$(BUILD)/board: $(BUILD)/host/tests/linux/board.o $(BUILD)/libopenamp_sim.a
	$(CC) $(KIND_CFLAGS) $^ -o $@
$(BUILD)/host/tests/linux/board.o: CFLAGS_HOST += -Itests/linux
-include $(BUILD)/host/tests/linux/board.d

LINUX_GUEST_CC := arm-linux-gnueabihf-gcc -std=gnu11 -O2 -Wall -Wextra -Wconversion -Werror -static \
    -D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64
LINUX_GUEST_SRC := $(wildcard tests/linux/guest/*.c)
$(LINUX)/guest: $(LINUX_GUEST_SRC) tests/linux/guest/guest.h
	@mkdir -p $(@D)
	$(LINUX_GUEST_CC) $(LINUX_GUEST_SRC) -o $@

.PHONY: linux
linux: $(LINUX)/guest
	tests/linux/prepare $(LINUX)/$(LINUX_RELEASE) $(LINUX_RELEASE)
	$(LINUX_SIM_MAKE) $(LINUX_SIM)/board $(LINUX_IMAGES:%=$(LINUX_SIM)/firmware/sim/%.elf)
	tests/linux/run $(LINUX)/$(LINUX_RELEASE) $(LINUX)/guest $(LINUX_SIM)/board $(LINUX_SIM)/firmware/sim
