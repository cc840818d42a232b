/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet costs, beside a program that does nothing but drop: by BPF_PROG_TEST_RUN, each case
 * in turn with the bare one, several rounds, medians. And what it takes to load. Prints Markdown.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/udp.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "generation.h"
#include "image.h"
#include "inputs.h"
#include "load.h"
#include "source.h"

#define COPIES   4 /* of each program: where the kernel puts it makes it faster or slower */
#define ROUNDS   (3 * COPIES)
#define REPEAT   500000
#define PATIENCE 200 /* readings taken again, at the most */
#define LOADS    11
#define OPEN     5061 /* tcp; in front-end, and in what many_ranges() makes */
#define CLOSED   5069
#define GOAL_NS  8.0

static double now_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

static void must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- policies --- */

/* A site whose last server is the one that packets go to. */
static char *site_text(int servers)
{
	GString *text = g_string_new("| Setting | Value |\n|---|---|\n| Interface | bench |\n\n"
				     "| Server | Address | Profile |\n|---|---|---|\n");

	for (int i = servers - 1; i >= 0; i--)
		g_string_append_printf(text, "| s%d | 10.%d.%d.%d, 2001:db8::%x | front-end |\n", i,
				       1 + i / 62500, i / 250 % 250, 1 + i % 250, 1 + i);
	return g_string_free(text, FALSE);
}

/* Ports of front-end, each guarded in another way, and one that is not. */
#define GUARDED_SOURCES 5061  /* tcp */
#define GUARDED_LIMIT   1434  /* udp */
#define GUARDED_MEDIA   50000 /* udp */
#define GUARDED_NOT     443   /* tcp */

static char *guarded_text(void)
{
	g_autofree char *site = site_text(1);

	return g_strconcat(
		site,
		"\n| Guard | Ports | Sources | Limit | Payload |\n|---|---|---|---|---|\n"
		"| a | tcp/5061 | 203.0.113.0/24, 2001:db8:ffff::/48 | | |\n"
		"| b | udp/1434 | | 1/s | |\n"
		"| c | udp/49152-57500 | | | media |\n",
		NULL);
}

/* No run may reach a limit: what comes back in no time is measured. */
static void lift_limits(struct image *image)
{
	for (guint i = 0; i < image->guards->len; i++) {
		struct guard *guard = &g_array_index(image->guards, struct guard, i);

		guard->interval = guard->interval ? 1 : 0;
		guard->tolerance = UINT64_C(1) << 40;
	}
}

/* A document with one profile of so many tcp ranges, one of them OPEN. */
static char *ranges_text(int ranges)
{
	GString *text = g_string_new("# Many\n\n| Role | Port | Protocol |\n|---|---|---|\n");

	for (int i = 0; i < ranges; i++)
		g_string_append_printf(text, "| r%d | %d-%d | TCP |\n", i, 6000 + i * 20,
				       6005 + i * 20);
	g_string_append_printf(
		text, "| r0 | %d | TCP |\n\n| Profile | Roles |\n|---|---|\n| many | ", OPEN);
	for (int i = 0; i < ranges; i++)
		g_string_append_printf(text, "%sr%d", i ? ", " : "", i);
	g_string_append(text, " |\n");
	return g_string_free(text, FALSE);
}

static struct load *load_choice(struct choice *choice, struct image **image)
{
	struct messages *messages = messages_new();
	struct generation *generation = generation_new(choice, NULL);
	struct load *load = NULL;
	g_autofree char *text = NULL;

	if (generation_compile(generation, messages)) {
		text = generation_to_text(generation);
		*image = image_build(generation, messages);
		if (*image)
			lift_limits(*image);
		load = *image ? load_image(*image, text, NULL, messages) : NULL;
	}
	for (guint i = 0; !load && i < messages->list->len; i++) {
		g_autofree char *line = message_format(messages->list->pdata[i]);

		fprintf(stderr, "%s\n", line);
	}
	must(load != NULL, "load a policy");
	messages_free(messages);
	generation_free(generation);
	return load;
}

static struct load *load_site(const char *text, struct image **image)
{
	struct choice *choice = choice_new();

	inputs_add_shipped(choice->sources);
	g_ptr_array_add(choice->sources, source_new("site", SOURCE_SITE, text, strlen(text)));
	choice_set_interface(choice, "bench", NULL, ATTACH_AUTO);
	return load_choice(choice, image);
}

static struct load *load_profile(const char *document, const char *profile, struct image **image)
{
	struct choice *choice = choice_new();

	if (document)
		g_ptr_array_add(choice->sources,
				source_new("many", SOURCE_DOCUMENT, document, strlen(document)));
	else
		inputs_add_shipped(choice->sources);
	choice_set_interface(choice, "bench", profile, ATTACH_AUTO);
	return load_choice(choice, image);
}

static void load_sites(const char *text, struct load *copies[COPIES])
{
	struct image *image;

	for (int i = 0; i < COPIES; i++)
		copies[i] = load_site(text, &image);
}

static void load_servers(int servers, struct load *copies[COPIES])
{
	g_autofree char *text = site_text(servers);

	load_sites(text, copies);
}

static void load_profiles(const char *document, const char *profile, struct load *copies[COPIES])
{
	struct image *image;

	for (int i = 0; i < COPIES; i++)
		copies[i] = load_profile(document, profile, &image);
}

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
		transport[12] = 5 << 4; /* data offset */
	return frame;
}

/* --- cases --- */

struct bench_case {
	char *name;
	int programs[COPIES];
	struct frame frame;
	__u32 verdict;
	double goal;   /* ns above the bare program; 0: none is set */
	double *above; /* the same as measured, by round */
	double ns[ROUNDS];
};

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

static struct bench_case *add_case(GPtrArray *cases, const char *policy,
				   struct load *const copies[COPIES], bool v6, bool udp,
				   uint16_t port, __u32 verdict)
{
	struct bench_case *one = g_new0(struct bench_case, 1);

	one->name =
		g_strdup_printf("%s, IPv%d, %s %s/%u", policy, v6 ? 6 : 4,
				verdict == XDP_DROP ? "drop" : "pass", udp ? "udp" : "tcp", port);
	for (int i = 0; i < COPIES; i++)
		one->programs[i] = load_program_fd(copies[i], 0);
	one->frame = make_frame(v6, udp, port);
	one->verdict = verdict;
	one->goal = GOAL_NS;
	one->above = g_new0(double, ROUNDS);
	g_ptr_array_add(cases, one);
	return one;
}

static void add_policy(GPtrArray *cases, const char *policy, struct load *const copies[COPIES])
{
	for (int v6 = 0; v6 < 2; v6++) {
		add_case(cases, policy, copies, v6, false, CLOSED, XDP_DROP);
		add_case(cases, policy, copies, v6, false, OPEN, XDP_PASS);
		add_case(cases, policy, copies, v6, true, 50000, XDP_PASS);
	}
}

static void add_ranges(GPtrArray *cases, const char *policy, struct load *const copies[COPIES])
{
	add_case(cases, policy, copies, false, false, CLOSED, XDP_DROP);
	add_case(cases, policy, copies, false, false, OPEN, XDP_PASS);
}

/* What guards cost has no goal, but that nobody else pays for them. */
static void add_guards(GPtrArray *cases, struct load *const copies[COPIES])
{
	static const struct {
		const char *name;
		uint16_t port;
		bool udp;
	} guards[] = {
		{"guard on, sources", GUARDED_SOURCES, false},
		{"guard on, limit", GUARDED_LIMIT, true},
		{"guard on, media payload", GUARDED_MEDIA, true},
	};

	for (int v6 = 0; v6 < 2; v6++) {
		add_case(cases, "beside guards", copies, v6, false, CLOSED, XDP_DROP);
		add_case(cases, "beside guards", copies, v6, false, GUARDED_NOT, XDP_PASS);
		for (guint i = 0; i < G_N_ELEMENTS(guards); i++)
			add_case(cases, guards[i].name, copies, v6, guards[i].udp, guards[i].port,
				 XDP_PASS)
				->goal = 0;
	}
}

/*
 * One reading of a case, between two of the bare program: what drifts, drifts for all three. While
 * the bare one reads slower than it can, others use the machine, and the reading is taken again.
 */
static void measure_once(struct bench_case *one, int bare, int round)
{
	static double fastest = 1e9;
	static int patience = PATIENCE;
	double before, after;

	do {
		before = run(bare, &one->frame, XDP_DROP);
		one->ns[round] = run(one->programs[round % COPIES], &one->frame, one->verdict);
		after = run(bare, &one->frame, XDP_DROP);
		fastest = MIN(fastest, MIN(before, after));
		one->above[round] = one->ns[round] - (before + after) / 2;
	} while (MAX(before, after) > fastest * 1.1 && patience-- > 0);
}

static void measure(GPtrArray *cases)
{
	int bare = load_bare();

	for (int round = 0; round < ROUNDS; round++)
		for (guint i = 0; i < cases->len; i++)
			measure_once(cases->pdata[i], bare, round);
	close(bare);
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

static bool bench_packets(void)
{
	g_autoptr(GPtrArray) cases = g_ptr_array_new();
	g_autofree char *ten = ranges_text(10), *thousand = ranges_text(1000);
	g_autofree char *guarded = guarded_text();
	struct load *copies[COPIES];
	bool met = true;

	load_profiles(NULL, "front-end", copies);
	add_policy(cases, "one profile for the interface", copies);
	load_servers(1, copies);
	add_policy(cases, "1 server", copies);
	load_servers(100, copies);
	add_policy(cases, "100 servers", copies);
	load_servers(10000, copies);
	add_policy(cases, "10,000 servers", copies);
	load_profiles(ten, "many", copies);
	add_ranges(cases, "10 ranges", copies);
	load_profiles(thousand, "many", copies);
	add_ranges(cases, "1,000 ranges", copies);
	load_sites(guarded, copies);
	add_guards(cases, copies);
	measure(cases);
	printf("## ns per packet, in the cache (goal: at most %.0f above a bare XDP_DROP)\n\n"
	       "| case | ns | above | middle half | met |\n|---|---:|---:|---:|---|\n",
	       GOAL_NS);
	for (guint i = 0; i < cases->len; i++)
		met &= print_case(cases->pdata[i]);
	return met;
}

/* --- loading --- */

static void shell(const char *command)
{
	int status = system(command);

	must(WIFEXITED(status) && !WEXITSTATUS(status), command);
}

static double time_command(const char *command)
{
	double start = now_ns(CLOCK_MONOTONIC);

	shell(command);
	return (now_ns(CLOCK_MONOTONIC) - start) / 1e6;
}

/* Kernel memory of the ports map, in KiB, as the kernel states it. */
static double ports_kib(const struct load *load)
{
	struct bpf_prog_info program = {};
	__u32 ids[64], size = sizeof(program);
	double bytes = 0;

	program.nr_map_ids = 64;
	program.map_ids = (__u64)(unsigned long)ids;
	must(!bpf_obj_get_info_by_fd(load_program_fd(load, 0), &program, &size), "read a program");
	for (__u32 i = 0; i < program.nr_map_ids; i++) {
		struct bpf_map_info map = {};
		int fd = bpf_map_get_fd_by_id(ids[i]);
		g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", fd), *text = NULL;
		const char *found;

		size = sizeof(map);
		must(!bpf_obj_get_info_by_fd(fd, &map, &size), "read a map");
		if (!strcmp(map.name, "ports") && g_file_get_contents(path, &text, NULL, NULL)) {
			found = strstr(text, "memlock:");
			bytes = found ? atof(found + strlen("memlock:")) : 0;
		}
		close(fd);
	}
	return bytes / 1024;
}

static bool print_goal(const char *what, double value, const char *unit, double goal)
{
	printf("| %s | %.1f %s | %.0f %s | %s |\n", what, value, unit, goal, unit,
	       value <= goal ? "yes" : "**no**");
	return value <= goal;
}

static bool bench_loads(const char *portcullis, const char *bpffs)
{
	double up[LOADS], swap[LOADS];
	struct image *image;
	struct load *load = load_profile(NULL, "front-end", &image);
	g_autofree char *begin =
		g_strdup_printf("%s --bpffs %s up card front-end >/dev/null", portcullis, bpffs);
	g_autofree char *change =
		g_strdup_printf("%s --bpffs %s swap director >/dev/null", portcullis, bpffs);
	g_autofree char *end = g_strdup_printf("%s --bpffs %s down >/dev/null", portcullis, bpffs);
	bool met;

	for (int i = 0; i < LOADS; i++) {
		up[i] = time_command(begin);
		swap[i] = time_command(change);
		shell(end);
	}
	printf("\n## loading\n\n| what | median | goal | met |\n|---|---:|---:|---|\n");
	met = print_goal("up, the shipped document", median(up, LOADS), "ms", 250);
	met &= print_goal("swap, idle", median(swap, LOADS), "ms", 100);
	met &= print_goal("a profile in the kernel", ports_kib(load), "KiB", 512);
	load_free(load);
	return met;
}

int main(int count, char **arguments)
{
	char bpffs[] = "/tmp/portcullis-bench-XXXXXX";
	struct utsname host;
	bool met;

	must(count == 2, "start: the path of portcullis is missing");
	must(!unshare(CLONE_NEWNET | CLONE_NEWNS) &&
		     !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && mkdtemp(bpffs) &&
		     !mount("bpf", bpffs, "bpf", 0, NULL),
	     "make a network namespace and a bpffs");
	shell("ip link add card type veth peer name wire && ip link set card up");
	uname(&host);
	printf("# Portcullis bench\n\nLinux %s, %s, %ld CPUs\n\n", host.release, host.machine,
	       sysconf(_SC_NPROCESSORS_ONLN));
	met = bench_packets();
	met &= bench_loads(arguments[1], bpffs);
	umount(bpffs);
	rmdir(bpffs);
	return met ? 0 : 1;
}
