# The files of this port, beside this one: read by every build, make's, MicroPython's
# and CMake's.  Nothing but lists.

# The bus over the kernel's files; and what host programs in C need besides.
AMP_PORT_HOST := bus.c channel.c check.c coredump.c endpoint.c files.c kmsg.c life.c load.c message.c send.c \
    stop.c uevent.c wait.c
AMP_PORT_HOST_C := host_wait.c
# There is no remote half: firmware is the chip's.
AMP_PORT_REMOTE :=
AMP_PORT_REMOTE_C :=
# Defined in every program of the host.  The kernel has no limit of its own for announcements.
AMP_PORT_DEFINES := AMP_CONFIG_CORES=16 AMP_CONFIG_MAX_SERVICES=64
# The kernel owns the rings: of the core only the checks of an image are used.
AMP_PORT_CORE := core/elf.c core/load_check.c core/port.c
