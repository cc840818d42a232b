/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocked sources: those of the site, which come and go with its generation, and those of the block
 * list, which is changed while it is in force. They are dropped before anything else is asked.
 */
#ifndef PORTCULLIS_BLOCKED_H
#define PORTCULLIS_BLOCKED_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "addresses.h"
#include "flows.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"

/* Whether the block list may hold a source of a family: one word spares all others the trie. */
static __always_inline bool is_listing(__u32 family)
{
	return control.blocks & family;
}

static __always_inline bool is_in_force(const struct blocked *blocked)
{
	return blocked && bpf_ktime_get_coarse_ns() < blocked->until;
}

/* Global functions, which the verifier checks once by themselves. */
__noinline bool is_blocked4(__u32 address)
{
	struct prefix4 key = {.length = 32, .address = address};

	if (have_blocked4 && bpf_map_lookup_elem(&site_blocked4, &key))
		return true;
	return is_in_force(bpf_map_lookup_elem(&blocked4, &key));
}

__noinline bool is_blocked6(__u64 high, __u64 low)
{
	union address address = {.half = {high, low}};
	struct prefix6 key = prefix_of6(&address);

	if (have_blocked6 && bpf_map_lookup_elem(&site_blocked6, &key))
		return true;
	return is_in_force(bpf_map_lookup_elem(&blocked6, &key));
}

/*
 * Ends the judgement, but not before it is known whose packet it would have been: a server that is
 * enforced must not get it because the gate only monitors. What a monitored one answers to it
 * begins nothing.
 */
static __always_inline bool refuse_blocked(const struct cursor *cursor, struct packet *packet,
					   __u32 target)
{
	packet->outcome->target = target != TARGET_NONE ? target : everyone;
	if (replies && unlikely(target_monitor(packet->outcome->target))) {
		if (!cursor->thorough)
			return look_again(packet);
		note_unread(packet);
	}
	return decide(packet, REASON_BLOCKED);
}

static __always_inline bool judge_blocked4(const struct cursor *cursor, struct packet *packet)
{
	if (likely(!have_blocked4 && !is_listing(BLOCKS_IPV4)) ||
	    likely(!is_blocked4(packet->ip4->saddr)))
		return true;
	return refuse_blocked(cursor, packet, server_of4(packet->ip4->daddr));
}

static __always_inline bool judge_blocked6(const struct cursor *cursor, struct packet *packet)
{
	const union address *source = source6(packet), *destination = destination6(packet);

	if (likely(!have_blocked6 && !is_listing(BLOCKS_IPV6)) ||
	    likely(!is_blocked6(source->half[0], source->half[1])))
		return true;
	return refuse_blocked(cursor, packet,
			      server_of6(destination->half[0], destination->half[1]));
}

#endif
