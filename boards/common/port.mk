# What the boards that use MicroPython's qemu port have in common.

# What that port has, or has since 1.27, and a board with files, time, sleep and
# an exit code needs otherwise: boards/common defines these.
LDFLAGS += $(foreach name,main mp_hal_stdio_poll mp_hal_stdout_tx_strn_cooked \
    mp_hal_ticks_ms mp_hal_ticks_us mp_hal_ticks_cpu mp_hal_delay_ms mp_hal_delay_us \
    mp_handle_pending,\
    $(TO_LINKER) --wrap=$(name))

# The port links by the compiler, or (since 1.29) by the linker itself.  Its
# LDFLAGS, which `value` does not expand, tell: -Wl is the compiler's.
TO_LINKER = $(if $(findstring -Wl,$(value LDFLAGS)),-Xlinker)
