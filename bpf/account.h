/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters, all per CPU. Nothing here can change a verdict. */
#ifndef PORTCULLIS_ACCOUNT_H
#define PORTCULLIS_ACCOUNT_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "maps.h"
#include "packet.h"

static __always_inline void count_add(struct count *count, __u32 bytes)
{
	count->packets++;
	count->bytes += bytes;
}

static __always_inline void account_reason(enum reason reason, bool would_drop, __u32 bytes)
{
	__u32 key = 0;
	struct reason_counts *counts = bpf_map_lookup_elem(&reasons, &key);

	if (!counts || reason >= REASON_COUNT)
		return;
	count_add(unlikely(would_drop) ? &counts->monitored[reason] : &counts->enforced[reason],
		  bytes);
}

static __always_inline void account_segment(__u32 slot, __u32 bytes)
{
	__u32 key = slot / COUNTS_PER_BLOCK;
	struct count_block *block = bpf_map_lookup_elem(&counters, &key);

	if (block)
		count_add(&block->count[slot % COUNTS_PER_BLOCK], bytes);
}

static __always_inline void account_server(__u32 server, bool passed, __u32 bytes)
{
	__u32 key = server / SERVERS_PER_BLOCK;
	struct server_block *block = bpf_map_lookup_elem(&server_counters, &key);
	struct server_count *count;

	if (!block)
		return;
	count = &block->server[server % SERVERS_PER_BLOCK];
	count_add(passed ? &count->passed : &count->dropped, bytes);
}

static __always_inline void account_port(enum transport transport, __u16 port)
{
	__u32 entry = (transport & 1) << 16 | port;
	__u32 key = entry / PORTS_PER_BLOCK;
	struct port_block *block = bpf_map_lookup_elem(&dropped_ports, &key);

	if (block)
		block->packets[entry % PORTS_PER_BLOCK]++;
}

/* enforced: whether a reason to drop means a drop here. */
static __always_inline void account(const struct packet *packet, bool enforced)
{
	bool drop = reason_verdict(packet->reason) == VERDICT_DROP;

	account_reason(packet->reason, drop && !enforced, packet->length);
	if (packet->reason == REASON_PUBLISHED)
		account_segment(packet->slot, packet->length);
	else if (drop && packet->payload == PAYLOAD_PORTS)
		account_port(packet->transport, packet->destination_port);
	if (count_servers && target_server(packet->target) >= SERVER_FIRST)
		account_server(target_server(packet->target), !(drop && enforced), packet->length);
}

#endif
