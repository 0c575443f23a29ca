# For the bench only: see floor.c.
SRC_USERMOD_C += $(USERMOD_DIR)/floor.c
CFLAGS_USERMOD += -I$(USERMOD_DIR)/../..
