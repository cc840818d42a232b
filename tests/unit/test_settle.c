/* SPDX-License-Identifier: GPL-2.0-only */
/* What is left of an undone change: who stood by is attached, the log told, once. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "egress.h"
#include "json.h"
#include "log.h"
#include "own_gate.h"
#include "settle.h"
#include "standby.h"

/* Enforces a profile on both cards, to be confirmed in so many seconds (0: it need not be). */
static void put_in_force(const char *profile, unsigned int confirm)
{
	struct choice *choice = choose_profile(profile);
	struct gate *gate = open_gate(GATE_WRITE);
	struct messages *messages = messages_new();
	struct generation *next;

	choice_set_interface(choice, "card1", profile, ATTACH_AUTO);
	next = compile_after(choice, gate->generation);
	next->confirm = confirm;
	assert_true(gate_apply(gate, next, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	generation_free(next);
	gate_close(gate);
}

/* Undoes what waits, without a word. */
static void undo_right(void)
{
	struct messages *messages = messages_new();
	struct gate *gate = open_gate(GATE_WRITE);
	g_autofree char *said = NULL;

	assert_true(gate_undo(gate, messages));
	said = all_messages(messages);
	assert_string_equal(said, "");
	messages_free(messages);
	gate_close(gate);
}

/* "rolled-back 2 1 ": the events of the log, with the generations before and after. */
static void check_log(const char *expected)
{
	g_autofree char *folder = gate_folder();
	struct json_object *entries = json_object_new_array();
	struct messages *messages = messages_new();
	g_autoptr(GString) text = g_string_new(NULL);

	assert_true(log_read(folder, entries, messages));
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);

		g_string_append_printf(text, "%s %d %d ", json_string(entry, "event"),
				       (int)json_number(entry, "old"),
				       (int)json_number(entry, "generation"));
	}
	assert_string_equal(text->str, expected);
	json_object_put(entries);
	messages_free(messages);
}

static __u32 learner_on(const char *card)
{
	struct egress egress = {.program = -1};
	__u32 id;

	assert_int_equal(egress_find((int)if_nametoindex(card), &egress), 0);
	if (egress.program < 0)
		return 0;
	id = program_id(egress.program);
	close(egress.program);
	return id;
}

static void puts_back_who_stood_by(void **state)
{
	__u32 judges[CARDS], learners[CARDS];

	put_in_force("web", 0);
	for (int i = 0; i < CARDS; i++) {
		judges[i] = program_on(cards[i]);
		learners[i] = learner_on(cards[i]);
		assert_int_not_equal(learners[i], 0);
	}
	put_in_force("voice", 60);
	assert_int_not_equal(program_on("card0"), judges[0]);
	undo_right();
	for (int i = 0; i < CARDS; i++) {
		assert_int_equal(program_on(cards[i]), judges[i]);
		assert_int_equal(learner_on(cards[i]), learners[i]);
	}
	check_log("rolled-back 2 1 ");
	gate_close(open_gate(GATE_WRITE));
	check_log("rolled-back 2 1 ");
}

static void takes_away_what_was_first(void **state)
{
	put_in_force("web", 60);
	undo_right();
	for (int i = 0; i < CARDS; i++) {
		assert_int_equal(program_on(cards[i]), 0);
		assert_int_equal(learner_on(cards[i]), 0);
	}
	check_pins("");
}

/* A writer was killed when it had settled one card. */
static void goes_on_where_another_stopped(void **state)
{
	struct messages *messages = messages_new();
	const struct gate_link *link;
	g_autofree char *said = NULL;
	struct gate *gate;
	__u32 before;

	put_in_force("web", 0);
	before = program_on("card1");
	put_in_force("voice", 60);
	gate = open_gate(GATE_READ);
	link = gate_link(gate, "card0");
	assert_int_equal(standby_set_deadline(link->program_fd, STANDBY_OVER), 0);
	assert_int_equal(egress_attach((int)link->ifindex, link->standby_egress_fd), 0);
	assert_int_equal(bpf_link_update(link->fd, link->standby_fd, NULL), 0);
	gate_close(gate);
	gate = gate_open(bpffs, GATE_WRITE, messages);
	said = all_messages(messages);
	assert_string_equal(said, "portcullis: warning: generation 2 was not confirmed: "
				  "generation 1 is in force again\n");
	assert_int_equal(program_on("card1"), before);
	assert_true(gate_is_whole(gate));
	gate_close(gate);
	messages_free(messages);
}

/* Nothing can be put back where no card is left, but that it was undone is told, and once. */
static void tells_of_what_no_card_has(void **state)
{
	struct gate *gate;

	put_in_force("web", 0);
	put_in_force("voice", 60);
	gate = open_gate(GATE_READ);
	for (int i = 0; i < CARDS; i++)
		assert_int_equal(bpf_link_detach(gate_link(gate, cards[i])->fd), 0);
	gate_close(gate);
	undo_right();
	check_log("rolled-back 2 1 ");
	gate = open_gate(GATE_WRITE);
	assert_int_equal(gate->generation->number, 1);
	gate_close(gate);
	check_log("rolled-back 2 1 ");
}

/* A reader sees the same, and leaves it as it is. */
static void leaves_it_to_writers(void **state)
{
	struct gate *gate;
	__u32 waiting;

	put_in_force("web", 0);
	put_in_force("voice", 60);
	waiting = program_on("card0");
	gate = open_gate(GATE_READ);
	assert_int_equal(standby_set_deadline(gate_link(gate, "card0")->program_fd, STANDBY_OVER),
			 0);
	gate_close(gate);
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->number, 1);
	assert_int_equal(program_on("card0"), waiting);
	gate_close(gate);
	check_log("");
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(puts_back_who_stood_by),        test(takes_away_what_was_first),
		test(goes_on_where_another_stopped), test(tells_of_what_no_card_has),
		test(leaves_it_to_writers),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
