/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes, as the product holds them and as a bare trie does. */
#ifndef PORTCULLIS_BENCH_BLOCKLIST_H
#define PORTCULLIS_BENCH_BLOCKLIST_H

#include <glib.h>
#include <linux/types.h>

#include "load.h"

/*
 * So many different prefixes at random, for good: half of them addresses, a quarter /31, and so on
 * down to /16. The same each time. An array of struct block, sorted and settled; to be freed with
 * g_array_unref().
 */
GArray *blocklist_random(guint count);

/* Has a loaded policy's block list be just that, by the product's own code. */
void blocklist_fill(const struct load *load, const GArray *blocks);

/* So many sources in network byte order: an address of a random prefix of these (NULL: any), or any
 * address, in turns that nobody can guess. */
void blocklist_sources(const GArray *blocks, __be32 *sources, guint count);

/*
 * A program that drops every packet, but looks into a trie of these prefixes for its source first;
 * with NULL it does not. Its descriptor.
 */
int blocklist_load_trie(const GArray *blocks);

#endif
