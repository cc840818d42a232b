/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The bench's own programs: the bare ones that others are compared with, one that rewrites a
 * packet before another judges it, and one that sends packets from inside the kernel.
 */
#include "vmlinux.h"

#include <bpf/bpf_endian.h>
#include <bpf/bpf_helpers.h>

#include "layout.h"
#include "mix.h"
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

/* The counters that a drop adds to, of ports and of servers, laid out as the product's. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, PORT_BLOCKS);
	__type(key, __u32);
	__type(value, struct port_block);
} counted_ports SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 65536 / SERVERS_PER_BLOCK);
	__type(key, __u32);
	__type(value, struct server_block);
} counted_servers SEC(".maps");

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

/* Of a block list of so many prefixes, or, as often, of none. */
static __always_inline __be32 draw_source(__u64 random)
{
	__u32 i = random >> 32;

	return bpf_htonl(listed_address(random & 1 ? pick(i, variation.listed) : i));
}

/*
 * Whoever judges the packet may read several fields at once. What was written piece by piece just
 * before would keep it waiting, as no packet from a card does: so both addresses are written at
 * once, and both ports. In a word the field that comes first is the low one.
 */
static __always_inline void vary_ports(__u32 *ports, __u64 random)
{
	__u16 port = variation.first_port + pick(random << 16, variation.ports);

	if (variation.ports)
		*(volatile __u32 *)ports = (*ports & 0xffff) | (__u32)bpf_htons(port) << 16;
}

/* Likewise the second half of an address; volatile, or the compiler would write less of it. */
static __always_inline void write_last_word(struct in6_addr *address, __u32 word)
{
	volatile __u64 *half = (volatile __u64 *)address + 1;

	*half = (*half & 0xffffffff) | (__u64)word << 32;
}

static __always_inline void vary4(struct iphdr *ip, __u32 *ports)
{
	__u64 random = draw();
	__be32 source = ip->saddr, destination = ip->daddr;
	__u64 *addresses = (__u64 *)&ip->saddr;

	if (variation.servers)
		destination = bpf_htonl(variation.first4 + pick(random >> 32, variation.servers));
	if (variation.any_source)
		source = (source & bpf_htonl(0xff000000)) | (random >> 16 & bpf_htonl(0x00ffffff));
	if (variation.listed)
		source = draw_source(random);
	*addresses = (__u64)destination << 32 | source;
	vary_ports(ports, random);
}

static __always_inline void vary6(struct ipv6hdr *ip, __u32 *ports)
{
	__u64 random = draw();
	__u32 server = variation.first6 + pick(random >> 32, variation.servers);

	if (variation.servers)
		write_last_word(&ip->daddr, bpf_htonl(server));
	if (variation.any_source)
		write_last_word(&ip->saddr, random >> 16);
	vary_ports(ports, random);
}

static __always_inline bool does_vary(void)
{
	return variation.servers | variation.ports | variation.any_source | variation.listed;
}

static __always_inline void vary(struct xdp_md *ctx)
{
	void *data = (void *)(unsigned long)ctx->data;
	void *end = (void *)(unsigned long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct ipv6hdr *ip6 = (void *)(ethernet + 1);

	if (!does_vary() || (void *)(ip + 1) + sizeof(__u32) > end)
		return;
	if (ethernet->h_proto != bpf_htons(ETHERTYPE_IPV6))
		vary4(ip, (void *)(ip + 1));
	else if ((void *)(ip6 + 1) + sizeof(__u32) <= end)
		vary6(ip6, (void *)(ip6 + 1));
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

static __always_inline void count(struct count *count, __u32 bytes)
{
	count->packets++;
	count->bytes += bytes;
}

static __always_inline void count_dropped(__u16 port, __u16 server, __u32 bytes)
{
	__u32 port_key = port / PORTS_PER_BLOCK, server_key = server / SERVERS_PER_BLOCK;
	struct port_block *ports = bpf_map_lookup_elem(&counted_ports, &port_key);
	struct server_block *servers = bpf_map_lookup_elem(&counted_servers, &server_key);

	if (ports) {
		ports->packets[port % PORTS_PER_BLOCK]++;
		count(&ports->refused, bytes);
	}
	if (servers)
		count(&servers->dropped[server % SERVERS_PER_BLOCK], bytes);
}

/*
 * Judges nothing, but counts what it drops as the product does: by destination port, and by server,
 * as if that was the end of the address.
 */
SEC("xdp.frags")
int count_drop(struct xdp_md *ctx)
{
	void *data = (void *)(unsigned long)ctx->data;
	void *end = (void *)(unsigned long)ctx->data_end;
	struct ethhdr *ethernet = data;
	struct iphdr *ip = (void *)(ethernet + 1);
	struct ipv6hdr *ip6 = (void *)(ethernet + 1);
	const __be16 *ports = (void *)(ip + 1), *ports6 = (void *)(ip6 + 1);

	if ((void *)(ports6 + 2) > end)
		return XDP_ABORTED;
	if (ethernet->h_proto != bpf_htons(ETHERTYPE_IPV6))
		count_dropped(bpf_ntohs(ports[1]), bpf_ntohl(ip->daddr), bpf_ntohs(ip->tot_len));
	else
		count_dropped(bpf_ntohs(ports6[1]), bpf_ntohl(ip6->daddr.in6_u.u6_addr32[3]),
			      sizeof(*ip6) + bpf_ntohs(ip6->payload_len));
	return XDP_DROP;
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
	struct iphdr *ip = data + sizeof(struct ethhdr);

	if ((void *)(ip + 1) > end)
		return XDP_ABORTED;
	key.address = ip->saddr;
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
static __always_inline void sum(struct iphdr *ip)
{
	__u32 total = checksum + (ip->saddr & 0xffff) + (ip->saddr >> 16) + (ip->daddr & 0xffff) +
		      (ip->daddr >> 16);

	total = (total & 0xffff) + (total >> 16);
	total = (total & 0xffff) + (total >> 16);
	ip->check = ~total;
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
		sum(data + sizeof(struct ethhdr));
	note_progress();
	return bpf_redirect(interface, 0);
}

const char LICENSE[] SEC("license") = "GPL";
