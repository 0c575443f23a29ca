# The files of the MicroPython module, read by every build of it.  Nothing but lists.

AMP_MODULE := areas.c argument.c callback.c endpoint.c hold.c image.c message.c modopenamp.c queue.c \
    receive.c remote.c remote_memory.c remote_view.c remoteproc.c report.c send.c stream.c \
    terminal.c view.c
