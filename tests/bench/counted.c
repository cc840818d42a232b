/* SPDX-License-Identifier: GPL-2.0-only */
#include "counted.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "must.h"
#include "totals.h"

static void add(struct totals *totals, const struct load *load, enum shared_map map)
{
	int fd = load_shared_fd(load, map);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	must(!bpf_obj_get_info_by_fd(fd, &info, &size) &&
		     totals_add_map(totals, map, fd, info.max_entries),
	     "read counters");
}

struct counted counted_read(const struct load *load)
{
	struct totals *totals = totals_new();
	struct counted counted = {};

	add(totals, load, SHARED_COUNTERS);
	add(totals, load, SHARED_REASONS);
	add(totals, load, SHARED_DROPPED_PORTS);
	for (int i = 0; i < REASON_COUNT; i++) {
		if (reason_verdict((enum reason)i) == VERDICT_PASS)
			counted.passed += totals->reasons.enforced[i].packets;
		else
			counted.dropped += totals->reasons.enforced[i].packets;
		counted.passed += totals->reasons.monitored[i].packets;
	}
	counted.blocked = totals->reasons.enforced[REASON_BLOCKED].packets;
	totals_free(totals);
	return counted;
}
