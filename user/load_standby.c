/* SPDX-License-Identifier: GPL-2.0-only */
/* Loads those who hand over, and the maps in which those they hand over to stand. */
#include "load_standby.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

static bool fail(struct messages *messages, const char *step, const struct bpf_map *map)
{
	message_add(messages, SEVERITY_ERROR, "load", 0, "cannot %s map %s: %s", step,
		    bpf_map__name(map), strerror(errno));
	return false;
}

static bool is_learnt(const struct image *image, const struct load_standby *standby)
{
	bool learnt = image->replies;

	for (guint i = 0; standby && i < standby->learners->len; i++)
		learnt |= g_array_index(standby->learners, int, i) >= 0;
	return learnt;
}

bool standby_choose_programs(struct portcullis *skeleton, const struct image *image,
			     const struct load_standby *standby, struct messages *messages)
{
	const bool learnt = is_learnt(image, standby);
	typeof(skeleton->progs) *programs = &skeleton->progs;
	struct bpf_map *const maps[] = {skeleton->maps.pending, skeleton->maps.standby,
					skeleton->maps.standby_egress};

	bpf_program__set_autoload(programs->portcullis, !standby);
	bpf_program__set_autoload(programs->portcullis_egress, !standby && learnt);
	bpf_program__set_autoload(programs->portcullis_unconfirmed, standby);
	bpf_program__set_autoload(programs->portcullis_open, standby);
	bpf_program__set_autoload(programs->portcullis_egress_unconfirmed, standby && learnt);
	bpf_program__set_autoload(programs->portcullis_egress_idle, standby && learnt);
	for (guint i = 0; i < G_N_ELEMENTS(maps); i++)
		if (bpf_map__set_autocreate(maps[i], standby) ||
		    (i && standby &&
		     bpf_map__set_max_entries(maps[i], MAX(standby->judges->len, 1))))
			return fail(messages, "size", maps[i]);
	return true;
}

static bool fill_programs(const struct bpf_map *map, const GArray *programs,
			  const struct bpf_program *otherwise, struct messages *messages)
{
	for (__u32 i = 0; i < programs->len; i++) {
		int program = g_array_index(programs, int, i);

		if (program < 0)
			program = bpf_program__fd(otherwise);
		if (bpf_map_update_elem(bpf_map__fd(map), &i, &program, BPF_ANY))
			return fail(messages, "fill", map);
	}
	return true;
}

bool standby_fill(const struct portcullis *skeleton, const struct load_standby *standby,
		  struct messages *messages)
{
	const struct bpf_program *idle = skeleton->progs.portcullis_egress_idle;

	return fill_programs(skeleton->maps.standby, standby->judges,
			     skeleton->progs.portcullis_open, messages) &&
	       (!bpf_program__autoload(idle) ||
		fill_programs(skeleton->maps.standby_egress, standby->learners, idle, messages));
}
