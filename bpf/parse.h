/* SPDX-License-Identifier: GPL-2.0-only */
/* Frame to struct packet: link header, IP header, extension headers, transport header. */
#ifndef PORTCULLIS_PARSE_H
#define PORTCULLIS_PARSE_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "extensions.h"
#include "maps.h"
#include "packet.h"

/* EtherTypes (IEEE 802 numbers); up to 0x05ff the field is a length (IEEE 802.3). */
enum ethertype {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_MPLS = 0x8847,
	ETHERTYPE_MPLS_MULTICAST = 0x8848,
	ETHERTYPE_PPPOE_SESSION = 0x8864,
	ETHERTYPE_SERVICE_VLAN = 0x88a8,
	ETHERTYPE_OLD_QINQ = 0x9100, /* no tag to Linux, so what follows is not looked into */
};

#define VLAN_TAGS_MAX 2

/*
 * Network to host byte order. The mask says nothing new, but to the verifiers of older kernels
 * (6.1), who after a byte swap no longer know that 16 bits are below 65,536.
 */
static __always_inline __u64 host16(__be16 network)
{
	__u64 host = bpf_ntohs(network);

	asm volatile("%0 &= 0xffff" : "+r"(host));
	if (host > 0xffff)
		__builtin_unreachable();
	return host;
}

/*
 * Where the parser stands. At first look: in the frame's first buffer, where headers are read as
 * they lie. Thoroughly: in copies of the headers, made one by one, wherever in the frame they lie.
 */
struct cursor {
	void *ctx; /* struct xdp_md; of a frame that leaves, struct __sk_buff */
	void *at;
	void *end;    /* of the first buffer: what may be touched */
	__u32 rest;   /* bytes from `at` to the end of the IP packet: what may be believed */
	__u32 offset; /* in the frame, if thorough */
	/* both known to the compiler, so that they cost nothing */
	bool thorough; /* `at` is in copies */
	bool egress;   /* the frame leaves; that is always looked at thoroughly */
};

static __always_inline struct cursor cursor_make(struct xdp_md *ctx)
{
	struct cursor cursor = {
		.ctx = ctx,
		.at = (void *)(long)ctx->data,
		.end = (void *)(long)ctx->data_end,
		.rest = ~0U, /* no IP header read yet */
	};

	return cursor;
}

/* The copies: of the IP header, before it of those that precede it; and of the one behind it. */
struct copies {
	struct ipv6hdr network;
	union {
		struct tcphdr transport;
		__u64 aligned;
	};
};

static __always_inline struct cursor cursor_thorough(void *ctx, bool egress, struct copies *copies)
{
	struct cursor cursor = {
		.ctx = ctx, .at = copies, .rest = ~0U, .thorough = true, .egress = egress};

	return cursor;
}

/* How far into the frame. The barrier: the verifier lets no pointer into arithmetic of 32 bits. */
static __always_inline __u64 position(const struct cursor *cursor)
{
	__u64 before;

	if (cursor->thorough)
		return cursor->offset;
	before = cursor->at - (void *)(long)((struct xdp_md *)cursor->ctx)->data;
	barrier_var(before);
	return before;
}

/*
 * The reason for a transport header that is not whole: a fragment that ends within it is somebody's
 * way round a filter.
 */
static __always_inline bool decide_short(struct packet *packet)
{
	return decide_cut(packet, packet->is_fragment ? REASON_FRAGMENT_SHORT : REASON_MALFORMED);
}

/* In words, not byte by byte as memory of unknown alignment would be; no header is of an odd size.
 */
static __always_inline void copy_words(void *to, const void *from, __u32 size)
{
#pragma unroll
	for (__u32 i = 0; i < size / 4; i++)
		((__u32 *)to)[i] = ((const __u32 *)from)[i];
	if (size % 4)
		((__u16 *)to)[size / 2 - 1] = ((const __u16 *)from)[size / 2 - 1];
}

/* Headers lie in the first 32 KiB of a frame: a mask, so that the verifier sees the bound. */
#define OFFSET_MASK 0x7fff

/* Copies a header to where the cursor is: as a rule from the first buffer. */
static __always_inline bool copy_header(const struct cursor *cursor, __u32 size)
{
	struct xdp_md *in = cursor->ctx;
	struct __sk_buff *out = cursor->ctx;
	void *data = (void *)(long)(cursor->egress ? out->data : in->data);
	void *end = (void *)(long)(cursor->egress ? out->data_end : in->data_end);
	const void *from = data + (cursor->offset & OFFSET_MASK);

	if (likely(from + size <= end)) {
		copy_words(cursor->at, from, size);
		return true;
	}
	return !(cursor->egress ? bpf_skb_load_bytes(out, cursor->offset, cursor->at, size)
				: bpf_xdp_load_bytes(in, cursor->offset, cursor->at, size));
}

/* Whether the next size bytes belong to the packet, and can be read: from now on, at `at`. */
static __always_inline bool holds(const struct cursor *cursor, __u32 size)
{
	if (cursor->thorough)
		return cursor->rest >= size && copy_header(cursor, size);
	return cursor->at + size <= cursor->end && cursor->rest >= size;
}

/* A copy gives way to that of the next header. */
static __always_inline void advance(struct cursor *cursor, __u32 size)
{
	if (cursor->thorough)
		cursor->offset += size;
	else
		cursor->at += size;
	cursor->rest -= size;
}

/* The same, behind a header that is still needed. */
static __always_inline void advance_network(struct cursor *cursor, __u32 size)
{
	advance(cursor, size);
	if (cursor->thorough)
		cursor->at += offsetof(struct copies, transport);
}

/* Of all its buffers. */
static __always_inline __u64 frame_length(const struct cursor *cursor)
{
	return cursor->egress ? ((struct __sk_buff *)cursor->ctx)->len
			      : bpf_xdp_get_buff_len(cursor->ctx);
}

/* Whether the frame holds size more bytes, in whichever buffers. */
static __always_inline bool frame_holds(const struct cursor *cursor, __u64 size)
{
	if (!cursor->thorough && likely(cursor->at + size <= cursor->end))
		return true;
	return frame_length(cursor) >= position(cursor) + size;
}

static __always_inline bool is_vlan_tag(__u32 ethertype)
{
	return ethertype == bpf_htons(ETHERTYPE_VLAN) ||
	       ethertype == bpf_htons(ETHERTYPE_SERVICE_VLAN);
}

static __always_inline bool is_ip(__u32 ethertype)
{
	return ethertype == bpf_htons(ETHERTYPE_IPV4) || ethertype == bpf_htons(ETHERTYPE_IPV6);
}

/* The length where no IP length is known: what the frame holds is counted. */
static __always_inline void measure(const struct cursor *cursor, struct packet *packet)
{
	packet->outcome->length = frame_length(cursor) - position(cursor);
}

static __always_inline bool decide_malformed(const struct cursor *cursor, struct packet *packet)
{
	measure(cursor, packet);
	return decide_cut(packet, REASON_MALFORMED);
}

static __always_inline bool parse_tags(struct cursor *cursor, struct packet *packet)
{
#pragma unroll
	for (int tags = 0; tags < VLAN_TAGS_MAX && is_vlan_tag(packet->ethertype); tags++) {
		const struct vlan_hdr *tag = cursor->at;

		if (unlikely(!holds(cursor, sizeof(*tag))))
			return decide_cut(packet, REASON_MALFORMED);
		packet->ethertype = tag->h_vlan_encapsulated_proto;
		advance(cursor, sizeof(*tag));
	}
	if (!is_vlan_tag(packet->ethertype))
		return true;
	measure(cursor, packet);
	return decide(packet, REASON_VLAN_DEPTH);
}

static __always_inline bool parse_link(struct cursor *cursor, struct packet *packet)
{
	const struct ethhdr *ethernet = cursor->at;

	if (unlikely(!holds(cursor, sizeof(*ethernet))))
		return decide_cut(packet, REASON_MALFORMED);
	packet->ethertype = ethernet->h_proto;
	advance(cursor, sizeof(*ethernet));
	return likely(is_ip(packet->ethertype)) || parse_tags(cursor, packet);
}

static __always_inline bool parse_ipv4(struct cursor *cursor, struct packet *packet)
{
	const struct iphdr *ip = cursor->at;
	__u32 first, header;
	__u64 total;

	if (unlikely(!holds(cursor, sizeof(*ip))))
		return decide_malformed(cursor, packet);
	first = *(const __u8 *)ip;
	header = (first & 15) * 4;
	total = host16(ip->tot_len);
	/* version 4 and 5 to 15 words of header are the bytes 0x45 to 0x4f */
	if (unlikely(first - 0x45 > 0x4f - 0x45 || total < header || !frame_holds(cursor, total)))
		return decide_malformed(cursor, packet);

	packet->ip = IP_V4;
	packet->outcome->length = total;
	packet->ip4 = ip;
	cursor->rest = total;
	advance_network(cursor, header);
	return true;
}

static __always_inline bool parse_ipv6(struct cursor *cursor, struct packet *packet)
{
	const struct ipv6hdr *ip = cursor->at;
	__u64 payload;

	if (unlikely(!holds(cursor, sizeof(*ip))))
		return decide_malformed(cursor, packet);
	/* 0 in a jumbogram (RFC 2675), whose options are then found cut short */
	payload = host16(ip->payload_len);
	if (unlikely(ip->version != 6 || !frame_holds(cursor, sizeof(*ip) + payload)))
		return decide_malformed(cursor, packet);

	packet->ip = IP_V6;
	packet->outcome->length = sizeof(*ip) + payload;
	packet->ip6 = ip;
	advance_network(cursor, sizeof(*ip));
	cursor->rest = payload;
	return true;
}

static __always_inline bool parse_tcp(const struct cursor *cursor, struct packet *packet)
{
	const struct tcphdr *tcp = cursor->at;

	if (unlikely(!holds(cursor, sizeof(*tcp))))
		return decide_short(packet);
	if (unlikely(tcp->doff * 4 < sizeof(*tcp)))
		return decide(packet, REASON_MALFORMED);
	if (unlikely(tcp->doff * 4 > cursor->rest))
		return decide_short(packet);
	packet->transport = TRANSPORT_TCP;
	packet->tcp = tcp;
	packet->destination_port = host16(tcp->dest);
	return true;
}

static __always_inline bool parse_udp(const struct cursor *cursor, struct packet *packet)
{
	const struct udphdr *udp = cursor->at;

	if (unlikely(!holds(cursor, sizeof(*udp))))
		return decide_short(packet);
	/* the length of a fragmented packet is that of all its fragments */
	if (unlikely(bpf_ntohs(udp->len) < sizeof(*udp) ||
		     (bpf_ntohs(udp->len) > cursor->rest && !packet->is_fragment)))
		return decide(packet, REASON_MALFORMED);
	packet->transport = TRANSPORT_UDP;
	packet->udp = udp;
	packet->destination_port = host16(udp->dest);
	return true;
}

/* ICMPv6's own header has 4 bytes, but every message that passes has at least 8. */
static __always_inline bool parse_icmp(const struct cursor *cursor, struct packet *packet)
{
	const struct icmphdr *icmp = cursor->at;

	if (unlikely(!holds(cursor, sizeof(*icmp))))
		return decide_short(packet);
	packet->icmp_type = icmp->type;
	return true;
}

/* More fragments, or an offset (RFC 791, 3.1). IPv6 says so in an extension header. */
static __always_inline bool is_fragment4(const struct packet *packet)
{
	return packet->ip4->frag_off & bpf_htons(0x3fff);
}

/*
 * Whether a fragment can be part of a packet: all but the last end on a multiple of 8 bytes, and
 * none ends past what a packet can hold (RFC 791, RFC 8200, 4.5). One without payload has no use.
 */
static __always_inline bool fragment_fits(const struct packet *packet, __u32 headers)
{
	__u32 length = packet->fragment.length;

	return length && !(packet->fragment.more && length % 8) &&
	       headers + packet->fragment.offset + length <= 65535;
}

static __always_inline bool parse_fragment4(const struct cursor *cursor, struct packet *packet)
{
	__u32 field = bpf_ntohs(packet->ip4->frag_off);

	packet->is_fragment = true;
	packet->fragment.more = field & 0x2000;
	packet->fragment.offset = (field & 0x1fff) * 8;
	packet->fragment.length = cursor->rest;
	packet->fragment.identification = packet->ip4->id;
	return fragment_fits(packet, packet->outcome->length - cursor->rest) ||
	       decide(packet, REASON_MALFORMED);
}

/* The fragment header that stands behind so many bytes of other headers. */
static __always_inline bool parse_fragment6(const struct cursor *cursor, struct packet *packet,
					    __u32 before)
{
	struct cursor there = *cursor;
	const struct extension *header;

	advance(&there, before & EXTENSIONS_MASK);
	header = there.at;
	if (unlikely(!holds(&there, sizeof(*header))))
		return decide_cut(packet, REASON_MALFORMED);
	packet->is_fragment = true;
	packet->fragment.more = header->fragment_offset & FRAGMENT_MORE;
	packet->fragment.offset = bpf_ntohs(header->fragment_offset & FRAGMENT_OFFSET);
	packet->fragment.length = there.rest - sizeof(*header);
	packet->fragment.identification = header->identification;
	return fragment_fits(packet, before) || decide(packet, REASON_MALFORMED);
}

/* Takes the cursor behind the extension headers. */
static __always_inline bool parse_extensions(struct cursor *cursor, struct packet *packet)
{
	__u32 at = position(cursor);
	struct extensions extensions = {};

	extensions.walked = cursor->egress ? extensions_walk_egress(cursor->ctx, at, cursor->rest,
								    packet->protocol, packet->ip)
					   : extensions_walk(cursor->ctx, at, cursor->rest,
							     packet->protocol, packet->ip);

	if (extensions.reason != EXTENSIONS_PASSED) {
		packet->outcome->reason = extensions.reason;
		return false;
	}
	if (extensions.fragment && !parse_fragment6(cursor, packet, extensions.fragment - 1))
		return false;
	packet->protocol = extensions.protocol;
	advance(cursor, extensions.length & EXTENSIONS_MASK);
	return true;
}

#endif
