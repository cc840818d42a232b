/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Floods from inside the kernel, as fast as it can: UDP frames are handed to an interface's XDP
 * transmit function, without sockets.
 *
 *     flood INTERFACE SOURCE DESTINATION PORT COUNT     IPv4 addresses
 *
 * Prints how many were sent in how many µs. On a veth the other end must have an XDP program.
 */
#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/udp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

#define BATCH 64 /* below what a veth holds: none is lost on the way */

/* Sends every frame that it is run with out by an interface. */
static int load_redirect(const char *interface)
{
	unsigned int index = if_nametoindex(interface);
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_1, .imm = (int)index},
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_2, .imm = 0},
		{.code = BPF_JMP | BPF_CALL, .imm = BPF_FUNC_redirect},
		{.code = BPF_JMP | BPF_EXIT},
	};
	int program = bpf_prog_load(BPF_PROG_TYPE_XDP, "flood", "GPL", instructions, 4, NULL);

	check(index ? 0 : -1, interface);
	check(program, "load a program");
	return program;
}

struct frame {
	struct ethhdr ethernet;
	struct iphdr ip;
	struct udphdr udp;
	char data[18];
} __attribute__((packed));

static uint32_t address(const char *text)
{
	struct in_addr found;

	if (inet_pton(AF_INET, text, &found) == 1)
		return found.s_addr;
	fprintf(stderr, "flood: '%s' is no IPv4 address\n", text);
	exit(TOOL_FAILED);
}

static struct frame make_frame(char **words)
{
	const uint16_t udp = sizeof(struct frame) - offsetof(struct frame, udp);
	struct frame frame = {
		/* to everyone: the far end need not be asked for its address */
		.ethernet = {.h_dest = {255, 255, 255, 255, 255, 255}, .h_proto = htons(ETH_P_IP)},
		.ip = {.version = 4, .ihl = 5, .ttl = 64, .protocol = IPPROTO_UDP},
		.udp = {.source = htons(40000), .len = htons(udp)},
	};

	frame.ip.tot_len = htons(sizeof(frame.ip) + udp);
	frame.ip.saddr = address(words[1]);
	frame.ip.daddr = address(words[2]);
	frame.udp.dest = htons((uint16_t)strtoul(words[3], NULL, 10));
	return frame;
}

int main(int count, char **words)
{
	struct frame frame;
	struct timespec before, after;
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = &frame, .data_size_in = sizeof(frame),
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (count != 6) {
		fputs("usage: flood INTERFACE SOURCE DESTINATION PORT COUNT\n", stderr);
		return TOOL_FAILED;
	}
	frame = make_frame(words + 1);
	run.repeat = (int)strtol(words[5], NULL, 10);
	clock_gettime(CLOCK_MONOTONIC, &before);
	check(bpf_prog_test_run_opts(load_redirect(words[1]), &run), "send");
	clock_gettime(CLOCK_MONOTONIC, &after);
	printf("%d %ld\n", run.repeat,
	       (after.tv_sec - before.tv_sec) * 1000000 + (after.tv_nsec - before.tv_nsec) / 1000);
	return 0;
}
