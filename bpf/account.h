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

static __always_inline struct reason_counts *reason_counts(void)
{
	__u32 key = 0;

	return bpf_map_lookup_elem(&reasons, &key);
}

/* What really happened. */
static __always_inline void account_enforced(const struct outcome *outcome)
{
	struct reason_counts *counts = reason_counts();

	if (counts && outcome->reason < REASON_COUNT)
		count_add(&counts->enforced[outcome->reason], outcome->length);
}

/* What would have. */
static __always_inline void account_monitored(const struct outcome *outcome)
{
	struct reason_counts *counts = reason_counts();

	if (counts && outcome->reason < REASON_COUNT)
		count_add(&counts->monitored[outcome->reason], outcome->length);
}

static __always_inline void account_segment(const struct outcome *outcome)
{
	__u32 key = outcome->slot / COUNTS_PER_BLOCK;
	struct count_block *block = bpf_map_lookup_elem(&counters, &key);

	if (block)
		count_add(&block->count[outcome->slot % COUNTS_PER_BLOCK], outcome->length);
}

/* Without a port the index is past the last block, where nothing is found. */
static __always_inline void account_dropped_port(const struct outcome *outcome)
{
	__u32 key = outcome->port_index / PORTS_PER_BLOCK;
	struct port_block *block = bpf_map_lookup_elem(&dropped_ports, &key);

	if (block)
		block->packets[outcome->port_index % PORTS_PER_BLOCK]++;
}

static __always_inline struct server_count *server_counts(const struct outcome *outcome)
{
	__u32 server = target_server(outcome->target);
	__u32 key = server / SERVERS_PER_BLOCK;
	struct server_block *block;

	if (!count_servers || server < SERVER_FIRST)
		return NULL;
	block = bpf_map_lookup_elem(&server_counters, &key);
	return block ? &block->server[server % SERVERS_PER_BLOCK] : NULL;
}

static __always_inline void account_server_passed(const struct outcome *outcome)
{
	struct server_count *counts = server_counts(outcome);

	if (counts)
		count_add(&counts->passed, outcome->length);
}

static __always_inline void account_server_dropped(const struct outcome *outcome)
{
	struct server_count *counts = server_counts(outcome);

	if (counts)
		count_add(&counts->dropped, outcome->length);
}

#endif
