/* SPDX-License-Identifier: GPL-2.0-only */
/* The program's maps: with its settings, all that the loader and the program say to each other. */
#ifndef PORTCULLIS_MAPS_H
#define PORTCULLIS_MAPS_H

#include "vmlinux.h"

#include <bpf/bpf_helpers.h>

#include "block_table.h"
#include "events.h"
#include "layout.h"
#include "settings.h"

/*
 * Maps of a generation: sized and filled by the loader, then frozen. Where max_entries is 1, the
 * loader sets what the policy needs.
 */

/*
 * Maps of one entry, whose value is as large as the policy needs and is read where it lies: the
 * loader has the program address the value instead of the map, which spares each packet a look-up's
 * dozen of instructions, and the compiler a call. Written by the loader through mmap.
 */

/* struct port_table, by profile: `profiles` of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct port_table));
} ports SEC(".maps");

/* struct server4, by hash_place(): mask4 + 1 of them. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct server4));
} servers4 SEC(".maps");

/* Likewise, mask6 + 1. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(struct server6));
} servers6 SEC(".maps");

/* Displacements of servers4, __u16 by hash_group(): one for GROUP_PLACES places. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u16));
} displacements4 SEC(".maps");

/* Of servers6. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u16));
} displacements6 SEC(".maps");

/* Where the value of one of these lies; its size is the verifier's business, not the compiler's. */
static __always_inline const void *value_of(const void *map)
{
	barrier_var(map);
	return map;
}

/* By what `ports` holds, less PORT_SEGMENTS. Written by the loader through mmap. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct segment);
} segments SEC(".maps");

/* Targets of servers that a site names by prefix. Written by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, __u32);
} prefixes4 SEC(".maps");

/* As prefixes4. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, __u32);
} prefixes6 SEC(".maps");

/* The sources of Management; its ports are segments. Written by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, __u8);
} management4 SEC(".maps");

/* As management4. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, __u8);
} management6 SEC(".maps");

/* What a guarded segment asks. Written by the loader through mmap. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct guard);
} guards SEC(".maps");

/* The sources that guards name. Written by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct source4);
	__type(value, __u8);
} sources4 SEC(".maps");

/* As sources4. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct source6);
	__type(value, __u8);
} sources6 SEC(".maps");

/* The sources that the site blocks. Written by the loader. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, __u8);
} site_blocked4 SEC(".maps");

/* As site_blocked4. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, __u8);
} site_blocked6 SEC(".maps");

/*
 * Numbers of the interfaces by which outsiders' packets enter, those stacked on gated ones among
 * them. Written by the loader.
 */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u8);
} gated SEC(".maps");

/* Until when the generation may be confirmed. Written by the loader, the only map that it writes
 * while the generation is in force. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct pending);
} pending SEC(".maps");

/*
 * Who judges past the deadline. Pinned: the kernel empties a program array when its last pin and
 * descriptor go, though a program uses it.
 */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} standby SEC(".maps");

/* Who learns then, likewise. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, sizeof(__u32));
} standby_egress SEC(".maps");

/* What people need to know and the program does not. Written by the loader, which sizes it. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__uint(key_size, sizeof(__u32));
	__uint(value_size, 4096);
} catalog SEC(".maps");

/*
 * Readers go from a program to its maps, so the program must name the catalog. The address goes
 * nowhere: called where packets are rare, it costs those that are not nothing.
 */
static __always_inline void catalog_refer(void)
{
	asm volatile("" : : "r"(&catalog));
}

/* Likewise, of the interfaces that the next generation takes over. */
static __always_inline void gated_refer(void)
{
	asm volatile("" : : "r"(&gated));
}

/* Shared maps, pinned: they outlive generations. The program writes, the loader reads. */

/* Passed packets by slot of segment; the loader sizes it when it makes the pin. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct count_block);
} counters SEC(".maps");

/* Packets by server number; sized likewise. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct server_block);
} server_counters SEC(".maps");

/* All packets, by the reason of their verdict. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct reason_counts);
} reasons SEC(".maps");

/* Dropped and would-be dropped packets, by transport and destination port. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PORT_BLOCKS);
	__type(key, __u32);
	__type(value, struct port_block);
} dropped_ports SEC(".maps");

/* First fragments that passed. The loader draws the secret when it makes the pin. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct fragment_table);
} fragments SEC(".maps");

/* What servers began. The egress program writes; the other says when an end has closed. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_bucket);
} flows SEC(".maps");

/* With whom servers began something; one entry. The egress program writes. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_peers);
} flow_peers SEC(".maps");

/* What peers began. Both programs write. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct flow_bucket);
} inbound_flows SEC(".maps");

/* Token buckets. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct limit_bucket);
} limits SEC(".maps");

/*
 * What is switched while enforcing: a map as well, but one whose value is read where it lies, by
 * one instruction instead of a look-up's dozen. Written by the loader through mmap.
 */
volatile struct control control SEC(".data.control") = {};

/*
 * Blocked IPv4 sources: chunks, by number, each a map of one value. Written by the loader through
 * mmap, which makes them as they are needed. All are of one size: so the look-ups are inlined.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY_OF_MAPS);
	__uint(max_entries, BLOCK_CHUNKS);
	__type(key, __u32);
	__array(
		values, struct {
			__uint(type, BPF_MAP_TYPE_ARRAY);
			__uint(max_entries, 1);
			__uint(map_flags, BPF_F_MMAPABLE);
			__uint(key_size, sizeof(__u32));
			__uint(value_size, sizeof(struct block_chunk));
		});
} block_table SEC(".maps");

/* The prefixes that it is made from. The program does not read them; a gate's maps are all here. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, BLOCKED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, struct blocked);
} blocked4 SEC(".maps");

/* Blocked IPv6 sources. Written by the loader; nothing is allocated for what is not there. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, BLOCKED_MAX);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix6);
	__type(value, struct blocked);
} blocked6 SEC(".maps");

/* Which drops are sampled. Written through mmap by who looks on. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, struct watch);
} watch SEC(".maps");

/* What each CPU has sampled of them. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct watch_share);
} watch_shares SEC(".maps");

/* The samples: struct event. */
struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, EVENTS_BYTES);
} events SEC(".maps");

#endif
