# Exact figures of the mps2_an521 board, as part of `make bench`.

# The version of QEMU's interface for plugins: 8 and older accept 1, newer ones 2.
QEMU_PLUGIN_VERSION = $(shell qemu-system-arm --version | \
    sed -n 's/.*version \([0-9]*\).*/\1/p' | awk '{print $$1 < 9 ? 1 : 2}')

$(BUILD)/bench/qemu_plugin.so: bench/qemu_plugin.c
	@mkdir -p $(@D)
	gcc $(CFLAGS_STRICT) -O2 -shared -fPIC -DQEMU_PLUGIN_VERSION=$(QEMU_PLUGIN_VERSION) $< -o $@

$(BUILD)/bench/qemu_host.elf: $(mps2_an521_BUILD)/host/bench/qemu_host.o $(QEMU_LIB) \
    $(mps2_an521_BUILD)/host.ld
	@mkdir -p $(@D)
	$(mps2_an521_HOST_LINK) $(filter %.o,$^) $(mps2_an521_REMOTE_LIBS) -o $@
-include $(mps2_an521_BUILD)/host/bench/qemu_host.d

.PHONY: bench-qemu
bench-qemu: $(BUILD)/bench/qemu_plugin.so $(BUILD)/bench/qemu_host.elf board-mps2_an521
	bench/guard an521 bench/run_qemu $(BUILD) $(mps2_an521_FW)
