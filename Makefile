# SPDX-License-Identifier: GPL-2.0-only
# Portcullis: `make help` lists the targets. V=1 shows the commands.

PREFIX  ?= /usr/local
DESTDIR ?=
# fail2ban looks for actions nowhere else
FAIL2BAN ?= /etc/fail2ban
BUILD   ?= build
CLANG   ?= clang
BPFTOOL ?= $(firstword $(wildcard /usr/sbin/bpftool) bpftool)
Q       := $(if $(V),,@)
say      = $(if $(V),@:,@printf '  %-8s %s\n' $(1) $(2))

PACKAGES := libbpf libelf zlib glib-2.0 json-c libcmark-gfm libmnl ncursesw libsystemd libpcap
WARNINGS := -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith -Wvla \
	    -Wno-unused-parameter
CFLAGS   ?= -O2 -g
CPPFLAGS += -D_GNU_SOURCE -iquote include -iquote user -iquote $(BUILD) $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS     := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lcmark-gfm-extensions
STD      := -std=gnu11
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer

LIBRARY  := $(filter-out user/main.c,$(wildcard user/*.c))
COMMANDS := $(wildcard user/commands/*.c) user/main.c
GENERATED := $(BUILD)/portcullis.skel.h $(BUILD)/shipped.h

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: all

all: $(BUILD)/portcullis ## build the binary (default)

# --- the program: .bpf.c → .bpf.o → .skel.h ---

BPF_FLAGS := -target bpf -mcpu=v3 -O2 -g -Wall -Wextra -Wno-unused-parameter -Iinclude -Ivmlinux

$(BUILD)/portcullis.bpf.o: bpf/portcullis.bpf.c $(wildcard bpf/*.h include/*.h vmlinux/*.h)
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -c $< -o $@
	$(Q)llvm-strip -g $@

$(BUILD)/portcullis.skel.h: $(BUILD)/portcullis.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name portcullis >$@

# --- the shipped policies, as C strings ---

$(BUILD)/shipped.h: $(sort $(wildcard policies/*.md)) user/embed.awk
	$(call say,EMBED,$@)
	$(Q)mkdir -p $(@D)
	$(Q)awk -f user/embed.awk $(filter %.md,$^) >$@

# --- the loader; one set of objects for use, one with sanitizers for the unit tests ---

objects = $(patsubst %.c,$(1)/%.o,$(2))

$(BUILD)/plain/%.o: %.c | $(GENERATED)
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(CFLAGS) $(WARNINGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/san/%.o: %.c | $(GENERATED)
	$(call say,CC.san,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) -O1 -g $(SANITIZE) $(WARNINGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/portcullis: $(call objects,$(BUILD)/plain,$(LIBRARY) $(COMMANDS))
	$(call say,LD,$@)
	$(Q)$(CC) $(LDFLAGS) $^ $(LIBS) -o $@

, := ,

# --- tests: every test_*.c is a program of its own, every test_*.sh a script; all print TAP ---
# What waits more than it works, live scripts and loads, runs in groups of its own beside the rest.

UNIT    := $(patsubst tests/unit/%.c,$(BUILD)/unit/%,$(wildcard tests/unit/test_*.c))
PACKETS := $(patsubst tests/packets/%.c,$(BUILD)/packets/%,$(wildcard tests/packets/test_*.c))
FAULTS  := $(patsubst tests/faults/%.c,$(BUILD)/faults/%,$(wildcard tests/faults/test_*.c))
LIVE_A  := $(wildcard tests/live/test_[a-p]*.sh)
LIVE_Q  := $(wildcard tests/live/test_[q-z]*.sh)
LIVE    := $(LIVE_A) $(LIVE_Q)
PROBES  := $(patsubst tests/live/%.c,$(BUILD)/live/%,$(wildcard tests/live/*.c))

# Of an archive the linker takes only what a test needs.
$(BUILD)/plain/library.a: $(call objects,$(BUILD)/plain,$(LIBRARY))
$(BUILD)/san/library.a: $(call objects,$(BUILD)/san,$(LIBRARY))
$(BUILD)/%/library.a:
	$(call say,AR,$@)
	$(Q)rm -f $@
	$(Q)$(AR) rcs $@ $^

$(BUILD)/unit/%: $(BUILD)/san/tests/unit/%.o $(BUILD)/san/library.a
	$(call say,LD.san,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) $^ $(LIBS) -lcmocka -o $@

HARNESS := $(filter-out tests/packets/test_%,$(wildcard tests/packets/*.c))

$(BUILD)/packets/%: $(BUILD)/plain/tests/packets/%.o $(call objects,$(BUILD)/plain,$(HARNESS)) \
		$(BUILD)/plain/library.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $^ $(LIBS) -lcmocka -o $@

# Each call of a load that can fail is wrapped, so that a test can make it fail.
WRAPPED := $(shell sed -n 's/^WRAP.\([a-z_]*\),.*/\1/p' tests/faults/wrapped.h 2>/dev/null)

$(BUILD)/faults/%: $(BUILD)/san/tests/faults/%.o $(BUILD)/san/library.a
	$(call say,LD.san,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) $(patsubst %,-Wl$(,)--wrap=%,$(WRAPPED)) $^ $(LIBS) -lcmocka -o $@

$(BUILD)/live/%: tests/live/%.c
	$(call say,CC,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(STD) $(CFLAGS) $(WARNINGS) $(CPPFLAGS) $< $(LIBS) -o $@

.PHONY: test test-all test-unit test-packets test-loads test-live test-vm test-model test-faults
test: ## install what is missing, build and run every test
	$(Q)tests/deps
	$(Q)$(MAKE) --no-print-directory -j"$$(nproc)" test-all
test-all: $(BUILD)/portcullis $(UNIT) $(PACKETS) $(FAULTS) $(PROBES) $(BUILD)/model/test_model $(BUILD)/fuzz_document \
		$(BUILD)/bench/bench
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/run $(LIVE_A) \
		-- $(LIVE_Q) tests/fuzz/test_fuzz.sh tests/bench/test_reporting.sh -- $(UNIT) $(PACKETS) $(BUILD)/model/test_model \
		-- $(FAULTS) -- tests/vm/test_vm.sh --then tests/bench/test_quick.sh
test-unit: $(UNIT) ## the loader's files, one by one, under sanitizers
	$(Q)tests/run $^
test-packets: $(PACKETS) ## the program, packet by packet
	$(Q)tests/run $^
test-loads: $(FAULTS) ## a load in which each call fails in turn
	$(Q)tests/run $^
test-live: $(BUILD)/portcullis $(PROBES) ## the gate in network namespaces
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/run $(LIVE)

test-vm: $(BUILD)/portcullis $(PACKETS) $(PROBES) ## the packets and the gate on Debian's kernel, in QEMU
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/run tests/vm/test_vm.sh
test-model: $(BUILD)/model/test_model ## the program against an independent model, 200,000 packets
	$(Q)tests/run $<
test-faults: ## faults planted into the program, one by one: the model must notice each
	$(Q)TEST_TIMEOUT=3600 tests/run tests/model/faults.sh

include tests/model/rules.mk
include tests/bench/rules.mk

# --- long campaigns ---

$(BUILD)/survive/%: $(BUILD)/san/tests/survive/%.o $(BUILD)/san/library.a
	$(call say,LD.san,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $(SANITIZE) $^ $(LIBS) -lcmocka -o $@

.PHONY: test-survive test-survive-faults
test-survive: $(BUILD)/portcullis $(PROBES) $(BUILD)/survive/day ## a day, 2,000 swaps in a flood, 300 kills
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) TEST_TIMEOUT=3600 tests/run \
		$(BUILD)/survive/day tests/survive/kills.sh tests/survive/swaps.sh
test-survive-faults: ## faults planted into the loader, one by one: a campaign, shortened, must notice each
	$(Q)TEST_TIMEOUT=3600 tests/run tests/survive/faults.sh

# --- fuzzing ---

FUZZ_SECONDS ?= 60

$(BUILD)/fuzz/%.o: %.c | $(GENERATED)
	$(call say,CC.fuzz,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(STD) -O1 -g -fsanitize=fuzzer-no-link $(SANITIZE) $(WARNINGS) $(CPPFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/fuzz_document: $(call objects,$(BUILD)/fuzz,tests/fuzz/fuzz_document.c $(LIBRARY))
	$(call say,LD.fuzz,$@)
	$(Q)$(CLANG) -fsanitize=fuzzer $(SANITIZE) $^ $(LIBS) -o $@

fuzz: $(BUILD)/fuzz_document ## feed the document reader for FUZZ_SECONDS (60)
	$(Q)mkdir -p $(BUILD)/corpus
	$(Q)$< -max_total_time=$(FUZZ_SECONDS) -max_len=8192 -timeout=10 -rss_limit_mb=4096 \
		-dict=tests/fuzz/document.dict -artifact_prefix=$(BUILD)/ \
		$(BUILD)/corpus tests/documents policies

fuzz-packets: $(BUILD)/model/test_model ## the program against the model, without end; SEED=
	$(Q)PACKETS=0 $<

# --- what people call ---

.PHONY: demo deps fuzz-packets install uninstall check fuzz vmlinux clean help

demo: ## set up an edge in network namespaces, enforce, send traffic, compare
	$(Q)tests/deps demo
	$(Q)$(MAKE) --no-print-directory all
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/demo

C_FILES := $(wildcard bpf/*.[ch] include/*.h user/*.[ch] user/commands/*.[ch] tests/*/*.[ch])
SCRIPTS := $(shell grep -lE '^\#!/bin/(ba)?sh' -r tests vmlinux user .ci 2>/dev/null)

check: $(GENERATED) $(BUILD)/programs.skel.h ## format, warnings of gcc and clang, cppcheck, shellcheck
	$(Q)clang-format --dry-run --Werror $(C_FILES)
	$(Q)for cc in gcc clang; do \
		for file in $(filter-out bpf/% %.bpf.c,$(filter %.c,$(C_FILES))); do \
			$$cc $(STD) $(WARNINGS) -Werror $(CPPFLAGS) -iquote tests/packets -iquote tests/bench -fsyntax-only $$file || exit 1; \
		done; \
	done
	$(Q)$(CLANG) $(BPF_FLAGS) -Werror -fsyntax-only bpf/portcullis.bpf.c tests/bench/programs.bpf.c
	$(Q)cppcheck --quiet --error-exitcode=1 --inline-suppr --std=c11 \
		--enable=warning,performance,portability --library=gtk --suppress=missingInclude \
		--suppress=unknownMacro -Iinclude -Iuser user user/commands
	$(Q)shellcheck $(SCRIPTS)

UNITS := $(notdir $(wildcard user/systemd/*))
PAGES := $(notdir $(wildcard user/man/*.[1-8]))
RULES := $(notdir $(wildcard user/udev/*))

install: all ## install below DESTDIR and PREFIX
	$(Q)install -D -m 755 $(BUILD)/portcullis $(DESTDIR)$(PREFIX)/sbin/portcullis
	$(Q)for page in $(PAGES); do \
		install -D -m 644 user/man/$$page \
			$(DESTDIR)$(PREFIX)/share/man/man$${page##*.}/$$page || exit 1; \
	done
	$(Q)install -D -m 644 user/completion/portcullis.bash \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/portcullis
	$(Q)install -D -m 644 user/completion/_portcullis \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_portcullis
	$(Q)install -D -m 644 user/fail2ban/portcullis.conf \
		$(DESTDIR)$(FAIL2BAN)/action.d/portcullis.conf
	$(Q)install -d $(DESTDIR)$(PREFIX)/lib/systemd/system
	$(Q)for unit in $(UNITS); do \
		sed 's,/usr/local,$(PREFIX),' user/systemd/$$unit \
			>$(DESTDIR)$(PREFIX)/lib/systemd/system/$$unit || exit 1; \
	done
	$(Q)for rule in $(RULES); do \
		install -D -m 644 user/udev/$$rule \
			$(DESTDIR)$(PREFIX)/lib/udev/rules.d/$$rule || exit 1; \
	done
	$(Q)for file in policies/*.md; do \
		install -D -m 644 $$file $(DESTDIR)$(PREFIX)/share/portcullis/$$file || exit 1; \
	done

uninstall: ## remove what install put there
	$(Q)rm -f $(DESTDIR)$(PREFIX)/sbin/portcullis \
		$(foreach page,$(PAGES),$(DESTDIR)$(PREFIX)/share/man/man$(subst .,,$(suffix $(page)))/$(page)) \
		$(DESTDIR)$(PREFIX)/share/bash-completion/completions/portcullis \
		$(DESTDIR)$(PREFIX)/share/zsh/site-functions/_portcullis \
		$(patsubst %,$(DESTDIR)$(PREFIX)/lib/systemd/system/%,$(UNITS)) \
		$(DESTDIR)$(FAIL2BAN)/action.d/portcullis.conf \
		$(patsubst %,$(DESTDIR)$(PREFIX)/lib/udev/rules.d/%,$(RULES))
	$(Q)rm -rf $(DESTDIR)$(PREFIX)/share/portcullis

vmlinux: ## cut vmlinux/vmlinux.h from the running kernel's BTF anew
	$(Q)BPFTOOL=$(BPFTOOL) vmlinux/regenerate

deps: ## install what is missing, from the distribution
	$(Q)tests/deps

clean: ## remove what was built
	$(Q)rm -rf $(BUILD)

help: ## list the targets
	$(Q)sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1\t\2/p' Makefile tests/bench/rules.mk | expand -t 18

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
