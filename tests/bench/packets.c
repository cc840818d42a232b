/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet costs by BPF_PROG_TEST_RUN: each case in turn with a bare XDP_DROP, or with the
 * same policy without a feature, in several rounds; medians. CASES='*replies*' in the environment
 * picks some.
 */
#include "bench.h"
#include "block.h"
#include "blocklist.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define ROUNDS   (3 * COPIES)
#define REPEAT   500000
#define PATIENCE 200 /* readings taken again, at the most */
#define GOAL_NS  8.0

/* --- packets: 64 bytes on the wire, UDP or a TCP SYN to the first server --- */

struct frame {
	unsigned char bytes[80];
	__u32 size;
};

static struct frame make_frame(bool v6, bool udp, uint16_t port)
{
	struct frame frame = {.size = 64 + (v6 ? 14 : 0)};
	struct ethhdr *ethernet = (struct ethhdr *)frame.bytes;
	struct iphdr *ip = (struct iphdr *)(ethernet + 1);
	struct ipv6hdr *ip6 = (struct ipv6hdr *)(ethernet + 1);
	unsigned char *transport = v6 ? (unsigned char *)(ip6 + 1) : (unsigned char *)(ip + 1);
	__u16 length = (__u16)(frame.size - (transport - frame.bytes));

	ethernet->h_proto = htons(v6 ? ETH_P_IPV6 : ETH_P_IP);
	if (v6) {
		*ip6 = (struct ipv6hdr){.version = 6, .hop_limit = 64};
		ip6->nexthdr = udp ? IPPROTO_UDP : IPPROTO_TCP;
		ip6->payload_len = htons(length);
		inet_pton(AF_INET6, "2001:db8:ffff::7", &ip6->saddr);
		inet_pton(AF_INET6, "2001:db8::1", &ip6->daddr);
	} else {
		*ip = (struct iphdr){.version = 4, .ihl = 5, .ttl = 64};
		ip->protocol = udp ? IPPROTO_UDP : IPPROTO_TCP;
		ip->tot_len = htons((__u16)(sizeof(*ip) + length));
		inet_pton(AF_INET, "203.0.113.7", &ip->saddr);
		inet_pton(AF_INET, "10.1.0.1", &ip->daddr);
	}
	transport[0] = 40000 >> 8;
	transport[1] = 40000 & 255;
	transport[2] = port >> 8;
	transport[3] = port & 255;
	transport[4] = 0;
	transport[5] = (unsigned char)length; /* UDP length */
	if (!udp)
		transport[12] = 5 << 4, transport[13] = 2; /* data offset, SYN */
	return frame;
}

/* --- cases --- */

struct bench_case {
	const char *policy;
	bool v6, udp;
	uint16_t port;
	__u32 verdict;
	double goal;                /* ns at most; 0: none */
	struct load *const *copies; /* what is measured */
	struct load *const *beside; /* above the same packet there; NULL: above a bare program */

	char *name;
	struct frame frame;
	double ns[ROUNDS], above[ROUNDS]; /* by round */
};

static int bare;

static int load_bare(void)
{
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "bare", "GPL", instructions, 2, &options);

	must(program >= 0, "load a bare program");
	return program;
}

static void add_case(GPtrArray *cases, const struct bench_case *wanted)
{
	const char *pattern = getenv("CASES");
	struct bench_case *one = g_new0(struct bench_case, 1);

	*one = *wanted;
	one->name = g_strdup_printf("%s, IPv%d, %s %s/%u", one->policy, one->v6 ? 6 : 4,
				    one->verdict == XDP_DROP ? "drop" : "pass",
				    one->udp ? "udp" : "tcp", one->port);
	one->frame = make_frame(one->v6, one->udp, one->port);
	if (!pattern || g_pattern_match_simple(pattern, one->name)) {
		g_ptr_array_add(cases, one);
		return;
	}
	g_free(one->name);
	g_free(one);
}

/* A drop and passes, beside a bare program. */
static void add_policy(GPtrArray *cases, const char *policy, struct load *const copies[COPIES])
{
	struct bench_case one = {.policy = policy, .goal = GOAL_NS, .copies = copies};

	for (int v6 = 0; v6 < 2; v6++) {
		one.v6 = v6, one.udp = false, one.port = CLOSED, one.verdict = XDP_DROP;
		add_case(cases, &one);
		one.port = OPEN, one.verdict = XDP_PASS;
		add_case(cases, &one);
		one.port = GUARDED_MEDIA, one.udp = true;
		add_case(cases, &one);
	}
}

static void add_ranges(GPtrArray *cases, const char *policy, struct load *const copies[COPIES])
{
	struct bench_case one = {.policy = policy, .goal = GOAL_NS, .copies = copies};

	one.port = CLOSED, one.verdict = XDP_DROP;
	add_case(cases, &one);
	one.port = OPEN, one.verdict = XDP_PASS;
	add_case(cases, &one);
}

/* What a feature adds to the policy without it. */
static void add_features(GPtrArray *cases, const struct bench_case *rows, size_t count,
			 struct load *const copies[COPIES], struct load *const beside[COPIES])
{
	for (size_t i = 0; i < count; i++) {
		for (int v6 = 0; v6 < 2; v6++) {
			struct bench_case one = rows[i];

			one.v6 = v6, one.copies = copies, one.beside = beside;
			add_case(cases, &one);
		}
	}
}

/* --- measuring --- */

static double run(int program, const struct frame *frame, __u32 verdict)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame->bytes,
		    .data_size_in = frame->size, .repeat = REPEAT);
	/* The time that this thread ran, not what others on the machine took meanwhile. */
	double start = now_ns(CLOCK_THREAD_CPUTIME_ID);

	must(!bpf_prog_test_run_opts(program, &options), "run a program");
	if (options.retval != verdict) {
		fprintf(stderr, "bench: verdict %u, expected %u\n", options.retval, verdict);
		exit(1);
	}
	return (now_ns(CLOCK_THREAD_CPUTIME_ID) - start) / REPEAT;
}

/* The program that a case is measured beside, with its verdict on the packet. */
static double run_beside(const struct bench_case *one, int round)
{
	if (!one->beside)
		return run(bare, &one->frame, XDP_DROP);
	return run(load_program_fd(one->beside[round % COPIES], 0), &one->frame, one->verdict);
}

/*
 * One reading of a case, between two of what it is measured beside: what drifts, drifts for all
 * three. While the bare program reads slower than it can, others use the machine, and the reading
 * is taken again.
 */
static void measure_once(struct bench_case *one, int round)
{
	static double fastest = 1e9;
	static int patience = PATIENCE;
	double before, after, quiet;

	do {
		before = run_beside(one, round);
		one->ns[round] = run(load_program_fd(one->copies[round % COPIES], 0), &one->frame,
				     one->verdict);
		after = run_beside(one, round);
		quiet = one->beside ? run(bare, &one->frame, XDP_DROP) : MAX(before, after);
		fastest = MIN(fastest, quiet);
		one->above[round] = one->ns[round] - (before + after) / 2;
	} while (quiet > fastest * 1.1 && patience-- > 0);
}

static bool print_case(struct bench_case *one)
{
	double ns = median(one->ns, ROUNDS), above = median(one->above, ROUNDS);
	bool met = !one->goal || above <= one->goal;

	printf("| %s | %.1f | %.1f | %.1f to %.1f | %s |\n", one->name, ns, above,
	       one->above[ROUNDS / 4], one->above[ROUNDS * 3 / 4],
	       !one->goal ? ""
	       : met      ? "yes"
			  : "**no**");
	return met;
}

static bool measure(GPtrArray *cases, const char *title)
{
	bool met = true;

	if (!cases->len)
		return true;
	for (int round = 0; round < ROUNDS; round++)
		for (guint i = 0; i < cases->len; i++)
			measure_once(cases->pdata[i], round);
	printf("## %s (goal: at most %.0f)\n\n"
	       "| case | ns | above | middle half | met |\n|---|---:|---:|---:|---|\n",
	       title, GOAL_NS);
	for (guint i = 0; i < cases->len; i++)
		met &= print_case(cases->pdata[i]);
	putchar('\n');
	return met;
}

/* --- what is measured --- */

static bool bench_policies(void)
{
	g_autoptr(GPtrArray) cases = g_ptr_array_new();
	static struct load *profile[COPIES], *one[COPIES], *hundred[COPIES], *many[COPIES];
	static struct load *ten_ranges[COPIES], *thousand_ranges[COPIES];

	load_profile("front-end", 0, profile);
	add_policy(cases, "one profile for the interface", profile);
	load_servers(1, SITE_PLAIN, one);
	add_policy(cases, "1 server", one);
	load_servers(100, SITE_PLAIN, hundred);
	add_policy(cases, "100 servers", hundred);
	load_servers(10000, SITE_PLAIN, many);
	add_policy(cases, "10,000 servers", many);
	load_profile("many", 10, ten_ranges);
	add_ranges(cases, "10 ranges", ten_ranges);
	load_profile("many", 1000, thousand_ranges);
	add_ranges(cases, "1,000 ranges", thousand_ranges);
	return measure(cases, "ns per packet in the cache, above a bare XDP_DROP");
}

/* As if servers had once asked everybody: no packet is spared the look-up. */
static void ask_everybody(struct load *const copies[COPIES])
{
	static struct flow_peers all;
	__u32 key = 0;

	memset(&all, 0xff, sizeof(all));
	for (int i = 0; i < COPIES; i++)
		must(!bpf_map_update_elem(load_shared_fd(copies[i], SHARED_FLOW_PEERS), &key, &all,
					  BPF_ANY),
		     "fill a map");
}

/* As if somebody looked on, and had taken as many samples as there is room for. */
static void watch(struct load *const copies[COPIES], const struct watch *wanted)
{
	const struct control control = {.watching = 1};
	__u32 key = 0;

	for (int i = 0; i < COPIES; i++)
		must(!bpf_map_update_elem(load_shared_fd(copies[i], SHARED_WATCH), &key, wanted,
					  BPF_ANY) &&
			     !bpf_map_update_elem(load_shared_fd(copies[i], SHARED_CONTROL), &key,
						  &control, BPF_ANY),
		     "fill a map");
}

/* What it costs a drop that somebody looks on: for all drops, and for others. */
static void add_watched(GPtrArray *cases, struct load *const beside[COPIES])
{
	static const struct bench_case rows[] = {
		{.policy = "watched", .port = CLOSED, .verdict = XDP_DROP},
		{.policy = "watched, another port", .port = CLOSED, .verdict = XDP_DROP},
		{.policy = "watched, another source", .port = CLOSED, .verdict = XDP_DROP},
	};
	static struct load *copies[G_N_ELEMENTS(rows)][COPIES];
	struct watch wanted = {
		.lease = ~0ULL, .reasons = ~0ULL, .transports = 7, .last_port = G_MAXUINT16};

	for (int i = 0; i < 3; i++)
		load_servers(10000, SITE_PLAIN, copies[i]);
	watch(copies[0], &wanted);
	wanted.last_port = CLOSED - 1;
	watch(copies[1], &wanted);
	wanted.last_port = G_MAXUINT16;
	wanted.source_version = 4;
	wanted.source_mask[0] = ~0U;
	watch(copies[2], &wanted);
	for (int i = 0; i < 3; i++)
		add_features(cases, &rows[i], 1, copies[i], beside);
}

#define BLOCKED 100000

static void add_network(GArray *blocks, const struct prefix *address, unsigned int length)
{
	const struct block block = {.prefix = block_shortened(address, length),
				    .value.expires = BLOCKED_FOR_GOOD};

	g_array_append_val(blocks, block);
}

/* A block list of networks that no packet here comes from, and perhaps of the source. */
static void block(struct load *const copies[COPIES], bool source)
{
	struct prefix four = {.family = AF_INET, .length = 32};
	struct prefix six = {.family = AF_INET6, .length = 128};
	g_autoptr(GArray) blocks = blocklist_random(BLOCKED);

	inet_pton(AF_INET6, "2001:db9::", six.bytes);
	for (__u32 n = 0; n < BLOCKED; n++) {
		const __be32 subnet = htonl(blocklist_mix(n));

		memcpy(six.bytes + 4, &subnet, sizeof(subnet));
		add_network(blocks, &six, 64);
	}
	inet_pton(AF_INET, "203.0.113.7", four.bytes);
	inet_pton(AF_INET6, "2001:db8:ffff::", six.bytes);
	if (source) {
		add_network(blocks, &four, 32);
		add_network(blocks, &six, 64);
	}
	blocks_sort(blocks);
	blocks_settle(blocks);
	for (int i = 0; i < COPIES; i++)
		blocklist_fill(copies[i], blocks);
}

static void add_blocked(GPtrArray *cases, struct load *const plain[COPIES])
{
	static const struct bench_case others[] = {
		{.policy = "100,000 blocked, another source", .port = CLOSED, .verdict = XDP_DROP},
		{.policy = "100,000 blocked, another source", .port = OPEN, .verdict = XDP_PASS},
	};
	static const struct bench_case source = {
		.policy = "100,000 blocked, this source", .port = CLOSED, .verdict = XDP_DROP};
	static struct load *listing[COPIES], *blocking[COPIES];

	load_servers(10000, SITE_PLAIN, listing);
	load_servers(10000, SITE_PLAIN, blocking);
	block(listing, false);
	block(blocking, true);
	add_features(cases, others, G_N_ELEMENTS(others), listing, plain);
	add_features(cases, &source, 1, blocking, plain);
}

static bool bench_features(void)
{
	static const struct bench_case replies[] = {
		{.policy = "replies on", .port = CLOSED, .verdict = XDP_DROP, .goal = GOAL_NS},
		{.policy = "replies on",
		 .port = CLOSED,
		 .udp = true,
		 .verdict = XDP_DROP,
		 .goal = GOAL_NS},
		{.policy = "replies on", .port = OPEN, .verdict = XDP_PASS},
	};
	static const struct bench_case asked = {.policy = "replies on, from one who was asked",
						.port = CLOSED,
						.udp = true,
						.verdict = XDP_DROP};
	static const struct bench_case guards[] = {
		{.policy = "beside guards", .port = CLOSED, .verdict = XDP_DROP},
		{.policy = "beside guards", .port = 443, .verdict = XDP_PASS},
		{.policy = "guard on, sources", .port = GUARDED_SOURCES, .verdict = XDP_PASS},
		{.policy = "guard on, limit",
		 .port = GUARDED_LIMIT,
		 .udp = true,
		 .verdict = XDP_PASS},
		{.policy = "guard on, media payload",
		 .port = GUARDED_MEDIA,
		 .udp = true,
		 .verdict = XDP_PASS},
	};
	g_autoptr(GPtrArray) cases = g_ptr_array_new();
	static struct load *plain[COPIES], *answered[COPIES], *asking[COPIES], *guarded[COPIES];

	load_servers(10000, SITE_PLAIN, plain);
	load_servers(10000, SITE_REPLIES, answered);
	load_servers(10000, SITE_REPLIES, asking);
	load_servers(10000, SITE_GUARDED, guarded);
	ask_everybody(asking);
	add_features(cases, replies, G_N_ELEMENTS(replies), answered, plain);
	add_features(cases, &asked, 1, asking, plain);
	add_features(cases, guards, G_N_ELEMENTS(guards), guarded, plain);
	add_watched(cases, plain);
	add_blocked(cases, plain);
	return measure(cases, "what features add to 10,000 servers without them, in ns");
}

bool bench_packets(void)
{
	bool met;

	bare = load_bare();
	met = bench_policies();
	met &= bench_features();
	close(bare);
	return met;
}
