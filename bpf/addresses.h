/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses that no packet on the wire may have. */
#ifndef PORTCULLIS_ADDRESSES_H
#define PORTCULLIS_ADDRESSES_H

#include "vmlinux.h"

#include <bpf/bpf_endian.h>

#include "packet.h"

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

static __always_inline bool plain6(const union address *address)
{
	return first_byte(address->word[0]) - 1 < 254;
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

static __always_inline bool same_address6(const union address *a, const union address *b)
{
	return a->half[1] == b->half[1] && a->half[0] == b->half[0];
}

/* The key of an address in a trie. The barriers keep the splitting out of the hot path. */
static __always_inline struct prefix6 prefix_of6(const union address *address)
{
	union address copy = *address;
	struct prefix6 prefix = {.length = 128};

	barrier_var(copy.half[0]);
	barrier_var(copy.half[1]);
	for (int i = 0; i < 4; i++)
		prefix.address[i] = copy.word[i];
	return prefix;
}

static __always_inline bool is_unspecified6(const union address *address)
{
	return !(address->half[0] | address->half[1]);
}

/* ::, ::1 and ::ffff:0:0/96: an IPv4 address in disguise. */
static __always_inline bool bad_either6(const union address *address)
{
	__u64 low = address->half[1];

	return !address->half[0] &&
	       (!low || low == bpf_cpu_to_be64(1) ||
		(low & bpf_cpu_to_be64(0xffffffff00000000)) == bpf_cpu_to_be64(0xffff00000000));
}

static __always_inline bool bad_source6(const union address *source)
{
	return first_byte(source->word[0]) == 0xff || bad_either6(source);
}

static __always_inline bool judge_source4(struct packet *packet)
{
	__be32 source = packet->ip4->saddr;

	if (unlikely(source == packet->ip4->daddr))
		return decide(packet, REASON_BAD_ADDRESS);
	if (likely(plain4(source)))
		return true;
	packet->outcome->nobody = !source;
	return !source || !bad_source4(source) || decide(packet, REASON_BAD_ADDRESS);
}

static __always_inline bool judge_source6(struct packet *packet)
{
	const union address *source = source6(packet);

	if (unlikely(same_address6(source, destination6(packet))))
		return decide(packet, REASON_BAD_ADDRESS);
	if (likely(plain6(source)))
		return true;
	packet->outcome->nobody = is_unspecified6(source);
	return packet->outcome->nobody || !bad_source6(source) ||
	       decide(packet, REASON_BAD_ADDRESS);
}

static __always_inline bool judge_destination4(struct packet *packet)
{
	return likely(!bad_destination4(packet->ip4->daddr)) || decide(packet, REASON_BAD_ADDRESS);
}

static __always_inline bool judge_destination6(struct packet *packet)
{
	return likely(plain6(destination6(packet))) || !bad_either6(destination6(packet)) ||
	       decide(packet, REASON_BAD_ADDRESS);
}

#endif
