# MicroPython's unix port with the module: where its main thread waits, and a program without it.

# x86-64 alone: it knows the registers.
$(BUILD)/tests/unix/late: tests/unix/late.c
	@mkdir -p $(@D)
	$(CC) $(CFLAGS_STRICT) -O2 $< -o $@

.PHONY: unix-test unix-suite
unix-test: $(sim_BUILD)/micropython $(BUILD)/tests/unix/late $(sim_FIRMWARE)
	tests/unix/run $(sim_BUILD)/micropython $(sim_FW) $(BUILD)/tests/unix/late

# MicroPython's own tests, in builds with the module and without it.  UNIX_SUITE: some of its
# directories of tests.
unix-suite: $(sim_BUILD)/micropython $(BUILD)/plain/micropython
	tests/unix/suite $(MP_TREE) $^ $(BUILD)/tests/unix/suite $(UNIX_SUITE)
