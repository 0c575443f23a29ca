# The files of this port, beside this one: read by every build, make's, MicroPython's
# and CMake's.  Nothing but lists.

# The host half; and what host programs in C need besides.
AMP_PORT_HOST := host.c host_life.c host_wait.c monitor.c ../common/text.c
AMP_PORT_HOST_C := start.c
# The remote half; and what firmware without an operating system needs besides.
AMP_PORT_REMOTE := remote/remote.c
AMP_PORT_REMOTE_C := start.c ../common/trace.c
# Defined in every program of the host.
AMP_PORT_DEFINES :=
