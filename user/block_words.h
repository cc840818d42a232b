/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The words of the table that blocked sources are looked up in (block_table.h): which are taken,
 * and where they lie. Pure: the memory is given, and may be anybody's.
 */
#ifndef PORTCULLIS_BLOCK_WORDS_H
#define PORTCULLIS_BLOCK_WORDS_H

#include <linux/types.h>
#include <stdbool.h>

#include "block_table.h"

/* Chunk n of the owner's; where there are n so far one more, begun. NULL: cannot be had. */
typedef struct block_chunk *block_chunk_source(void *owner, __u32 n);

/* The longest run of words that anybody needs: an end for each piece. */
#define BLOCK_RUN_MAX BLOCK_ENDS_WORDS(BLOCK_WORDS_MAX)

/*
 * Where the search for free ones goes on. It begins in the chunk made last, which has most room,
 * and goes down; then up, in those made since.
 */
struct block_search {
	bool begun;
	__u32 chunk, at; /* of its `taken` */
	__u32 down, up;  /* the chunks still to be looked at: below the one, from the other on */
};

struct block_words {
	block_chunk_source *source;
	void *owner;
	__u32 count;                                     /* of the chunks that there are */
	struct block_chunk *chunks[BLOCK_CHUNKS];        /* those that were needed so far */
	struct block_search searches[BLOCK_RUN_MAX + 1]; /* by how many are looked for */
};

/* Marks in a new chunk, number n, all zeros, what it needs itself. */
void block_chunk_begin(struct block_chunk *chunk, __u32 n);

/* Takes so many free words in a row, at most BLOCK_RUN_MAX. False if memory is lacking. */
bool block_words_take(struct block_words *words, __u32 count, __u32 *place);

/* Gives back what an entry leads to, with all that that leads to. */
void block_words_give_back(struct block_words *words, __u32 entry);

/* Takes just what the root leads to, and gives back all else. False if memory cannot be had. */
bool block_words_recount(struct block_words *words);

/* Where an entry leads. NULL: memory cannot be had. */
__u64 *block_words_at(struct block_words *words, __u32 entry);

/* The root's entries; NULL: memory cannot be had. */
__u32 *block_words_root(struct block_words *words);

#endif
