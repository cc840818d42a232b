/* SPDX-License-Identifier: GPL-2.0-only */
/* Destination address to target: which server a packet is for. */
#ifndef PORTCULLIS_TARGET_H
#define PORTCULLIS_TARGET_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "addresses.h"
#include "maps.h"
#include "packet.h"

/* Exact servers: their target, or TARGET_NONE. */
static __always_inline __u32 exact4(__be32 address, __u64 seed)
{
	const __u16 *displacements = value_of(&displacements4);
	const struct server4 *server = value_of(&servers4);
	__u64 hash = server_hash4(address, seed);
	__u32 mask = mask4;

	server += hash_place(hash, displacements[hash_group(hash, mask)], mask);
	return likely(server->address == address) ? server->target : TARGET_NONE;
}

static __always_inline __u32 exact6(const union address *address, __u64 seed)
{
	const __u16 *displacements = value_of(&displacements6);
	const struct server6 *server = value_of(&servers6);
	__u64 hash = server_hash6(address->half[0], address->half[1], seed);
	__u32 mask = mask6;

	server += hash_place(hash, displacements[hash_group(hash, mask)], mask);
	return likely(same_address6((const void *)server->address, address)) ? server->target
									     : TARGET_NONE;
}

static __always_inline __u32 prefix_target4(__be32 address)
{
	struct prefix4 key = {.length = 32, .address = address};
	const __u32 *target = bpf_map_lookup_elem(&prefixes4, &key);

	return target ? *target : TARGET_NONE;
}

static __always_inline __u32 prefix_target6(const union address *address)
{
	struct prefix6 key = prefix_of6(address);
	const __u32 *target = bpf_map_lookup_elem(&prefixes6, &key);

	return target ? *target : TARGET_NONE;
}

/* What an address leads to, or TARGET_NONE: exact servers, then prefixes. */
static __always_inline __u32 target_of4(__be32 address)
{
	__u64 seed = seed4;
	__u32 target = seed ? exact4(address, seed) : TARGET_NONE;

	return have_prefixes4 && target == TARGET_NONE ? prefix_target4(address) : target;
}

static __always_inline __u32 target_of6(const union address *address)
{
	__u64 seed = seed6;
	__u32 target = seed ? exact6(address, seed) : TARGET_NONE;

	return have_prefixes6 && target == TARGET_NONE ? prefix_target6(address) : target;
}

/* The same for a source: global functions, which the verifier checks once by themselves. */
__noinline __u32 server_of4(__u32 address)
{
	return target_of4(address);
}

__noinline __u32 server_of6(__u64 high, __u64 low)
{
	union address address = {.half = {high, low}};

	return target_of6(&address);
}

/* Few outsiders are of the networks that servers are in: one byte spares them the look-up. */
static __always_inline bool from_server4(const struct packet *packet)
{
	__be32 source = packet->ip4->saddr;

	return unlikely(source_filter4[source_network4(source)]) &&
	       server_of4(source) != TARGET_NONE;
}

static __always_inline bool from_server6(const struct packet *packet)
{
	const union address *source = source6(packet);

	return unlikely(source_filter6[source_network6(source->quarter)]) &&
	       server_of6(source->half[0], source->half[1]) != TARGET_NONE;
}

/*
 * A server's address on a packet that comes from where no server is: whoever forged it would be
 * taken for the server when it is routed out again.
 */
static __always_inline bool is_forged4(const struct packet *packet)
{
	return replies && !inside && (seed4 || have_prefixes4) && from_server4(packet);
}

static __always_inline bool is_forged6(const struct packet *packet)
{
	return replies && !inside && (seed6 || have_prefixes6) && from_server6(packet);
}

static __always_inline bool target_find4(struct packet *packet)
{
	__u32 target = target_of4(packet->ip4->daddr);

	packet->outcome->target = target != TARGET_NONE ? target : everyone;
	if (unlikely(is_forged4(packet)))
		return decide(packet, REASON_FORGED_SOURCE);
	/* a server that is listed by its address has a good one */
	if (likely(target != TARGET_NONE && !have_prefixes4))
		return true;
	if (packet->outcome->target == TARGET_NONE)
		return decide(packet, REASON_UNLISTED);
	return judge_destination4(packet);
}

static __always_inline bool target_find6(struct packet *packet)
{
	__u32 target = target_of6(destination6(packet));

	packet->outcome->target = target != TARGET_NONE ? target : everyone;
	if (unlikely(is_forged6(packet)))
		return decide(packet, REASON_FORGED_SOURCE);
	/* a server that is listed by its address has a good one */
	if (likely(target != TARGET_NONE && !have_prefixes6))
		return true;
	if (packet->outcome->target == TARGET_NONE)
		return decide(packet, REASON_UNLISTED);
	return judge_destination6(packet);
}

/* What opens a port in a profile: 0 for nothing, as layout.h says. */
static __always_inline __u32 port_opened_by(__u32 profile, __u64 transport, __u64 port)
{
	const struct port_table *table = value_of(&ports);

	return likely(profile < profiles) ? table[profile].opened_by[transport][port] : 0;
}

/* Likewise the destination port in the server's profile. */
static __always_inline __u32 opened_by_of(const struct packet *packet)
{
	return port_opened_by(target_profile(packet->outcome->target), packet->transport,
			      packet->destination_port);
}

#endif
