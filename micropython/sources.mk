# The files of the MicroPython module, read by every build of it.  Nothing but lists.

AMP_MODULE := areas.c callback.c endpoint.c image.c message.c modopenamp.c remote.c \
    remote_memory.c remote_view.c remoteproc.c report.c
