/* SPDX-License-Identifier: GPL-2.0-only */
#include "run.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/bpf.h>
#include <time.h>

#include "bare.h"
#include "counted.h"
#include "must.h"
#include "report.h"
#include "rows.h"

#define REPEAT   500000
#define PATIENCE 300 /* readings taken again, at the most */
#define BUSY     1.1 /* slower than it can by so much, others use the machine */
#define SEED     88172645463325252ULL

/* The time that this thread ran, not what others on the machine took meanwhile. */
static double now_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static __u32 verdict(const struct reading *reading)
{
	return reading->expected == EXPECT_PASS ? XDP_PASS : XDP_DROP;
}

static void refuse(const struct reading *reading, const char *what, __u64 found, __u64 expected)
{
	fprintf(stderr, "bench: %s: %s %llu, expected %llu\n", reading->name, what, found,
		expected);
	exit(1);
}

/* ns per packet of a program on a reading's packets; the last one's verdict. */
static double run(int program, const struct reading *reading, __u32 *last)
{
	const struct frame frame = frame_make(&reading->kind);
	struct variation variation = reading->variation;
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = frame.bytes, .data_size_in = frame.size,
		    .repeat = REPEAT);
	double start;

	variation.state = SEED;
	if (reading->varies)
		program = bare_rewrite(program, &variation);
	start = now_ns();
	must(!bpf_prog_test_run_opts(program, &options), "run a program");
	*last = options.retval;
	return (now_ns() - start) / REPEAT;
}

/* Every packet is counted, as what it was. */
static void check_counts(const struct reading *reading, const struct counted *before,
			 const struct counted *after)
{
	const __u64 passed = after->passed - before->passed;
	const __u64 dropped = after->dropped - before->dropped;
	const __u64 blocked = after->blocked - before->blocked;

	if (passed + dropped != REPEAT)
		refuse(reading, "packets counted", passed + dropped, REPEAT);
	if (reading->expected == EXPECT_PASS ? dropped : passed)
		refuse(reading, "packets with the other verdict",
		       passed < dropped ? passed : dropped, 0);
	if (reading->expected == EXPECT_HALF_BLOCKED &&
	    (blocked < REPEAT * 0.48 || blocked > REPEAT * 0.52))
		refuse(reading, "packets blocked", blocked, REPEAT / 2);
}

static double run_judged(const struct reading *reading, int round)
{
	const struct contender *contender = contender_get(reading->policy);
	const struct load *load = contender->loads[round % contender->count];
	int program = contender->programs[round % contender->count];
	struct counted before, after;
	__u32 last;
	double ns;

	if (!load)
		return run(program, reading, &last);
	before = counted_read(load);
	ns = run(program, reading, &last);
	after = counted_read(load);
	if (last != verdict(reading))
		refuse(reading, "verdict", last, verdict(reading));
	check_counts(reading, &before, &after);
	return ns;
}

static double run_beside(const struct reading *reading, int round)
{
	const struct contender *contender = contender_get(reading->beside);
	__u32 last;

	return run(contender->programs[round % contender->count], reading, &last);
}

/*
 * Between two readings of what it is measured beside: what drifts, drifts for all three. While that
 * takes longer than it can, others use the machine, and the reading is taken again.
 */
static void read_once(struct reading *reading, int round)
{
	static int patience = PATIENCE;
	double before, judged, after;

	do {
		before = run_beside(reading, round);
		judged = run_judged(reading, round);
		after = run_beside(reading, round);
		if (!reading->fastest || MIN(before, after) < reading->fastest)
			reading->fastest = MIN(before, after);
	} while (MAX(before, after) > reading->fastest * BUSY && patience-- > 0);
	report_beside("run", reading->section, reading->name, "portcullis", judged,
		      (before + after) / 2);
}

void run_all(const GPtrArray *readings, int rounds)
{
	for (int round = 0; round < rounds; round++) {
		for (guint i = 0; i < readings->len; i++)
			read_once(readings->pdata[i], round);
		fprintf(stderr, "bench: test runs, round %d of %d\n", round + 1, rounds);
	}
}
