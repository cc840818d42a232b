/* SPDX-License-Identifier: GPL-2.0-only */
/* Lays out guards: what they ask as `guards`, the networks that they name as `sources*`. */
#include "image_guards.h"

#include <string.h>
#include <sys/socket.h>

#include "text.h"

/* 0 stands for any source. */
static __u32 sources_number(const struct guard_rule *guard)
{
	return guard->order + 1;
}

static void add_prefix(struct image *image, __u32 sources, const struct prefix *prefix)
{
	struct source4 key4 = {.length = 32 + prefix->length, .sources = sources};
	struct source6 key6 = {.length = 32 + prefix->length, .sources = sources};

	if (prefix->family == AF_INET) {
		memcpy(&key4.address, prefix->bytes, sizeof(key4.address));
		g_array_append_val(image->sources4, key4);
	} else {
		memcpy(key6.address, prefix->bytes, sizeof(key6.address));
		g_array_append_val(image->sources6, key6);
	}
}

void image_add_sources(struct image *image, const struct policy *policy)
{
	for (guint i = 0; i < policy->guards->len; i++) {
		const struct guard_rule *guard = policy->guards->pdata[i];

		for (guint j = 0; j < guard->sources->len; j++)
			add_prefix(image, sources_number(guard),
				   &g_array_index(guard->sources, struct prefix, j));
	}
}

/*
 * FNV-1a of the guard's name: the same in every generation and every version, so that what a source
 * has used up stays used up when the site is read again.
 */
static __u32 limit_number(const struct guard_rule *guard)
{
	g_autofree char *name = text_fold(guard->name);
	__u32 hash = 2166136261U;

	for (const char *at = name; *at; at++)
		hash = (hash ^ (unsigned char)*at) * 16777619U;
	return hash;
}

static struct guard lay_out(const struct guarding *guarding)
{
	const struct guard_rule *sources = guarding->by[GUARD_SOURCES];
	const struct guard_rule *limit = guarding->by[GUARD_LIMIT];
	struct guard guard = {.media = guarding->by[GUARD_PAYLOAD] != NULL};

	if (sources)
		guard.sources = sources_number(sources);
	if (limit) {
		guard.interval = limit->limit.interval;
		guard.tolerance = (limit->limit.burst - 1) * limit->limit.interval;
		guard.limit = limit_number(limit);
	}
	return guard;
}

static __u16 guard_index(struct image *image, const struct guarding *guarding)
{
	const struct guard guard = lay_out(guarding);
	guint i = 0;

	while (i < image->guards->len &&
	       memcmp(&g_array_index(image->guards, struct guard, i), &guard, sizeof(guard)))
		i++;
	if (i == image->guards->len)
		g_array_append_val(image->guards, guard);
	return (__u16)i;
}

__u32 image_guarded_by(struct image *image, __u32 slot, const struct guarding *guarding)
{
	const struct segment segment = {
		.slot = slot,
		.kind = SEGMENT_GUARDED,
		.guard = guard_index(image, guarding),
	};
	guint i = 0;

	image->limits |= guarding->by[GUARD_LIMIT] != NULL;
	while (i < image->segments->len &&
	       memcmp(&g_array_index(image->segments, struct segment, i), &segment,
		      sizeof(segment)))
		i++;
	if (i == image->segments->len)
		g_array_append_val(image->segments, segment);
	return PORT_SEGMENTS + i;
}
