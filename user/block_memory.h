/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory of the table that blocked sources are looked up in: chunks, mapped here. */
#ifndef PORTCULLIS_BLOCK_MEMORY_H
#define PORTCULLIS_BLOCK_MEMORY_H

#include "block_lines.h"
#include "message.h"

struct block_memory {
	int map; /* of maps: SHARED_BLOCK_TABLE */
	struct block_lines lines;
};

/* Opens what there is in a map, which stays the caller's. False with a message. */
bool block_memory_open(struct block_memory *memory, int map, struct messages *messages);
void block_memory_close(struct block_memory *memory);

/*
 * Waits until no packet is any more where it may have been when this was called. False with errno.
 */
bool block_memory_wait(const struct block_memory *memory);

/* Gives all chunks back to the kernel: nothing may be blocked. */
void block_memory_drop(struct block_memory *memory);

#endif
