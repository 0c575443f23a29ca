# The part of the binding for MicroPython's rp2 port (micropython.cmake includes this).
#
#   -DOPENAMP_RP2_WINDOW=0x20000   the bytes at the end of the RAM that are core 1's; 64 KiB
#                                  if it is not given.  Firmware is built with the same number:
#                                  make RP2_WINDOW=0x20000 firmware-rp2

target_sources(usermod_openamp INTERFACE ${OPENAMP_TOP}/micropython/rp2/openamp_rp2.c)
if(OPENAMP_RP2_WINDOW)
    target_compile_definitions(usermod_openamp INTERFACE AMP_RP2_WINDOW_LEN=${OPENAMP_RP2_WINDOW})
endif()
target_link_options(usermod_openamp INTERFACE -Wl,--wrap=gc_init)
