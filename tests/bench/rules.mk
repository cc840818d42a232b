# SPDX-License-Identifier: GPL-2.0-only
# The bench: its own programs, what runs them, and the reports made of what they read.

BENCH_C := $(filter-out %.bpf.c,$(wildcard tests/bench/*.c))

$(BUILD)/programs.bpf.o: tests/bench/programs.bpf.c tests/bench/programs.h include/layout.h tests/bench/mix.h vmlinux/vmlinux.h
	$(call say,BPF,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CLANG) $(BPF_FLAGS) -iquote tests/bench -c $< -o $@
	$(Q)llvm-strip -g $@

$(BUILD)/programs.skel.h: $(BUILD)/programs.bpf.o
	$(call say,SKEL,$@)
	$(Q)$(BPFTOOL) gen skeleton $< name programs >$@

$(BUILD)/plain/tests/bench/%.o: CPPFLAGS := -iquote tests/bench $(CPPFLAGS)
$(call objects,$(BUILD)/plain,$(BENCH_C)): | $(BUILD)/programs.skel.h

$(BUILD)/bench/bench: $(call objects,$(BUILD)/plain,$(filter-out %/generator.c,$(BENCH_C))) $(BUILD)/plain/library.a
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $^ $(LIBS) -o $@

$(BUILD)/bench/generator: $(call objects,$(BUILD)/plain,tests/bench/generator.c tests/bench/frame.c)
	$(call say,LD,$@)
	$(Q)mkdir -p $(@D)
	$(Q)$(CC) $^ $(LIBS) -o $@

BENCH := $(BUILD)/portcullis $(BUILD)/bench/bench $(BUILD)/bench/generator
BENCH_QUICK := $(BUILD)/bench/bench --quick

.PHONY: bench bench-quick bench-baseline bench-report bench-readme
bench: $(BENCH) ## all figures beside others, into tests/bench/results/ (ten minutes; CASES='flood: *')
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/bench/measure
bench-quick: $(BENCH) $(PROBES) ## the main rows against the baseline of this kind of machine
	$(Q)PORTCULLIS=$(BUILD)/portcullis BUILD=$(BUILD) tests/run tests/bench/test_quick.sh
bench-baseline: $(BENCH) ## make what the main rows cost now the baseline
	$(Q)$(BENCH_QUICK) >$(BUILD)/bench/baseline.tsv
	$(Q)python3 -B tests/bench/reporting/quick.py write tests/bench/baseline.json <$(BUILD)/bench/baseline.tsv
bench-report: ## pages and pictures anew, from each report.json in tests/bench/results/
	$(Q)for folder in tests/bench/results/*; do \
		python3 -B tests/bench/reporting "$$folder" || missed=1; done; [ -z "$$missed" ]
bench-readme: ## the README's table of costs, from the newest of tests/bench/results/
	$(Q)tests/bench/readme
