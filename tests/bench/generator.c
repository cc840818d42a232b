/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Sends UDP packets from inside the kernel, as fast as one CPU can: they are handed to an
 * interface's XDP transmit function, without sockets. On a veth the other end must have an XDP
 * program, and takes each batch before the next one is made.
 *
 *     generator INTERFACE CPU COUNT PORT [v6] [ports=FIRST-LAST] [servers=N] [sources]
 *
 * Prints how many were sent, in how many ns: without those in which others had the CPU.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "frame.h"
#include "programs.skel.h"

static void must(bool done, const char *what)
{
	if (done)
		return;
	perror(what);
	exit(1);
}

static unsigned long number(const char *text)
{
	char *end;
	unsigned long value = strtoul(text, &end, 10);

	if (*text && !*end)
		return value;
	fprintf(stderr, "generator: '%s' is no number\n", text);
	exit(1);
}

static void read_variation(const char *word, struct packet_kind *kind, struct variation *variation)
{
	unsigned int first, last, servers;

	if (!strcmp(word, "v6")) {
		kind->v6 = true;
	} else if (!strcmp(word, "sources")) {
		variation->any_source = 1;
	} else if (sscanf(word, "servers=%u", &servers) == 1) {
		variation->servers = servers;
	} else if (sscanf(word, "ports=%u-%u", &first, &last) == 2 && first <= last) {
		variation->first_port = (__u16)first;
		variation->ports = (__u16)(last - first + 1);
	} else {
		fprintf(stderr, "generator: '%s' is no way to vary packets\n", word);
		exit(1);
	}
}

static struct programs *load(const char *interface, char **words)
{
	struct packet_kind kind = {.udp = true, .port = (uint16_t)number(words[0])};
	struct variation variation = {
		.first4 = SERVER4_NUMBER, .first6 = SERVER6_NUMBER, .state = 88172645463325252};
	struct programs *programs = programs__open();
	struct frame frame;

	must(programs && if_nametoindex(interface), interface);
	for (words++; *words; words++)
		read_variation(*words, &kind, &variation);
	frame = frame_make(&kind);
	programs->rodata->interface = if_nametoindex(interface);
	programs->bss->variation = variation;
	programs->bss->checksum = kind.v6 ? 0 : frame_checksum(&frame);
	memcpy(programs->bss->frame, frame.bytes, FRAME_BYTES);
	must(!programs__load(programs), "load a program");
	return programs;
}

static void stay_on(unsigned long cpu)
{
	cpu_set_t set;

	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	must(!sched_setaffinity(0, sizeof(set), &set), "stay on a CPU");
}

/* ns that this thread was ready to run, and others did. */
static unsigned long long waited(void)
{
	FILE *file = fopen("/proc/thread-self/schedstat", "r");
	unsigned long long ran = 0, ready = 0;

	must(file && fscanf(file, "%llu %llu", &ran, &ready) == 2, "read how long others ran");
	fclose(file);
	return ready;
}

int main(int count, char **words)
{
	const struct progress *progress;
	unsigned long long before, taken;
	struct programs *programs;
	struct frame frame = {.size = FRAME_BYTES};
	LIBBPF_OPTS(bpf_test_run_opts, run, .data_in = frame.bytes, .data_size_in = frame.size,
		    .flags = BPF_F_TEST_XDP_LIVE_FRAMES, .batch_size = BATCH);

	if (count < 5) {
		fputs("usage: generator INTERFACE CPU COUNT PORT [VARIATION]...\n", stderr);
		return 1;
	}
	stay_on(number(words[2]));
	run.repeat = (int)number(words[3]);
	programs = load(words[1], words + 4);
	progress = &programs->bss->progress;
	before = waited();
	must(!bpf_prog_test_run_opts(bpf_program__fd(programs->progs.generate), &run), "send");
	taken = progress->last - progress->first - (waited() - before);
	printf("%llu %llu\n", progress->sent, taken * progress->sent / (progress->sent - BATCH));
	programs__destroy(programs);
	return 0;
}
