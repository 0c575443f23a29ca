# Exact figures of the mps2_an521 board, as part of `make bench`.

# The version of QEMU's interface for plugins: 8 and older accept 1, newer ones 2.
QEMU_PLUGIN_VERSION = $(shell qemu-system-arm --version | \
    sed -n 's/.*version \([0-9]*\).*/\1/p' | awk '{print $$1 < 9 ? 1 : 2}')

$(BUILD)/bench/qemu_plugin.so: bench/qemu_plugin.c
	@mkdir -p $(@D)
	gcc $(CFLAGS_STRICT) -O2 -shared -fPIC -DQEMU_PLUGIN_VERSION=$(QEMU_PLUGIN_VERSION) $< -o $@

$(BUILD)/bench/qemu_host.o: bench/qemu_host.c $(HEADERS)
	@mkdir -p $(@D)
	$(AMP_AN521_HOST_CC) -I. -c $< -o $@
$(BUILD)/bench/qemu_host.elf: $(BUILD)/bench/qemu_host.o $(QEMU_LIB) $(AMP_AN521_DEPS)
	$(AMP_AN521_PREFIX)gcc $(AMP_AN521_HOST_LD) $< $(QEMU_LIB) -lc -lgcc -o $@

.PHONY: bench-qemu
bench-qemu: $(BUILD)/bench/qemu_plugin.so $(BUILD)/bench/qemu_host.elf mps2_an521
	bench/guard an521 bench/run_qemu $(BUILD) $(FW_AN521)
