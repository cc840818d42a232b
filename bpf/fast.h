/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The fast path. Most packets are whole TCP or UDP ones without options, of which one comparison
 * tells what the stages of judgement would ask one by one. What those would say of such a packet is
 * said here in as few instructions as may be: their number is what a packet costs. Whatever is not
 * that plain, be it only perhaps, is left to the stages.
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

/* Instead of a verdict: the stages are to say. */
#define LEFT (-1)

/*
 * The compiler does not turn branches round: what follows an if in the source follows it in the
 * program, and a jump that is taken costs more than one that is not. So what is likely is what the
 * ifs hold, and what is not comes last.
 */

/* Some bytes of a header in one step, whatever its alignment. */
static __always_inline __be32 word_at(const void *at)
{
	return *(const __be32 *)at;
}

/* What stands before the IP header, and is told with its first bytes. */
static __always_inline __be32 type_and_version(const void *network)
{
	return word_at(network - sizeof(__be16));
}

/* EtherType, version 4, five words of header (RFC 791, 3.1). */
static __always_inline bool is_plain4(const void *network)
{
	return (type_and_version(network) & bpf_htonl(0xffffff00)) == bpf_htonl(0x08004500);
}

/* EtherType and version 6 (RFC 8200, 3). */
static __always_inline bool is_plain6(const void *network)
{
	return (type_and_version(network) & bpf_htonl(0xfffff000)) == bpf_htonl(0x86dd6000);
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

/* A drop, or of a monitored server a would-be drop, unless more is to be remembered of that. */
static __always_inline int fast_drop(struct xdp_md *ctx, struct outcome *outcome,
				     enum reason reason)
{
	outcome->reason = reason;
	if (likely(!target_monitor(outcome->target))) {
		account_drop(outcome);
		watch_drop(ctx, outcome, false);
		return XDP_DROP;
	}
	if (!replies) {
		account_would_drop(outcome);
		watch_drop(ctx, outcome, true);
		return XDP_PASS;
	}
	return LEFT;
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
	const __u32 on = special;

	return (on & SPECIAL_REPLIES && may_answer(packet)) ||
	       (on & SPECIAL_UNLISTED && packet->outcome->target == everyone);
}

static __always_inline int fast_port(struct xdp_md *ctx, struct packet *packet)
{
	struct outcome *outcome = packet->outcome;

	packet->destination_port = host16(packet->udp->dest);
	if (likely(packet->destination_port)) {
		outcome->port_index = PORT_INDEX(packet->transport, packet->destination_port);
		outcome->slot = opened_by_of(packet);
		if (outcome->slot)
			return likely(outcome->slot < PORT_SEGMENTS)
				       ? fast_pass(outcome, REASON_PUBLISHED)
				       : LEFT;
		if (!may_be_else(packet))
			return fast_drop(ctx, outcome, REASON_NOT_PUBLISHED);
	}
	return LEFT;
}

/* Both of a packet that has at least as many bytes behind its IP header as a UDP header has. */
static __always_inline int fast_tcp(struct xdp_md *ctx, struct packet *packet, __u64 length)
{
	const struct tcphdr *tcp = packet->tcp;
	__u64 header;

	if (likely((void *)(tcp + 1) <= (void *)(long)ctx->data_end)) {
		header = tcp->doff * 4;
		packet->transport = TRANSPORT_TCP;
		if (likely(header >= sizeof(*tcp)) && likely(header <= length) &&
		    likely(tcp->source))
			return fast_port(ctx, packet);
	}
	return LEFT;
}

static __always_inline int fast_udp(struct xdp_md *ctx, struct packet *packet, __u64 length)
{
	__u64 said = bpf_ntohs(packet->udp->len);

	packet->transport = TRANSPORT_UDP;
	/* neither too small nor too large: one comparison, as the difference wraps around */
	if (likely(said - sizeof(struct udphdr) <= length - sizeof(struct udphdr)))
		return fast_port(ctx, packet);
	return LEFT;
}

/* What few policies have, asked together: whether the stages have to. */
static __always_inline bool is_special4(const struct packet *packet)
{
	const __u32 on = special;

	return unlikely(on) && ((on & SPECIAL_BLOCKED4 && is_blocked4(packet->ip4->saddr)) ||
				(on & SPECIAL_FORGED4 && from_server4(packet)));
}

static __always_inline bool is_special6(const struct packet *packet)
{
	const union address *source = source6(packet);
	const __u32 on = special;

	return unlikely(on) &&
	       ((on & SPECIAL_BLOCKED6 && is_blocked6(source->half[0], source->half[1])) ||
		(on & SPECIAL_FORGED6 && from_server6(packet)));
}

/*
 * The server that is listed by its address; where none is, by prefix either, all are as one, if the
 * address is good. TARGET_NONE leaves it open what the packet goes to.
 */
static __always_inline __u32 fast_target4(const struct packet *packet)
{
	__be32 destination = packet->ip4->daddr;
	__u64 seed = seed4;

	if (seed)
		return exact4(destination, seed);
	return likely(!have_prefixes4 && !bad_destination4(destination)) ? everyone : TARGET_NONE;
}

static __always_inline __u32 fast_target6(const struct packet *packet)
{
	const union address *destination = destination6(packet);
	__u64 seed = seed6;

	if (seed)
		return exact6(destination, seed);
	return likely(!have_prefixes6 && plain6(destination)) ? everyone : TARGET_NONE;
}

/* To no server, unless by prefix it is one's, or the profile of all the others says what it is. */
static __always_inline int fast_unlisted(struct outcome *outcome, bool have_prefixes)
{
	if (have_prefixes || everyone != TARGET_NONE)
		return LEFT;
	return fast_pass(outcome, REASON_UNLISTED);
}

static __always_inline int fast4_blocked(struct xdp_md *ctx, struct packet *packet)
{
	packet->outcome->target = fast_target4(packet);
	return likely(packet->outcome->target != TARGET_NONE)
		       ? fast_drop(ctx, packet->outcome, REASON_BLOCKED)
		       : LEFT;
}

static __always_inline int fast4_to(struct xdp_md *ctx, struct packet *packet)
{
	const struct iphdr *ip = packet->ip4;
	__u64 length = packet->outcome->length - sizeof(*ip);

	packet->outcome->target = fast_target4(packet);
	if (likely(packet->outcome->target != TARGET_NONE)) {
		switch (whole_protocol4(ip)) {
		case IPPROTO_TCP: return fast_tcp(ctx, packet, length);
		case IPPROTO_UDP: return fast_udp(ctx, packet, length);
		default: return LEFT;
		}
	}
	return fast_unlisted(packet->outcome, have_prefixes4);
}

static __always_inline int fast4(struct xdp_md *ctx, const struct iphdr *ip, void *end)
{
	struct outcome outcome = {.port_index = PORT_INDEX_NONE};
	struct packet packet = {
		.outcome = &outcome, .ip = IP_V4, .ip4 = ip, .tcp = (const void *)(ip + 1)};
	__u64 total = host16(ip->tot_len);

	if (likely(total >= sizeof(*ip) + sizeof(struct udphdr)) &&
	    likely((void *)ip + total <= end)) {
		outcome.length = total;
		if (likely(ip->saddr != ip->daddr) && likely(plain4(ip->saddr)) &&
		    likely(!is_special4(&packet))) {
			if (unlikely(is_listing(BLOCKS_IPV4)) && is_listed4(ip->saddr))
				return fast4_blocked(ctx, &packet);
			return fast4_to(ctx, &packet);
		}
	}
	return LEFT;
}

static __always_inline int fast6_blocked(struct xdp_md *ctx, struct packet *packet)
{
	packet->outcome->target = fast_target6(packet);
	return likely(packet->outcome->target != TARGET_NONE)
		       ? fast_drop(ctx, packet->outcome, REASON_BLOCKED)
		       : LEFT;
}

static __always_inline int fast6_to(struct xdp_md *ctx, struct packet *packet)
{
	const struct ipv6hdr *ip = packet->ip6;
	__u64 length = packet->outcome->length - sizeof(*ip);

	packet->outcome->target = fast_target6(packet);
	if (likely(packet->outcome->target != TARGET_NONE)) {
		switch (ip->nexthdr) {
		case IPPROTO_TCP: return fast_tcp(ctx, packet, length);
		case IPPROTO_UDP: return fast_udp(ctx, packet, length);
		default: return LEFT;
		}
	}
	return fast_unlisted(packet->outcome, have_prefixes6);
}

static __always_inline int fast6(struct xdp_md *ctx, const struct ipv6hdr *ip, void *end)
{
	struct outcome outcome = {.port_index = PORT_INDEX_NONE};
	struct packet packet = {
		.outcome = &outcome, .ip = IP_V6, .ip6 = ip, .tcp = (const void *)(ip + 1)};
	const union address *source = source6(&packet);
	__u64 payload;

	if (likely((void *)(ip + 1) + sizeof(struct udphdr) <= end)) {
		payload = host16(ip->payload_len);
		outcome.length = sizeof(*ip) + payload;
		if (likely(payload >= sizeof(struct udphdr)) &&
		    likely((void *)(ip + 1) + payload <= end)) {
			if (likely(plain6(source)) &&
			    likely(!same_address6(source, destination6(&packet))) &&
			    likely(!is_special6(&packet))) {
				if (unlikely(is_listing(BLOCKS_IPV6)) &&
				    is_blocked6(source->half[0], source->half[1]))
					return fast6_blocked(ctx, &packet);
				return fast6_to(ctx, &packet);
			}
		}
	}
	return LEFT;
}

/* Of IPv4 and UDP: no plain packet has less. */
static __always_inline bool holds_headers(const void *network, const void *end)
{
	return network + sizeof(struct iphdr) + sizeof(struct udphdr) <= end;
}

/* 4, 6, or 0 for what is not plain. */
static __always_inline __u32 plain_version(const void *network)
{
	return likely(is_plain4(network)) ? 4 : likely(is_plain6(network)) ? 6 : 0;
}

/* The verdict on a packet, which is counted then; or LEFT. */
static __always_inline int fast(struct xdp_md *ctx)
{
	void *data = (void *)(long)ctx->data, *end = (void *)(long)ctx->data_end;
	void *network = data + sizeof(struct ethhdr);
	__u32 version = 0;

	if (likely(holds_headers(network, end))) {
		version = plain_version(network);
		if (unlikely(!version) && is_vlan_tag(((const struct ethhdr *)data)->h_proto)) {
			network += sizeof(struct vlan_hdr);
			version = holds_headers(network, end) ? plain_version(network) : 0;
		}
	}
	if (likely(version == 4))
		return fast4(ctx, network, end);
	if (likely(version == 6))
		return fast6(ctx, network, end);
	return LEFT;
}

#endif
