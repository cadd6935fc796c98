# SPDX-License-Identifier: MIT OR Apache-2.0
#
# make                  build the libraries, the drop-ins, the rnl command and the manual pages into build/
# make install          install them, the headers and rnl.pc       (DESTDIR PREFIX LIBDIR ...)
# make uninstall        remove what install put there
# make demo             show the library at work on this machine's kernel
# make check            every test there is; installs what they lack when run as root on Debian or Ubuntu
# make bench            measure it beside its peers
# make fuzz             fuzz for a long time
# make clean            remove everything built
#
# Variables: DESTDIR, PREFIX (/usr/local), LIBDIR, BINDIR, INCLUDEDIR, MANDIR, PKGCONFIGDIR, COMPLETIONDIR,
# TARGET (a Rust target triple), NAMES (0: no descriptions of families, and none of the functions that need
# them: a small library for small machines), CARGO, CC, LD, AR, OBJCOPY, STRIP, CFLAGS, LDFLAGS.

PREFIX       ?= /usr/local
LIBDIR       ?= $(PREFIX)/lib
BINDIR       ?= $(PREFIX)/bin
INCLUDEDIR   ?= $(PREFIX)/include
MANDIR       ?= $(PREFIX)/share/man
PKGCONFIGDIR ?= $(LIBDIR)/pkgconfig
TARGET       ?= $(CARGO_BUILD_TARGET)
NAMES        ?= 1

CARGO        ?= cargo
OBJCOPY      ?= objcopy
STRIP        ?= strip
INSTALL      ?= install
PYTHON       ?= python3

comma        := ,
VERSION      := $(shell sed -n 's/^version = "\(.*\)"/\1/p' Cargo.toml)
SONAME       := librnl.so.0
SHARED       := librnl.so.$(VERSION)
BUILD        := build
# cargo's own folder, so that no other cargo command puts another librnl.a in its place
CARGO_OUT    := $(BUILD)/cargo/$(if $(TARGET),$(TARGET)/)release
ARCHIVE      := $(CARGO_OUT)/librnl.a
API           = $$(tools/exports)
# With names or without: makes what was built the other way old.
FLAVOUR      := $(BUILD)/names-$(NAMES)

# No start files: nothing runs when the library is loaded, and their variables would cost the file a page.
LINK_FLAGS   := -nostartfiles -Wl,--gc-sections -Wl,--as-needed -Wl,-Bsymbolic-functions \
                -Wl,-z,defs,-z,relro,-z,now,-z,noexecstack -Wl,-z,noseparate-code -Wl,--hash-style=gnu

# A shared library out of a static one, which is all that can carry symbol versions: rustc's own link of a
# cdylib can't. What the version map lists is all that is taken.   $(call shared,FILE,SONAME,MAP,ARCHIVE)
define shared
$(CC) -shared -o $(1) $(CFLAGS) $(LDFLAGS) $(LINK_FLAGS) -Wl,-soname,$(2) -Wl,--version-script=$(3) \
  $$(tools/exports $(3) | sed 's/^/-Wl,-u,/') $(4)
endef

all: $(BUILD)/$(SHARED) $(BUILD)/librnl.a $(BUILD)/man/made compat

include compat/compat.mk

$(FLAVOUR):
	@mkdir -p $(BUILD); rm -f $(BUILD)/names-*; touch $@

# Frame pointers cost next to nothing, and show debuggers and profilers the way out of the library.
$(ARCHIVE): Cargo.toml $(wildcard Cargo.lock) $(shell find src -type f) $(FLAVOUR)
	$(if $(filter 0,$(NAMES)),CARGO_PROFILE_RELEASE_OPT_LEVEL=z) $(CARGO) rustc --release --lib --crate-type staticlib \
	  --no-default-features --features capi,runtime$(if $(filter 0,$(NAMES)),,$(comma)names) \
	  --target-dir $(BUILD)/cargo $(if $(TARGET),--target $(TARGET)) -- -C force-frame-pointers=yes
	@touch $@

$(BUILD)/librnl.map: abi/librnl.map $(FLAVOUR)
	@sed -E '$(if $(filter 0,$(NAMES)),/rnl_(family|bind|pack|text)_|rnl_sock_trace/d)' $< > $@

# The exported names, which are all that the static library shows.
$(BUILD)/exports: $(BUILD)/librnl.map tools/exports
	@tools/exports $< > $@

# All of it as one object. Without the tables for unwinding, which are 30 KB: nothing in it throws or calls
# back. What the compiler left of its intermediate code goes: ar aborts on it where LLVM's linker plugin is
# installed.
$(BUILD)/rnl-all.o: $(ARCHIVE) $(BUILD)/exports
	$(LD) -r --gc-sections -e 0 $$(sed 's/^/-u /' $(BUILD)/exports) -o $@ $(ARCHIVE)
	$(OBJCOPY) -R .eh_frame -R .llvmbc -R .llvmcmd $@

$(BUILD)/$(SHARED): $(BUILD)/rnl-all.o
	$(call shared,$@,$(SONAME),$(BUILD)/librnl.map,$<)
	@ln -sf $(SHARED) $(BUILD)/$(SONAME)
	@ln -sf $(SONAME) $(BUILD)/librnl.so

# The same with only the API's names global, so that it links beside other Rust archives.
$(BUILD)/librnl.a: $(BUILD)/rnl-all.o
	$(OBJCOPY) --strip-debug --keep-global-symbols=$(BUILD)/exports $< $(BUILD)/rnl.o
	@rm -f $@
	$(AR) rcs $@ $(BUILD)/rnl.o

# The pages of functions are made from the header's comments.
$(BUILD)/man/made: include/rnl/rnl.h tools/man.py $(wildcard docs/man/*)
	@rm -rf $(BUILD)/man; mkdir -p $(BUILD)/man/man3 $(BUILD)/man/man7
	cp docs/man/*.7 $(BUILD)/man/man7/
	@if command -v $(PYTHON) > /dev/null; \
	then echo '$(PYTHON) tools/man.py'; $(PYTHON) tools/man.py $(VERSION) include/rnl/rnl.h $(BUILD)/man/man3; \
	else echo 'note: no $(PYTHON) here, so the man3 pages are left out'; fi
	@touch $@

# Written at install time, because PREFIX and LIBDIR may differ from the build's.
define PC
sed -e 's|@prefix@|$(PREFIX)|' -e 's|@version@|$(VERSION)|' \
  -e 's|@libdir@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(LIBDIR))|' \
  -e 's|@includedir@|$(patsubst $(PREFIX)/%,$${prefix}/%,$(INCLUDEDIR))|' pkgconfig/rnl.pc.in
endef

install: all install-compat
	$(INSTALL) -d $(DESTDIR)$(LIBDIR) $(DESTDIR)$(PKGCONFIGDIR) $(DESTDIR)$(INCLUDEDIR)/rnl $(DESTDIR)$(MANDIR)/man3 $(DESTDIR)$(MANDIR)/man7
	$(INSTALL) -m 755 $(BUILD)/$(SHARED) $(DESTDIR)$(LIBDIR)/$(SHARED)
	$(STRIP) --strip-unneeded $(DESTDIR)$(LIBDIR)/$(SHARED)
	ln -sf $(SHARED) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/librnl.so
	$(INSTALL) -m 644 $(BUILD)/librnl.a $(DESTDIR)$(LIBDIR)/librnl.a
	$(INSTALL) -m 644 include/rnl/*.h $(DESTDIR)$(INCLUDEDIR)/rnl/
	$(PC) > $(DESTDIR)$(PKGCONFIGDIR)/rnl.pc
	@for page in $(BUILD)/man/man[37]/*.[37]; do section=$${page##*.}; \
	  $(INSTALL) -m 644 $$page $(DESTDIR)$(MANDIR)/man$$section/; done
	@if [ -z "$(DESTDIR)" ] && [ "$$(id -u)" = 0 ]; then PATH="$$PATH:/usr/sbin:/sbin" ldconfig; fi

uninstall: uninstall-compat
	rm -f $(DESTDIR)$(LIBDIR)/$(SHARED) $(DESTDIR)$(LIBDIR)/$(SONAME) $(DESTDIR)$(LIBDIR)/librnl.so
	rm -f $(DESTDIR)$(LIBDIR)/librnl.a $(DESTDIR)$(PKGCONFIGDIR)/rnl.pc
	@for header in include/rnl/*.h; do rm -f $(DESTDIR)$(INCLUDEDIR)/rnl/$${header##*/}; done
	@for name in $(API); do rm -f $(DESTDIR)$(MANDIR)/man3/$$name.3; done
	@for page in docs/man/*.7; do rm -f $(DESTDIR)$(MANDIR)/man7/$${page##*/}; done
	@rmdir $(DESTDIR)$(INCLUDEDIR)/rnl 2> /dev/null || true

include compat/nl3/nl3.mk
include cli/cli.mk

demo:
	@tools/setup demo
	@tools/demo

check:
	@tools/check

bench:
	@tools/setup bench
	@benches/run
	@if [ -e $(NL3_OUT)/libnl-3.so.200 ]; then benches/nl3/run; fi

fuzz:
	@tools/setup fuzz
	@tools/fuzz

clean:
	rm -rf $(BUILD)
	$(CARGO) clean

help:
	@sed -n '3,/^$$/s/^# \{0,1\}//p' Makefile

.PHONY: all compat install install-compat uninstall-compat uninstall demo check bench fuzz clean help
.DELETE_ON_ERROR:
