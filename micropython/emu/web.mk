# MicroPython with the module in WebAssembly, and the page around it: make web.
#
#   $(WEB)/site          plain static files
#   $(WEB)/openamp.html  all of it as one file

WEB := $(BUILD)/web
WEB_MP := $(abspath $(WEB))/micropython
# One folder for every BUILD, because it is downloaded.
WEB_NPM := build/web/npm

# Install npm packages in the versions of the lock file.
$(WEB_NPM)/stamp: web/package.json web/package-lock.json
	@rm -rf $(@D)
	@mkdir -p $(@D)
	cp $^ $(@D)
	cd $(@D) && npm ci --ignore-scripts --no-audit --no-fund --no-update-notifier
	@touch $@

# The firmware that the page offers is embedded in the WebAssembly module's file system.
WEB_FIRMWARE := $(addprefix $(WEB)/firmware/, $(addsuffix .elf, virtual_uart test_services test_crash))
$(WEB)/firmware/%.elf: $(emu_FW)/%.elf
	@mkdir -p $(@D)
	llvm-strip --strip-debug $< -o $@

# Functions of MicroPython that micropython/emu/web.c replaces.
WEB_WRAP := mp_hal_delay_ms mp_event_wait_ms mp_event_wait_indefinite
WEB_LINK := -O2 -g2 -s ALLOW_MEMORY_GROWTH=1 -s ENVIRONMENT=web,worker,node -s TOTAL_STACK=262144 \
    $(WEB_WRAP:%=-Wl,--wrap=%) \
    $(foreach elf,$(WEB_FIRMWARE),--embed-file $(abspath $(elf))@/$(notdir $(elf)))

# Debian's emscripten needs node packages of this folder; a node that is not Debian's does
# not look there by itself.
WEB_ENV := NODE_PATH=/usr/share/nodejs

$(WEB)/plain/micropython.mjs: $(MP_CROSS) $(MP_ORIGIN) $(MP_SRC) $(MP_LIB_SRC) $(WEB_FIRMWARE) \
    $(wildcard micropython/emu/*.[ch] micropython/emu/variant/* ports/emu/*.[ch]) micropython/emu/web.mk
	$(call MP_READY,$(WEB_MP),$(WEB_MP)/micropython.mjs,micropython/emu/openamp_emu.h \
	    $(wildcard micropython/emu/variant/*))
	@rm -f $(WEB_MP)/micropython.mjs # the firmware may be what is new
	$(WEB_ENV) $(MAKE) -C $(MP_TREE)/ports/webassembly BUILD=$(WEB_MP) \
	    VARIANT_DIR=$(abspath micropython/emu/variant) \
	    $(MP_ARGUMENTS) OPENAMP_PORT=emu OPENAMP_WEB_LINK='$(WEB_LINK)' \
	    $(WEB_MP)/micropython.mjs $(call MP_FAILED,$(WEB_MP))
	$(call MP_DONE,$(WEB_MP))
	cp $(WEB_MP)/micropython.mjs $(WEB_MP)/micropython.wasm $(@D)

# Python's garbage collection scans the stack in memory; with this pass every
# pointer that is in use lies there.  (Debian 12's binaryen does not have it.)
$(WEB)/micropython.wasm: $(WEB)/plain/micropython.mjs $(WEB_NPM)/stamp
	node $(WEB_NPM)/node_modules/.bin/wasm-opt --mvp-features --enable-sign-ext --enable-mutable-globals \
	    --spill-pointers -O2 --strip-debug $(<:.mjs=.wasm) -o $@
$(WEB)/micropython.mjs: $(WEB)/plain/micropython.mjs
	cp $< $@

.PHONY: web-module
web-module: $(WEB)/micropython.mjs $(WEB)/micropython.wasm

# ---- The page ----

WEB_FILES := $(wildcard web/*.html web/*.css web/*.js web/*.mjs web/examples/*.py examples/*.py)
$(WEB)/openamp.html: $(WEB)/micropython.mjs $(WEB)/micropython.wasm $(WEB_FILES)
	@node web/build.mjs $(WEB) $(WEB)

.PHONY: web web-serve
web: $(WEB)/openamp.html
	@echo "open $(WEB)/openamp.html, or 'make web-serve' and http://127.0.0.1:8000/"
web-serve: web
	node web/serve.mjs $(WEB)/site 8000 isolated
