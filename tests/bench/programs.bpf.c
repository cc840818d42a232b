/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bench's own programs: the bare ones that others are compared with, one that rewrites a
 * packet before another judges it, and one that sends packets from inside the kernel.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "programs.h"

#define ETHERTYPE_IPV6 0x86dd
#define WORK_STEPS     64
#define WORK_FACTOR    0x9e3779b97f4a7c15ULL

/* Written between runs by who runs the programs. */
struct variation variation;
unsigned char frame[FRAME_BYTES];
__u32 checksum; /* of the frame's IPv4 header without its addresses, not yet folded */

/*
 * When the first batch and the last one were begun: around them the kernel makes and frees memory,
 * and waits.
 */
struct progress progress;

/* Where the generator sends to. */
const volatile __u32 interface = 0;

/* IPv4 sources in the order in which they come, in network byte order. Written through mmap. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SOURCES_MAX);
	__uint(map_flags, BPF_F_MMAPABLE);
	__type(key, __u32);
	__type(value, __u32);
} sources SEC(".maps");

/* Who judges what was rewritten. */
struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u32);
} judge SEC(".maps");

/* Who is blocked, as the kernel's own table of prefixes has it. */
struct {
	__uint(type, BPF_MAP_TYPE_LPM_TRIE);
	__uint(max_entries, 1);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, struct prefix4);
	__type(value, __u32);
} trie SEC(".maps");

/* What every IPv6 frame of the bench has up to its ports, and every IPv4 one. */
struct frame4 {
	struct ethhdr ethernet;
	struct iphdr ip;
	__be16 source, destination;
} __attribute__((packed));

struct frame6 {
	struct ethhdr ethernet;
	struct ipv6hdr ip;
	__be16 source, destination;
} __attribute__((packed));

/* xorshift64: Marsaglia, 2003. */
static __always_inline __u64 draw(void)
{
	__u64 state = variation.state;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	variation.state = state;
	return state;
}

/* One of so many numbers below count, by the upper half of a product. */
static __always_inline __u32 pick(__u32 random, __u32 count)
{
	return (__u64)random * count >> 32;
}

static __always_inline __be32 next_source(void)
{
	__u32 key = variation.next++ & (variation.listed - 1);
	const __u32 *source = bpf_map_lookup_elem(&sources, &key);

	return source ? *source : 0;
}

static __always_inline __be16 port(__u64 random)
{
	return bpf_htons(variation.first_port + pick(random << 16, variation.ports));
}

static __always_inline void vary4(struct frame4 *packet)
{
	__u64 random = draw();

	if (variation.servers)
		packet->ip.daddr =
			bpf_htonl(variation.first4 + pick(random >> 32, variation.servers));
	if (variation.ports)
		packet->destination = port(random);
	if (variation.any_source)
		packet->ip.saddr = (packet->ip.saddr & bpf_htonl(0xff000000)) |
				   (random >> 16 & bpf_htonl(0x00ffffff));
	if (variation.listed)
		packet->ip.saddr = next_source();
}

static __always_inline void vary6(struct frame6 *packet)
{
	__u64 random = draw();

	if (variation.servers)
		packet->ip.daddr.in6_u.u6_addr32[3] =
			bpf_htonl(variation.first6 + pick(random >> 32, variation.servers));
	if (variation.ports)
		packet->destination = port(random);
	if (variation.any_source)
		packet->ip.saddr.in6_u.u6_addr32[2] = random >> 16;
}

static __always_inline void vary(struct xdp_md *ctx)
{
	void *data = (void *)(unsigned long)ctx->data;
	void *end = (void *)(unsigned long)ctx->data_end;
	struct frame4 *packet4 = data;
	struct frame6 *packet6 = data;

	if ((void *)(packet4 + 1) > end)
		return;
	if (packet4->ethernet.h_proto != bpf_htons(ETHERTYPE_IPV6))
		vary4(packet4);
	else if ((void *)(packet6 + 1) <= end)
		vary6(packet6);
}

SEC("xdp.frags")
int bare_drop(struct xdp_md *ctx)
{
	return XDP_DROP;
}

SEC("xdp.frags")
int bare_pass(struct xdp_md *ctx)
{
	return XDP_PASS;
}

/* A fixed amount of work, each step waiting for the last: how fast this CPU is at present. */
SEC("xdp.frags")
int calibrate(struct xdp_md *ctx)
{
	__u64 value = variation.state;

#pragma unroll
	for (int i = 0; i < WORK_STEPS; i++) {
		value *= WORK_FACTOR;
		barrier_var(value);
	}
	return value ? XDP_DROP : XDP_ABORTED;
}

SEC("xdp.frags")
int trie_drop(struct xdp_md *ctx)
{
	void *data = (void *)(unsigned long)ctx->data;
	void *end = (void *)(unsigned long)ctx->data_end;
	struct prefix4 key = {.length = 32};
	struct frame4 *packet = data;

	if ((void *)(packet + 1) > end)
		return XDP_ABORTED;
	key.address = packet->ip.saddr;
	return bpf_map_lookup_elem(&trie, &key) ? XDP_DROP : XDP_PASS;
}

/* Rewrites the packet, and lets the program in `judge` have it. */
SEC("xdp.frags")
int rewrite(struct xdp_md *ctx)
{
	vary(ctx);
	bpf_tail_call_static(ctx, &judge, 0);
	return XDP_ABORTED;
}

/* The IPv4 header's check sum (RFC 1071), for those who look at it. */
static __always_inline void sum(struct frame4 *packet)
{
	__u32 total = checksum + (packet->ip.saddr & 0xffff) + (packet->ip.saddr >> 16) +
		      (packet->ip.daddr & 0xffff) + (packet->ip.daddr >> 16);

	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	packet->ip.check = ~total;
}

static __always_inline void note_progress(void)
{
	if (progress.sent++ % BATCH)
		return;
	progress.last = bpf_ktime_get_ns();
	if (!progress.first)
		progress.first = progress.last;
}

/*
 * Makes the packet anew and sends it: the kernel uses the same pages again, as whoever had them
 * left them.
 */
SEC("xdp")
int generate(struct xdp_md *ctx)
{
	void *data = (void *)(unsigned long)ctx->data;
	void *end = (void *)(unsigned long)ctx->data_end;

	if (data + FRAME_BYTES > end)
		return XDP_ABORTED;
	__builtin_memcpy(data, frame, FRAME_BYTES);
	vary(ctx);
	if (checksum)
		sum(data);
	note_progress();
	return bpf_redirect(interface, 0);
}

const char LICENSE[] SEC("license") = "GPL";
