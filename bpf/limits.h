/* SPDX-License-Identifier: GPL-2.0-only */
/* Token buckets: how many packets of a source pass (the generic cell rate algorithm, layout.h). */
#ifndef PORTCULLIS_BPF_LIMITS_H
#define PORTCULLIS_BPF_LIMITS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "hash.h"
#include "maps.h"
#include "packet.h"

/* How often a token is tried for while other CPUs take theirs from the same bucket. */
#define TOKEN_TRIES 8

/* All of a packet that guards look at: the packet itself cannot be given to a global function. */
struct approach {
	__u32 guard;      /* its entry in `guards` */
	__u32 ip;         /* enum ip_version */
	__be32 source[4]; /* of IPv4 the first, the others 0 */
	__u32 counted;    /* what a limit counts: it begins a connection, or is a datagram */
	__u32 media;      /* it begins as media does */
};

/* Names the token bucket of a limit and a source, of which an IPv6 host has a whole /64. */
static __always_inline __u64 limit_tag(const struct approach *approach, __u32 limit)
{
	__u64 mixed = hash_mix(secret[0], (__u64)approach->ip << 32 | limit, secret[1]);

	return hash_mix(mixed, (__u64)approach->source[0] << 32 | approach->source[1], secret[1]);
}

/*
 * The place of a tag in its bucket: its own, else one that is full again, for which nothing is
 * lost; else, so that no flood of sources empties another's, the first, which is then shared.
 */
static __always_inline struct limit *limit_place(struct limit_bucket *bucket, __u64 tag, __u64 now)
{
	struct limit *free = NULL;

#pragma unroll
	for (int i = 0; i < BUCKET_LIMITS; i++) {
		struct limit *limit = &bucket->limit[i];

		if (limit->tag == tag)
			return limit;
		if (!free && limit->full <= now)
			free = limit;
	}
	if (!free)
		return &bucket->limit[0];
	*(volatile __u64 *)&free->tag = tag;
	return free;
}

/*
 * Takes a token if there is one. Two CPUs that both see the last one do not both get it: who comes
 * second finds that `full` has moved. One that others outrun again and again gets none.
 */
static __always_inline bool take_token(const struct approach *approach, const struct guard *guard)
{
	__u64 now = bpf_ktime_get_coarse_ns();
	__u64 tag = limit_tag(approach, guard->limit);
	__u32 key = tag >> 32 & (LIMIT_BUCKETS - 1);
	struct limit_bucket *bucket = bpf_map_lookup_elem(&limits, &key);
	__u64 most = guard->tolerance + guard->interval; /* that this limit can have come to */
	struct limit *limit;

	if (unlikely(!bucket))
		return false;
	limit = limit_place(bucket, tag, now);
	for (int i = 0; i < TOKEN_TRIES; i++) {
		__u64 full = *(volatile __u64 *)&limit->full;
		__u64 since = full > now ? full : now;

		if (since - now > most && limit->tag == tag) {
			/* used up before the limit was raised */
			__sync_val_compare_and_swap(&limit->full, full, now + most);
			return false;
		}
		if (since - now > guard->tolerance)
			return false;
		if (__sync_val_compare_and_swap(&limit->full, full, since + guard->interval) ==
		    full)
			return true;
	}
	return false;
}

#endif
