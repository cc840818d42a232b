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
static __always_inline bool exact4(__be32 address, __u32 *target)
{
	__u32 key = server_hash4(address, seed4) & mask4;
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

static __always_inline bool exact6(const union address *address, __u32 *target)
{
	__u32 key = server_hash6(address, seed6) & mask6;
	const struct bucket6 *bucket = bpf_map_lookup_elem(&servers6, &key);

	*target = TARGET_NONE;
	if (unlikely(!bucket))
		return false;
#pragma unroll
	for (int i = 0; i < BUCKET6_SERVERS; i++) {
		if (same_address6((const void *)bucket->server[i].address, address)) {
			*target = bucket->server[i].target;
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
	__u32 target;

	if (have_servers4) {
		if (unlikely(!exact4(packet->destination.ip4, &target)))
			return decide(packet, REASON_NOT_LISTED);
		packet->outcome->target = target;
		if (likely(target != TARGET_NONE))
			return true;
	}
	if (have_prefixes4) {
		packet->outcome->target = prefix_target4(packet->destination.ip4);
		if (packet->outcome->target != TARGET_NONE)
			return judge_destination4(packet);
	}
	return target_everyone(packet) && judge_destination4(packet);
}

static __always_inline bool target_find6(struct packet *packet)
{
	__u32 target;

	if (have_servers6) {
		if (unlikely(!exact6(&packet->destination, &target)))
			return decide(packet, REASON_NOT_LISTED);
		packet->outcome->target = target;
		if (likely(target != TARGET_NONE))
			return true;
	}
	if (have_prefixes6) {
		packet->outcome->target = prefix_target6(&packet->destination);
		if (packet->outcome->target != TARGET_NONE)
			return judge_destination6(packet);
	}
	return target_everyone(packet) && judge_destination6(packet);
}

#endif
