# `make install`: the bus over Linux' remoteproc and rpmsg (ports/linux), for programs in C:
#
#   LIBDIR/libopenamp.a, INCLUDEDIR/openamp   the library and its headers
#   LIBDIR/pkgconfig/openamp.pc               so that `pkg-config --cflags --libs openamp` has all
#   PREFIX/lib/systemd, PREFIX/lib/udev       who may do what (docs/boards/linux.md)
#
#   make install                              for this machine, below /usr/local
#   make install CC=arm-linux-gnueabihf-gcc AR=arm-linux-gnueabihf-ar BUILD=build/armhf \
#       PREFIX=/usr DESTDIR=/path/to/image    for a board, into a file system's image
#
# `make uninstall`, with the same arguments, removes these files.

PREFIX ?= /usr/local
LIBDIR ?= $(PREFIX)/lib
INCLUDEDIR ?= $(PREFIX)/include
DESTDIR ?=

INSTALL_SRC := $(linux_HOST_SRC) $(linux_CORE)
INSTALL_OBJ := $(INSTALL_SRC:%.c=$(BUILD)/installed/%.o)
INSTALL_HEADERS := $(sort $(wildcard include/openamp/*.h))
INSTALL_VERSION = $(shell sed -n 's/.*AMP_VERSION "\(.*\)"/\1/p' include/openamp/version.h)
INSTALL_UNITS := ports/linux/openamp-core@.service
INSTALL_RULES := ports/linux/70-openamp.rules
INSTALL_TO = $(DESTDIR)$(LIBDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/openamp \
    $(DESTDIR)$(PREFIX)/lib/systemd/system $(DESTDIR)$(PREFIX)/lib/udev/rules.d

# In shared libraries, too.
$(BUILD)/installed/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_HOST) -fPIC -D_GNU_SOURCE $(linux_DEFINES:%=-D%) -c $< -o $@
-include $(INSTALL_OBJ:.o=.d)

$(BUILD)/libopenamp.a: $(INSTALL_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^

define INSTALL_PC
prefix=$(PREFIX)
libdir=$(LIBDIR)
includedir=$(INCLUDEDIR)

Name: openamp
Description: messages to another core, and its firmware, over Linux' remoteproc and rpmsg
Version: $(INSTALL_VERSION)
Libs: -L$${libdir} -lopenamp
Cflags: -I$${includedir} $(linux_DEFINES:%=-D%)
endef
export INSTALL_PC

.PHONY: install uninstall
install: $(BUILD)/libopenamp.a
	install -d $(INSTALL_TO)
	install -m 644 $(BUILD)/libopenamp.a $(DESTDIR)$(LIBDIR)
	install -m 644 $(INSTALL_HEADERS) $(DESTDIR)$(INCLUDEDIR)/openamp
	printf '%s\n' "$$INSTALL_PC" >$(DESTDIR)$(LIBDIR)/pkgconfig/openamp.pc
	install -m 644 $(INSTALL_UNITS) $(DESTDIR)$(PREFIX)/lib/systemd/system
	install -m 644 $(INSTALL_RULES) $(DESTDIR)$(PREFIX)/lib/udev/rules.d
uninstall:
	rm -f $(DESTDIR)$(LIBDIR)/libopenamp.a $(DESTDIR)$(LIBDIR)/pkgconfig/openamp.pc
	rm -f $(INSTALL_HEADERS:include/%=$(DESTDIR)$(INCLUDEDIR)/%)
	rm -f $(INSTALL_UNITS:ports/linux/%=$(DESTDIR)$(PREFIX)/lib/systemd/system/%)
	rm -f $(INSTALL_RULES:ports/linux/%=$(DESTDIR)$(PREFIX)/lib/udev/rules.d/%)
	-rmdir $(DESTDIR)$(INCLUDEDIR)/openamp
