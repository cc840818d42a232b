/* SPDX-License-Identifier: GPL-2.0-only */
/* Target and packet to reason: what a server's profile says of what was parsed. */
#ifndef PORTCULLIS_JUDGE_H
#define PORTCULLIS_JUDGE_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "extensions.h"
#include "flows.h"
#include "fragments.h"
#include "guards.h"
#include "icmp.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"

enum {
	PORT_DHCP_SERVER = 67, /* RFC 2131 */
	PORT_DHCP_CLIENT = 68,
	PORT_DHCPV6_CLIENT = 546, /* RFC 8415 */
	PORT_DHCPV6_SERVER = 547,
};

static __always_inline bool judge_non_ip(struct packet *packet)
{
	catalog_refer();
	switch (bpf_ntohs(packet->ethertype)) {
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
	case ETHERTYPE_PPPOE_SESSION:
	case ETHERTYPE_OLD_QINQ: return decide(packet, REASON_HIDDEN_IP);
	case ETHERTYPE_ARP: return decide(packet, REASON_NON_IP);
	default:
		return non_ip_drop ? decide(packet, REASON_NON_IP_DROPPED)
				   : decide(packet, REASON_NON_IP);
	}
}

/* For this reason, unless it is a reply: that is judged next. */
static __always_inline bool refuse_for(struct packet *packet, enum reason reason)
{
	packet->outcome->reason = reason;
	return replies;
}

static __always_inline bool refuse(struct packet *packet)
{
	return refuse_for(packet, unlisted_drop && packet->outcome->target == everyone
					  ? REASON_NOT_LISTED
					  : REASON_NOT_PUBLISHED);
}

static __always_inline bool is_managed(const struct packet *packet)
{
	if (packet->ip == IP_V4 && have_management4) {
		struct prefix4 key = {.length = 32, .address = packet->ip4->saddr};

		return bpf_map_lookup_elem(&management4, &key);
	}
	if (packet->ip == IP_V6 && have_management6) {
		struct prefix6 key = prefix_of6(source6(packet));

		return bpf_map_lookup_elem(&management6, &key);
	}
	return false;
}

static __always_inline bool is_dhcp_answer(const struct packet *packet)
{
	if (packet->ip == IP_V4)
		return source_port(packet) == bpf_htons(PORT_DHCP_SERVER) &&
		       packet->destination_port == PORT_DHCP_CLIENT;
	return source_port(packet) == bpf_htons(PORT_DHCPV6_SERVER) &&
	       packet->destination_port == PORT_DHCPV6_CLIENT;
}

static __always_inline bool publish(struct packet *packet, __u32 slot)
{
	packet->outcome->slot = slot;
	return decide(packet, REASON_PUBLISHED);
}

static __always_inline bool judge_guarded(const struct cursor *cursor, struct packet *packet,
					  const struct segment *segment)
{
	enum reason refusal = guard_refusal(cursor, packet, segment->guard);

	if (refusal != REASON_PUBLISHED)
		return refuse_for(packet, refusal);
	note_inbound(packet);
	return publish(packet, segment->slot);
}

static __always_inline bool judge_segment(const struct cursor *cursor, struct packet *packet,
					  __u32 key)
{
	const struct segment *segment = bpf_map_lookup_elem(&segments, &key);

	if (unlikely(!segment))
		return refuse(packet);
	switch (segment->kind) {
	case SEGMENT_PUBLISHED: return publish(packet, segment->slot);
	case SEGMENT_MANAGEMENT:
		if (!is_managed(packet))
			return refuse(packet);
		note_inbound(packet);
		return decide(packet, REASON_MANAGEMENT);
	case SEGMENT_DHCP_CLIENT:
		return is_dhcp_answer(packet) ? decide(packet, REASON_DHCP) : refuse(packet);
	case SEGMENT_GUARDED:
		return have_guards ? judge_guarded(cursor, packet, segment) : refuse(packet);
	default: return refuse(packet);
	}
}

static __always_inline bool judge_ports(const struct cursor *cursor, struct packet *packet)
{
	__u32 opened_by;

	/* a UDP source port of 0 says that no answer is expected (RFC 768) */
	if (unlikely(!packet->destination_port ||
		     (!source_port(packet) && packet->transport == TRANSPORT_TCP)))
		return decide(packet, REASON_PORT_ZERO);
	opened_by = opened_by_of(packet);
	if (!opened_by)
		return refuse(packet);
	if (likely(opened_by < PORT_SEGMENTS))
		return publish(packet, opened_by);
	return judge_segment(cursor, packet, opened_by - PORT_SEGMENTS);
}

static __always_inline bool judge_tcp(struct cursor *cursor, struct packet *packet)
{
	if (unlikely(!parse_tcp(cursor, packet)))
		return false;
	packet->outcome->port_index = PORT_INDEX(TRANSPORT_TCP, packet->destination_port);
	return judge_ports(cursor, packet);
}

static __always_inline bool judge_udp(struct cursor *cursor, struct packet *packet)
{
	if (unlikely(!parse_udp(cursor, packet)))
		return false;
	packet->outcome->port_index = PORT_INDEX(TRANSPORT_UDP, packet->destination_port);
	/* a DHCP client that has no address yet (RFC 2131) */
	if (packet->ip == IP_V4 && source_port(packet) == bpf_htons(PORT_DHCP_CLIENT) &&
	    packet->destination_port == PORT_DHCP_SERVER)
		packet->outcome->nobody = false;
	return judge_ports(cursor, packet);
}

static __always_inline bool icmp_needed(const struct packet *packet)
{
	return packet->ip == IP_V4 ? icmp_type_needed(packet->icmp_type)
				   : icmpv6_type_needed(packet->icmp_type);
}

/* What a host sends before it has an address: RFC 4861, RFC 4862, RFC 3590. */
static __always_inline bool icmp_of_nobody(const struct packet *packet)
{
	if (packet->ip == IP_V4)
		return false;
	switch (packet->icmp_type) {
	case 130: /* multicast listener query, report, done */
	case 131:
	case 132:
	case 133: /* router solicitation */
	case 135: /* neighbour solicitation */
	case 143: /* multicast listener report, version 2 */ return true;
	default: return false;
	}
}

/* RFC 4861; RFC 3971 for 148 and 149. */
static __always_inline bool is_discovery(const struct packet *packet)
{
	__u8 type = packet->icmp_type;

	return packet->ip == IP_V6 && ((type >= 133 && type <= 137) || type == 148 || type == 149);
}

static __always_inline bool judge_icmp(struct cursor *cursor, struct packet *packet)
{
	if (!parse_icmp(cursor, packet))
		return false;
	if (packet->is_fragment && is_discovery(packet))
		return decide(packet, REASON_FRAGMENT_DISCOVERY);
	if (icmp_of_nobody(packet))
		packet->outcome->nobody = false;
	return icmp_needed(packet) ? decide(packet, REASON_ICMP) : decide(packet, REASON_ICMP_TYPE);
}

static __always_inline bool judge_protocol(struct packet *packet)
{
	__u8 protocol = packet->protocol;

	if (protocols[protocol / 64] >> protocol % 64 & 1)
		return decide(packet, REASON_PROTOCOL_ALLOWED);
	if (packet->outcome->target == everyone &&
	    (protocol == IPPROTO_IGMP || protocol == IPPROTO_VRRP))
		return decide(packet, REASON_PROTOCOL_ALLOWED);
	return decide(packet, REASON_PROTOCOL);
}

static __always_inline bool judge_transport(struct cursor *cursor, struct packet *packet)
{
	switch (packet->protocol) {
	case IPPROTO_TCP: return judge_tcp(cursor, packet);
	case IPPROTO_UDP: return judge_udp(cursor, packet);
	case IPPROTO_ICMP:
		return packet->ip == IP_V4 ? judge_icmp(cursor, packet) : judge_protocol(packet);
	case IPPROTO_ICMPV6:
		return packet->ip == IP_V6 ? judge_icmp(cursor, packet) : judge_protocol(packet);
	default: return judge_protocol(packet);
	}
}

/* Fragments, what stands behind other headers, and what is neither TCP nor UDP. */
static __always_inline bool judge_other(struct cursor *cursor, struct packet *packet)
{
	if (!is_later_fragment(packet) && is_extension(packet->ip, packet->protocol) &&
	    !parse_extensions(cursor, packet)) {
		if (packet->outcome->reason == REASON_HEADER_CHAIN)
			note_unread(packet);
		return false;
	}
	if (is_later_fragment(packet))
		return judge_later_fragment(packet);
	if (judge_transport(cursor, packet))
		judge_reply(packet);
	if (packet->is_fragment && reason_verdict(packet->outcome->reason) == VERDICT_PASS &&
	    !packet->outcome->nobody)
		fragment_record(packet);
	return false;
}

/*
 * Everything behind the IP header. At first look whole TCP and UDP packets are judged, which most
 * are; the rest is left to a second one.
 */
static __always_inline bool judge_payload(struct cursor *cursor, struct packet *packet)
{
	packet->protocol = packet->ip == IP_V4 ? packet->ip4->protocol : packet->ip6->nexthdr;
	if (packet->ip == IP_V4 && unlikely(is_fragment4(packet)))
		return cursor->thorough
			       ? parse_fragment4(cursor, packet) && judge_other(cursor, packet)
			       : look_again(packet);
	if (likely(packet->protocol == IPPROTO_TCP))
		return judge_tcp(cursor, packet) && judge_reply(packet);
	if (likely(packet->protocol == IPPROTO_UDP))
		return judge_udp(cursor, packet) && judge_reply(packet);
	return cursor->thorough ? judge_other(cursor, packet) : look_again(packet);
}

#endif
