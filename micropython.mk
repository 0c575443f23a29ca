# A MicroPython build reads this file if USER_C_MODULES names the folder that
# contains this checkout.  (If it were in micropython/, USER_C_MODULES would name
# the checkout itself, and the objects would go to a folder of the build that has
# the name of MicroPython's own program.)
OPENAMP_TOP := $(USERMOD_DIR)
include $(OPENAMP_TOP)/micropython/openamp.mk
