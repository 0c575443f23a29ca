# MicroPython on the Linux side of a chip (ports/ports.mk says what is set here).  There is
# no firmware to build: that is the chip's.

PACKAGES :=

UNIX := OPENAMP_PORT=$(PORT)
