/* SPDX-License-Identifier: GPL-2.0-only */
/* Destination address to target: which server a packet is for. */
#ifndef PORTCULLIS_TARGET_H
#define PORTCULLIS_TARGET_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "packet.h"

static __always_inline bool same_address6(const __be32 a[4], const __be32 b[4])
{
	return a[3] == b[3] && a[2] == b[2] && a[1] == b[1] && a[0] == b[0];
}

/* False if the table cannot be looked into: then no packet may pass as not in it. */
static __always_inline bool exact4(__be32 address, __u32 *target)
{
	__u32 key = server_hash4(address, seed4) & mask4;
	const struct bucket4 *bucket = bpf_map_lookup_elem(&servers4, &key);

	if (!bucket)
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

static __always_inline bool exact6(const __be32 address[4], __u32 *target)
{
	__u32 key = server_hash6(address, seed6) & mask6;
	const struct bucket6 *bucket = bpf_map_lookup_elem(&servers6, &key);

	if (!bucket)
		return false;
#pragma unroll
	for (int i = 0; i < BUCKET6_SERVERS; i++) {
		if (same_address6(bucket->server[i].address, address)) {
			*target = bucket->server[i].target;
			return true;
		}
	}
	return true;
}

static __always_inline bool target_set(struct packet *packet, __u32 target)
{
	if (target == TARGET_NONE)
		target = everyone;
	if (target == TARGET_NONE)
		return decide(packet, REASON_UNLISTED);
	packet->target = target;
	return true;
}

static __always_inline bool target_find4(struct packet *packet)
{
	__u32 target = TARGET_NONE;

	if (have_servers4 && !exact4(packet->destination[0], &target))
		return decide(packet, REASON_NOT_LISTED);
	if (have_prefixes4 && target == TARGET_NONE) {
		struct prefix4 key = {.length = 32, .address = packet->destination[0]};
		const __u32 *found = bpf_map_lookup_elem(&prefixes4, &key);

		if (found)
			target = *found;
	}
	return target_set(packet, target);
}

static __always_inline bool target_find6(struct packet *packet)
{
	const __be32 *address = packet->destination;
	__u32 target = TARGET_NONE;

	if (have_servers6 && !exact6(address, &target))
		return decide(packet, REASON_NOT_LISTED);
	if (have_prefixes6 && target == TARGET_NONE) {
		struct prefix6 key = {
			.length = 128,
			.address = {address[0], address[1], address[2], address[3]},
		};
		const __u32 *found = bpf_map_lookup_elem(&prefixes6, &key);

		if (found)
			target = *found;
	}
	return target_set(packet, target);
}

#endif
