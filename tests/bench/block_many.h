/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes: half of length 32, a quarter of 31, and so on down to 16. */
#ifndef PORTCULLIS_BENCH_BLOCK_MANY_H
#define PORTCULLIS_BENCH_BLOCK_MANY_H

#include "load.h"

/* Blocks so many prefixes: the same ones at every call with that number. */
void block_many(const struct load *load, __u32 prefixes);

/* Adds the same prefixes to an LPM trie of struct prefix4 and __u32. */
void block_in_trie(int trie, __u32 prefixes);

/*
 * SOURCES_MAX sources in network byte order, at random half of them of those prefixes. Never to be
 * freed.
 */
const __u32 *block_sources(__u32 prefixes);

#endif
