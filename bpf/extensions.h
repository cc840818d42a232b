/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The headers between IP and transport: IPv6 extension headers, and AH in IPv4 too. The walk is a
 * global function, which the verifier checks once by itself: inlined, its turns would multiply
 * every path that follows.
 */
#ifndef PORTCULLIS_EXTENSIONS_H
#define PORTCULLIS_EXTENSIONS_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "packet.h"

#define EXTENSIONS_MAX 8

/* No reason: what follows the headers can be judged. */
#define EXTENSIONS_PASSED REASON_COUNT

/* IP protocol numbers that vmlinux.h does not have. */
enum {
	IPPROTO_HOPOPTS = 0,
	IPPROTO_ROUTING = 43,
	IPPROTO_FRAGMENT = 44,
	IPPROTO_ICMPV6 = 58,
	IPPROTO_DSTOPTS = 60,
	IPPROTO_VRRP = 112,
};

/* What a walk answers, in the one integer that a global function may return. */
struct extensions {
	union {
		struct {
			__u16 length;   /* of all headers walked */
			__u16 fragment; /* what stands before a fragment header, and 1; 0: whole */
			__u8 protocol;  /* that follows them */
			__u8 reason;    /* enum reason */
			__u16 unused;
		};
		__u64 walked;
	};
};
_Static_assert(sizeof(struct extensions) == sizeof(__u64), "what the walk returns");

/*
 * No chain ends further into a frame than this: one header is at most 256 * 8 bytes, and 128 cover
 * what stands before. A mask, so that the verifier sees the bound.
 */
#define EXTENSIONS_MASK 0x7fff
_Static_assert(128 + EXTENSIONS_MAX * 256 * 8 <= EXTENSIONS_MASK, "the mask changes nothing");

static __always_inline bool is_extension(enum ip_version ip, __u8 protocol)
{
	switch (protocol) {
	case IPPROTO_AH: return true;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_FRAGMENT:
	case IPPROTO_DSTOPTS: return ip == IP_V6;
	default: return false;
	}
}

/* The first 8 bytes of an extension header, as all of its kinds have them. */
struct extension {
	__u8 next_header;
	__u8 length; /* in units of 8 bytes less the first 8; in AH, of 4 less the first 8 */
	union {
		struct {
			__u8 type;
			__u8 segments_left;
		} routing;
		__be16 fragment_offset; /* 13 bits, two reserved, more fragments (RFC 8200, 4.5) */
	};
	__be32 identification;
};
_Static_assert(sizeof(struct extension) == 8, "the shortest extension header");

/* Why a packet with this header goes no further, or EXTENSIONS_PASSED with its length in bytes. */
static __always_inline enum reason extension_judge(const struct extension *extension, __u8 protocol,
						   __u32 *length)
{
	*length = (extension->length + 1) * 8;
	switch (protocol) {
	case IPPROTO_ROUTING:
		/* RFC 5095 */
		return !extension->routing.type || extension->routing.segments_left
			       ? REASON_SOURCE_ROUTE
			       : EXTENSIONS_PASSED;
	case IPPROTO_FRAGMENT: *length = sizeof(*extension); return EXTENSIONS_PASSED;
	case IPPROTO_AH:
		*length = (extension->length + 2) * 4;
		return *length < sizeof(struct ip_auth_hdr) ? REASON_MALFORMED : EXTENSIONS_PASSED;
	default: return EXTENSIONS_PASSED;
	}
}

/* With neither offset nor more fragments it is atomic: its packet is whole (RFC 6946). */
#define FRAGMENT_OFFSET bpf_htons(0xfff8)
#define FRAGMENT_MORE   bpf_htons(0x0001)

static __always_inline bool is_fragment6(const struct extension *extension, __u8 protocol)
{
	return protocol == IPPROTO_FRAGMENT &&
	       extension->fragment_offset & (FRAGMENT_OFFSET | FRAGMENT_MORE);
}

/* Wherever in the frame it lies: not every chain ends in the first buffer. */
static __always_inline bool extension_read(struct xdp_md *ctx, __u32 offset,
					   struct extension *extension)
{
	const struct extension *at = (void *)(long)ctx->data + offset;

	if (unlikely((void *)(at + 1) > (void *)(long)ctx->data_end))
		return !bpf_xdp_load_bytes(ctx, offset, extension, sizeof(*extension));
	*extension = *at;
	return true;
}

static __always_inline bool extension_read_egress(struct __sk_buff *ctx, __u32 offset,
						  struct extension *extension)
{
	return !bpf_skb_load_bytes(ctx, offset, extension, sizeof(*extension));
}

/*
 * Walks from offset in the frame over at most `rest` bytes, beginning with a header of the kind
 * that protocol says. Behind the header of a later fragment there is only payload. Returns struct
 * extensions.
 */
static __always_inline __u64 walk_from(void *ctx, bool egress, __u32 offset, __u32 rest,
				       __u32 protocol, __u32 ip)
{
	struct extensions walk = {.protocol = protocol, .reason = EXTENSIONS_PASSED};

	for (int i = 0; i < EXTENSIONS_MAX; i++) {
		__u32 at = (offset + walk.length) & EXTENSIONS_MASK;
		struct extension extension;
		bool fragment;
		__u32 length;

		if (!is_extension(ip, walk.protocol))
			return walk.walked;
		if (walk.length + sizeof(extension) > rest ||
		    !(egress ? extension_read_egress(ctx, at, &extension)
			     : extension_read(ctx, at, &extension))) {
			walk.reason = REASON_MALFORMED;
			return walk.walked;
		}
		walk.reason = extension_judge(&extension, walk.protocol, &length);
		fragment = is_fragment6(&extension, walk.protocol);
		if (walk.reason == EXTENSIONS_PASSED &&
		    (walk.length + length > rest || (fragment && walk.fragment)))
			walk.reason = REASON_MALFORMED;
		if (walk.reason != EXTENSIONS_PASSED)
			return walk.walked;
		if (fragment)
			walk.fragment = walk.length + 1;
		walk.protocol = extension.next_header;
		walk.length += length;
		if (fragment && extension.fragment_offset & FRAGMENT_OFFSET)
			return walk.walked;
	}
	if (is_extension(ip, walk.protocol))
		walk.reason = REASON_HEADER_CHAIN;
	return walk.walked;
}

__noinline __u64 extensions_walk(struct xdp_md *ctx, __u32 offset, __u32 rest, __u32 protocol,
				 __u32 ip)
{
	return walk_from(ctx, false, offset, rest, protocol, ip);
}

/* For the egress program. */
__noinline __u64 extensions_walk_egress(struct __sk_buff *ctx, __u32 offset, __u32 rest,
					__u32 protocol, __u32 ip)
{
	return walk_from(ctx, true, offset, rest, protocol, ip);
}

#endif
