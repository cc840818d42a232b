/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block list as a sorted array: what is to be in the kernel's tries, and by which steps it gets
 * there. Pure: no kernel, no clock.
 */
#ifndef PORTCULLIS_BLOCK_H
#define PORTCULLIS_BLOCK_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

#include "layout.h"
#include "number.h"

struct block {
	struct prefix prefix;
	struct blocked value; /* of it the key's value in the kernel */
};

/* The same moment by both clocks. */
struct moment {
	uint64_t boot;      /* in ns since boot, as the program counts */
	uint64_t unix_time; /* in seconds since 1970 */
};

/* Families apart, by address, a prefix before all that it holds: as for qsort. */
int block_compare_prefixes(const struct prefix *a, const struct prefix *b);

/* The prefix of so many bits that holds another, which is no shorter. */
struct prefix block_shortened(const struct prefix *prefix, unsigned int length);

/* An empty array of struct block. */
GArray *blocks_new(void);

/* Sorts them by prefix and unites equal ones: the first's beginning, the latest expiry and of those
 * that have it the last reason. */
void blocks_sort(GArray *blocks);

/* Leaves out those that have expired; how many they were. */
guint blocks_sweep(GArray *blocks, const struct moment *now);

/* Has the `until` of each, sorted, be as layout.h says. */
void blocks_settle(GArray *blocks);

/* The place of a prefix among sorted ones; NULL if it is not there. */
struct block *blocks_find(const GArray *blocks, const struct prefix *prefix);

/* The longest that holds a prefix, itself included; NULL if none. */
const struct block *blocks_holding(const GArray *blocks, const struct prefix *prefix);

/*
 * The steps from one list to another, both sorted, each an array of struct block, to be taken in
 * this order: so nobody is let in meanwhile who is to be blocked before and after.
 */
struct block_steps {
	GArray *raised;  /* blocked for longer, or told otherwise; nested ones first */
	GArray *added;   /* nested ones first */
	GArray *removed; /* nested ones last */
	GArray *lowered; /* blocked for less long */
};

void block_steps_find(struct block_steps *steps, const GArray *from, const GArray *to);
void block_steps_clear(struct block_steps *steps);

#endif
