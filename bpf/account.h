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

/* would_drop: judged so, but only counted. */
static __always_inline void account_reason(const struct packet *packet, bool would_drop)
{
	__u32 key = 0;
	struct reason_counts *counts = bpf_map_lookup_elem(&reasons, &key);

	if (!counts || packet->reason >= REASON_COUNT)
		return;
	count_add(unlikely(would_drop) ? &counts->monitored[packet->reason]
				       : &counts->enforced[packet->reason],
		  packet->length);
}

static __always_inline void account_segment(const struct packet *packet)
{
	__u32 key = packet->slot / COUNTS_PER_BLOCK;
	struct count_block *block = bpf_map_lookup_elem(&counters, &key);

	if (block)
		count_add(&block->count[packet->slot % COUNTS_PER_BLOCK], packet->length);
}

static __always_inline void account_port(const struct packet *packet)
{
	__u32 key = packet->port_index / PORTS_PER_BLOCK;
	struct port_block *block = bpf_map_lookup_elem(&dropped_ports, &key);

	if (block)
		block->packets[packet->port_index % PORTS_PER_BLOCK]++;
}

static __always_inline void account_server(const struct packet *packet, bool passed)
{
	__u32 server = target_server(packet->target);
	__u32 key = server / SERVERS_PER_BLOCK;
	struct server_block *block;
	struct server_count *count;

	if (!count_servers || server < SERVER_FIRST)
		return;
	block = bpf_map_lookup_elem(&server_counters, &key);
	if (!block)
		return;
	count = &block->server[server % SERVERS_PER_BLOCK];
	count_add(passed ? &count->passed : &count->dropped, packet->length);
}

static __always_inline void account_pass(const struct packet *packet)
{
	account_reason(packet, false);
	if (packet->reason == REASON_PUBLISHED)
		account_segment(packet);
	account_server(packet, true);
}

/* enforced: it is really dropped. */
static __always_inline void account_drop(const struct packet *packet, bool enforced)
{
	account_reason(packet, !enforced);
	if (packet->payload == PAYLOAD_PORTS)
		account_port(packet);
	account_server(packet, !enforced);
}

#endif
