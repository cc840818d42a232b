/* SPDX-License-Identifier: GPL-2.0-only */
/* Readings by BPF_PROG_TEST_RUN, and what is made of them. */
#include "measure.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS       24 /* at most */
#define ROUNDS_LEAST 4
#define READING_NS   6e6 /* of a bare program: the kernel takes three times as long to begin one */
#define REPEAT_FIRST 5000
#define REPEAT_LEAST 1000
#define REPEAT_MOST  1000000
#define SLOWED       1.1 /* so much slower than it can, a bare program shares the processor */

/* The readings of a case, by round. */
struct readings {
	double ns[ROUNDS], above[ROUNDS];
};

/* What is kept while measuring. */
struct meter {
	int bare;
	__u32 repeat;
	double begin;    /* what the kernel takes to begin a reading, in ns */
	double fastest;  /* that the bare program was */
	double last;     /* the bare program's last reading */
	double until;    /* when it is time to end: ns of the monotonic clock */
	guint disturbed; /* readings that were kept although others used the processor */
	GArray *bares;   /* double */
	struct measuring *measuring;
	struct messages *messages;
};

static bool fail(struct messages *messages, const char *step, int error)
{
	message_add(messages, SEVERITY_ERROR, "bench", 0, "cannot %s: %s", step, strerror(error));
	return false;
}

static double clock_ns(clockid_t clock)
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

double measure_quartile(double *values, guint count, guint quarter)
{
	qsort(values, count, sizeof(*values), compare);
	return values[MIN(count * quarter / 4, count - 1)];
}

static int load_bare(void)
{
	const struct bpf_insn instructions[] = {
		{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = XDP_DROP},
		{.code = BPF_JMP | BPF_EXIT},
	};
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);

	return bpf_prog_load(BPF_PROG_TYPE_XDP, "bare", "GPL", instructions,
			     G_N_ELEMENTS(instructions), &options);
}

/*
 * ns of so many runs, by the time that this thread ran, not what others took meanwhile; < 0 with a
 * message if it cannot be run.
 */
static double run(const struct meter *meter, int program, struct measured *one, __u32 repeat)
{
	LIBBPF_OPTS(bpf_test_run_opts, options, .data_in = one->frame,
		    .data_size_in = (__u32)one->size, .repeat = (int)repeat);
	double start = clock_ns(CLOCK_THREAD_CPUTIME_ID);
	int error = bpf_prog_test_run_opts(program, &options);

	if (error) {
		fail(meter->messages, "run a program", -error);
		return -1;
	}
	if (program != meter->bare)
		one->verdict = options.retval;
	return clock_ns(CLOCK_THREAD_CPUTIME_ID) - start;
}

/* Of a packet: what reads less was begun faster than the fastest beginning. */
#define NS_LEAST 0.01

/* ns per packet; < 0 if it cannot be read. */
static double reading(const struct meter *meter, int program, struct measured *one)
{
	double ns = run(meter, program, one, meter->repeat);

	return ns < 0 ? ns : MAX((ns - meter->begin) / meter->repeat, NS_LEAST);
}

/* One of the bare program, with whatever packet. */
static bool read_bare(struct meter *meter, struct measured *any)
{
	meter->last = reading(meter, meter->bare, any);
	if (meter->last < 0)
		return false;
	meter->fastest = MIN(meter->fastest, meter->last);
	g_array_append_val(meter->bares, meter->last);
	return true;
}

static bool is_late(const struct meter *meter)
{
	return clock_ns(CLOCK_MONOTONIC) > meter->until;
}

/*
 * A reading between two of the bare program: what drifts, drifts for all three. It is taken again,
 * while there is time, if others have used the processor.
 */
static bool read_between(struct meter *meter, struct measured *one, guint round,
			 struct readings *readings)
{
	for (;;) {
		double before = meter->last, slower;

		readings->ns[round] = reading(meter, one->programs[round % one->copies], one);
		if (readings->ns[round] < 0 || !read_bare(meter, one))
			return false;
		readings->above[round] = readings->ns[round] - (before + meter->last) / 2;
		slower = MAX(before, meter->last);
		if (slower <= meter->fastest * SLOWED)
			return true;
		if (is_late(meter)) {
			meter->disturbed++;
			return true;
		}
		meter->measuring->again++;
	}
}

/* What it takes to begin a reading, and how many runs make a good one. */
static bool prepare(struct meter *meter, struct measured *any)
{
	double first;

	meter->begin = G_MAXDOUBLE;
	for (int i = 0; i < ROUNDS_LEAST; i++) {
		double ns = run(meter, meter->bare, any, 2); /* one run alone begins otherwise */

		if (ns < 0)
			return false;
		meter->begin = MIN(meter->begin, ns);
	}
	first = run(meter, meter->bare, any, REPEAT_FIRST);
	if (first < 0)
		return false;
	meter->repeat = (__u32)CLAMP(READING_NS * REPEAT_FIRST / MAX(first - meter->begin, 1),
				     REPEAT_LEAST, REPEAT_MOST);
	return read_bare(meter, any);
}

static void conclude(struct measured *one, struct readings *readings, const struct readings *than,
		     guint rounds)
{
	double above[ROUNDS];

	for (guint round = 0; round < rounds; round++)
		above[round] = readings->above[round] - (than ? than->above[round] : 0);
	one->ns = measure_quartile(readings->ns, rounds, 2);
	one->above = measure_quartile(above, rounds, 2);
	one->low = measure_quartile(above, rounds, 1);
	one->high = measure_quartile(above, rounds, 3);
}

static bool take_readings(struct meter *meter, struct measured *cases, guint count)
{
	g_autofree struct readings *readings = g_new0(struct readings, count);
	GArray *bares = meter->bares;
	guint *rounds = &meter->measuring->rounds;

	for (; *rounds < ROUNDS_LEAST || (*rounds < ROUNDS && !is_late(meter)); ++*rounds)
		for (guint i = 0; i < count; i++)
			if (!read_between(meter, &cases[i], *rounds, &readings[i]))
				return false;
	for (guint i = 0; i < count; i++)
		conclude(&cases[i], &readings[i],
			 cases[i].than == MEASURE_BARE ? NULL : &readings[cases[i].than], *rounds);
	meter->measuring->bare = measure_quartile((double *)(void *)bares->data, bares->len, 2);
	meter->measuring->is_disturbed = meter->disturbed > count * *rounds / 4;
	return true;
}

/* On the processor that we are on, which was as idle as any when we came to it. */
static bool measure_here(struct meter *meter, struct measured *cases, guint count)
{
	cpu_set_t before, here;
	bool done;

	if (sched_getaffinity(0, sizeof(before), &before))
		return fail(meter->messages, "read on which processors it may run", errno);
	meter->measuring->cpu = sched_getcpu();
	CPU_ZERO(&here);
	CPU_SET((size_t)meter->measuring->cpu, &here);
	if (sched_setaffinity(0, sizeof(here), &here))
		return fail(meter->messages, "stay on one processor", errno);
	done = prepare(meter, cases) && take_readings(meter, cases, count);
	sched_setaffinity(0, sizeof(before), &before);
	return done;
}

bool measure(struct measured *cases, guint count, double seconds, struct measuring *measuring,
	     struct messages *messages)
{
	struct meter meter = {
		.bare = load_bare(),
		.fastest = G_MAXDOUBLE,
		.until = clock_ns(CLOCK_MONOTONIC) + seconds * 1e9,
		.measuring = measuring,
		.messages = messages,
	};
	bool done;

	*measuring = (struct measuring){};
	if (meter.bare < 0)
		return fail(messages, "load a bare program", errno);
	meter.bares = g_array_new(FALSE, FALSE, sizeof(double));
	done = measure_here(&meter, cases, count);
	g_array_unref(meter.bares);
	close(meter.bare);
	return done;
}
