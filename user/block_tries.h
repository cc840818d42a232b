/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The tries of blocked prefixes in the kernel: read whole and in parts, and written. Errors are
 * -errno. A trie is told by its descriptor and the family (AF_INET, AF_INET6) of its keys.
 */
#ifndef PORTCULLIS_BLOCK_TRIES_H
#define PORTCULLIS_BLOCK_TRIES_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "number.h"

/* Appends all entries (struct block), in any order. Begins anew where a writer is in between. */
int block_trie_read(GArray *blocks, int trie, uint8_t family);

/* Appends those that hold a prefix, itself among them. */
int block_trie_read_holding(GArray *blocks, int trie, const struct prefix *prefix);

/*
 * Appends those that lie in a prefix, but for itself: so many steps as there are, however many are
 * elsewhere. Holding the gate's lock: for a moment it may add one, which blocks nobody.
 */
int block_trie_read_within(GArray *blocks, int trie, const struct prefix *prefix);

/* Puts a family's entries among blocks into the trie, or takes them away. */
int block_trie_write(int trie, uint8_t family, const GArray *blocks, bool put);

bool block_trie_is_empty(int trie);

#endif
