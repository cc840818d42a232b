/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Flows: what a server began itself is answered, whatever its profile closes. The egress program
 * remembers it; here it is looked up, and what peers begin where that cannot be told later is
 * marked as theirs.
 */
#ifndef PORTCULLIS_FLOWS_H
#define PORTCULLIS_FLOWS_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "hash.h"
#include "maps.h"
#include "packet.h"

enum direction {
	INBOUND,
	OUTBOUND,
};

/* The same for both directions: the server's end comes first. Never 0. */
static __always_inline __u64 flow_hash(const struct packet *packet, enum direction direction,
				       __u64 ports)
{
	__u64 odd = secret[1], mixed;

	if (packet->ip == IP_V4) {
		__u64 source = packet->ip4->saddr, destination = packet->ip4->daddr;

		mixed = hash_mix(flow_seed,
				 direction == INBOUND ? destination << 32 | source
						      : source << 32 | destination,
				 odd);
	} else {
		const union address *source = source6(packet), *destination = destination6(packet);
		const union address *server = direction == INBOUND ? destination : source;
		const union address *peer = direction == INBOUND ? source : destination;

		mixed = hash_mix(flow_seed, server->half[0], odd);
		mixed = hash_mix(mixed, server->half[1], odd);
		mixed = hash_mix(mixed, peer->half[0], odd);
		mixed = hash_mix(mixed, peer->half[1], odd);
	}
	return hash_mix(mixed, ports, odd) | 1;
}

static __always_inline __u64 flow_tag(const struct packet *packet, enum direction direction)
{
	__u64 from = bpf_ntohs(source_port(packet)), to = packet->destination_port;

	return flow_hash(packet, direction,
			 (__u64)packet->transport << 32 |
				 (direction == INBOUND ? to << 16 | from : from << 16 | to));
}

/* Of all flows between two ends: none of them has ports of 0. */
static __always_inline __u64 flow_pair(const struct packet *packet, enum direction direction)
{
	return flow_hash(packet, direction, 0);
}

/*
 * The bit in `flow_peers` of the other end. Who shares it with one that was asked is looked up for
 * nothing, and that is all: so one multiplication will do.
 */
static __always_inline __u32 flow_peer(const struct packet *packet, enum direction direction)
{
	const union address *peer;
	__u64 address;

	if (packet->ip == IP_V4) {
		address = direction == INBOUND ? packet->ip4->saddr : packet->ip4->daddr;
	} else {
		peer = direction == INBOUND ? source6(packet) : destination6(packet);
		address = peer->half[0] ^ peer->half[1] << 7;
	}
	return (address ^ secret[0]) * (secret[1] | 1) >> (64 - FLOW_PEER_BITS);
}

/* Whether any server ever began something with the one who sends this. */
static __always_inline bool was_asked(const struct packet *packet)
{
	const struct flow_peers *peers = value_of(&flow_peers);
	__u32 peer = flow_peer(packet, INBOUND);

	return peers->asked[peer / 64] >> peer % 64 & 1;
}

static __always_inline struct flow_bucket *flow_bucket(void *table, __u32 buckets, __u64 tag)
{
	__u32 key = tag >> 32 & (buckets - 1);

	return bpf_map_lookup_elem(table, &key);
}

static __always_inline struct flow *flow_in(struct flow_bucket *bucket, __u64 tag)
{
#pragma unroll
	for (int i = 0; i < BUCKET_FLOWS; i++)
		if (bucket->flow[i].tag == tag)
			return &bucket->flow[i];
	return NULL;
}

static __always_inline bool flow_lives(const struct flow *flow)
{
	return flow && seconds_now() <= flow->expires;
}

static __always_inline struct flow *flow_living(struct flow_bucket *bucket, __u64 tag)
{
	struct flow *flow = likely(bucket) ? flow_in(bucket, tag) : NULL;

	return flow_lives(flow) ? flow : NULL;
}

/* What the server began; NULL if nothing that lives. */
static __always_inline struct flow *flow_find(__u64 tag)
{
	return flow_living(flow_bucket(&flows, FLOW_BUCKETS, tag), tag);
}

static __always_inline struct flow_bucket *inbound_bucket(__u64 tag)
{
	return flow_bucket(&inbound_flows, INBOUND_FLOW_BUCKETS, tag);
}

/* What a peer began. */
static __always_inline struct flow *inbound_find(__u64 tag)
{
	return flow_living(inbound_bucket(tag), tag);
}

/*
 * Takes the place of the flow that would expire first. Another CPU may read between the stores:
 * then the flow has expired.
 */
static __always_inline void flow_record(struct flow_bucket *bucket, __u64 tag,
					enum flow_state state, __u32 expires)
{
	struct flow *place = flow_in(bucket, tag);

	if (!place) {
		place = &bucket->flow[0];
#pragma unroll
		for (int i = 1; i < BUCKET_FLOWS; i++)
			if (bucket->flow[i].expires < place->expires)
				place = &bucket->flow[i];
		*(volatile __u32 *)&place->expires = 0;
		*(volatile __u64 *)&place->tag = tag;
	}
	*(volatile __u32 *)&place->state = state;
	*(volatile __u32 *)&place->expires = expires;
}

/* Whether a flow that a peer began may have lost its place to others that live. */
static __always_inline bool inbound_is_full(__u64 tag)
{
	struct flow_bucket *bucket = inbound_bucket(tag);
	bool full = true;

	if (unlikely(!bucket))
		return true;
#pragma unroll
	for (int i = 0; i < BUCKET_FLOWS; i++)
		full &= flow_lives(&bucket->flow[i]);
	return full;
}

/* That a peer began it, or that it goes on: written once a second at the most. */
static __always_inline void inbound_record(__u64 tag)
{
	struct flow_bucket *bucket = inbound_bucket(tag);
	__u32 expires = seconds_now() + FLOW_UDP_SECONDS;
	struct flow *flow;

	if (unlikely(!bucket))
		return;
	flow = flow_in(bucket, tag);
	if (!flow || flow->expires != expires)
		flow_record(bucket, tag, FLOW_UDP, expires);
}

static __always_inline bool is_opening(const struct packet *packet)
{
	return packet->transport == TRANSPORT_TCP && packet->tcp->syn && !packet->tcp->ack;
}

static __always_inline bool is_closing(const struct packet *packet)
{
	return packet->transport == TRANSPORT_TCP && (packet->tcp->fin || packet->tcp->rst);
}

/* What becomes of a packet that is refused: a global function, verified once. */
__noinline bool flow_answers(__u64 tag, __u32 closing)
{
	struct flow *flow = flow_find(tag);

	if (!flow)
		return false;
	/* what is left are the server's last words */
	if (closing && flow->state != FLOW_TCP_CLOSING) {
		flow->state = FLOW_TCP_CLOSING;
		flow->expires = seconds_now() + FLOW_TCP_TRANSITORY_SECONDS;
	}
	return true;
}

/* Likewise, and a global function must return something. */
__noinline int flow_note(__u64 tag)
{
	if (!flow_find(tag))
		inbound_record(tag);
	return 0;
}

/*
 * A datagram that passes on a condition, or only because it is counted and not dropped: if the
 * server answers, that makes no reply of what follows.
 */
static __always_inline void note_inbound(const struct packet *packet)
{
	if (replies && packet->transport == TRANSPORT_UDP && !packet->outcome->nobody)
		flow_note(flow_tag(packet, INBOUND));
}

/*
 * A packet that passes only because it is counted and not dropped, and whose ports are out of
 * reach: from whatever port the server answers, it begins nothing.
 */
static __always_inline void note_unread(const struct packet *packet)
{
	if (replies && unlikely(target_monitor(packet->outcome->target)) &&
	    !packet->outcome->nobody)
		flow_note(flow_pair(packet, INBOUND));
}

/* A packet whose port is refused, and the reason set: perhaps it answers. */
static __always_inline bool judge_reply(struct packet *packet)
{
	bool monitored = target_monitor(packet->outcome->target);

	if (is_opening(packet)) {
		/* who picks connections up must know that this one is the peer's */
		if (unlikely(monitored) && !packet->outcome->nobody &&
		    seconds_now() <= pickup_until)
			flow_note(flow_tag(packet, INBOUND));
		return false;
	}
	if (unlikely(was_asked(packet)) &&
	    flow_answers(flow_tag(packet, INBOUND), is_closing(packet)))
		return decide(packet, REASON_REPLY);
	if (unlikely(monitored))
		note_inbound(packet);
	if (packet->outcome->reason == REASON_NOT_PUBLISHED && source_port(packet) &&
	    bpf_ntohs(source_port(packet)) < WELL_KNOWN_PORTS)
		return decide(packet, REASON_NO_SUCH_FLOW);
	return false;
}

#endif
