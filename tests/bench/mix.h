/* SPDX-License-Identifier: GPL-2.0-only */
/* Numbers that look like chance, for programs and for who fills their maps. */
#ifndef PORTCULLIS_BENCH_MIX_H
#define PORTCULLIS_BENCH_MIX_H

/* A permutation of all numbers: the last step of MurmurHash3 (Appleby). */
static inline unsigned int mix(unsigned int number)
{
	number = (number ^ number >> 16) * 0x85ebca6b;
	number = (number ^ number >> 13) * 0xc2b2ae35;
	return number ^ number >> 16;
}

/*
 * An address in prefix i of a random block list, in host byte order. Of all numbers those past the
 * list's end give, as good as always, an address that it does not block: a program draws sources,
 * listed or not, without a table that would take up its cache.
 */
static inline unsigned int listed_address(unsigned int i)
{
	return mix(i);
}

#endif
