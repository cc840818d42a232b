/* SPDX-License-Identifier: GPL-2.0-only */
/* What leaves a gated interface: remembers the flows that guarded servers begin. */
#ifndef PORTCULLIS_EGRESS_H
#define PORTCULLIS_EGRESS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "flows.h"
#include "judge.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"

/* What follows in the queue decides (linux/pkt_cls.h). */
#define TC_ACT_UNSPEC (-1)

/* All that is learnt from: the packet itself cannot be given to a global function. */
struct sent {
	__u64 tag;         /* of its flow */
	__u64 pair;        /* of all flows between its ends, if the server is monitored */
	__u32 peer;        /* that of its other end in `flow_peers` */
	__u32 profile;     /* the server's */
	__u32 transport;   /* enum transport */
	__u32 source_port; /* the server's; both in host byte order */
	__u32 destination_port;
	bool monitored;             /* the server's drops are only counted */
	bool syn, opening, closing; /* TCP */
};

/* The port table's entry for what the server sends from, as if it were sent to. */
static __always_inline __u32 opened_by(const struct sent *sent)
{
	return port_opened_by(sent->profile, sent->transport % TRANSPORTS,
			      sent->source_port & 0xffff);
}

/*
 * Whether packets to a port pass unconditionally, or did a moment ago, so that nobody can tell who
 * began.
 */
static __always_inline bool is_plain(__u32 opened_by)
{
	__u32 key = opened_by - PORT_SEGMENTS;
	const struct segment *segment;
	const struct guard *guard;

	if (opened_by < PORT_SEGMENTS)
		return opened_by;
	segment = bpf_map_lookup_elem(&segments, &key);
	if (!segment)
		return false;
	switch (segment->kind) {
	case SEGMENT_PUBLISHED: return true;
	case SEGMENT_MANAGEMENT:
	case SEGMENT_WITHDRAWN: return seconds_now() <= segment->slot;
	case SEGMENT_GUARDED:
		key = segment->guard;
		guard = bpf_map_lookup_elem(&guards, &key);
		return guard && seconds_now() <= guard->plain_until;
	default: return false;
	}
}

/*
 * What a peer began before the gate did: in the first minute the lower port of a flow that nobody
 * knows is the one that was asked.
 */
static __always_inline bool is_older(const struct sent *sent)
{
	return seconds_now() <= pickup_until && sent->source_port < sent->destination_port;
}

/*
 * The host's own packets teach, and those that entered where no outsider is: else one who forges a
 * server's address, and is routed out again, would open any port.
 */
static __always_inline bool may_teach(const struct __sk_buff *ctx)
{
	__u32 entered = ctx->ingress_ifindex;

	return !entered || !bpf_map_lookup_elem(&gated, &entered);
}

/* Says that somebody may answer, before the first answer can come. */
static __always_inline void note_asked(__u32 peer)
{
	struct flow_peers *peers = (struct flow_peers *)value_of(&flow_peers);
	__u64 bit = 1ULL << peer % 64, *word;

	word = &peers->asked[peer / 64 % (FLOW_PEERS / 64)];
	if (!(*word & bit))
		__sync_fetch_and_or(word, bit);
}

static __always_inline void learn(const struct sent *sent, enum flow_state state, __u32 expires)
{
	struct flow_bucket *bucket = flow_bucket(&flows, FLOW_BUCKETS, sent->tag);

	note_asked(sent->peer);
	if (likely(bucket))
		flow_record(bucket, sent->tag, state, expires);
}

/*
 * UDP does not tell who began: it is the server if nothing speaks for the peer. What peers begin is
 * marked where they meet a condition, or are only counted: there, a mark that others may have
 * pushed out speaks for the peer, too.
 */
static __always_inline bool is_peers(const struct sent *sent)
{
	__u32 opened = opened_by(sent);

	return is_plain(opened) || is_older(sent) ||
	       (sent->monitored && inbound_find(sent->pair)) ||
	       ((opened || sent->monitored) && inbound_is_full(sent->tag));
}

static __always_inline void learn_udp(const struct __sk_buff *ctx, const struct sent *sent)
{
	__u32 expires = seconds_now() + FLOW_UDP_SECONDS;
	const struct flow *inbound = inbound_find(sent->tag);
	const struct flow *flow = inbound ? NULL : flow_find(sent->tag);

	if ((inbound && inbound->expires == expires) || (flow && flow->expires == expires) ||
	    !may_teach(ctx))
		return;
	if (inbound || (!flow && is_peers(sent)))
		inbound_record(sent->tag);
	else
		learn(sent, FLOW_UDP, expires);
}

/* A connection that is older than the gate; the higher port is the one that asked. */
static __always_inline bool is_picked_up(const struct sent *sent)
{
	return seconds_now() <= pickup_until && !sent->syn && !sent->closing &&
	       sent->destination_port < sent->source_port && !opened_by(sent) &&
	       !(sent->monitored && inbound_find(sent->pair)) && !inbound_find(sent->tag);
}

/* What becomes of a flow with one more packet from its server; TCP says who begins. */
static __always_inline enum flow_state next_state(const struct sent *sent, const struct flow *flow)
{
	if (sent->opening)
		return FLOW_TCP_OPENING;
	if (sent->closing || (flow && flow->state == FLOW_TCP_CLOSING))
		return FLOW_TCP_CLOSING;
	return FLOW_TCP_OPEN;
}

static __always_inline void learn_tcp(const struct __sk_buff *ctx, const struct sent *sent)
{
	const struct flow *flow = flow_find(sent->tag);
	enum flow_state state = next_state(sent, flow);
	__u32 expires = seconds_now() +
			(state == FLOW_TCP_OPEN ? FLOW_TCP_SECONDS : FLOW_TCP_TRANSITORY_SECONDS);

	if (!flow && !sent->opening && !is_picked_up(sent))
		return;
	if ((flow && flow->state == state && flow->expires == expires) || !may_teach(ctx))
		return;
	learn(sent, state, expires);
}

/* A global function, so that the verifier checks it once, not for each kind of packet. */
__noinline int flow_learn(struct __sk_buff *ctx, const struct sent *sent)
{
	if (!sent)
		return 0;
	if (sent->transport == TRANSPORT_UDP)
		learn_udp(ctx, sent);
	else
		learn_tcp(ctx, sent);
	return 0;
}

static __always_inline bool is_guarded(struct packet *packet, __u32 target)
{
	packet->outcome->target = target != TARGET_NONE ? target : everyone;
	return packet->outcome->target != TARGET_NONE && !packet->outcome->nobody;
}

/* Whether a packet is a guarded server's, and to somebody who may answer. */
static __always_inline bool is_servers4(struct packet *packet)
{
	return judge_source4(packet) && !bad_source4(packet->ip4->daddr) &&
	       is_guarded(packet, server_of4(packet->ip4->saddr));
}

static __always_inline bool is_servers6(struct packet *packet)
{
	const union address *source = source6(packet);

	return judge_source6(packet) && !bad_source6(destination6(packet)) &&
	       is_guarded(packet, server_of6(source->half[0], source->half[1]));
}

/* Whether the packet is a guarded server's, to one address, and has ports. */
static __always_inline bool egress_parse(struct cursor *cursor, struct packet *packet)
{
	if (!parse_link(cursor, packet))
		return false;
	if (packet->ethertype == bpf_htons(ETHERTYPE_IPV4)) {
		if (!parse_ipv4(cursor, packet) || !is_servers4(packet))
			return false;
		packet->protocol = packet->ip4->protocol;
		if (is_fragment4(packet) && !parse_fragment4(cursor, packet))
			return false;
	} else if (packet->ethertype == bpf_htons(ETHERTYPE_IPV6)) {
		if (!parse_ipv6(cursor, packet) || !is_servers6(packet))
			return false;
		packet->protocol = packet->ip6->nexthdr;
	} else {
		return false;
	}
	if (!is_later_fragment(packet) && is_extension(packet->ip, packet->protocol) &&
	    !parse_extensions(cursor, packet))
		return false;
	return !is_later_fragment(packet);
}

static __always_inline bool parse_ports(const struct cursor *cursor, struct packet *packet)
{
	if (packet->protocol == IPPROTO_UDP)
		return parse_udp(cursor, packet);
	return packet->protocol == IPPROTO_TCP && parse_tcp(cursor, packet);
}

static __always_inline void egress_learn(struct __sk_buff *ctx)
{
	struct outcome outcome = {};
	struct packet packet = {.outcome = &outcome};
	struct copies copies;
	struct cursor cursor = cursor_thorough(ctx, true, &copies);
	struct sent sent = {};

	if (!egress_parse(&cursor, &packet) || !parse_ports(&cursor, &packet) ||
	    !source_port(&packet) || !packet.destination_port)
		return;
	sent.tag = flow_tag(&packet, OUTBOUND);
	sent.peer = flow_peer(&packet, OUTBOUND);
	sent.profile = target_profile(outcome.target);
	sent.monitored = target_monitor(outcome.target);
	if (unlikely(sent.monitored))
		sent.pair = flow_pair(&packet, OUTBOUND);
	sent.transport = packet.transport;
	sent.source_port = bpf_ntohs(source_port(&packet));
	sent.destination_port = packet.destination_port;
	if (packet.transport == TRANSPORT_TCP) {
		sent.syn = packet.tcp->syn;
		sent.opening = is_opening(&packet);
		sent.closing = is_closing(&packet);
	}
	flow_learn(ctx, &sent);
}

#endif
