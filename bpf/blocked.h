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

/* The words that an entry leads to. */
static __always_inline const __u64 *words_at(__u32 leads)
{
	const struct block_chunk *chunk = block_chunk((leads & BLOCK_PLACE) / BLOCK_CHUNK_WORDS);

	return chunk ? &chunk->word[leads % BLOCK_CHUNK_WORDS] : NULL;
}

static __always_inline __u32 entry_at(__u32 leads, __u32 i)
{
	const __u32 *entries = (const __u32 *)words_at(leads);

	return entries ? entries[i] : BLOCK_NONE;
}

#define TOPS 0x8000800080008000

/* By the number of a leaf's words of pieces, less one: the upper bits of all that are there. */
static const __u64 leaf_tops[BLOCK_LEAF_SIZES][BLOCK_LEAF_SIZES] = {
	{TOPS},
	{TOPS, TOPS},
	{TOPS, TOPS, TOPS},
	{TOPS, TOPS, TOPS, TOPS},
	{TOPS, TOPS, TOPS, TOPS, TOPS},
	{TOPS, TOPS, TOPS, TOPS, TOPS, TOPS},
};

/*
 * How many pieces do not begin behind an address: all are compared at once, four to a word, without
 * a branch to guess wrong, which the compiler would make of any condition. As their first addresses
 * are inverted, one does if its sum with this address, and 1, has a carry: which is the upper bit
 * of half that sum, and of that no bit goes from one piece to the next.
 */
static __always_inline __u32 pieces_begun(const __u64 *leaf, __u32 words, __u32 offset)
{
	const __u64 lanes = 0x0001000100010001, address = offset * lanes;
	const __u64 *tops = leaf_tops[(words - 1) % BLOCK_LEAF_SIZES];
	__u64 begun = 0;

#pragma unroll
	for (int i = 0; i < BLOCK_WORDS_MAX; i++) {
		__u64 half = (address | leaf[i]) - (((address ^ leaf[i]) & ~lanes) >> 1);

		begun += (half & tops[i]) >> 15;
	}
	return begun * lanes >> 48;
}

static __always_inline __u32 end_in_leaf(__u32 leads, __u32 address)
{
	__u32 words = block_leaf_pieces(leads), offset = address % BLOCK_ROOTS, begun, piece, first;
	const __u64 *leaf = words_at(leads);
	const __u8 *bits;
	__u32 end;

	if (!leaf)
		return BLOCK_NONE;
	begun = pieces_begun(leaf, words, offset);
	/* the last of them, the first if there is none; within the leaf, as the verifier sees */
	piece = (begun - (begun + 31) / 32) % 32;
	first = ((const __u16 *)leaf)[piece] ^ BLOCK_PIECE_INVERT;
	bits = (const __u8 *)(leaf + words) + BLOCK_LEAF_BITS;
	if ((offset - first) >> (bits[piece / 2] >> piece % 2 * 4 & 15))
		return BLOCK_NONE;
	end = *(const __u32 *)(leaf + words);
	return end & BLOCK_LEADS ? entry_at(end, piece) : end;
}

/* When the block of a source ends: layout and meaning are told in block_table.h. */
static __always_inline __u32 block_end4(__u32 address)
{
	__u32 entry = entry_of_root(address);

#pragma unroll
	for (int level = BLOCK_NODE_LEVELS; level > 0; level--)
		if (unlikely(entry >= (BLOCK_LEADS | BLOCK_NODE)))
			entry = entry_at(entry,
					 (address >> level * BLOCK_NODE_BITS) % BLOCK_NODE_ENTRIES);
	return entry & BLOCK_LEADS ? end_in_leaf(entry, address) : entry;
}

/* On the block list, whatever the site says. */
static __always_inline bool is_listed4(__be32 address)
{
	__u32 end = block_end4(bpf_ntohl(address));

	if (end == BLOCK_NONE || end == BLOCK_ENDLESS)
		return end;
	return bpf_ktime_get_coarse_ns() >> BLOCK_TICK_SHIFT < end;
}

/* Global functions, which the verifier checks once by themselves. */
__noinline bool is_blocked4(__u32 address)
{
	struct prefix4 key = {.length = 32, .address = address};

	if (have_blocked4 && bpf_map_lookup_elem(&site_blocked4, &key))
		return true;
	return is_listed4(address);
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
