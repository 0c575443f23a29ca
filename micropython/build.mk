# MicroPython with the module: the unix port, for each port that runs in it; the boards;
# and the page.  Included by the top-level Makefile.
#
# Gives, for a port P with UNIX (ports/ports.mk): $(P_BUILD)/micropython, a part of board-P

# MicroPython's source tree, from tools/fetch-micropython, which touches `origin` when the
# tree is another one.  Nothing is written into the tree.
MP_TREE := $(abspath build/micropython/src)
MP_ORIGIN := build/micropython/origin
MP_CROSS := $(abspath build/mpy-cross/mpy-cross)
# More arguments of MicroPython's make for a kind of build (sanitizers, for example).
MP_KIND ?=
# A folder with a link to this checkout, so that the checkout has the same name in every build.
MP_MODULES := $(abspath build/modules)
MP_SRC := micropython.mk $(wildcard micropython/*.[ch] micropython/unix/*.[ch] micropython/*.mk micropython/*.py lib/*.py)
# The files of every port on which its objects depend, too.
MP_LIB_SRC := core/core.mk $(CORE_SRC) $(HEADERS) $(wildcard ports/common/*.[ch])
# MicroPython's own rules do not see that these have changed.
MP_CONFIG = $(MP_ORIGIN) micropython/openamp.mk micropython/sources.mk core/core.mk \
    $(wildcard $(PORTS:%=ports/%/sources.mk) $(PORTS:%=ports/%/module.mk) ports/linux/*.mk)

$(MP_CROSS): $(MP_ORIGIN)
	@rm -rf build/mpy-cross
	$(MAKE) -C $(MP_TREE)/mpy-cross BUILD=$(@D) PROG=mpy-cross

# The arguments of every build of MicroPython.
MP_ARGUMENTS = MPY_LIB_DIR=$(MP_TREE) FROZEN_MANIFEST=$(abspath micropython/manifest.py) \
    MICROPY_MPYCROSS=$(MP_CROSS) MICROPY_MPYCROSS_DEPENDENCY=$(MP_CROSS) USER_C_MODULES=$(MP_MODULES)

# $(call MP_READY,folder of the build,its product,more files whose change requires a new build)
# Remove the folder if it is out of date, or if the last build in it was interrupted:
# MicroPython's build would take half of a generated list of names for a whole one.
define MP_READY
@mkdir -p $(@D) $(MP_MODULES)
@ln -sfn $(abspath .) $(MP_MODULES)/openamp
@if [ -e $(1).begun ]; then rm -rf $(1); fi
@for file in $(MP_CONFIG) $(3); do if [ $$file -nt $(2) ]; then rm -rf $(1); fi; done
@touch $(1).begun
endef
# MP_FAILED follows the arguments of MicroPython's make; MP_DONE is the next line.
MP_FAILED = || { rm -f $(1).begun; exit 1; }
MP_DONE = @rm -f $(1).begun

MP_UNIX_ARGUMENTS = -C $(MP_TREE)/ports/unix CC="$(CC)" \
    STRIP= MICROPY_PY_SSL=0 MICROPY_PY_BTREE=0 MICROPY_PY_FFI=0 $(MP_ARGUMENTS) $(MP_KIND)

# $(call MP_UNIX,port)
define MP_UNIX
$(1)_MP := $(abspath $(BUILD))/micropython-$(1)
$($(1)_BUILD)/micropython: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(MP_LIB_SRC) $($(1)_UNIX_NEEDS) \
    $(wildcard ports/$(1)/*.[ch] ports/$(1)/*/*.[ch] micropython/$(1)/*.[ch])
	$$(call MP_READY,$$($(1)_MP),$$($(1)_MP)/micropython)
	$$(MAKE) $$(MP_UNIX_ARGUMENTS) BUILD=$$($(1)_MP) PROG=micropython $($(1)_UNIX) $$(call MP_FAILED,$$($(1)_MP))
	$$(call MP_DONE,$$($(1)_MP))
	@ln -sf $$($(1)_MP)/micropython $$@
	@touch -h $$@
board-$(1): $($(1)_BUILD)/micropython
endef
.PHONY: $(BUS_PORTS:%=board-%)
$(foreach port,$(PORTS) $(BUS_PORTS),$(if $($(port)_UNIX),$(eval $(call MP_UNIX,$(port)))))

# MicroPython without the module, to compare with.
MP_PLAIN := $(abspath $(BUILD))/micropython-plain
MP_PLAIN_OPTIONS := -DMICROPY_PY_MARSHAL=1 -DMICROPY_PY_FUNCTION_ATTRS_CODE=1 # as in unix/openamp_unix.h
$(BUILD)/plain/micropython: $(MP_CROSS) $(MP_ORIGIN) micropython/manifest.py
	$(call MP_READY,$(MP_PLAIN),$(MP_PLAIN)/micropython)
	$(MAKE) $(MP_UNIX_ARGUMENTS) BUILD=$(MP_PLAIN) PROG=micropython USER_C_MODULES= \
	    CFLAGS_EXTRA="$(MP_PLAIN_OPTIONS)" $(call MP_FAILED,$(MP_PLAIN))
	$(call MP_DONE,$(MP_PLAIN))
	@ln -sf $(MP_PLAIN)/micropython $@
	@touch -h $@

include boards/boards.mk
include micropython/emu/web.mk
