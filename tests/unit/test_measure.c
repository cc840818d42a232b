/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/measure.c: quartiles, and programs that take longer than others. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "measure.h"
#include "policy_text.h"

#define SECONDS 0.3
#define WORK    400 /* instructions of a slow program, each of which waits for the one before */

static void finds_quartiles(void **state)
{
	static const struct {
		double values[8];
		guint count;
		double low, median, high;
	} rows[] = {
		{{7}, 1, 7, 7, 7},
		{{2, 1}, 2, 1, 2, 2},
		{{5, 1, 3}, 3, 1, 3, 5},
		{{4, 1, 3, 2}, 4, 2, 3, 4},
		{{8, 7, 6, 5, 4, 3, 2, 1}, 8, 3, 5, 7},
		{{-1, 1, -2, 2, 0}, 5, -1, 0, 1},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		double values[8];

		memcpy(values, rows[i].values, sizeof(values));
		assert_true(measure_quartile(values, rows[i].count, 1) == rows[i].low);
		assert_true(measure_quartile(values, rows[i].count, 2) == rows[i].median);
		assert_true(measure_quartile(values, rows[i].count, 3) == rows[i].high);
	}
}

/* A program that takes as long as so many multiplications, and then gives a verdict. */
static int load_slow(guint work, __s32 verdict)
{
	g_autofree struct bpf_insn *code = g_new0(struct bpf_insn, work + 3);
	LIBBPF_OPTS(bpf_prog_load_opts, options, .prog_flags = BPF_F_XDP_HAS_FRAGS);
	int program;

	code[0] = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 1, .imm = 3};
	for (guint i = 1; i <= work; i++)
		code[i] = (struct bpf_insn){
			.code = BPF_ALU64 | BPF_MUL | BPF_X, .dst_reg = 1, .src_reg = 1};
	code[work + 1] = (struct bpf_insn){
		.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .imm = verdict};
	code[work + 2] = (struct bpf_insn){.code = BPF_JMP | BPF_EXIT};
	program = bpf_prog_load(BPF_PROG_TYPE_XDP, "slow", "GPL", code, work + 3, &options);
	assert_true(program >= 0);
	return program;
}

static bool measure_all(struct measured *cases, guint count, struct measuring *measuring,
			const char *expected)
{
	struct messages *messages = messages_new();
	bool done = measure(cases, count, SECONDS, measuring, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, expected);
	messages_free(messages);
	return done;
}

static void tells_slow_from_slower(void **state)
{
	static const unsigned char frame[60];
	const int bare = load_slow(0, XDP_DROP), slow = load_slow(WORK, XDP_PASS),
		  slower = load_slow(2 * WORK, XDP_TX);
	struct measured cases[] = {
		{.programs = &bare, .than = MEASURE_BARE},
		{.programs = &slow, .than = MEASURE_BARE},
		{.programs = &slower, .than = 1},
	};
	struct measuring measuring;

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		cases[i].copies = 1;
		cases[i].frame = frame;
		cases[i].size = sizeof(frame);
	}
	assert_true(measure_all(cases, G_N_ELEMENTS(cases), &measuring, ""));
	assert_int_equal(cases[0].verdict, XDP_DROP);
	assert_int_equal(cases[1].verdict, XDP_PASS);
	assert_int_equal(cases[2].verdict, XDP_TX);
	assert_true(measuring.rounds >= 4);
	assert_true(measuring.cpu >= 0);
	assert_true(measuring.bare > 0);
	for (guint i = 0; i < G_N_ELEMENTS(cases); i++)
		assert_true(cases[i].low <= cases[i].above && cases[i].above <= cases[i].high);
	/* a multiplication takes three cycles: 400 of them at least 200 ns at 6 GHz */
	assert_true(cases[0].above < 50);
	assert_true(cases[1].above > 150);
	assert_true(cases[2].above > 150);
	assert_true(cases[2].ns > cases[1].ns && cases[1].ns > cases[0].ns);
	/* the third does twice what the second does more than a bare one */
	assert_true(cases[2].above > cases[1].above * 0.5 && cases[2].above < cases[1].above * 2);
	close(bare), close(slow), close(slower);
}

/* Of copies, each is as good as the other: none is left out. */
static void takes_copies_in_turn(void **state)
{
	static const unsigned char frame[60];
	const int copies[] = {load_slow(0, XDP_DROP), load_slow(0, XDP_DROP), -1};
	struct measured one = {
		.programs = copies, .copies = 2, .frame = frame, .size = 60, .than = MEASURE_BARE};
	struct measuring measuring;

	assert_true(measure_all(&one, 1, &measuring, ""));
	one.copies = 3;
	assert_false(measure_all(&one, 1, &measuring,
				 "bench: error: cannot run a program: Bad file descriptor\n"));
	close(copies[0]), close(copies[1]);
}

/* It may run elsewhere again. */
static void gives_the_processors_back(void **state)
{
	static const unsigned char frame[60];
	const int bare = load_slow(0, XDP_DROP);
	struct measured one = {
		.programs = &bare, .copies = 1, .frame = frame, .size = 60, .than = MEASURE_BARE};
	struct measuring measuring;
	cpu_set_t before, after;

	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	assert_true(measure_all(&one, 1, &measuring, ""));
	assert_int_equal(sched_getaffinity(0, sizeof(after), &after), 0);
	assert_true(CPU_EQUAL(&before, &after));
	close(bare);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_quartiles),
		cmocka_unit_test(tells_slow_from_slower),
		cmocka_unit_test(takes_copies_in_turn),
		cmocka_unit_test(gives_the_processors_back),
	};

	if (skip_without_root())
		return 0;
	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
