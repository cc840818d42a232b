/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guards ask of packets to a port that is open: who sends, what, and how often. The judgement
 * is a global function, which the verifier checks once by itself: inlined, it would multiply every
 * path that leads to a port.
 */
#ifndef PORTCULLIS_GUARDS_H
#define PORTCULLIS_GUARDS_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "fragments.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"

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

static __always_inline bool source_allowed(const struct approach *approach, __u32 sources)
{
	struct source4 key4 = {
		.length = 32 + 32,
		.sources = sources,
		.address = approach->source[0],
	};
	struct source6 key6 = {.length = 32 + 128, .sources = sources};

	if (approach->ip == IP_V4)
		return bpf_map_lookup_elem(&sources4, &key4);
	for (int i = 0; i < 4; i++)
		key6.address[i] = approach->source[i];
	return bpf_map_lookup_elem(&sources6, &key6);
}

/* Names the token bucket of a limit and a source, of which an IPv6 host has a whole /64. */
static __always_inline __u64 limit_tag(const struct approach *approach, __u32 limit)
{
	__u64 mixed = fragment_mix(secret[0], (__u64)approach->ip << 32 | limit);

	mixed = fragment_mix(mixed, (__u64)approach->source[0] << 32 | approach->source[1]);
	return fragment_mix(mixed, secret[1]);
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
	struct limit *limit;

	if (unlikely(!bucket))
		return false;
	limit = limit_place(bucket, tag, now);
	for (int i = 0; i < TOKEN_TRIES; i++) {
		__u64 full = *(volatile __u64 *)&limit->full;
		__u64 since = full > now ? full : now;

		if (since - now > guard->tolerance)
			return false;
		if (__sync_val_compare_and_swap(&limit->full, full, since + guard->interval) ==
		    full)
			return true;
	}
	return false;
}

/* Limit comes last, so that what is dropped anyway takes no token. */
__noinline __u32 guard_judge(const struct approach *approach)
{
	const struct guard *guard;
	__u32 key;

	if (!approach)
		return REASON_SOURCE_NOT_ALLOWED;
	key = approach->guard;
	guard = bpf_map_lookup_elem(&guards, &key);
	if (unlikely(!guard))
		return REASON_SOURCE_NOT_ALLOWED;
	if (guard->sources && !source_allowed(approach, guard->sources))
		return REASON_SOURCE_NOT_ALLOWED;
	if (guard->media && !approach->media)
		return REASON_NOT_MEDIA;
	if (guard->interval && approach->counted && !take_token(approach, guard))
		return REASON_OVER_LIMIT;
	return REASON_PUBLISHED;
}

/* What RFC 7983, section 7, tells apart by its first byte: STUN, ZRTP, DTLS, TURN, RTP and RTCP. */
static __always_inline bool is_media(__u8 first)
{
	return first <= 3 || (first >= 16 && first <= 79) || (first >= 128 && first <= 191);
}

/*
 * Whether the first byte of a datagram's payload is at hand, belongs to it and is media's. How much
 * of the packet is left is found again: cursor->rest would cost every packet a register.
 */
static __always_inline bool begins_as_media(const struct cursor *cursor,
					    const struct packet *packet)
{
	const struct udphdr *udp = packet->udp;
	const __u8 *payload = (const void *)(udp + 1);
	__u64 before = (const void *)payload - (const void *)packet->ip4;

	return (void *)(payload + 1) <= cursor->end && packet->outcome->length > before &&
	       bpf_ntohs(udp->len) > sizeof(*udp) && is_media(*payload);
}

/* Why a guard refuses a packet; REASON_PUBLISHED if it does not. */
static __always_inline enum reason guard_refusal(const struct cursor *cursor,
						 const struct packet *packet, __u32 guard)
{
	bool tcp = packet->transport == TRANSPORT_TCP;
	struct approach approach = {
		.guard = guard,
		.ip = packet->ip,
		.counted = !tcp || (packet->tcp->syn && !packet->tcp->ack),
		.media = !tcp && begins_as_media(cursor, packet),
	};

	if (packet->ip == IP_V4) {
		approach.source[0] = packet->ip4->saddr;
	} else {
		for (int i = 0; i < 4; i++)
			approach.source[i] = source6(packet)->word[i];
	}
	return guard_judge(&approach);
}

#endif
