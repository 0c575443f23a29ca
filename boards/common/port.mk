# Settings of all boards that use MicroPython's qemu port.

# Functions of that port (some since 1.27) that do not serve a board with files, time,
# sleep and an exit code: boards/common defines them in their place.
LDFLAGS += $(foreach name,main mp_hal_stdio_poll mp_hal_stdout_tx_strn_cooked \
    mp_hal_ticks_ms mp_hal_ticks_us mp_hal_ticks_cpu mp_hal_delay_ms mp_hal_delay_us \
    mp_handle_pending $(if $(filter device,$(OPENAMP_ROLE)),exit),\
    $(TO_LINKER) --wrap=$(name))

# The port links with the compiler or (since 1.29) with the linker itself.  Its LDFLAGS, which
# `value` does not expand, show which: only the compiler has options -Wl.
TO_LINKER = $(if $(findstring -Wl,$(value LDFLAGS)),-Xlinker)
