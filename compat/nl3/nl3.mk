# SPDX-License-Identifier: MIT OR Apache-2.0
#
# make nl3              build the libnl-3 family into build/nl3/; make all does, too
# make install-nl3      install it where the launcher of the drop-in libraries looks (COMPATDIR)
#
# One library holds everything; its siblings are empty, need it, and carry the same version nodes.

NL3           := compat/nl3
NL3_OUT       := $(BUILD)/nl3
NL3_ARCHIVE   := $(CARGO_OUT)/libnl3.a
NL3_SIBLINGS  := libnl-genl-3 libnl-route-3 libnl-nf-3 libnl-idiag-3 libnl-xfrm-3
NL3_LIBRARIES := $(patsubst %,$(NL3_OUT)/%.so.200,libnl-3 $(NL3_SIBLINGS))

nl3: $(NL3_LIBRARIES)

$(NL3_ARCHIVE): Cargo.toml $(wildcard Cargo.lock) $(NL3)/Cargo.toml $(shell find src $(NL3)/src -type f)
	$(CARGO) rustc --release -p rnl-nl3 --target-dir $(BUILD)/cargo $(if $(TARGET),--target $(TARGET)) -- -C force-unwind-tables=yes
	@touch $@

$(NL3_OUT)/variadic.o: $(NL3)/variadic.c
	@mkdir -p $(NL3_OUT)
	$(CC) -c -o $@ -O2 -fPIC -fexceptions -Wall -Wextra $(CFLAGS) $<

# The names of the family that the archive defines, each in upstream's version node.
$(NL3_OUT)/libnl-3.map: $(NL3)/abi/names.tsv $(NL3)/tools/map $(NL3_ARCHIVE) $(NL3_OUT)/variadic.o
	$(NL3)/tools/map $(NL3)/abi/names.tsv $(NL3_ARCHIVE) $(NL3_OUT)/variadic.o > $@

$(NL3_OUT)/libnl-3.so.200: $(NL3_OUT)/libnl-3.map $(NL3_ARCHIVE) $(NL3_OUT)/variadic.o
	$(CC) -shared -o $@ $(CFLAGS) $(LDFLAGS) $(LINK_FLAGS) -Wl,-soname,libnl-3.so.200 -Wl,--version-script=$< \
	  $$(sed -n 's/^\t\([a-z_]*[a-z0-9_]*\);$$/-Wl,-u,\1/p' $<) $(NL3_OUT)/variadic.o $(NL3_ARCHIVE)

$(NL3_OUT)/lib%-3.so.200: $(NL3_OUT)/libnl-3.so.200
	sed -n -e '/^[a-z0-9_]* {/p' -e '/^}/p' $(NL3_OUT)/libnl-3.map > $(NL3_OUT)/lib$*.map
	$(CC) -shared -o $@ $(CFLAGS) $(LDFLAGS) -nostartfiles -Wl,--no-as-needed -Wl,-soname,lib$*-3.so.200 -Wl,--hash-style=gnu \
	  -Wl,-z,noseparate-code,-z,relro,-z,now,-z,noexecstack -Wl,--version-script=$(NL3_OUT)/lib$*.map -nostdlib $<

install-nl3: nl3
	$(INSTALL) -d $(DESTDIR)$(COMPATDIR)
	@set -e; for library in $(NL3_LIBRARIES); do $(INSTALL) -m 755 $$library $(DESTDIR)$(COMPATDIR)/; \
	  $(STRIP) --strip-unneeded $(DESTDIR)$(COMPATDIR)/$${library##*/}; done

uninstall-nl3:
	@rm -f $(patsubst $(NL3_OUT)/%,$(DESTDIR)$(COMPATDIR)/%,$(NL3_LIBRARIES))

# It is one of the drop-ins: what is done with them is done with it.
compat: nl3
install-compat: install-nl3
uninstall-compat: uninstall-nl3

.PHONY: nl3 install-nl3 uninstall-nl3
