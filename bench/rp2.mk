# Exact figures of the simulated RP2040, as part of `make bench`.

$(RP2_TESTS)/bench.elf: $(RP2_TESTS)/bench/chip.o $(RP2_LIB) $(rp2_HOST_LIB) $(rp2_BUILD)/host.ld
	$(rp2_HOST_LINK) $(filter %.o,$^) $(rp2_REMOTE_LIBS) -o $@

.PHONY: bench-rp2
bench-rp2: $(RP2_SIM) $(rp2_FW)/virtual_uart.elf $(RP2_TESTS)/bench.elf
	bench/guard rp2 bench/run_rp2 $(BUILD) $(RP2_SIM) $(rp2_FW) $(RP2_IMAGE_DA)
bench: bench-rp2
