/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is known of a packet. The stages of judgement fill it in, each from what those before it
 * found; only the parser reads headers. A stage returns whether the judgement goes on; where it
 * does not, it has set the reason.
 */
#ifndef PORTCULLIS_PACKET_H
#define PORTCULLIS_PACKET_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "layout.h"

enum ip_version {
	IP_V4,
	IP_V6,
};

/* A place in port tables: transport << 16 | destination port. */
#define PORT_INDEX(transport, port) ((transport) << 16 | (port))
#define PORT_INDEX_NONE             PORT_INDEX(TRANSPORTS, 0)

/* What is decided and counted, apart from what is parsed: see outcome_settle(). */
struct outcome {
	enum reason reason;
	__u32 length; /* of the IP packet as its header states; before that is checked, of what
			 the frame holds behind the link header */
	__u32 target; /* what the destination leads to */
	__u32 slot;   /* in `counters`, if the reason is REASON_PUBLISHED */
	__u32 port_index;
	union {
		struct {
			bool nobody; /* from 0.0.0.0 or ::, and nothing yet says that it may be */
			bool cut;    /* a header does not end in the frame's first buffer */
			bool again;  /* not judged at first look */
		};
		__u32 remarks; /* any of these: asked once, where most packets have none */
	};
};

union address {
	__u16 quarter[8];
	__be32 word[4];
	__u64 half[2]; /* for comparing: as it lies in memory */
};

struct packet {
	struct outcome *outcome;

	__u32 ethertype; /* __be16; behind the VLAN tags */
	enum ip_version ip;
	/* The header itself, not a copy: a field is read where it is judged, so that no register
	 * has to carry it there across the look-ups. */
	union {
		const struct iphdr *ip4;
		const struct ipv6hdr *ip6;
	};
	__u8 protocol; /* behind the extension headers, once those are walked */

	bool is_fragment;
	struct {
		bool more;            /* fragments follow */
		__u32 offset;         /* in the packet's payload, in bytes */
		__u32 length;         /* of what of the payload it carries, in bytes */
		__u32 identification; /* as it lies in memory */
	} fragment;

	/* of what the protocol has */
	enum transport transport;
	union { /* the header itself, as that of IP */
		const struct tcphdr *tcp;
		const struct udphdr *udp;
	};
	__u64 destination_port; /* host byte order; 64 bits index without a cast */
	__u8 icmp_type;
};

/* As it lies in memory: the kernel's processors read eight bytes from anywhere. */
static __always_inline const union address *source6(const struct packet *packet)
{
	return (const void *)&packet->ip6->saddr;
}

static __always_inline const union address *destination6(const struct packet *packet)
{
	return (const void *)&packet->ip6->daddr;
}

/* Since boot; the kernel's coarse clock, which is a tick old at most. */
static __always_inline __u32 seconds_now(void)
{
	return bpf_ktime_get_coarse_ns() / 1000000000;
}

/* Of TCP and UDP alike: the header's first field. */
static __always_inline __be16 source_port(const struct packet *packet)
{
	return packet->udp->source;
}

/* Ends the judgement. */
static __always_inline bool decide(struct packet *packet, enum reason reason)
{
	packet->outcome->reason = reason;
	return false;
}

/* Ends it for want of a header, which may be there, but in another of the frame's buffers. */
static __always_inline bool look_again(struct packet *packet)
{
	packet->outcome->again = true;
	return false;
}

static __always_inline bool decide_cut(struct packet *packet, enum reason reason)
{
	packet->outcome->cut = true;
	return decide(packet, reason);
}

/*
 * Has the outcome in memory. Else the compiler holds its fields in registers and sets all of them
 * before each of the early exits that meet here: half as many instructions again.
 */
static __always_inline void outcome_settle(const struct outcome *outcome)
{
	asm volatile("" : : "m"(*outcome) : "memory");
}

#define likely(condition)   __builtin_expect(!!(condition), 1)
#define unlikely(condition) __builtin_expect(!!(condition), 0)

#endif
