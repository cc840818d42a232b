/* SPDX-License-Identifier: GPL-2.0-only */
/* Generations that have to be confirmed: until when, who stands by, what is put back. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "own_gate.h"
#include "standby.h"

/* Enforces a profile on a card, to be confirmed in so many seconds (0: it need not be). */
static void put_in_force(const char *profile, const char *card, unsigned int confirm)
{
	struct messages *messages = messages_new();
	struct gate *gate = open_gate(GATE_WRITE);
	struct choice *choice = choose_profile(profile);
	struct generation *next;

	if (strcmp(card, "card0"))
		choice_set_interface(choice, card, profile, ATTACH_AUTO);
	next = compile_after(choice, gate->generation);
	next->confirm = confirm;
	assert_true(gate_apply(gate, next, messages));
	assert_int_equal(messages->list->len, 0);
	generation_free(next);
	gate_close(gate);
	messages_free(messages);
}

/* Whatever waits is over. */
static void let_time_pass(void)
{
	struct gate *gate = open_gate(GATE_READ);

	for (guint i = 0; i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		if (link->deadline)
			assert_int_equal(standby_set_deadline(link->program_fd, 1), 0);
	}
	gate_close(gate);
}

/* Opens the gate as a writer, which settles it, and tells what was said; the caller frees it. */
static char *settle(void)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(bpffs, GATE_WRITE, messages);
	char *said = all_messages(messages);

	assert_non_null(gate);
	gate_close(gate);
	messages_free(messages);
	return said;
}

static void needs_no_confirmation(void **state)
{
	struct gate *gate;
	const struct gate_link *link;
	__u64 deadline = 7;

	put_in_force("web", "card0", 0);
	gate = open_gate(GATE_READ);
	link = gate->links->pdata[0];
	assert_int_equal(standby_deadline(link->program_fd, &deadline), 0);
	assert_int_equal(deadline, 0);
	assert_int_equal(standby_set_deadline(link->program_fd, 1), -ENOENT);
	assert_int_equal(standby_program(link->program_fd, STANDBY_XDP, 0), -ENOENT);
	assert_int_equal(gate_deadline(gate), 0);
	assert_false(gate_can_undo(gate));
	gate_close(gate);
}

static void waits(void **state)
{
	const struct gate_link *link;
	__u32 old, judge;
	struct gate *gate;
	int program;

	put_in_force("web", "card0", 0);
	old = program_on("card0");
	put_in_force("voice", "card0", 60);
	gate = open_gate(GATE_READ);
	link = gate->links->pdata[0];
	assert_true(gate_deadline(gate) > standby_now() + 50 * 1000000000ULL);
	assert_true(gate_deadline(gate) <= standby_now() + 60 * 1000000000ULL);
	assert_true(gate_can_undo(gate));
	assert_false(link->undone);
	assert_int_equal(gate->generation->number, 2);
	assert_int_equal(gate->generation->previous[0], 1);
	program = standby_program(link->program_fd, STANDBY_XDP, 0);
	judge = program_id(program);
	assert_int_equal(judge, old);
	assert_int_equal(gate_link_judge(link), link->program_fd);
	close(program);
	assert_int_equal(standby_program(link->program_fd, STANDBY_XDP, 1), -ENOENT);
	assert_int_equal(standby_set_deadline(link->program_fd, 0), 0);
	gate_close(gate);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate_deadline(gate), 0);
	gate_close(gate);
}

static void is_undone(void **state)
{
	g_autofree char *said = NULL, *again = NULL;
	const struct gate_link *link;
	struct gate *gate;
	__u32 old;

	put_in_force("web", "card0", 0);
	old = program_on("card0");
	put_in_force("voice", "card0", 60);
	let_time_pass();
	gate = open_gate(GATE_READ);
	link = gate->links->pdata[0];
	assert_true(link->undone);
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(gate->loaded, 2);
	assert_true(gate_is_whole(gate));
	assert_int_equal(program_id(gate_link_judge(link)), old);
	assert_int_not_equal(link->program, old);
	gate_close(gate);

	said = settle();
	assert_string_equal(said, "portcullis: warning: generation 2 was not confirmed: "
				  "generation 1 is in force again\n");
	assert_int_equal(program_on("card0"), old);
	again = settle();
	assert_string_equal(again, "");
	gate = open_gate(GATE_READ);
	assert_true(gate_is_whole(gate));
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(gate->loaded, 2);
	gate_close(gate);
	put_in_force("voice", "card0", 0);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 3); /* 2 was given */
	assert_int_equal(gate->generation->previous[0], 1);
	gate_close(gate);
}

static void is_undone_to_nothing(void **state)
{
	g_autofree char *said = NULL;
	struct gate *gate;

	put_in_force("web", "card1", 60);
	let_time_pass();
	gate = open_gate(GATE_READ);
	assert_null(gate->generation);
	assert_int_equal(gate->loaded, 1);
	assert_int_equal(gate->links->len, 2);
	gate_close(gate);
	said = settle();
	assert_string_equal(said, "portcullis: warning: generation 1 was not confirmed: nothing "
				  "is enforced, as before it\n");
	assert_int_equal(program_on("card0"), 0);
	assert_int_equal(program_on("card1"), 0);
	check_pins("");
}

/* No slot of an undone generation is given to anything else. */
static void keeps_slots(void **state)
{
	g_autofree char *said = NULL;
	struct gate *gate;
	guint slots;

	put_in_force("web", "card0", 0);
	put_in_force("voice", "card0", 60);
	gate = open_gate(GATE_READ);
	slots = gate->generation->slots->segments->len;
	gate_close(gate);
	let_time_pass();
	said = settle();
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(gate->generation->slots->segments->len, slots);
	gate_close(gate);
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(needs_no_confirmation), test(waits),       test(is_undone),
		test(is_undone_to_nothing),  test(keeps_slots),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
