# The files of the core, by role.  Every build reads this: make's, MicroPython's and
# CMake's.  It has only lists; the Makefile refuses a core/ with other files.
#
# A firmware or a host program needs the files of AMP_CORE_COMMON and of its role; a program
# that uses include/openamp/bus.h, such as the MicroPython module, also the bus of its
# role.  core/rpmsg_fast.c is empty in a build for size, which may leave it out.

AMP_CORE_COMMON := core/link.c core/port.c core/rpmsg.c core/rpmsg_endpoint.c core/rpmsg_fast.c \
    core/rpmsg_ns.c core/rpmsg_receive.c core/rpmsg_send.c core/virtq.c
AMP_CORE_HOST := core/elf.c core/elf_pie.c core/load_check.c core/rproc.c core/rsc_in_place.c core/rsc_table.c \
    core/rsc_write.c
AMP_CORE_DEVICE := core/rpmsg_device.c core/vdev.c
AMP_BUS_COMMON := core/bus_virtio.c core/view.c
AMP_BUS_HOST := core/bus_host.c core/coredump.c core/elf_symbol.c
AMP_BUS_DEVICE := core/bus_device.c
# amp_platform_bus() of a port that defines amp_platform_port().
AMP_BUS_PORT_HOST := ports/common/bus_host.c
AMP_BUS_PORT_DEVICE := ports/common/bus_device.c
