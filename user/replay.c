/* SPDX-License-Identifier: GPL-2.0-only */
/* Runs the programs packet by packet; each costs one system call. */
#include "replay.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#include "ageing.h"
#include "image.h"
#include "load.h"
#include "shared.h"

#define INTERFACE_INDEX 1 /* any: nothing is attached to it */
#define NS              1000000000ULL

/* Of a frame that leaves the headers alone matter; more than a page an older kernel refuses. */
#define LEAVING_MAX 2048

struct replay {
	struct shared shared; /* of a replay's own */
	struct ageing *ageing;
	struct load *young;       /* in the first minute: connections under way are taken over */
	struct load *grown;       /* past it; both have the same maps that are written into */
	__u64 grown_at;           /* in ns of the packets' time; 0: none has come yet */
	GHashTable *limited;      /* slots of `counters` where a guard has a limit */
	struct ring_buffer *ring; /* NULL: drops are not told */
	struct event drop;
	bool dropped; /* `drop` is that of the last packet */
};

static bool fail(struct messages *messages, const char *step, int error)
{
	message_add(messages, SEVERITY_ERROR, "replay", 0, "cannot %s: %s", step, strerror(error));
	return false;
}

/* Limits go by a clock, and the packets of an hour come within a second. */
static void drop_limits(struct replay *replay, struct image *image)
{
	for (guint i = 0; i < image->segments->len; i++) {
		const struct segment *segment = &g_array_index(image->segments, struct segment, i);

		if (segment->kind == SEGMENT_GUARDED &&
		    g_array_index(image->guards, struct guard, segment->guard).interval)
			g_hash_table_add(replay->limited, GUINT_TO_POINTER(segment->slot));
	}
	for (guint i = 0; i < image->guards->len; i++)
		g_array_index(image->guards, struct guard, i).interval = 0;
	image->limits = false;
}

static struct load *load_age(const struct image *image, __u32 pickup_until,
			     const struct shared *shared, struct messages *messages)
{
	const int index = INTERFACE_INDEX;
	struct load_host host = {.pickup_until = pickup_until};
	struct load *load;

	host.indexes = g_array_new(FALSE, FALSE, sizeof(int));
	g_array_append_val(host.indexes, index);
	host.gated = g_array_new(FALSE, FALSE, sizeof(__u32));
	load = load_image(image, "{}", shared, &host, messages);
	g_array_unref(host.indexes);
	g_array_unref(host.gated);
	return load;
}

static bool load_both(struct replay *replay, const struct image *image, struct messages *messages)
{
	const struct shared_needs needs = load_needs(image);

	if (!shared_create(&replay->shared, &needs, messages))
		return false;
	replay->ageing = ageing_new(&replay->shared, messages);
	if (!replay->ageing)
		return false;
	replay->young = load_age(image, ~0U, &replay->shared, messages);
	if (!replay->young || !image->replies)
		return replay->young;
	replay->grown = load_age(image, 0, &replay->shared, messages);
	return replay->grown;
}

static int keep_drop(void *data, void *bytes, size_t size)
{
	struct replay *replay = data;

	if (size < sizeof(replay->drop))
		return 0;
	memcpy(&replay->drop, bytes, sizeof(replay->drop));
	replay->dropped = true;
	return 0;
}

/* As somebody would who wants to see every drop, and never lags behind. */
static bool watch_all(struct replay *replay, struct messages *messages)
{
	const struct watch all = {
		.lease = ~0ULL,
		.reasons = ~0ULL,
		.round = 1,
		.budget = ~0U,
		.transports = ~0U,
		.last_port = 65535,
	};
	const struct control control = {.watching = 1};
	const __u32 key = 0;

	replay->ring = ring_buffer__new(replay->shared.fd[SHARED_EVENTS], keep_drop, replay, NULL);
	if (!replay->ring ||
	    bpf_map_update_elem(replay->shared.fd[SHARED_WATCH], &key, &all, BPF_ANY) ||
	    bpf_map_update_elem(replay->shared.fd[SHARED_CONTROL], &key, &control, BPF_ANY))
		return fail(messages, "watch the drops", errno);
	return true;
}

struct replay *replay_new(const struct generation *generation, bool drops,
			  struct messages *messages)
{
	struct image *image = image_build(generation, messages);
	struct replay *replay;
	bool loaded;

	if (!image)
		return NULL;
	replay = g_new0(struct replay, 1);
	replay->limited = g_hash_table_new(NULL, NULL);
	drop_limits(replay, image);
	image->count_ports = true; /* here nothing is to be spared */
	loaded = load_both(replay, image, messages) && (!drops || watch_all(replay, messages));
	image_free(image);
	if (loaded)
		return replay;
	replay_free(replay);
	return NULL;
}

void replay_free(struct replay *replay)
{
	if (!replay)
		return;
	ring_buffer__free(replay->ring);
	load_free(replay->grown);
	load_free(replay->young);
	ageing_free(replay->ageing);
	shared_close(&replay->shared);
	g_hash_table_unref(replay->limited);
	g_free(replay);
}

/* It is that time now: the programs that a gate would have which came up with the first packet. */
static const struct load *load_at(struct replay *replay, __u64 time)
{
	ageing_to(replay->ageing, time);
	if (!replay->grown_at)
		replay->grown_at = time + PICKUP_SECONDS * NS;
	return replay->grown && time >= replay->grown_at ? replay->grown : replay->young;
}

bool replay_arrive(struct replay *replay, const struct link_frame *frame, __u64 time,
		   const struct event **drop, struct messages *messages)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame->bytes, .repeat = 1,
		    .data_size_in = (__u32)frame->length);
	int err = bpf_prog_test_run_opts(load_program_fd(load_at(replay, time), 0), &run);

	*drop = NULL;
	if (err)
		return fail(messages, "run the program", -err);
	if (!replay->ring)
		return true;
	replay->dropped = false;
	err = ring_buffer__consume(replay->ring);
	if (err < 0)
		return fail(messages, "read why a packet was dropped", -err);
	if (replay->dropped)
		*drop = &replay->drop;
	return true;
}

bool replay_leave(struct replay *replay, struct link_frame *frame, __u64 time, uint8_t *room,
		  struct messages *messages)
{
	LIBBPF_OPTS(bpf_test_run_opts, run, .repeat = 1);
	int program = load_egress_fd(load_at(replay, time), 0);
	int err;

	if (program < 0)
		return true;
	link_frame_trim(frame, LEAVING_MAX, room);
	run.data_in = frame->bytes;
	run.data_size_in = (__u32)frame->length;
	err = bpf_prog_test_run_opts(program, &run);
	/* the kernel takes no frame that has nothing behind its link header: nor would we */
	return !err || err == -EINVAL || fail(messages, "run the egress program", -err);
}

struct totals *replay_totals(const struct replay *replay, struct messages *messages)
{
	struct totals *totals = totals_new();

	for (int map = 0; map < SHARED_COUNTERS_END; map++) {
		if (totals_add_map(totals, map, replay->shared.fd[map], replay->shared.blocks[map]))
			continue;
		fail(messages, "read the counters", errno);
		totals_free(totals);
		return NULL;
	}
	return totals;
}

__u64 replay_unlimited(const struct replay *replay, const struct totals *totals)
{
	GHashTableIter slots;
	gpointer slot;
	__u64 packets = 0;

	g_hash_table_iter_init(&slots, replay->limited);
	while (g_hash_table_iter_next(&slots, &slot, NULL))
		packets += totals_slot(totals, GPOINTER_TO_UINT(slot)).packets;
	return packets;
}
