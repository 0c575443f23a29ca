# The chip, as in build.mk.
CFLAGS_USERMOD += -DAMP_RP2_CHIP=$(or $(RP2_CHIP),2040)
