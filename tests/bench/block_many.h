/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Block lists of random IPv4 prefixes: half of length 32, a quarter of 31, and so on down to 16.
 * One of so many is the same at every call; prefix i holds listed_address(i).
 */
#ifndef PORTCULLIS_BENCH_BLOCK_MANY_H
#define PORTCULLIS_BENCH_BLOCK_MANY_H

#include "load.h"

/* Blocks so many prefixes. */
void block_many(const struct load *load, __u32 prefixes);

/* Adds the same prefixes to an LPM trie of struct prefix4 and __u32. */
void block_in_trie(int trie, __u32 prefixes);

#endif
