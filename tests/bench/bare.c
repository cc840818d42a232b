/* SPDX-License-Identifier: GPL-2.0-only */
#include "bare.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "blocklist.h"
#include "must.h"
#include "programs.skel.h"

/* All of them, except for tries, which are of many sizes. */
static struct programs *common(void)
{
	static struct programs *programs;

	if (programs)
		return programs;
	programs = programs__open_and_load();
	must(programs != NULL, "load the bench's programs");
	return programs;
}

int bare_drop(__u32 unused)
{
	return bpf_program__fd(common()->progs.bare_drop);
}

int bare_pass(__u32 unused)
{
	return bpf_program__fd(common()->progs.bare_pass);
}

int bare_calibrate(__u32 unused)
{
	common()->bss->variation.state = 1;
	return bpf_program__fd(common()->progs.calibrate);
}

int bare_trie(__u32 prefixes)
{
	struct programs *programs = programs__open();
	g_autoptr(GArray) blocks = blocklist_random(prefixes);

	must(programs && !bpf_map__set_max_entries(programs->maps.trie, prefixes) &&
		     !programs__load(programs),
	     "load a trie");
	blocklist_fill_trie(bpf_map__fd(programs->maps.trie), blocks);
	return bpf_program__fd(programs->progs.trie_drop);
}

int bare_rewrite(int judge, const struct variation *variation)
{
	struct programs *programs = common();
	__u32 key = 0;

	must(!bpf_map_update_elem(bpf_map__fd(programs->maps.judge), &key, &judge, BPF_ANY),
	     "hand over to a program");
	programs->bss->variation = *variation;
	return bpf_program__fd(programs->progs.rewrite);
}
