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

/* What really happened, where neither a segment nor a closed port counts it. */
static __always_inline void account_reason(const struct outcome *outcome)
{
	struct reason_counts *counts = reason_counts();

	if (likely(counts && outcome->reason < REASON_COUNT))
		count_add(&counts->enforced[outcome->reason], outcome->length);
}

/* What would have. */
static __always_inline void account_monitored(const struct outcome *outcome)
{
	struct reason_counts *counts = reason_counts();

	if (likely(counts && outcome->reason < REASON_COUNT))
		count_add(&counts->monitored[outcome->reason], outcome->length);
}

static __always_inline void account_slot(const struct outcome *outcome)
{
	__u32 key = outcome->slot / COUNTS_PER_BLOCK;
	struct count_block *block = bpf_map_lookup_elem(&counters, &key);

	if (likely(block))
		count_add(&block->count[outcome->slot % COUNTS_PER_BLOCK], outcome->length);
}

/* NULL: it leads to no server. */
static __always_inline struct server_block *server_block(const struct outcome *outcome)
{
	__u32 server = target_server(outcome->target);
	__u32 key = server / SERVERS_PER_BLOCK;

	return likely(server >= SERVER_FIRST) ? bpf_map_lookup_elem(&server_counters, &key) : NULL;
}

static __always_inline __u32 server_entry(const struct outcome *outcome)
{
	return target_server(outcome->target) % SERVERS_PER_BLOCK;
}

/* Without a port the index is past the last block, where nothing is found. */
static __always_inline struct port_block *port_block(const struct outcome *outcome)
{
	__u32 key = outcome->port_index / PORTS_PER_BLOCK;

	return bpf_map_lookup_elem(&dropped_ports, &key);
}

static __always_inline void account_dropped_port(const struct outcome *outcome)
{
	struct port_block *block = count_ports ? port_block(outcome) : NULL;

	if (likely(block))
		block->packets[outcome->port_index % PORTS_PER_BLOCK]++;
}

/* A closed port: its block has the reason's count too, so that one look-up does. */
static __always_inline void account_refused(const struct outcome *outcome)
{
	struct port_block *block = port_block(outcome);

	if (unlikely(!block))
		return;
	block->packets[outcome->port_index % PORTS_PER_BLOCK]++;
	count_add(&block->refused, outcome->length);
}

static __always_inline void account_server_passed(const struct outcome *outcome)
{
	struct server_block *block = server_block(outcome);

	if (likely(block))
		count_add(&block->passed[server_entry(outcome)], outcome->length);
}

static __always_inline void account_pass(const struct outcome *outcome)
{
	if (likely(outcome->reason == REASON_PUBLISHED))
		account_slot(outcome);
	else
		account_reason(outcome);
	account_server_passed(outcome);
}

static __always_inline void account_drop(const struct outcome *outcome)
{
	struct server_block *block = server_block(outcome);

	if (likely(count_ports && outcome->reason == REASON_NOT_PUBLISHED)) {
		account_refused(outcome);
	} else {
		account_reason(outcome);
		account_dropped_port(outcome);
	}
	if (likely(block))
		count_add(&block->dropped[server_entry(outcome)], outcome->length);
}

static __always_inline void account_would_drop(const struct outcome *outcome)
{
	account_monitored(outcome);
	account_dropped_port(outcome);
	account_server_passed(outcome);
}

#endif
