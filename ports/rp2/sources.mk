# The files of this port, beside this one: read by every build, make's, MicroPython's
# and CMake's.  Nothing but lists.

# The host half; and what host programs in C need besides.
AMP_PORT_HOST := host.c host_life.c launch.c ../common/text.c
AMP_PORT_HOST_C := host_wait.c
# The remote half; and what firmware without an operating system needs besides.
AMP_PORT_REMOTE := remote/remote.c
AMP_PORT_REMOTE_C := remote/start.c ../common/trace.c
# Defined in MicroPython.  The pool has room for 16 buffers of 512 bytes in each
# direction, or for 64 that are small: 256 would take 1.7 KB more of the RAM for their states.
AMP_PORT_DEFINES := AMP_CONFIG_MAX_BUFFERS=64
