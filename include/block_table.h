/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `block_table`: until when each IPv4 source is blocked, as the program looks it up: an entry by
 * the address's first half, then, as a rule, one cache line. It says the same as the prefixes in
 * `blocked4`, from which the loader makes it: there stands what people asked for, here what follows
 * from it.
 *
 * What a look-up costs is what misses the caches: so a million prefixes lie in 4 MiB.
 *
 * It lies in chunks, made as they are needed, the first one at the first block. A line is known by
 * its number, counted through all chunks. A chunk holds which of its lines are taken; the first one
 * then the root; then come lines of all kinds.
 *
 * Writers never change what a packet may be reading: they write what is new into free lines, and
 * have an entry of the root lead there, by one store.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_BLOCK_TABLE_H
#define PORTCULLIS_BLOCK_TABLE_H

/*
 * An entry says of all addresses that lead to it when their block ends, or where that stands: in a
 * node, in a line of pieces, or, for the line itself, in ends of their own.
 */
#define BLOCK_LEADS (1U << 31) /* else the entry is an end */
#define BLOCK_NODE  (1U << 30) /* it leads to a node */
#define BLOCK_PLACE (BLOCK_NODE - 1)

/* An end counts ticks of 2^27 ns (134 ms) since boot, nine years of them. */
#define BLOCK_TICK_SHIFT 27
#define BLOCK_NONE       0U
#define BLOCK_ENDLESS    (BLOCK_LEADS - 1)

/*
 * The first bits of an address choose an entry of the root; where the other ones need more than a
 * line has room for, four by four of them one of a node. The last four never do.
 */
#define BLOCK_ROOT_BITS   16
#define BLOCK_NODE_BITS   4
#define BLOCK_NODE_LEVELS 3
#define BLOCK_ROOTS       (1U << BLOCK_ROOT_BITS)

#define BLOCK_LINE_ENTRIES (1U << BLOCK_NODE_BITS) /* a node is a line of entries */

/*
 * A line of pieces: what is blocked of an area of at most 2^16 addresses, in order. A piece holds
 * 2^bits addresses from `first` on, by the last half of the address. A range is one of them, or two
 * that overlap. An address is in the last piece that does not begin behind it, or in none. Places
 * that are not needed repeat the last piece.
 */
#define BLOCK_LINE_PIECES 24

struct block_line {
	union {
		struct {
			/* the first bit inverted, as suits comparing four in one word */
			__u16 first[BLOCK_LINE_PIECES];
			__u8 bits[BLOCK_LINE_PIECES / 2]; /* four bits each, the lower ones first */
			__u32 end; /* of all pieces; or it leads to an end for each, two lines */
		};
		__u64 firsts[BLOCK_LINE_PIECES / 4];
		__u32 entry[BLOCK_LINE_ENTRIES];
	};
};
_Static_assert(sizeof(struct block_line) == 64, "a cache line");

#define BLOCK_ENDS_LINES 2
_Static_assert(BLOCK_LINE_PIECES <= BLOCK_ENDS_LINES * BLOCK_LINE_ENTRIES, "an end for each");

static inline __u16 block_piece_first(const struct block_line *line, __u32 i)
{
	return line->first[i] ^ 0x8000;
}

static inline __u32 block_piece_bits(const struct block_line *line, __u32 i)
{
	return line->bits[i / 2] >> i % 2 * 4 & 15;
}

#define BLOCK_CHUNK_LINES (1U << 14)
#define BLOCK_CHUNKS      1024

struct block_chunk {
	union {
		__u64 taken[BLOCK_CHUNK_LINES / 64]; /* a bit for each line; for writers alone */
		struct block_line line[BLOCK_CHUNK_LINES];
		__u32 entry[BLOCK_CHUNK_LINES * BLOCK_LINE_ENTRIES];
	};
};
_Static_assert(sizeof(struct block_chunk) == 1 << 20, "no larger than a map's value may be");

/* The lines that a chunk's own bits take, and what the first chunk has behind them. */
#define BLOCK_TAKEN_LINES (BLOCK_CHUNK_LINES / 8 / sizeof(struct block_line))
#define BLOCK_ROOT_ENTRY  (BLOCK_TAKEN_LINES * BLOCK_LINE_ENTRIES)
#define BLOCK_ROOT_LINES  (BLOCK_ROOTS / BLOCK_LINE_ENTRIES)

#endif
