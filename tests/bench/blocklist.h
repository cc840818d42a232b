/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes, as the product holds them and as a bare trie does. */
#ifndef PORTCULLIS_BENCH_BLOCKLIST_H
#define PORTCULLIS_BENCH_BLOCKLIST_H

#include <glib.h>
#include <linux/types.h>

#include "load.h"

/*
 * So many different prefixes, for good: half of them addresses, a quarter /31, and so on down to
 * /16. The same each time; prefix i holds listed_address(i). An array of struct block, sorted and
 * settled; to be freed with g_array_unref().
 */
GArray *blocklist_random(guint count);

/* Has a loaded policy's block list be just that, by the product's own code. */
void blocklist_fill(const struct load *load, const GArray *blocks);

/* Adds them to an LPM trie of struct prefix4 and __u32. */
void blocklist_fill_trie(int trie, const GArray *blocks);

/*
 * Blocks a prefix and takes that back, as `block` and `unblock` do with the list open: ms that
 * either took, the longer of the two.
 */
double blocklist_change(const struct load *load, const char *prefix);

#endif
