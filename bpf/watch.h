/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples of what is dropped, while somebody looks on. Nothing here can change a verdict, and where
 * nobody does, all that a drop pays is to read one word.
 */
#ifndef PORTCULLIS_WATCH_H
#define PORTCULLIS_WATCH_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "packet.h"
#include "parse.h"

/* How many are lost on a CPU between two looks at the clock: it is read for nothing else. */
#define LEASE_CHECK 1024

static __always_inline bool of_prefix4(const struct watch *wanted, __be32 source)
{
	return !((source ^ wanted->source[0]) & wanted->source_mask[0]);
}

static __always_inline bool of_prefix6(const struct watch *wanted, const __be32 source[4])
{
	__be32 other = 0;

#pragma unroll
	for (int i = 0; i < 4; i++)
		other |= (source[i] ^ wanted->source[i]) & wanted->source_mask[i];
	return !other;
}

/*
 * Whether the frame comes from the source that is wanted. The address is read anew: to keep it
 * would cost every packet something.
 */
static __always_inline bool wants_source(const struct watch *wanted, struct xdp_md *ctx)
{
	struct copies copies;
	struct outcome unused = {};
	struct packet packet = {.outcome = &unused};
	struct cursor cursor = cursor_thorough(ctx, false, &copies);
	bool is4 = wanted->source_version == 4;

	if (!parse_link(&cursor, &packet) ||
	    packet.ethertype != (is4 ? bpf_htons(ETHERTYPE_IPV4) : bpf_htons(ETHERTYPE_IPV6)))
		return false;
	if (is4)
		return holds(&cursor, sizeof(struct iphdr)) &&
		       of_prefix4(wanted, ((const struct iphdr *)cursor.at)->saddr);
	return holds(&cursor, sizeof(struct ipv6hdr)) &&
	       of_prefix6(wanted, ((const struct ipv6hdr *)cursor.at)->saddr.in6_u.u6_addr32);
}

/* Whether a drop is wanted by all that can be told of it without its frame. */
static __always_inline bool wants(const struct watch *wanted, const struct outcome *outcome)
{
	__u16 port = outcome->port_index;

	return wanted->reasons >> (outcome->reason & 63) & 1 &&
	       wanted->transports >> (outcome->port_index >> 16 & 31) & 1 &&
	       port >= wanted->first_port && port <= wanted->last_port &&
	       (!wanted->server || wanted->server == target_server(outcome->target));
}

/* Who looked on is no more, or does not get to read: drops cost again what they did. */
static __always_inline void end_unless_leased(const struct watch *wanted)
{
	if (bpf_ktime_get_ns() > wanted->lease)
		control.watching = 0;
}

static __always_inline void lose(const struct watch *wanted, struct watch_share *share)
{
	if (unlikely(!(++share->lost % LEASE_CHECK)))
		end_unless_leased(wanted);
}

static __always_inline struct watch_share *own_share(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&watch_shares, &key);
}

/* Takes one more, if there is one left. */
static __always_inline bool take(const struct watch *wanted, struct watch_share *share)
{
	__u32 round = wanted->round;

	if (share->round != round) {
		share->round = round;
		share->taken = 0;
	}
	if (share->taken >= wanted->budget)
		return false;
	share->taken++;
	return true;
}

/*
 * The first bytes of the frame, from whichever buffers. The mask says nothing new, but to verifiers
 * of older kernels (6.1), who learn from no comparison with 0 that something is at least 1.
 */
static __always_inline void event_copy_frame(struct event *event, struct xdp_md *ctx)
{
	__u32 last;

	event->length = bpf_xdp_get_buff_len(ctx);
	last = event->length - 1;
	if (last >= EVENT_FRAME)
		last = EVENT_FRAME - 1;
	asm volatile("%0 &= %1" : "+r"(last) : "i"(EVENT_FRAME - 1));
	if (!bpf_xdp_load_bytes(ctx, 0, event->frame, last + 1))
		event->captured = last + 1;
}

/* No wake-up: who looks on comes by itself, many times a second, and not once for each sample. */
static __always_inline bool event_submit(struct xdp_md *ctx, const struct outcome *outcome,
					 bool monitored)
{
	struct event *event = bpf_ringbuf_reserve(&events, sizeof(*event), 0);

	if (unlikely(!event))
		return false;
	event->time = bpf_ktime_get_ns();
	event->generation = generation;
	event->interface = ctx->ingress_ifindex;
	event->target = outcome->target;
	event->port_index = outcome->port_index;
	event->reason = outcome->reason;
	event->monitored = monitored;
	event->captured = 0;
	event_copy_frame(event, ctx);
	bpf_ringbuf_submit(event, BPF_RB_NO_WAKEUP);
	return true;
}

/*
 * Takes a sample if it is wanted. What is wanted comes before what there is room for, so that a
 * flood of others cannot crowd out what is rare. A global function, as judge_thoroughly().
 */
__noinline int watch_sample(struct xdp_md *ctx, struct outcome *outcome, bool monitored)
{
	const struct watch *wanted = value_of(&watch);
	struct watch_share *share = own_share();

	if (!outcome || !share || !wants(wanted, outcome) ||
	    (wanted->source_version && !wants_source(wanted, ctx)))
		return 0;
	if (!(take(wanted, share) && event_submit(ctx, outcome, monitored)))
		lose(wanted, share);
	return 0;
}

/* Whether this CPU has taken all that it may of the round, so that what is wanted is lost. */
static __always_inline bool lacks_room(const struct watch *wanted)
{
	struct watch_share *share = own_share();

	if (!share || share->quota != wanted->quota)
		return false;
	lose(wanted, share);
	return true;
}

/*
 * Whether nothing is to be sampled, which under a flood is so of nearly all drops: told where they
 * are dropped, for to call costs more than to ask.
 */
static __always_inline bool is_unwatched(const struct outcome *outcome)
{
	const struct watch *wanted = value_of(&watch);

	if (wanted->every)
		return lacks_room(wanted);
	if (!wants(wanted, outcome))
		return true;
	return !wanted->source_version && lacks_room(wanted);
}

/* Of what is dropped, or would be. */
static __always_inline void watch_drop(struct xdp_md *ctx, const struct outcome *outcome,
				       bool monitored)
{
	struct outcome told;

	if (likely(!control.watching) || is_unwatched(outcome))
		return;
	told = *outcome; /* a copy, so that the other one may be in registers */
	watch_sample(ctx, &told, monitored);
}

#endif
