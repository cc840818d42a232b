/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What guards ask of packets to a port that is open: who sends, what, and how often. The judgement
 * is a global function, which the verifier checks once by itself: inlined, it would multiply every
 * path that leads to a port.
 */
#ifndef PORTCULLIS_GUARDS_H
#define PORTCULLIS_GUARDS_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "limits.h"
#include "maps.h"
#include "packet.h"
#include "parse.h"

static __always_inline bool source_allowed(const struct approach *approach, __u32 sources)
{
	struct source4 key4 = {
		.length = 32 + 32,
		.sources = sources,
		.address = approach->source[0],
	};
	struct source6 key6 = {.length = 32 + 128, .sources = sources};

	if (approach->ip == IP_V4)
		return bpf_map_lookup_elem(&sources4, &key4);
	for (int i = 0; i < 4; i++)
		key6.address[i] = approach->source[i];
	return bpf_map_lookup_elem(&sources6, &key6);
}

/* Limit comes last, so that what is dropped anyway takes no token. */
__noinline __u32 guard_judge(const struct approach *approach)
{
	const struct guard *guard;
	__u32 key;

	if (!approach)
		return REASON_SOURCE_NOT_ALLOWED;
	key = approach->guard;
	guard = bpf_map_lookup_elem(&guards, &key);
	if (unlikely(!guard))
		return REASON_SOURCE_NOT_ALLOWED;
	if (guard->sources && !source_allowed(approach, guard->sources))
		return REASON_SOURCE_NOT_ALLOWED;
	if (guard->media && !approach->media)
		return REASON_NOT_MEDIA;
	if (guard->interval && approach->counted && !take_token(approach, guard))
		return REASON_OVER_LIMIT;
	return REASON_PUBLISHED;
}

/* What RFC 7983, section 7, tells apart by its first byte: STUN, ZRTP, DTLS, TURN, RTP and RTCP. */
static __always_inline bool is_media(__u8 first)
{
	return first <= 3 || (first >= 16 && first <= 79) || (first >= 128 && first <= 191);
}

/* Wherever in the frame it lies: some cards put headers and payload into buffers of their own. */
static __always_inline bool payload_read(const struct cursor *cursor, const struct udphdr *udp,
					 __u8 *first)
{
	const __u8 *payload = (const void *)(udp + 1);

	if (!cursor->thorough && likely((void *)(payload + 1) <= cursor->end)) {
		*first = *payload;
		return true;
	}
	return !bpf_xdp_load_bytes(cursor->ctx, position(cursor) + sizeof(*udp), first,
				   sizeof(*first));
}

/*
 * How much of the packet stands behind the UDP header. Found again where it can be: cursor->rest
 * would cost every packet a register.
 */
static __always_inline __s64 payload_left(const struct cursor *cursor, const struct packet *packet)
{
	if (cursor->thorough)
		return (__s64)cursor->rest - sizeof(*packet->udp);
	return packet->outcome->length -
	       ((const void *)(packet->udp + 1) - (const void *)packet->ip4);
}

/* Whether a datagram has a payload, in this packet, that begins as media does. */
static __always_inline bool begins_as_media(const struct cursor *cursor,
					    const struct packet *packet)
{
	const struct udphdr *udp = packet->udp;
	__u8 first = 0;

	return payload_left(cursor, packet) > 0 && bpf_ntohs(udp->len) > sizeof(*udp) &&
	       payload_read(cursor, udp, &first) && is_media(first);
}

/* Why a guard refuses a packet; REASON_PUBLISHED if it does not. */
static __always_inline enum reason guard_refusal(const struct cursor *cursor,
						 const struct packet *packet, __u32 guard)
{
	bool tcp = packet->transport == TRANSPORT_TCP;
	struct approach approach = {
		.guard = guard,
		.ip = packet->ip,
		.counted = !tcp || (packet->tcp->syn && !packet->tcp->ack),
		.media = !tcp && begins_as_media(cursor, packet),
	};

	if (packet->ip == IP_V4) {
		approach.source[0] = packet->ip4->saddr;
	} else {
		for (int i = 0; i < 4; i++)
			approach.source[i] = source6(packet)->word[i];
	}
	return guard_judge(&approach);
}

#endif
