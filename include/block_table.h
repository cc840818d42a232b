/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `block_table`: until when each IPv4 source is blocked, as the program looks it up: by the first
 * bits of the address, then in one cache line. It says the same as the prefixes in `blocked4`, from
 * which the loader makes it: there stands what people asked for, here what follows from it.
 *
 * It lies in chunks, made as they are needed, the first one at the first block. A line is known by
 * its number, counted through all chunks. What a chunk holds is: which of its lines are taken; in
 * the first one, the root; then lines and nodes in any order.
 *
 * Writers never change what a packet may be in: they write what is new into free lines and have an
 * entry of the root lead there, by one store.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_BLOCK_TABLE_H
#define PORTCULLIS_BLOCK_TABLE_H

/*
 * An entry, of the root or of a node, says of all addresses that lead to it when their block ends,
 * or where that stands: in a line or in another node.
 */
#define BLOCK_LEADS (1U << 31) /* else the entry is an end */
#define BLOCK_NODE  (1U << 30) /* it leads to a node, else to a line */
#define BLOCK_PLACE (BLOCK_NODE - 1)

/* An end counts ticks of 2^27 ns (134 ms) since boot, nine years of them. */
#define BLOCK_TICK_SHIFT 27
#define BLOCK_NONE       0U
#define BLOCK_ENDLESS    (BLOCK_LEADS - 1)

/*
 * The address's first bits choose an entry of the root, the next ones one of a node, the rest one
 * of a node under it, whose entries are all ends. A node begins at a multiple of its lines.
 */
#define BLOCK_ROOT_BITS    18
#define BLOCK_NODE_BITS    7
#define BLOCK_ROOTS        (1U << BLOCK_ROOT_BITS)
#define BLOCK_NODE_ENTRIES (1U << BLOCK_NODE_BITS)
_Static_assert(BLOCK_ROOT_BITS + 2 * BLOCK_NODE_BITS == 32, "an address");

/*
 * A line: the blocked ranges among the addresses that lead to it, in order. Places that are not
 * needed repeat the last range. An address is in range i, the last one that does not begin behind
 * it, if it is no more than span[i] past first[i], or in none. Both are of the address's last 14
 * bits; the bit above them all is free, so that four can be compared in one word.
 */
#define BLOCK_LINE_RANGES  8
#define BLOCK_OFFSET_MASK  ((1U << (32 - BLOCK_ROOT_BITS)) - 1)
#define BLOCK_LANES        0x0001000100010001ULL
#define BLOCK_LANES_GUARDS 0x8000800080008000ULL

struct block_line {
	union {
		__u16 first[BLOCK_LINE_RANGES];
		__u64 firsts[BLOCK_LINE_RANGES / 4];
	};
	__u16 span[BLOCK_LINE_RANGES];
	__u32 end[BLOCK_LINE_RANGES];
};
_Static_assert(sizeof(struct block_line) == 64, "a cache line");

#define BLOCK_LINE_ENTRIES (sizeof(struct block_line) / sizeof(__u32))
#define BLOCK_NODE_LINES   (BLOCK_NODE_ENTRIES / BLOCK_LINE_ENTRIES)

#define BLOCK_CHUNK_LINES (1U << 15)
#define BLOCK_CHUNKS      512

struct block_chunk {
	union {
		__u64 taken[BLOCK_CHUNK_LINES / 64]; /* a bit for each line; for writers alone */
		struct block_line line[BLOCK_CHUNK_LINES];
		__u32 entry[BLOCK_CHUNK_LINES * BLOCK_LINE_ENTRIES];
	};
};
_Static_assert(sizeof(struct block_chunk) == 2 << 20, "no larger than a map's value may be");

/* The lines that a chunk's own bits take, and what the first chunk has behind them. */
#define BLOCK_TAKEN_LINES (BLOCK_CHUNK_LINES / 8 / sizeof(struct block_line))
#define BLOCK_ROOT_ENTRY  (BLOCK_TAKEN_LINES * BLOCK_LINE_ENTRIES)
#define BLOCK_ROOT_LINES  (BLOCK_ROOTS / BLOCK_LINE_ENTRIES)

#endif
