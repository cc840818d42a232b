/* SPDX-License-Identifier: GPL-2.0-only */
/* Target and packet to reason: what a server's profile says of what was parsed. */
#ifndef PORTCULLIS_JUDGE_H
#define PORTCULLIS_JUDGE_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "extensions.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"

enum {
	PORT_DHCP_SERVER = 67, /* RFC 2131 */
	PORT_DHCP_CLIENT = 68,
	PORT_DHCPV6_CLIENT = 546, /* RFC 8415 */
	PORT_DHCPV6_SERVER = 547,
};

static __always_inline enum reason judge_non_ip(const struct packet *packet)
{
	catalog_refer();
	switch (bpf_ntohs(packet->ethertype)) {
	case ETHERTYPE_MPLS:
	case ETHERTYPE_MPLS_MULTICAST:
	case ETHERTYPE_PPPOE_SESSION:
	case ETHERTYPE_OLD_QINQ: return REASON_HIDDEN_IP;
	case ETHERTYPE_ARP: return REASON_NON_IP;
	default: return non_ip_drop ? REASON_NON_IP_DROPPED : REASON_NON_IP;
	}
}

static __always_inline enum reason refuse(const struct packet *packet)
{
	return unlisted_drop && packet->target == everyone ? REASON_NOT_LISTED
							   : REASON_NOT_PUBLISHED;
}

static __always_inline bool is_managed(const struct packet *packet)
{
	const __be32 *source = packet->source;

	if (packet->ip == IP_V4 && have_management4) {
		struct prefix4 key = {.length = 32, .address = source[0]};

		return bpf_map_lookup_elem(&management4, &key);
	}
	if (packet->ip == IP_V6 && have_management6) {
		struct prefix6 key = {
			.length = 128,
			.address = {source[0], source[1], source[2], source[3]},
		};

		return bpf_map_lookup_elem(&management6, &key);
	}
	return false;
}

static __always_inline bool is_dhcp_answer(const struct packet *packet)
{
	if (packet->ip == IP_V4)
		return packet->source_port == PORT_DHCP_SERVER &&
		       packet_destination_port(packet) == PORT_DHCP_CLIENT;
	return packet->source_port == PORT_DHCPV6_SERVER &&
	       packet_destination_port(packet) == PORT_DHCPV6_CLIENT;
}

static __always_inline enum reason judge_segment(struct packet *packet,
						 const struct segment *segment)
{
	switch (segment->kind) {
	case SEGMENT_PUBLISHED: packet->slot = segment->slot; return REASON_PUBLISHED;
	case SEGMENT_MANAGEMENT: return is_managed(packet) ? REASON_MANAGEMENT : refuse(packet);
	case SEGMENT_DHCP_CLIENT: return is_dhcp_answer(packet) ? REASON_DHCP : refuse(packet);
	default: return refuse(packet);
	}
}

static __always_inline __u16 port_table_at(const struct port_table *table, __u32 port_index)
{
	return table->segment[0][port_index % (TRANSPORTS * 65536)];
}

static __always_inline enum reason judge_ports(struct packet *packet)
{
	__u32 profile = target_profile(packet->target);
	const struct port_table *table;
	const struct segment *segment;
	__u32 key;

	/* a UDP source port of 0 says that no answer is expected (RFC 768) */
	if (unlikely(!packet_destination_port(packet) ||
		     (!packet->source_port && packet_transport(packet) == TRANSPORT_TCP)))
		return REASON_PORT_ZERO;
	table = bpf_map_lookup_elem(&ports, &profile);
	if (!table)
		return refuse(packet);
	key = port_table_at(table, packet->port_index);
	if (!key)
		return refuse(packet);
	segment = bpf_map_lookup_elem(&segments, &key);
	return segment ? judge_segment(packet, segment) : refuse(packet);
}

/* ICMP types that hosts need: answers and errors, echo. */
#define ICMP_TYPES (1U << 0 | 1U << 3 | 1U << 8 | 1U << 11 | 1U << 12)

/* The same of ICMPv6 (RFC 4890, 4.4): its errors, and from 128 on, informational messages. */
#define ICMPV6_ERRORS (1U << 1 | 1U << 2 | 1U << 3 | 1U << 4)
#define ICMPV6_INFORMATION                                                                         \
	(0x1ffU /* 128-136: echo, listeners, routers, neighbours */                                \
	 | 7U << 13 /* 141-143: inverse neighbours, listeners */                                   \
	 | 3U << 20 /* 148-149: certification paths */                                             \
	 | 7U << 23 /* 151-153: multicast routers */)

static __always_inline enum reason judge_icmp(const struct packet *packet)
{
	__u32 type = packet->icmp_type;
	__u32 types = packet->ip == IP_V4 ? ICMP_TYPES : ICMPV6_ERRORS;

	if (packet->ip == IP_V6 && type >= 128) {
		types = ICMPV6_INFORMATION;
		type -= 128;
	}
	return type < 32 && types >> type & 1 ? REASON_ICMP : REASON_ICMP_TYPE;
}

static __always_inline enum reason judge_protocol(const struct packet *packet)
{
	__u8 protocol = packet->protocol;

	if (protocols[protocol / 64] >> protocol % 64 & 1)
		return REASON_PROTOCOL_ALLOWED;
	if (packet->target == everyone && (protocol == IPPROTO_IGMP || protocol == IPPROTO_VRRP))
		return REASON_PROTOCOL_ALLOWED;
	return REASON_PROTOCOL;
}

/* The last stage. */
static __always_inline bool judge(struct packet *packet)
{
	if (likely(packet->payload == PAYLOAD_PORTS))
		return decide(packet, judge_ports(packet));
	if (packet->payload == PAYLOAD_ICMP)
		return decide(packet, judge_icmp(packet));
	return decide(packet, judge_protocol(packet));
}

#endif
