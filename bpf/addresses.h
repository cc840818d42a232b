/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that no packet on the wire may have. */
#ifndef PORTCULLIS_ADDRESSES_H
#define PORTCULLIS_ADDRESSES_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>

#include "packet.h"
#include "target.h"

static __always_inline __u32 first_byte(__be32 address)
{
	return bpf_ntohl(address) >> 24;
}

/* Whether an address is plain unicast; what is not needs a closer look. */
static __always_inline bool plain4(__be32 address)
{
	__u32 first = first_byte(address);

	return first - 1 < 223 && first != 127;
}

static __always_inline bool plain6(const __be32 address[4])
{
	return first_byte(address[0]) - 1 < 254;
}

/* This network, loopback, multicast and broadcast (RFC 6890). */
static __always_inline bool bad_source4(__be32 source)
{
	__u32 first = first_byte(source);

	return first == 0 || first == 127 || (first >= 224 && first < 240) ||
	       source == bpf_htonl(0xffffffff);
}

static __always_inline bool bad_destination4(__be32 destination)
{
	__u32 first = first_byte(destination);

	return first == 0 || first == 127;
}

/* ::, ::1 and ::ffff:0:0/96: an IPv4 address in disguise. */
static __always_inline bool bad_either6(const __be32 address[4])
{
	if (address[0] || address[1])
		return false;
	return address[2] == bpf_htonl(0xffff) ||
	       (!address[2] && (!address[3] || address[3] == bpf_htonl(1)));
}

static __always_inline bool bad_source6(const __be32 source[4])
{
	return first_byte(source[0]) == 0xff || bad_either6(source);
}

static __always_inline bool addresses_judge4(struct packet *packet)
{
	__be32 source = packet->source[0], destination = packet->destination[0];

	if (unlikely(source == destination))
		return decide(packet, REASON_BAD_ADDRESS);
	if (likely(plain4(source) && plain4(destination)))
		return true;
	packet->unspecified = !source;
	if ((source && bad_source4(source)) || bad_destination4(destination))
		return decide(packet, REASON_BAD_ADDRESS);
	return true;
}

static __always_inline bool addresses_judge6(struct packet *packet)
{
	const __be32 *source = packet->source, *destination = packet->destination;

	if (unlikely(same_address6(source, destination)))
		return decide(packet, REASON_BAD_ADDRESS);
	if (likely(plain6(source) && plain6(destination)))
		return true;
	packet->unspecified = !(source[0] | source[1] | source[2] | source[3]);
	if ((!packet->unspecified && bad_source6(source)) || bad_either6(destination))
		return decide(packet, REASON_BAD_ADDRESS);
	return true;
}

/*
 * Whether a packet may come from the unspecified address: a DHCP client's (RFC 2131); neighbour
 * and router solicitations (RFC 4861) and multicast listener messages (RFC 3590).
 */
static __always_inline bool may_be_unspecified(const struct packet *packet)
{
	if (packet->ip == IP_V4)
		return packet->payload == PAYLOAD_PORTS && packet->source_port == 68 &&
		       packet->port_index == (TRANSPORT_UDP << 16 | 67);
	if (packet->payload != PAYLOAD_ICMP)
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

#endif
