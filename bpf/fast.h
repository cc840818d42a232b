/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fast path. Most packets are whole TCP or UDP ones without tags and options, of which one
 * comparison tells what the stages of judgement would ask one by one. What those would say of such
 * a packet is said here in as few instructions as may be: their number is what a packet costs.
 * Whatever is not that plain, be it only perhaps, is left to the stages.
 */
#ifndef PORTCULLIS_FAST_H
#define PORTCULLIS_FAST_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "account.h"
#include "addresses.h"
#include "blocked.h"
#include "flows.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"
#include "target.h"
#include "watch.h"

/* Stage by stage: portcullis.bpf.c. */
int judge_by_stages(struct xdp_md *ctx);

/* Some bytes of a header in one step, whatever its alignment. */
static __always_inline __be32 word_at(const void *at)
{
	return *(const __be32 *)at;
}

/* EtherType, version 4, five words of header (RFC 791, 3.1). */
static __always_inline bool is_plain4(const struct ethhdr *ethernet)
{
	return (word_at(&ethernet->h_proto) & bpf_htonl(0xffffff00)) == bpf_htonl(0x08004500);
}

/* EtherType and version 6 (RFC 8200, 3). */
static __always_inline bool is_plain6(const struct ethhdr *ethernet)
{
	return (word_at(&ethernet->h_proto) & bpf_htonl(0xfffff000)) == bpf_htonl(0x86dd6000);
}

/* Flags, offset and protocol of an IPv4 packet: the protocol alone, if it is no fragment. */
static __always_inline __u32 whole_protocol4(const struct iphdr *ip)
{
	return bpf_ntohl(word_at(&ip->frag_off) & bpf_htonl(0x3fff00ff));
}

static __always_inline int fast_pass(struct outcome *outcome, enum reason reason)
{
	outcome->reason = reason;
	account_pass(outcome);
	return XDP_PASS;
}

static __always_inline int fast_drop(struct xdp_md *ctx, struct outcome *outcome,
				     enum reason reason)
{
	if (unlikely(target_monitor(outcome->target)))
		return judge_by_stages(ctx);
	outcome->reason = reason;
	account_drop(outcome);
	watch_drop(ctx, outcome, false);
	return XDP_DROP;
}

/* Whether a refused packet may yet be a reply, or looks like one. */
static __always_inline bool may_answer(const struct packet *packet)
{
	return !is_opening(packet) &&
	       (unlikely(bpf_ntohs(source_port(packet)) < WELL_KNOWN_PORTS) ||
		unlikely(was_asked(packet)));
}

/* A refusal that asks more than whether the port is closed. */
static __always_inline bool may_be_else(const struct packet *packet)
{
	return (replies && may_answer(packet)) ||
	       (unlisted_drop && packet->outcome->target == everyone);
}

static __always_inline int fast_port(struct xdp_md *ctx, struct packet *packet)
{
	struct outcome *outcome = packet->outcome;

	packet->destination_port = host16(packet->udp->dest);
	if (unlikely(!packet->destination_port))
		return judge_by_stages(ctx);
	outcome->port_index = PORT_INDEX(packet->transport, packet->destination_port);
	outcome->slot = opened_by_of(packet);
	if (!outcome->slot)
		return have_special && may_be_else(packet)
			       ? judge_by_stages(ctx)
			       : fast_drop(ctx, outcome, REASON_NOT_PUBLISHED);
	return likely(outcome->slot < PORT_SEGMENTS) ? fast_pass(outcome, REASON_PUBLISHED)
						     : judge_by_stages(ctx);
}

/* Both of a packet that has at least as many bytes behind its IP header as a UDP header has. */
static __always_inline int fast_tcp(struct xdp_md *ctx, struct packet *packet, __u64 length)
{
	const struct tcphdr *tcp = packet->tcp;
	__u64 header;

	if (unlikely((void *)(tcp + 1) > (void *)(long)ctx->data_end))
		return judge_by_stages(ctx);
	header = tcp->doff * 4;
	if (unlikely(header < sizeof(*tcp)) || unlikely(header > length) || unlikely(!tcp->source))
		return judge_by_stages(ctx);
	packet->transport = TRANSPORT_TCP;
	return fast_port(ctx, packet);
}

static __always_inline int fast_udp(struct xdp_md *ctx, struct packet *packet, __u64 length)
{
	__u64 said = bpf_ntohs(packet->udp->len);

	/* neither too small nor too large: one comparison, as the difference wraps around */
	if (unlikely(said - sizeof(struct udphdr) > length - sizeof(struct udphdr)))
		return judge_by_stages(ctx);
	packet->transport = TRANSPORT_UDP;
	return fast_port(ctx, packet);
}

/* What few policies have, asked together: whether the stages have to. */
static __always_inline bool is_special4(const struct packet *packet)
{
	return (have_blocked4 && is_blocked4(packet->ip4->saddr)) ||
	       (have_prefixes4 && bad_destination4(packet->ip4->daddr)) || is_forged4(packet);
}

static __always_inline bool is_special6(const struct packet *packet)
{
	const union address *source = source6(packet);

	return (have_blocked6 && is_blocked6(source->half[0], source->half[1])) ||
	       (have_prefixes6 && !plain6(destination6(packet))) || is_forged6(packet);
}

/* Whether the packet goes to a server that is listed by its address, or all are as one. */
static __always_inline bool fast_target4(struct packet *packet)
{
	__be32 destination = packet->ip4->daddr;
	__u64 seed = seed4;

	packet->outcome->target = seed ? exact4(destination, seed) : everyone;
	return packet->outcome->target != TARGET_NONE &&
	       likely(seed || !bad_destination4(destination));
}

static __always_inline bool fast_target6(struct packet *packet)
{
	const union address *destination = destination6(packet);
	__u64 seed = seed6;

	packet->outcome->target = seed ? exact6(destination, seed) : everyone;
	return packet->outcome->target != TARGET_NONE && likely(seed || plain6(destination));
}

/* To no server: by prefix it may be one's, or all the others' profile may say what it is. */
static __always_inline int fast_unlisted(struct xdp_md *ctx, struct outcome *outcome,
					 bool have_prefixes)
{
	if (have_prefixes || outcome->target != TARGET_NONE || everyone != TARGET_NONE)
		return judge_by_stages(ctx);
	return fast_pass(outcome, REASON_UNLISTED);
}

static __always_inline int fast4(struct xdp_md *ctx, const struct iphdr *ip, void *end)
{
	struct outcome outcome = {.port_index = PORT_INDEX_NONE};
	struct packet packet = {
		.outcome = &outcome, .ip = IP_V4, .ip4 = ip, .tcp = (const void *)(ip + 1)};
	__u64 total = host16(ip->tot_len);
	bool blocked;

	if (unlikely(total < sizeof(*ip) + sizeof(struct udphdr)) ||
	    unlikely((void *)ip + total > end))
		return judge_by_stages(ctx);
	outcome.length = total;
	blocked = unlikely(is_listing(BLOCKS_IPV4)) && is_blocked4(ip->saddr);
	if (unlikely(ip->saddr == ip->daddr) || unlikely(!plain4(ip->saddr)) ||
	    (have_special && is_special4(&packet)))
		return judge_by_stages(ctx);
	if (unlikely(!fast_target4(&packet)))
		return blocked ? judge_by_stages(ctx)
			       : fast_unlisted(ctx, &outcome, have_prefixes4);
	if (unlikely(blocked))
		return fast_drop(ctx, &outcome, REASON_BLOCKED);
	switch (whole_protocol4(ip)) {
	case IPPROTO_TCP: return fast_tcp(ctx, &packet, total - sizeof(*ip));
	case IPPROTO_UDP: return fast_udp(ctx, &packet, total - sizeof(*ip));
	default: return judge_by_stages(ctx);
	}
}

static __always_inline int fast6(struct xdp_md *ctx, const struct ipv6hdr *ip, void *end)
{
	struct outcome outcome = {.port_index = PORT_INDEX_NONE};
	struct packet packet = {
		.outcome = &outcome, .ip = IP_V6, .ip6 = ip, .tcp = (const void *)(ip + 1)};
	const union address *source = source6(&packet);
	bool blocked;
	__u64 payload;

	if (unlikely((void *)(ip + 1) + sizeof(struct udphdr) > end))
		return judge_by_stages(ctx);
	payload = host16(ip->payload_len);
	if (unlikely(payload < sizeof(struct udphdr)) || unlikely((void *)(ip + 1) + payload > end))
		return judge_by_stages(ctx);
	outcome.length = sizeof(*ip) + payload;
	blocked =
		unlikely(is_listing(BLOCKS_IPV6)) && is_blocked6(source->half[0], source->half[1]);
	if (unlikely(same_address6(source, destination6(&packet))) || unlikely(!plain6(source)) ||
	    (have_special && is_special6(&packet)))
		return judge_by_stages(ctx);
	if (unlikely(!fast_target6(&packet)))
		return blocked ? judge_by_stages(ctx)
			       : fast_unlisted(ctx, &outcome, have_prefixes6);
	if (unlikely(blocked))
		return fast_drop(ctx, &outcome, REASON_BLOCKED);
	switch (ip->nexthdr) {
	case IPPROTO_TCP: return fast_tcp(ctx, &packet, payload);
	case IPPROTO_UDP: return fast_udp(ctx, &packet, payload);
	default: return judge_by_stages(ctx);
	}
}

/* The verdict on a packet, which is counted then. */
static __always_inline int fast(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	void *network = data + sizeof(struct ethhdr);

	if (unlikely(network + sizeof(struct iphdr) + sizeof(struct udphdr) > end))
		return judge_by_stages(ctx);
	if (likely(is_plain4(data)))
		return fast4(ctx, network, end);
	if (likely(is_plain6(data)))
		return fast6(ctx, network, end);
	return judge_by_stages(ctx);
}

#endif
