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

/* For a destination that no table has. */
static __always_inline bool target_everyone(struct packet *packet)
{
	packet->outcome->target = everyone;
	return likely(packet->outcome->target != TARGET_NONE) || decide(packet, REASON_UNLISTED);
}

static __always_inline bool target_find4(struct packet *packet)
{
	__u64 seed = seed4;
	__u32 target;

	if (seed) {
		if (unlikely(!exact4(packet->ip4->daddr, seed, &target)))
			return decide(packet, REASON_NOT_LISTED);
		packet->outcome->target = target;
		if (likely(target != TARGET_NONE))
			return true;
	}
	if (have_prefixes4) {
		packet->outcome->target = prefix_target4(packet->ip4->daddr);
		if (packet->outcome->target != TARGET_NONE)
			return judge_destination4(packet);
	}
	return target_everyone(packet) && judge_destination4(packet);
}

static __always_inline bool target_find6(struct packet *packet)
{
	__u64 seed = seed6;
	__u32 target;

	if (seed) {
		if (unlikely(!exact6(destination6(packet), seed, &target)))
			return decide(packet, REASON_NOT_LISTED);
		packet->outcome->target = target;
		if (likely(target != TARGET_NONE))
			return true;
	}
	if (have_prefixes6) {
		packet->outcome->target = prefix_target6(destination6(packet));
		if (packet->outcome->target != TARGET_NONE)
			return judge_destination6(packet);
	}
	return target_everyone(packet) && judge_destination6(packet);
}

#endif
