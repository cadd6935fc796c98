# SPDX-License-Identifier: MIT OR Apache-2.0
#
# The rnl command, with its manual page and what bash needs to complete it.

COMPLETIONDIR ?= $(PREFIX)/share/bash-completion/completions
# A folder of cargo's own for it: the library's file has the same name whatever its features are, and
# cargo does not see when a crate that wants others has put its own in place.
CLI_CARGO    := $(BUILD)/cargo-cli
CLI          := $(CLI_CARGO)/$(if $(TARGET),$(TARGET)/)release/rnl

$(CLI): Cargo.toml $(wildcard Cargo.lock) cli/Cargo.toml $(shell find src cli/src -type f)
	$(CARGO) build --release -p rnl-cli --target-dir $(CLI_CARGO) $(if $(TARGET),--target $(TARGET))
	@touch $@

$(BUILD)/rnl: $(CLI)
	@mkdir -p $(BUILD)
	cp $< $@

all: $(BUILD)/rnl

install: install-cli

install-cli: $(BUILD)/rnl
	$(INSTALL) -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(MANDIR)/man1 $(DESTDIR)$(COMPLETIONDIR)
	$(INSTALL) -m 755 $(BUILD)/rnl $(DESTDIR)$(BINDIR)/rnl
	$(STRIP) $(DESTDIR)$(BINDIR)/rnl
	$(INSTALL) -m 644 docs/man/rnl.1 $(DESTDIR)$(MANDIR)/man1/rnl.1
	$(INSTALL) -m 644 cli/completion/rnl.bash $(DESTDIR)$(COMPLETIONDIR)/rnl

uninstall: uninstall-cli

uninstall-cli:
	rm -f $(DESTDIR)$(BINDIR)/rnl $(DESTDIR)$(MANDIR)/man1/rnl.1 $(DESTDIR)$(COMPLETIONDIR)/rnl

.PHONY: install-cli uninstall-cli
