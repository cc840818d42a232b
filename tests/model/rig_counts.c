/* SPDX-License-Identifier: GPL-2.0-only */
/* What the program says of a frame, by what it has counted. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>

#include "rig.h"

static void read_counts(struct rig *rig, struct reason_counts *sums)
{
	static struct reason_counts *values;
	int cpus = libbpf_num_possible_cpus();
	uint32_t key = 0;

	if (!values)
		values = calloc(cpus, sizeof(*values));
	assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(rig->program->maps.reasons), &key, values),
			 0);
	memset(sums, 0, sizeof(*sums));
	for (int cpu = 0; cpu < cpus; cpu++) {
		for (size_t i = 0; i < sizeof(*sums) / sizeof(__u64); i++)
			((__u64 *)sums)[i] += ((__u64 *)&values[cpu])[i];
	}
}

/* The sum of all that many counts, which stand at `first` in each block of the map. */
static struct count sum_of(const struct bpf_map *map, size_t first, size_t counts)
{
	size_t size = bpf_map__value_size(map), cpus = libbpf_num_possible_cpus();
	char *blocks = calloc(cpus, size);
	struct count sum = {};

	for (uint32_t key = 0; key < bpf_map__max_entries(map); key++) {
		assert_int_equal(bpf_map_lookup_elem(bpf_map__fd(map), &key, blocks), 0);
		for (size_t cpu = 0; cpu < cpus; cpu++) {
			const struct count *count = (void *)(blocks + cpu * size + first);

			for (size_t i = 0; i < counts; i++) {
				sum.packets += count[i].packets;
				sum.bytes += count[i].bytes;
			}
		}
	}
	free(blocks);
	return sum;
}

bool rig_same_sums(const struct rig *rig)
{
	struct count published = sum_of(rig->program->maps.counters, 0, COUNTS_PER_BLOCK);
	struct count refused =
		sum_of(rig->program->maps.dropped_ports, offsetof(struct port_block, refused), 1);

	return !memcmp(&published, &rig->published, sizeof(published)) &&
	       !memcmp(&refused, &rig->refused, sizeof(refused));
}

/*
 * What a frame has counted says its reason. The two that most packets have are counted elsewhere
 * when enforced: no count and a pass is `published`, no count and a drop `not-published`.
 */
struct found rig_enter(struct rig *rig, const struct generated *frame)
{
	struct found found = {.reason = REASON_COUNT};
	struct reason_counts now;

	found.drop = harness_verdict(rig->program, frame->bytes, frame->size) == XDP_DROP;
	read_counts(rig, &now);
	for (int i = 0; i < REASON_COUNT; i++) {
		const struct count *enforced = &rig->counted.enforced[i];
		const struct count *monitored = &rig->counted.monitored[i];

		if (now.enforced[i].packets != enforced->packets) {
			found.reason = i;
			found.length = now.enforced[i].bytes - enforced->bytes;
		} else if (now.monitored[i].packets != monitored->packets) {
			found.reason = i;
			found.monitored = true;
			found.length = now.monitored[i].bytes - monitored->bytes;
		}
	}
	if (found.reason == REASON_COUNT)
		found.reason = found.drop ? REASON_NOT_PUBLISHED : REASON_PUBLISHED;
	rig->counted = now;
	return found;
}
