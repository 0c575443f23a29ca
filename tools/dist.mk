# What a user downloads: `make dist` puts it into build/dist, with SHA256SUMS.
#
#   openamp-VERSION-firmware.tar.gz   for each port a folder with the firmware of firmware/
#                                     and what the examples load, as images to load and for the
#                                     flash
#   openamp-VERSION-page.tar.gz       the page, plain files for any web server
#   openamp-VERSION.html              the page in one file
#
# Whoever builds the same commit with the same tools gets the same bytes: images without what is
# for debuggers (which has the paths of this checkout), names in order, one date, nobody's user.
# The date is the commit's; without git, SOURCE_DATE_EPOCH says it.
#
#   dist-firmware                     the first of them alone

DIST := $(BUILD)/dist
DIST_WORK := $(DIST)/work
DIST_NAME := openamp-$(shell sed -n 's/.*AMP_VERSION "\(.*\)"/\1/p' include/openamp/version.h)
SOURCE_DATE_EPOCH ?= $(shell git log -1 --format=%ct 2>/dev/null)
# What is built for it is built apart, as the date goes into MicroPython.
DIST_MAKE = $(if $(SOURCE_DATE_EPOCH),,$(error there is no git here: SOURCE_DATE_EPOCH has to say the date)) \
    SOURCE_DATE_EPOCH=$(SOURCE_DATE_EPOCH) $(MAKE) BUILD=$(DIST_WORK)
# $(call DIST_TAR,archive,folder,files)
DIST_TAR = tar -C $(2) --sort=name --mtime=@$(SOURCE_DATE_EPOCH) --owner=0 --group=0 --numeric-owner \
    --mode=u=rwX,go=rX --format=ustar -cf - $(3) | gzip -n -9 >$(1)

.PHONY: dist dist-firmware dist-images dist-page
dist:
	@rm -rf $(DIST)/openamp-* $(DIST)/SHA256SUMS
	+$(DIST_MAKE) dist-images web
	$(MAKE) dist-firmware dist-page
	cd $(DIST) && sha256sum openamp-* >SHA256SUMS
	@cat $(DIST)/SHA256SUMS
dist-firmware:
	+$(DIST_MAKE) dist-images
	$(call DIST_TAR,$(DIST)/$(DIST_NAME)-firmware.tar.gz,$(DIST_WORK)/images,$(PORTS))
dist-page:
	cp $(DIST_WORK)/web/openamp.html $(DIST)/$(DIST_NAME).html
	$(call DIST_TAR,$(DIST)/$(DIST_NAME)-page.tar.gz,$(DIST_WORK)/web,site)

# $(call DIST_IMAGES,port): of BUILD, in the folder images
define DIST_IMAGES
$(1)_DIST := $(patsubst $($(1)_FW)/%,$(BUILD)/images/$(1)/%,$($(1)_FIRMWARE_SHIPPED) \
    $(patsubst %,$($(1)_FW)/%.flash.bin,$(filter $(FW_IN_FLASH),$(FW_SHIPPED))))
$(BUILD)/images/$(1)/%.elf: $($(1)_FW)/%.elf
	@mkdir -p $$(@D)
	$($(1)_OBJCOPY) -g $$< $$@
$(BUILD)/images/$(1)/%.bin: $($(1)_FW)/%.bin
	@mkdir -p $$(@D)
	cp $$< $$@
dist-images: $$($(1)_DIST)
endef
$(foreach port,$(PORTS),$(eval $(call DIST_IMAGES,$(port))))
