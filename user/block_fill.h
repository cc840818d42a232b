/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Fills the table that blocked sources are looked up in (block_table.h) from the list of blocked
 * prefixes. Pure.
 *
 * A change is prepared in free lines, which nobody sees; published, by one store for each entry of
 * the root; and completed when nobody reads the lines any more that it has replaced.
 */
#ifndef PORTCULLIS_BLOCK_FILL_H
#define PORTCULLIS_BLOCK_FILL_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

#include "block_lines.h"
#include "number.h"

/* Which entries of the root a change is about, a bit each. */
struct block_roots {
	__u64 bits[BLOCK_ROOTS / 64];
};

void block_roots_add(struct block_roots *roots, const struct prefix *prefix);
void block_roots_add_all(struct block_roots *roots);

struct block_fill {
	struct block_lines *lines;
	GArray *entries; /* what those of the root that change are to be, then what they were */
};

/*
 * Prepares a change: the entries that `roots` names are to be as a list (struct block, sorted and
 * settled) says, which is complete as far as they go. False if memory is lacking; then all of it is
 * given back, and there is nothing to end.
 */
bool block_fill_prepare(struct block_fill *fill, struct block_lines *lines, const GArray *blocks,
			const struct block_roots *roots);

void block_fill_publish(struct block_fill *fill);

/* Gives back what was replaced; before it is published, what was prepared. Ends the change. */
void block_fill_end(struct block_fill *fill);

#endif
