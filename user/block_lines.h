/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The lines of the table that blocked sources are looked up in (block_table.h): which are taken,
 * and where they lie. Pure: the memory is given, and may be anybody's.
 */
#ifndef PORTCULLIS_BLOCK_LINES_H
#define PORTCULLIS_BLOCK_LINES_H

#include <linux/types.h>
#include <stdbool.h>

#include "block_table.h"

/* Chunk n of the owner's; where there are n so far one more, all zeros. NULL: cannot be had. */
typedef struct block_chunk *block_chunk_source(void *owner, __u32 n);

/*
 * Where the search for free ones goes on. It begins in the chunk made last, which has most room,
 * and goes down; then up, in those made since.
 */
struct block_search {
	bool begun;
	__u32 chunk, word;
	__u32 down, up; /* the chunks still to be looked at: below the one, from the other on */
};

struct block_lines {
	block_chunk_source *source;
	void *owner;
	__u32 count;                              /* of the chunks that there are */
	struct block_chunk *chunks[BLOCK_CHUNKS]; /* those that were needed so far */
	struct block_search for_one, for_ends;    /* lines */
};

/* Marks in a new chunk, number n, what it needs itself. */
void block_chunk_begin(struct block_chunk *chunk, __u32 n);

/* Takes so many free lines, 1 or BLOCK_ENDS_LINES, in a row. False if memory is lacking. */
bool block_lines_take(struct block_lines *lines, __u32 count, __u32 *place);

/* Gives back what an entry leads to, with all that that leads to. */
void block_lines_give_back(struct block_lines *lines, __u32 entry);

/* Takes just what the root leads to, and gives back all else. False if memory cannot be had. */
bool block_lines_recount(struct block_lines *lines);

/* Where an entry leads. NULL: memory cannot be had. */
struct block_line *block_lines_at(struct block_lines *lines, __u32 entry);

/* The root's entries; NULL: memory cannot be had. */
__u32 *block_lines_root(struct block_lines *lines);

#endif
