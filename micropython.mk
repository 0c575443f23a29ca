# Where a MicroPython build finds the module when USER_C_MODULES names the
# folder that this checkout lies in.  (A micropython.mk inside micropython/
# would be found with USER_C_MODULES naming the checkout itself, and then the
# objects would go to a folder of the build that has the program's own name.)
OPENAMP_TOP := $(USERMOD_DIR)
include $(OPENAMP_TOP)/micropython/openamp.mk
