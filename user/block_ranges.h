/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list's IPv4 prefixes as ranges of addresses, none in another. Pure. */
#ifndef PORTCULLIS_BLOCK_RANGES_H
#define PORTCULLIS_BLOCK_RANGES_H

#include <glib.h>
#include <linux/types.h>

#include "number.h"

/* Addresses in host byte order, both among the blocked. */
struct block_range {
	__u32 first, last;
	__u32 end; /* when their block ends, in ticks: block_table.h */
};

/* The addresses of an IPv4 prefix; their end is BLOCK_NONE. */
struct block_range block_range_of(const struct prefix *prefix);

/*
 * The blocked ranges of a list (struct block, sorted and settled): in order, and those that touch
 * have different ends. A new array of struct block_range.
 */
GArray *block_ranges_new(const GArray *blocks);

#endif
