/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Blocked sources: those of the site, which come and go with its generation, and those of the block
 * list, which is changed while it is in force. They are dropped before anything else is asked.
 */
#ifndef PORTCULLIS_BLOCKED_H
#define PORTCULLIS_BLOCKED_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "addresses.h"
#include "block_table.h"
#include "flows.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"

/* Whether the block list may hold a source of a family: one word spares all others the look-up. */
static __always_inline bool is_listing(__u32 family)
{
	return control.blocks & family;
}

/* A chunk of the table; NULL where nothing was ever blocked. Both look-ups are inlined. */
static __always_inline const struct block_chunk *block_chunk(__u32 number)
{
	const __u32 key = 0;
	void *chunk = bpf_map_lookup_elem(&block_table, &number);

	return chunk ? bpf_map_lookup_elem(chunk, &key) : NULL;
}

static __always_inline __u32 entry_of_root(__u32 address)
{
	const struct block_chunk *chunk = block_chunk(0);

	return chunk ? chunk->entry[BLOCK_ROOT_ENTRY + (address >> (32 - BLOCK_ROOT_BITS))]
		     : BLOCK_NONE;
}

static __always_inline __u32 entry_of_node(__u32 node, __u32 bits)
{
	const struct block_chunk *chunk = block_chunk((node & BLOCK_PLACE) / BLOCK_CHUNK_LINES);
	__u32 number = node % BLOCK_CHUNK_LINES / BLOCK_NODE_LINES; /* among the chunk's */

	return chunk ? chunk->entry[number * BLOCK_NODE_ENTRIES + bits % BLOCK_NODE_ENTRIES]
		     : BLOCK_NONE;
}

static __always_inline bool leads_to_node(__u32 entry)
{
	return entry >= (BLOCK_LEADS | BLOCK_NODE);
}

/*
 * How many of the line's ranges do not begin behind an address: all compared at once, four to a
 * word, whose free bits take the borrows; no branch to guess wrong.
 */
static __always_inline __u32 ranges_begun(const struct block_line *line, __u32 offset)
{
	const __u64 spread = offset * BLOCK_LANES | BLOCK_LANES_GUARDS;
	__u64 begun = 0;

#pragma unroll
	for (int i = 0; i < BLOCK_LINE_RANGES / 4; i++)
		begun += (spread - line->firsts[i] & BLOCK_LANES_GUARDS) >> 15;
	return begun * BLOCK_LANES >> 48;
}

static __always_inline __u32 end_in_line(__u32 entry, __u32 address)
{
	const struct block_chunk *chunk = block_chunk((entry & BLOCK_PLACE) / BLOCK_CHUNK_LINES);
	__u32 offset = address & BLOCK_OFFSET_MASK, range;
	const struct block_line *line;

	if (!chunk)
		return BLOCK_NONE;
	line = &chunk->line[entry % BLOCK_CHUNK_LINES];
	range = (ranges_begun(line, offset) - 1) % BLOCK_LINE_RANGES;
	return offset - line->first[range] <= line->span[range] ? line->end[range] : BLOCK_NONE;
}

/* When the block of a source ends: layout and meaning are told in block_table.h. */
static __always_inline __u32 block_end4(__u32 address)
{
	__u32 entry = entry_of_root(address);

	if (unlikely(leads_to_node(entry)))
		entry = entry_of_node(entry, address >> BLOCK_NODE_BITS);
	if (unlikely(leads_to_node(entry)))
		entry = entry_of_node(entry, address);
	return entry & BLOCK_LEADS ? end_in_line(entry, address) : entry;
}

/* Global functions, which the verifier checks once by themselves. */
__noinline bool is_blocked4(__u32 address)
{
	struct prefix4 key = {.length = 32, .address = address};
	__u32 end;

	if (have_blocked4 && bpf_map_lookup_elem(&site_blocked4, &key))
		return true;
	end = block_end4(bpf_ntohl(address));
	if (end == BLOCK_NONE || end == BLOCK_ENDLESS)
		return end;
	return bpf_ktime_get_coarse_ns() >> BLOCK_TICK_SHIFT < end;
}

__noinline bool is_blocked6(__u64 high, __u64 low)
{
	union address address = {.half = {high, low}};
	struct prefix6 key = prefix_of6(&address);
	const struct blocked *blocked;

	if (have_blocked6 && bpf_map_lookup_elem(&site_blocked6, &key))
		return true;
	blocked = bpf_map_lookup_elem(&blocked6, &key);
	return blocked && bpf_ktime_get_coarse_ns() < blocked->until;
}

/*
 * Ends the judgement, but not before it is known whose packet it would have been: a server that is
 * enforced must not get it because the gate only monitors. What a monitored one answers to it
 * begins nothing.
 */
static __always_inline bool refuse_blocked(const struct cursor *cursor, struct packet *packet,
					   __u32 target)
{
	bool known = target != TARGET_NONE && target != TARGET_UNKNOWN;

	packet->outcome->target = known ? target : everyone;
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
