/* SPDX-License-Identifier: GPL-2.0-only */
/* Hashing with a secret, for tables that others must not be able to aim at. */
#ifndef PORTCULLIS_HASH_H
#define PORTCULLIS_HASH_H

#include "vmlinux.h"

/* Begin with a secret. A product mixes upwards only: so its high half is brought down. */
static __always_inline __u64 hash_mix(__u64 mixed, __u64 more)
{
	mixed = (mixed ^ more) * 0x9e3779b97f4a7c15ULL;
	return mixed ^ mixed >> 32;
}

#endif
