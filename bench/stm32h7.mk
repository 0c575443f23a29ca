# Exact figures of the simulated STM32H7, as part of `make bench`.

BENCH_H7_KINDS := mpu cached
define BENCH_H7
$(H7_TESTS)/$(1)/bench.elf: $(H7_TESTS)/$(1)/bench/stm32h7.o $(H7_LIB_$(1)) tests/stm32h7/m7.ld
	$(AMP_H7_PREFIX)gcc $(AMP_H7_HOST_CPU) $(AMP_H7_LINK) -T tests/stm32h7/m7.ld \
	    $$< $$(H7_LIB_$(1)) -lc -lgcc -o $$@
endef
$(foreach kind,$(BENCH_H7_KINDS),$(eval $(call BENCH_H7,$(kind))))

.PHONY: bench-stm32h7
bench-stm32h7: $(H7SIM) $(FW_H7)/virtual_uart.elf $(BENCH_H7_KINDS:%=$(H7_TESTS)/%/bench.elf)
	bench/guard stm32h7 bench/run_stm32h7 $(BUILD) $(FW_H7)
bench: bench-stm32h7
