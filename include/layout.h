/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bytes that the kernel's program and the loader share: what each map holds. The maps of a
 * generation are filled once, frozen, and belong to the program that enforces it; the shared maps
 * are pinned and outlive it. Integers are in host byte order unless typed __be32.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_LAYOUT_H
#define PORTCULLIS_LAYOUT_H

#include "reasons.h"
#include "server_table.h"

/* Grows whenever a shared map changes its meaning: a binary refuses the pins of another layout. */
#define LAYOUT_VERSION 7

enum transport {
	TRANSPORT_TCP,
	TRANSPORT_UDP,
	TRANSPORTS,
};

/* --- maps of a generation --- */

/*
 * `ports`, one per profile, and one per server that a guard names, whose ports may be guarded
 * otherwise: what opens a destination port, 0 for nothing. Below PORT_SEGMENTS it is the slot of
 * the segment in `counters`, and the packet passes without a further look-up; from there on, what
 * is in entry n - PORT_SEGMENTS of `segments` decides. A direct table, so that a profile of a
 * thousand ranges costs what a profile of one port does.
 */
#define PORT_SEGMENTS 0xf000
#define SEGMENTS_MAX  (0x10000 - PORT_SEGMENTS)

struct port_table {
	__u16 opened_by[TRANSPORTS][65536];
};
_Static_assert(sizeof(struct port_table) == 256 * 1024, "one look-up by shift");

/* What a segment asks of a packet before it passes. */
enum segment_kind {
	SEGMENT_PUBLISHED,   /* nothing: a row opens it, but its slot is too high for `ports` */
	SEGMENT_MANAGEMENT,  /* a source that Management names */
	SEGMENT_DHCP_CLIENT, /* the source port of a DHCP server (RFC 2131, RFC 8415) */
	SEGMENT_GUARDED,     /* what its guard says */
	SEGMENT_WITHDRAWN,   /* refused; but until lately a row opened it */
};

/* `segments`: those that ask more than a port. */
struct segment {
	/*
	 * In `counters`, of what a row opens. Of SEGMENT_MANAGEMENT and SEGMENT_WITHDRAWN: until
	 * when, in seconds since boot, what is sent from there may answer packets that an earlier
	 * generation let in.
	 */
	__u32 slot;
	__u16 kind;  /* enum segment_kind */
	__u16 guard; /* of SEGMENT_GUARDED: its entry in `guards` */
};
_Static_assert(sizeof(struct segment) == 8, "an index is a shift");

/*
 * `guards`: all that is asked of packets to a guarded port; each part counts only if it is set.
 * A limit is a token bucket for each source (an IPv6 one: its /64), kept as the time at which it
 * would be full again: the generic cell rate algorithm (ITU-T I.371).
 */
struct guard {
	__u64 interval;    /* of a token, in ns; 0: no limit */
	__u64 tolerance;   /* how many ns of tokens may be taken ahead: (burst - 1) * interval */
	__u32 limit;       /* tells its buckets from those of other limits, in every generation */
	__u32 sources;     /* which sources of `sources4` and `sources6`; 0: all may */
	__u32 media;       /* only media (RFC 7983, section 7) */
	__u32 plain_until; /* its ports may have been open to all until lately: s since boot */
};
_Static_assert(sizeof(struct guard) == 32, "an index is a shift");

/* Keys of the LPM tries `sources4`, `sources6`: a set's number first, then an address. */
struct source4 {
	__u32 length; /* 32 and that of the prefix */
	__u32 sources;
	__be32 address;
};

struct source6 {
	__u32 length;
	__u32 sources;
	__be32 address[4];
};

/*
 * What a destination address leads to, in 32 bits: the server's number (its entry in
 * `server_counters`), its profile (its entry in `ports`) and its mode. TARGET_NONE is no server.
 */
#define TARGET_NONE         0
#define TARGET_SERVER_BITS  20
#define TARGET_PROFILE_BITS 11
#define TARGET_SERVERS_MAX  (1U << TARGET_SERVER_BITS)
#define TARGET_PROFILES_MAX (1U << TARGET_PROFILE_BITS)

/* Server numbers start at 1, so that no target is TARGET_NONE; 1 stands for "the whole interface".
 */
#define SERVER_WHOLE_INTERFACE 1
#define SERVER_FIRST           2

static inline __u32 target_make(__u32 server, __u32 profile, __u32 monitor)
{
	return server << (TARGET_PROFILE_BITS + 1) | profile << 1 | monitor;
}

static inline __u32 target_server(__u32 target)
{
	return target >> (TARGET_PROFILE_BITS + 1);
}

static inline __u32 target_profile(__u32 target)
{
	return target >> 1 & (TARGET_PROFILES_MAX - 1);
}

static inline __u32 target_monitor(__u32 target)
{
	return target & 1;
}

/*
 * The networks that servers are in: an IPv4 address by its first two bytes, an IPv6 address by its
 * first six, folded into two, and of these but for three bits, so that each can have a byte: some
 * others are taken for them, and looked up for nothing.
 */
#define SOURCE_NETWORKS (65536 >> 3)

static inline __u32 source_network4(__be32 address)
{
	return (address & 0xffff) >> 3;
}

/* Of its first bytes as they lie in memory: any order of bytes will do. */
static inline __u32 source_network6(const __u16 first[3])
{
	return (__u32)(first[0] ^ first[1] ^ first[2]) >> 3;
}

/*
 * Keys of the LPM tries `prefixes4`, `prefixes6` (servers named by prefix), `management*`,
 * `site_blocked*` and `blocked*`.
 */
struct prefix4 {
	__u32 length;
	__be32 address;
};

struct prefix6 {
	__u32 length;
	__be32 address[4];
};

/*
 * `pending`, one entry, of a generation that has to be confirmed. Past the deadline its programs
 * hand packets to those of the generation confirmed last, which stand in `standby` and
 * `standby_egress` by interface of the choice; what was not gated then passes.
 */
struct pending {
	__u64 deadline; /* in ns since boot, by the kernel's coarse clock; 0: confirmed */
};
_Static_assert(sizeof(struct pending) == 8, "confirming is one store");

/* --- shared maps: per-CPU arrays of blocks of at most 32 KiB, the kernel's limit --- */

#define BLOCK_BYTES (32 * 1024)

struct count {
	__u64 packets;
	__u64 bytes; /* of the IP packet as its header states, without link layer or padding */
};

#define COUNTS_PER_BLOCK (BLOCK_BYTES / sizeof(struct count))

/* `counters`: slot n is entry n % COUNTS_PER_BLOCK of block n / COUNTS_PER_BLOCK. */
struct count_block {
	struct count count[COUNTS_PER_BLOCK];
};
_Static_assert(sizeof(struct count_block) == BLOCK_BYTES, "as large as a per-CPU value may be");

/*
 * `server_counters`: by server number; a would-be drop (monitor) counts as passed here. What is
 * counted together in a flood lies together.
 */
#define SERVERS_PER_BLOCK (BLOCK_BYTES / (2 * sizeof(struct count)))

struct server_block {
	struct count passed[SERVERS_PER_BLOCK];
	struct count dropped[SERVERS_PER_BLOCK];
};
_Static_assert(sizeof(struct server_block) == BLOCK_BYTES, "as large as a per-CPU value may be");

/*
 * `reasons`, one entry. A packet is counted once: as enforced, or as monitored (a would-be drop).
 * The two reasons that most packets have are not counted here when enforced: what is published is
 * the sum of `counters`, what is not-published that of the `refused` of `dropped_ports`, unless
 * ports are not counted.
 */
struct reason_counts {
	struct count enforced[REASON_COUNT];
	struct count monitored[REASON_COUNT];
};

/* `dropped_ports`: dropped or would-be dropped packets by transport and destination port. */
#define PORTS_PER_BLOCK 2048
#define PORT_BLOCKS     (TRANSPORTS * 65536 / PORTS_PER_BLOCK)

struct port_block {
	__u64 packets[PORTS_PER_BLOCK];
	struct count refused; /* of all these ports, dropped as not-published */
};
_Static_assert(sizeof(struct port_block) <= BLOCK_BYTES, "no larger than a per-CPU value may be");

/* --- shared, but not counters --- */

/*
 * `fragments`, one entry: the first fragments that passed, by a hash of what names their packet
 * (RFC 791: addresses, protocol, identification; RFC 8200: addresses, identification). The oldest
 * of a bucket gives way; no fragment to a closed port gets in. The secret, drawn when the gate
 * comes up, keeps others from aiming at a bucket.
 */
#define FRAGMENT_BUCKETS   4096
#define BUCKET_FRAGMENTS   4
#define FRAGMENT_SECONDS   30
#define FRAGMENT_TAG_EMPTY 0

struct fragment {
	__u64 tag;  /* of the packet, or FRAGMENT_TAG_EMPTY */
	__u32 seen; /* the first fragment, in seconds since boot */
	__u32 end;  /* where it ends in the packet's payload: no other may begin before */
};

struct fragment_bucket {
	struct fragment fragment[BUCKET_FRAGMENTS];
};
_Static_assert(sizeof(struct fragment_bucket) == 64, "a cache line");

struct fragment_table {
	__u64 secret[2];
	__u64 unused[6];
	struct fragment_bucket bucket[FRAGMENT_BUCKETS];
};

/*
 * `flows` and `inbound_flows`: by a keyed hash of both ends, the protocol and the interface. In
 * `flows` stands what a server began itself, and whose answers pass; the egress program writes it.
 * In `inbound_flows` stand flows that peers began where that cannot be told later: over UDP, and
 * over TCP while connections are picked up. Nothing that the server sends in one makes it a reply.
 * A pair of ends without ports stands for all UDP between them. Of a bucket the flow that would
 * expire first gives way.
 */
#define FLOW_BUCKETS         32768
#define INBOUND_FLOW_BUCKETS 16384
#define BUCKET_FLOWS         4

enum flow_state {
	FLOW_UDP,
	FLOW_TCP_OPENING, /* the server's SYN was seen */
	FLOW_TCP_OPEN,    /* and more from it */
	FLOW_TCP_CLOSING, /* a FIN or RST, from either end */
};

/* How long a flow lives after the server's last packet, in seconds: RFC 4787, 4.3; RFC 5382, 5. */
#define FLOW_UDP_SECONDS            120
#define FLOW_TCP_SECONDS            (2 * 3600 + 4 * 60)
#define FLOW_TCP_TRANSITORY_SECONDS (4 * 60)

/*
 * A server's first answer may leave when a swap has closed the port already: so long what it sends
 * from there is a peer's flow. Not for longer, as it may ask from such a port, too.
 */
#define WITHDRAWN_SECONDS 5

/* Who has this as source port answers, and began nothing (RFC 6335, 6: system ports). */
#define WELL_KNOWN_PORTS 1024

struct flow {
	__u64 tag;     /* of the flow; 0: none */
	__u32 expires; /* in seconds since boot */
	__u32 state;   /* enum flow_state */
};

struct flow_bucket {
	struct flow flow[BUCKET_FLOWS];
};
_Static_assert(sizeof(struct flow_bucket) == 64, "a cache line");

/*
 * `flow_peers`: a bit for each keyed hash of an address, set when a server first begins something
 * with it. Most who knock at closed ports were never asked anything, and need no look-up in
 * `flows`.
 */
#define FLOW_PEER_BITS 18
#define FLOW_PEERS     (1 << FLOW_PEER_BITS)

struct flow_peers {
	__u64 asked[FLOW_PEERS / 64];
};

/*
 * `limits`: token buckets by a keyed hash of source and limit. One that is full again holds nothing
 * worth keeping: only those give way. Where a bucket of this table has no such place, who is new
 * shares the first one's: a flood of sources empties no other's bucket, and refills none.
 */
#define LIMIT_BUCKETS 16384
#define BUCKET_LIMITS 4

struct limit {
	__u64 tag;
	__u64 full; /* when all tokens are back, in ns since boot */
};

struct limit_bucket {
	struct limit limit[BUCKET_LIMITS];
};
_Static_assert(sizeof(struct limit_bucket) == 64, "a cache line");

/* --- what few policies have: bits of the program's constant `special` --- */

#define SPECIAL_BLOCKED4 (1U << 0) /* sources that the site blocks */
#define SPECIAL_BLOCKED6 (1U << 1)
#define SPECIAL_FORGED4  (1U << 2) /* servers' addresses must not come in as sources */
#define SPECIAL_FORGED6  (1U << 3)
#define SPECIAL_REPLIES  (1U << 4)
#define SPECIAL_UNLISTED (1U << 5) /* what no server has is not-listed */

/* --- what is switched while enforcing --- */

/* `control`, one entry, mapped by those who write it: each stores its own word. */
struct control {
	__u32 watching; /* who looks on has asked for samples of what is dropped */
	__u32 blocks;   /* which of `block_table` and `blocked6` may hold anything: BLOCKS_* */
	/*
	 * A change of the block list is under way: whoever finds that with the gate's lock held
	 * makes `block_table` anew. Not the program's business, as what follows.
	 */
	__u32 blocks_changing;
	__u32 blocks_swept; /* when all that had expired was taken off: in seconds since boot */
};

#define BLOCKS_IPV4 1
#define BLOCKS_IPV6 2

/*
 * `blocked4`, `blocked6`: sources that are dropped whatever they send. A look-up finds the longest
 * prefix alone, which may expire before one that holds it: so each says until when any of them is
 * in force, and an expired entry never hides another. Writers keep that true at every step: what is
 * killed in between blocks too long, never too short.
 *
 * `blocked4` is what was asked for, and read by writers alone; the program looks into `block_table`
 * (block_table.h), which is made from it. In a block the table comes first, in an unblock last.
 */
#define BLOCKED_MAX         (1U << 22)
#define BLOCKED_REASON_SIZE 48
#define BLOCKED_FOR_GOOD    (~0ULL)

struct blocked {
	__u64 until;   /* the latest expiry of this prefix and of all that hold it: ns since boot */
	__u64 expires; /* its own, or BLOCKED_FOR_GOOD; not the program's business, as what follows
			*/
	__u32 added;   /* in seconds since 1970 */
	__u32 length;  /* of the prefix: a look-up finds a value, and not whose it is */
	char reason[BLOCKED_REASON_SIZE]; /* ends with 0 */
};
_Static_assert(sizeof(struct blocked) == 72, "no byte that nobody sets");

#endif
