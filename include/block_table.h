/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * `block_table`: until when each IPv4 source is blocked, as the program looks it up: an entry by
 * the address's first half, then, as a rule, one leaf. It says the same as the prefixes in
 * `blocked4`, from which the loader makes it: there stands what people asked for, here what follows
 * from it.
 *
 * What a look-up costs is what misses the caches. So it is small: a million prefixes lie in less
 * than 4 MiB.
 *
 * It lies in chunks of words of 8 bytes, made as they are needed, the first one at the first block.
 * A place is a word's number, counted through all chunks. A chunk begins with what says which of
 * its words are taken; in the first one comes the root; then leaves, nodes and ends.
 *
 * Writers never change what a packet may be reading: they write what is new into free words, and
 * have an entry of the root lead there, by one store.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_BLOCK_TABLE_H
#define PORTCULLIS_BLOCK_TABLE_H

/*
 * An entry says of all addresses that lead to it when their block ends, or in which node or leaf
 * that stands.
 */
#define BLOCK_LEADS (1U << 31) /* else the entry is an end */
#define BLOCK_NODE  (1U << 30) /* it leads to a node */
#define BLOCK_PLACE ((1U << 27) - 1)

/* An end counts ticks of 2^27 ns (134 ms) since boot, nine years of them. */
#define BLOCK_TICK_SHIFT 27
#define BLOCK_NONE       0U
#define BLOCK_ENDLESS    (BLOCK_LEADS - 1)

/*
 * The first bits of an address choose an entry of the root; where the other ones need more than a
 * leaf has room for, four by four of them one of a node. The last four never do.
 */
#define BLOCK_ROOT_BITS    16
#define BLOCK_ROOTS        (1U << BLOCK_ROOT_BITS)
#define BLOCK_NODE_BITS    4
#define BLOCK_NODE_ENTRIES (1U << BLOCK_NODE_BITS)
#define BLOCK_NODE_LEVELS  3
#define BLOCK_NODE_WORDS   (BLOCK_NODE_ENTRIES * sizeof(__u32) / sizeof(__u64))

/*
 * A leaf: what is blocked of an area of at most 2^16 addresses, as pieces in order. A piece holds
 * 2^bits addresses from its first one on. A range is one of them, or two that overlap. An address
 * is in the last piece that does not begin behind it, or in none.
 *
 * So many words, which the entry says, hold four pieces each: the last 16 bits of their first
 * addresses, inverted, as suits comparing four at once. Behind them comes an entry, the end of all
 * pieces, or where there is one for each (__u32, in the same order); then the pieces' bits, two to
 * a byte, the lower half first. Places left over repeat the last piece.
 */
#define BLOCK_LEAF_SHIFT   27 /* in an entry: how many words of pieces, less one */
#define BLOCK_LEAF_SIZES   8  /* that an entry can say */
#define BLOCK_WORDS_MAX    6
#define BLOCK_PIECES_MAX   (4 * BLOCK_WORDS_MAX)
#define BLOCK_PIECE_INVERT 0xffff
#define BLOCK_LEAF_BITS    4 /* bytes from the end to the bits */

static inline __u32 block_leaf_pieces(__u32 entry)
{
	return (entry >> BLOCK_LEAF_SHIFT) % BLOCK_LEAF_SIZES + 1;
}

/* With so many words of pieces: of the leaf, and of ends for each. */
#define BLOCK_LEAF_BYTES(pieces) ((pieces) * (8U + 2) + BLOCK_LEAF_BITS)
#define BLOCK_LEAF_WORDS(pieces) ((BLOCK_LEAF_BYTES(pieces) + 7) / 8)
#define BLOCK_ENDS_WORDS(pieces) ((pieces)*2U)

#define BLOCK_CHUNK_WORDS (1U << 17)
#define BLOCK_CHUNKS      1024
_Static_assert(BLOCK_CHUNK_WORDS *BLOCK_CHUNKS == BLOCK_PLACE + 1, "an entry tells every place");

struct block_chunk {
	union {
		__u64 taken[BLOCK_CHUNK_WORDS / 64]; /* a bit for each word; for writers alone */
		__u64 word[BLOCK_CHUNK_WORDS];
		__u32 entry[BLOCK_CHUNK_WORDS * 2];
	};
	/* Nothing: the verifier does not know that leaves and nodes end where the chunk does. */
	__u64 beyond[16];
};

/* The words that a chunk needs for `taken`, and in the first chunk the root behind them. */
#define BLOCK_TAKEN_WORDS (BLOCK_CHUNK_WORDS / 64)
#define BLOCK_ROOT_WORDS  (BLOCK_ROOTS / 2)
#define BLOCK_ROOT_ENTRY  (BLOCK_TAKEN_WORDS * 2)

#endif
