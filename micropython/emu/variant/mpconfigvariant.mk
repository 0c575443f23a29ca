# What web.mk adds to the link.
JSFLAGS += $(OPENAMP_WEB_LINK)

CFLAGS += -DMP_CONFIGFILE='<mpconfigstack.h>'
