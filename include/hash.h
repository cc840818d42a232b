/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Hashing with a secret, for tables that others must not be able to aim at. Include vmlinux.h or
 * <linux/types.h> first.
 */
#ifndef PORTCULLIS_HASH_H
#define PORTCULLIS_HASH_H

/*
 * One step, over one more word; begin with a secret, and have another as multiplier. A product
 * mixes upwards only, so its high half is brought down. By the first, of a known constant, alone,
 * a difference in the last bytes of an address becomes one that is known, too, and that the next
 * word can take back: what the second makes of it nobody can tell without the secret.
 */
static inline __u64 hash_mix(__u64 mixed, __u64 more, __u64 secret)
{
	mixed = (mixed ^ more) * 0x9e3779b97f4a7c15ULL;
	mixed = (mixed ^ mixed >> 32) * (secret | 1);
	return mixed ^ mixed >> 29;
}

#endif
