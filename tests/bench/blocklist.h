/* SPDX-License-Identifier: GPL-2.0-only */
/* Block lists of random IPv4 prefixes, as the product holds them and as a bare trie does. */
#ifndef PORTCULLIS_BENCH_BLOCKLIST_H
#define PORTCULLIS_BENCH_BLOCKLIST_H

#include <glib.h>
#include <linux/types.h>

#include "load.h"

/* A permutation of all numbers that looks like chance: the last step of MurmurHash3 (Appleby). */
static inline __u32 blocklist_mix(__u32 number)
{
	number = (number ^ number >> 16) * 0x85ebca6b;
	number = (number ^ number >> 13) * 0xc2b2ae35;
	return number ^ number >> 16;
}

/*
 * An address in prefix i of a random list, in host byte order. Of all the 2^32 numbers i those past
 * the list's end give, as good as always, an address that it does not block: so a program draws
 * sources, listed or not, without a table that would take up its cache.
 */
static inline __u32 blocklist_address(__u32 i)
{
	return blocklist_mix(i);
}

/*
 * So many different prefixes at random, for good: half of them addresses, a quarter /31, and so on
 * down to /16. The same each time. An array of struct block, sorted and settled; to be freed with
 * g_array_unref().
 */
GArray *blocklist_random(guint count);

/* Has a loaded policy's block list be just that, by the product's own code. */
void blocklist_fill(const struct load *load, const GArray *blocks);

/*
 * Has an IPv4 prefix of so many bits, number n of those at random, blocked and unblocked as the
 * commands do; how long that takes from the list read to the change in force, in ms: a change, as
 * the mean of both. What follows, the wait for memory, is not counted.
 */
double blocklist_time_change(const struct load *load, unsigned int length, __u32 n);

/*
 * A program that drops every packet, but looks into a trie of these prefixes for its source first;
 * with NULL it does not. Its descriptor.
 */
int blocklist_load_trie(const GArray *blocks);

#endif
