/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One change of the table that blocked IPv4 sources are looked up in, in the kernel's memory.
 * Holding the gate's lock.
 */
#ifndef PORTCULLIS_BLOCK_CHANGE_H
#define PORTCULLIS_BLOCK_CHANGE_H

#include "block.h"
#include "block_fill.h"
#include "block_memory.h"
#include "message.h"

struct block_change {
	struct control *control;
	bool concerned; /* else the table stays as it is */
	bool made;      /* else the next writer makes the table anew */
	struct block_memory memory;
	struct block_fill fill;
};

/*
 * Prepares what the table (a map of chunks) is to be after steps that lead to a list, sorted and
 * settled, of which all is known that they are about. False with a message; then nothing has
 * changed, and there is nothing to end.
 */
bool block_change_begin(struct block_change *change, struct control *control, int table,
			const struct block_steps *steps, const GArray *to,
			struct messages *messages);

/* Has packets find it. */
void block_change_publish(struct block_change *change);

/*
 * Waits until no packet looks into what was replaced, which is free then. A change that was not
 * made, or cannot be waited for, is mended by the next writer.
 */
void block_change_end(struct block_change *change);

#endif
