# SPDX-License-Identifier: MIT OR Apache-2.0
#
# Drop-ins for other libraries. They have the names of those, so that they are installed in a folder of
# their own, which the dynamic loader looks at only if told to: by rnl-run, or by whoever runs a program.

COMPAT       := $(BUILD)/compat
COMPATDIR     = $(LIBDIR)/rnl-compat
MAN1          = $(MANDIR)/man1
COMPAT_FILES :=

# The archive of a face, from the crate rnl-NAME in compat/NAME. What it shares with the core is compiled
# anew, as the core brings its C ABI along otherwise.                              $(call face,NAME)
define face
$(CARGO_OUT)/librnl_$(1).a: Cargo.toml $$(wildcard Cargo.lock) compat/$(1)/Cargo.toml $$(shell find src compat/$(1)/src -type f)
	$$(CARGO) rustc --release -p rnl-$(1) --target-dir $$(BUILD)/cargo $$(if $$(TARGET),--target $$(TARGET))
	@touch $$@
endef

# A library of a face: build/compat/SONAME.VERSION, linked from the face's archive with the map
# compat/NAME/LIBRARY.map, and the name that the loader asks for.   $(call drop_in,NAME,SONAME,VERSION)
define drop_in
COMPAT_FILES += $(2).$(3)
$(COMPAT)/$(2).$(3): $(CARGO_OUT)/librnl_$(1).a compat/$(1)/$(firstword $(subst .so, ,$(2))).map tools/exports
	@mkdir -p $$(COMPAT)
	$$(call shared,$$@,$(2),compat/$(1)/$(firstword $(subst .so, ,$(2))).map,$$<)
	@ln -sf $(2).$(3) $$(COMPAT)/$(2)
endef

$(eval $(call face,mnl))
$(eval $(call drop_in,mnl,libmnl.so.0,2.0))

compat: $(addprefix $(COMPAT)/,$(COMPAT_FILES))

# Each under three names: libx.so.1.2.3, libx.so.1 for the loader, libx.so for the linker.
install-compat: compat
	$(INSTALL) -d $(DESTDIR)$(COMPATDIR) $(DESTDIR)$(BINDIR) $(DESTDIR)$(MAN1)
	@set -e; for file in $(COMPAT_FILES); do soname=$${file%.*.*}; \
	  $(INSTALL) -m 755 $(COMPAT)/$$file $(DESTDIR)$(COMPATDIR)/$$file; \
	  $(STRIP) --strip-unneeded $(DESTDIR)$(COMPATDIR)/$$file; \
	  ln -sf $$file $(DESTDIR)$(COMPATDIR)/$$soname; \
	  ln -sf $$soname $(DESTDIR)$(COMPATDIR)/$${soname%%.so*}.so; done
	sed 's|@compatdir@|$(COMPATDIR)|' compat/rnl-run.in > $(DESTDIR)$(BINDIR)/rnl-run
	chmod 755 $(DESTDIR)$(BINDIR)/rnl-run
	sed 's|@compatdir@|$(COMPATDIR)|' docs/man/rnl-run.1.in > $(DESTDIR)$(MAN1)/rnl-run.1
	$(INSTALL) -d $(DESTDIR)$(INCLUDEDIR)/rnl-compat/libmnl
	$(INSTALL) -m 644 include/libmnl/libmnl.h $(DESTDIR)$(INCLUDEDIR)/rnl-compat/libmnl/libmnl.h

uninstall-compat:
	@for file in $(COMPAT_FILES); do soname=$${file%.*.*}; \
	  rm -f $(DESTDIR)$(COMPATDIR)/$$file $(DESTDIR)$(COMPATDIR)/$$soname $(DESTDIR)$(COMPATDIR)/$${soname%%.so*}.so; done
	rm -f $(DESTDIR)$(BINDIR)/rnl-run $(DESTDIR)$(MAN1)/rnl-run.1
	rm -f $(DESTDIR)$(INCLUDEDIR)/rnl-compat/libmnl/libmnl.h
	@rmdir $(DESTDIR)$(INCLUDEDIR)/rnl-compat/libmnl $(DESTDIR)$(INCLUDEDIR)/rnl-compat $(DESTDIR)$(COMPATDIR) 2> /dev/null || true
