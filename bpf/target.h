/* SPDX-License-Identifier: GPL-2.0-only */
/* Destination address to target: which server a packet is for. */
#ifndef PORTCULLIS_TARGET_H
#define PORTCULLIS_TARGET_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "addresses.h"
#include "maps.h"
#include "packet.h"

/*
 * Exact servers: their target, or TARGET_NONE. False if the table cannot be looked into: then no
 * packet may pass as not in it.
 */
static __always_inline bool exact4(__be32 address, __u64 seed, __u32 *target)
{
	__u32 key = server_hash4(address, seed) & mask4;
	const struct bucket4 *bucket = bpf_map_lookup_elem(&servers4, &key);

	*target = TARGET_NONE;
	if (unlikely(!bucket))
		return false;
#pragma unroll
	for (int i = 0; i < BUCKET4_SERVERS; i++) {
		if (bucket->server[i].address == address) {
			*target = bucket->server[i].target;
			return true;
		}
	}
	return true;
}

static __always_inline bool exact6(const union address *address, __u64 seed, __u32 *target)
{
	/* in two steps: not known to be aligned, it would be read byte by byte */
	union address copy = {.half = {address->half[0], address->half[1]}};
	__u32 key = server_hash6(&copy, seed) & mask6;
	const struct bucket6 *bucket = bpf_map_lookup_elem(&servers6, &key);

	*target = TARGET_NONE;
	if (unlikely(!bucket))
		return false;
#pragma unroll
	for (int i = 0; i < BUCKET6_SERVERS; i++) {
		const struct server6 *server = &bucket->server[i];

		barrier_var(server); /* else its place is found by a multiplication */
		if (same_address6((const void *)server->address, address)) {
			*target = server->target;
			return true;
		}
	}
	return true;
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

/*
 * What an address leads to, or TARGET_NONE: exact servers, then prefixes. False if the table cannot
 * be looked into.
 */
static __always_inline bool target_of4(__be32 address, __u32 *target)
{
	__u64 seed = seed4;

	*target = TARGET_NONE;
	if (seed && unlikely(!exact4(address, seed, target)))
		return false;
	if (have_prefixes4 && *target == TARGET_NONE)
		*target = prefix_target4(address);
	return true;
}

static __always_inline bool target_of6(const union address *address, __u32 *target)
{
	__u64 seed = seed6;

	*target = TARGET_NONE;
	if (seed && unlikely(!exact6(address, seed, target)))
		return false;
	if (have_prefixes6 && *target == TARGET_NONE)
		*target = prefix_target6(address);
	return true;
}

/* A table cannot be looked into: whose address it is is not known. */
#define TARGET_UNKNOWN (~0U)

/* The same for a source: global functions, which the verifier checks once by themselves. */
__noinline __u32 server_of4(__u32 address)
{
	__u32 target;

	return target_of4(address, &target) ? target : TARGET_UNKNOWN;
}

__noinline __u32 server_of6(__u64 high, __u64 low)
{
	union address address = {.half = {high, low}};
	__u32 target;

	return target_of6(&address, &target) ? target : TARGET_UNKNOWN;
}

/* Few outsiders are of the networks that servers are in: one bit spares them the look-up. */
static __always_inline bool may_be_server(const volatile __u64 *filter, __u32 network)
{
	return filter[network / 64 % SOURCE_FILTER_WORDS] >> network % 64 & 1;
}

/*
 * A server's address on a packet that comes from where no server is: whoever forged it would be
 * taken for the server when it is routed out again.
 */
static __always_inline bool is_forged4(const struct packet *packet)
{
	__be32 source = packet->ip4->saddr;

	if (!replies || inside || !(seed4 || have_prefixes4))
		return false;
	return unlikely(may_be_server(source_filter4, source_network4(source))) &&
	       server_of4(source) != TARGET_NONE;
}

static __always_inline bool is_forged6(const struct packet *packet)
{
	const union address *source = source6(packet);

	if (!replies || inside || !(seed6 || have_prefixes6))
		return false;
	return unlikely(may_be_server(source_filter6, source_network6(source->quarter))) &&
	       server_of6(source->half[0], source->half[1]) != TARGET_NONE;
}

static __always_inline bool target_find4(struct packet *packet)
{
	__u32 target;

	if (unlikely(!target_of4(packet->ip4->daddr, &target)))
		return decide(packet, REASON_NOT_LISTED);
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
	__u32 target;

	if (unlikely(!target_of6(destination6(packet), &target)))
		return decide(packet, REASON_NOT_LISTED);
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

#endif
