/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a packet. The stages of judgement fill it in, each from what those before it
 * found; only the parser reads headers. A stage returns whether the judgement goes on; where it
 * does not, it has set the reason.
 */
#ifndef PORTCULLIS_PACKET_H
#define PORTCULLIS_PACKET_H

#include "vmlinux.h"

#include "layout.h"

enum ip_version {
	IP_V4,
	IP_V6,
};

/* What the packet carries, and so which of the fields below are set. */
enum payload {
	PAYLOAD_OTHER, /* protocol only */
	PAYLOAD_PORTS, /* transport and ports */
	PAYLOAD_ICMP,  /* icmp_type */
};

struct packet {
	enum reason reason;
	__u32 length; /* of the IP packet as its header states; before that is checked, what the
			 frame's first buffer holds behind the link header */
	__u32 target; /* what the destination leads to */
	__u32 slot;   /* in `counters`, if the reason is REASON_PUBLISHED */

	__be16 ethertype; /* behind the VLAN tags */
	enum ip_version ip;
	__be32 source[4]; /* IPv4 uses the first */
	__be32 destination[4];
	__be16 fragment;  /* not 0: an IPv4 fragment; IPv6 says so in an extension header */
	bool unspecified; /* the source is 0.0.0.0 or ::, which few packets may have */
	__u8 protocol;    /* behind the extension headers, once those are walked */

	enum payload payload;
	__u32 port_index;  /* transport << 16 | destination port: its place in port tables */
	__u16 source_port; /* host byte order */
	__u8 icmp_type;
};

static __always_inline enum transport packet_transport(const struct packet *packet)
{
	return packet->port_index >> 16;
}

static __always_inline __u16 packet_destination_port(const struct packet *packet)
{
	return packet->port_index;
}

/*
 * Keeps the packet in memory from here on. Else the compiler holds its fields in registers and sets
 * them all before each of the early exits that meet here: half as many instructions again.
 */
static __always_inline void packet_settle(const struct packet *packet)
{
	asm volatile("" : : "r"(packet) : "memory");
}

/* Ends the judgement. */
static __always_inline bool decide(struct packet *packet, enum reason reason)
{
	packet->reason = reason;
	return false;
}

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
