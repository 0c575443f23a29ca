# $(call ARMSIM,name,folder,options): the simulator of that name, of the files of
# tests/boards/FOLDER and those here, which are compiled once more for each, with its chip.h.
ARMSIM_COMMON := $(sort $(wildcard tests/boards/armsim/*.c))
define ARMSIM
$(1)_OBJ := $$(patsubst tests/boards/%.c,$(BUILD)/$(1)/obj/%.o, \
    $(ARMSIM_COMMON) $$(sort $$(wildcard tests/boards/$(2)/*.c)))
.PHONY: $(1) test-$(1)
$(1): $(BUILD)/$(1)/$(1)
$(BUILD)/$(1)/obj/%.o: tests/boards/%.c
	@mkdir -p $$(@D)
	$$(CC) $$(CFLAGS_HOST) -Itests/boards/$(2) $(3) -D_GNU_SOURCE -c $$< -o $$@
$(BUILD)/$(1)/$(1): $$($(1)_OBJ)
	$$(CC) $$(KIND_CFLAGS) $$^ -lunicorn -o $$@
-include $$($(1)_OBJ:.o=.d)
endef

# What the guests of all of them include.
ARMSIM_GUEST := tests/boards/armsim/guest.h

# In an argument of $(call).
comma := ,
