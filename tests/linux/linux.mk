# The kernel's own host role against our device role: Linux in QEMU, a remote core that
# executes our firmware, and tests in the guest.
#
#   prepare    kernel and driver, from the packages of a Debian release
#   board.c    the remote core
#   driver/    the kernel's driver of it; and the parts of a chip that stm32.dts joins
#   guest/     the guest's tests and its first process
#   run        all of it
#   count      the instructions that a message costs a program of Python's (bench/recorded.txt)
#   verify     what is installed for systemd and udev, as they see it

LINUX := $(BUILD)/linux
# The releases whose kernels they are: 6.1 and 6.12.
LINUX_RELEASES ?= bookworm trixie

# The sim port, for a board whose memory lies elsewhere: a build of its own.
LINUX_SIM := $(LINUX)/sim
LINUX_IMAGES := $(sim_FIRMWARE_NAMES)
LINUX_SIM_MAKE = $(MAKE) --no-print-directory BUILD=$(LINUX_SIM) \
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

# The images for the guest's Python, whose loader, on a machine of 32 bits, knows ELF32 alone: the
# same in that kind of file.  (The kernel's takes either.)
LINUX_NARROW_x86_64 := elf32-x86-64
LINUX_NARROW_aarch64 := elf32-littleaarch64
LINUX_NARROW := $(LINUX_NARROW_$(shell uname -m))
$(LINUX)/firmware/%.elf: $(LINUX_SIM)/firmware/sim/%.elf
	@mkdir -p $(@D)
	$(sim_OBJCOPY) -O $(LINUX_NARROW) $< $@

# MicroPython for the guest.  Its time has 64 bits, as newer compilers for such machines have it.
LINUX_PYTHON_MAKE = $(MAKE) BUILD=$(LINUX)/armhf CC=arm-linux-gnueabihf-gcc AR=arm-linux-gnueabihf-ar \
    MP_KIND="CROSS_COMPILE=arm-linux-gnueabihf- LDFLAGS_EXTRA=-static \
    CFLAGS_EXTRA='-D_FILE_OFFSET_BITS=64 -D_TIME_BITS=64'"

# What `make install` gives a board, and a program in C that is built with it.
LINUX_INSTALLED := $(abspath $(LINUX))/installed
LINUX_INSTALL_MAKE = $(MAKE) --no-print-directory BUILD=$(LINUX)/armhf CC=arm-linux-gnueabihf-gcc \
    AR=arm-linux-gnueabihf-ar PREFIX=/usr DESTDIR=$(LINUX_INSTALLED)
LINUX_PKG_CONFIG := PKG_CONFIG_SYSROOT_DIR=$(LINUX_INSTALLED) \
    PKG_CONFIG_LIBDIR=$(LINUX_INSTALLED)/usr/lib/pkgconfig pkg-config

.PHONY: linux linux-long linux-images linux-installed $(LINUX_RELEASES:%=linux-%)
linux: $(LINUX_RELEASES:%=linux-%)
linux-installed:
	@rm -rf $(LINUX_INSTALLED)
	$(LINUX_INSTALL_MAKE) install
	arm-linux-gnueabihf-gcc -std=c11 -O2 -Wall -Wextra -Werror examples/bus.c -static \
	    $$($(LINUX_PKG_CONFIG) --cflags --libs openamp) -o $(LINUX)/bus
	tests/linux/verify $(LINUX_INSTALLED)/usr
linux-images: $(LINUX)/guest linux-installed
	$(LINUX_SIM_MAKE) $(LINUX_SIM)/board $(LINUX_IMAGES:%=$(LINUX_SIM)/firmware/sim/%.elf)
	$(MAKE) --no-print-directory $(LINUX_IMAGES:%=$(LINUX)/firmware/%.elf)
	$(MAKE) --no-print-directory $(MP_CROSS) # of this machine, which the next one is not
	$(LINUX_PYTHON_MAKE) $(LINUX)/armhf/linux/micropython
$(LINUX_RELEASES:%=linux-%): linux-%: linux-images $(BUILD)/bench/qemu_plugin.so
	tests/linux/prepare $(LINUX)/$* $*
	tests/linux/run $(LINUX)/$* $(LINUX)
	[ $* != $(firstword $(LINUX_RELEASES)) ] || \
	    bench/guard linux tests/linux/count $(LINUX)/$* $(LINUX) $(abspath $(BUILD))/bench/qemu_plugin.so

# 1,000 of what is done again and again.
linux-long:
	$(MAKE) linux LINUX_REPEAT=20
