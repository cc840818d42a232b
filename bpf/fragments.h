/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Later fragments have no ports: they follow the first of their packet. Only a first that passed is
 * remembered, for FRAGMENT_SECONDS.
 */
#ifndef PORTCULLIS_FRAGMENTS_H
#define PORTCULLIS_FRAGMENTS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "hash.h"
#include "maps.h"
#include "packet.h"

/* What names the packet that a fragment is of, and never FRAGMENT_TAG_EMPTY. */
static __always_inline __u64 fragment_tag(const struct packet *packet,
					  const struct fragment_table *table)
{
	__u64 odd = table->secret[1];
	__u64 mixed = hash_mix(table->secret[0], packet->fragment.identification, odd);

	if (packet->ip == IP_V4) {
		mixed = hash_mix(mixed, (__u64)packet->ip4->saddr << 32 | packet->ip4->daddr, odd);
		mixed = hash_mix(mixed, packet->ip4->protocol, odd);
	} else {
		mixed = hash_mix(mixed, source6(packet)->half[0], odd);
		mixed = hash_mix(mixed, source6(packet)->half[1], odd);
		mixed = hash_mix(mixed, destination6(packet)->half[0], odd);
		mixed = hash_mix(mixed, destination6(packet)->half[1], odd);
	}
	return mixed | 1;
}

/* The place of a packet in its bucket: its own, or the one to give away. */
static __always_inline struct fragment *fragment_place(struct fragment_table *table, __u64 tag)
{
	struct fragment_bucket *bucket = &table->bucket[tag >> 32 & (FRAGMENT_BUCKETS - 1)];
	struct fragment *oldest = &bucket->fragment[0];

#pragma unroll
	for (int i = 0; i < BUCKET_FRAGMENTS; i++) {
		struct fragment *fragment = &bucket->fragment[i];

		if (fragment->tag == tag)
			return fragment;
		if (fragment->seen < oldest->seen)
			oldest = fragment;
	}
	return oldest;
}

/*
 * Remembers a first fragment that passed. Another CPU may read between the stores: seen is 0 then,
 * and the fragment drops.
 */
static __always_inline void fragment_record(const struct packet *packet)
{
	__u32 key = 0;
	struct fragment_table *table = bpf_map_lookup_elem(&fragments, &key);
	struct fragment *place;
	__u64 tag;

	if (unlikely(!table))
		return;
	tag = fragment_tag(packet, table);
	place = fragment_place(table, tag);
	*(volatile __u32 *)&place->seen = 0;
	*(volatile __u64 *)&place->tag = tag;
	*(volatile __u32 *)&place->end = packet->fragment.length;
	*(volatile __u32 *)&place->seen = seconds_now();
}

static __always_inline bool is_later_fragment(const struct packet *packet)
{
	return packet->is_fragment && packet->fragment.offset;
}

static __always_inline bool judge_later_fragment(struct packet *packet)
{
	__u32 key = 0;
	struct fragment_table *table = bpf_map_lookup_elem(&fragments, &key);
	const struct fragment *first;
	__u64 tag;

	if (unlikely(!table))
		return decide(packet, REASON_FRAGMENT_NO_FIRST);
	tag = fragment_tag(packet, table);
	first = fragment_place(table, tag);
	if (first->tag != tag || seconds_now() - first->seen > FRAGMENT_SECONDS)
		return decide(packet, REASON_FRAGMENT_NO_FIRST);
	return decide(packet, packet->fragment.offset < first->end ? REASON_FRAGMENT_OVERLAP
								   : REASON_FRAGMENT_FOLLOWS);
}

#endif
