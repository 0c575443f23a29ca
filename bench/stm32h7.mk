# Exact figures of the simulated STM32H7, as part of `make bench`.

BENCH_H7_KINDS := mpu cached
define BENCH_H7
$(H7_TESTS)/$(1)/bench.elf: $(H7_TESTS)/$(1)/bench/chip.o $(H7_LIB_$(1)) tests/boards/stm32h7/m7.ld
	$(firstword $(stm32h7_HOST_CC)) $(stm32h7_HOST_LD) -T tests/boards/stm32h7/m7.ld \
	    $$< $$(H7_LIB_$(1)) $(stm32h7_REMOTE_LIBS) -o $$@
endef
$(foreach kind,$(BENCH_H7_KINDS),$(eval $(call BENCH_H7,$(kind))))

.PHONY: bench-stm32h7
bench-stm32h7: $(H7SIM) $(stm32h7_FW)/virtual_uart.elf $(BENCH_H7_KINDS:%=$(H7_TESTS)/%/bench.elf)
	bench/guard stm32h7 bench/run_stm32h7 $(BUILD) $(stm32h7_FW)
bench: bench-stm32h7
