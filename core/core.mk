# The files of the core, by the role that needs them: read by every build, make's,
# MicroPython's and CMake's.  Nothing but lists; a file that is missing here is an
# error of the Makefile.
#
# A firmware or a host program takes COMMON and its role's; what is built on
# include/openamp/bus.h, as the MicroPython module is, the bus of the role as well.
# core/rpmsg_fast.c is empty in a build for size, which may leave it out.

AMP_CORE_COMMON := core/link.c core/port.c core/rpmsg.c core/rpmsg_endpoint.c core/rpmsg_fast.c \
    core/rpmsg_ns.c core/rpmsg_receive.c core/rpmsg_send.c core/virtq.c
AMP_CORE_HOST := core/elf.c core/load_check.c core/rproc.c core/rsc_in_place.c core/rsc_table.c \
    core/rsc_write.c
AMP_CORE_DEVICE := core/rpmsg_device.c core/vdev.c
AMP_BUS_COMMON := core/bus_virtio.c core/view.c
AMP_BUS_HOST := core/bus_host.c core/coredump.c core/elf_symbol.c
AMP_BUS_DEVICE := core/bus_device.c
# The bus that a port of one machine has, made from its amp_platform_port().
AMP_BUS_PORT_HOST := ports/common/bus_host.c
AMP_BUS_PORT_DEVICE := ports/common/bus_device.c
