# Linker options of web.mk.
JSFLAGS += $(OPENAMP_WEB_LINK)

CFLAGS += -DMP_CONFIGFILE='<mpconfigstack.h>'
