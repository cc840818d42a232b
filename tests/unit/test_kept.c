/* SPDX-License-Identifier: GPL-2.0-only */
/* What is pinned for going back: found, read, passed over, and forgotten in time. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "kept.h"
#include "own_gate.h"

/* Enforces a profile on card0, to be confirmed in so many seconds (0: it need not be). */
static void put_in_force(const char *profile, unsigned int confirm)
{
	struct gate *gate = open_gate(GATE_WRITE);
	struct generation *next = compile_after(choose_profile(profile), gate->generation);
	struct messages *messages = messages_new();

	next->confirm = confirm;
	assert_true(gate_apply(gate, next, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	generation_free(next);
	gate_close(gate);
}

/* A map that no version of ours has made, pinned under a name in the gate's folder. */
static void pin_other(const char *name)
{
	g_autofree char *folder = gate_folder(), *path = g_strdup_printf("%s/%s", folder, name);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "other", 4, 8, 1, NULL);

	assert_true(map >= 0);
	assert_int_equal(bpf_obj_pin(map, path), 0);
	close(map);
}

/* "1 2 3": the generations that are kept. */
static void check_numbers(const char *expected)
{
	g_autofree char *folder = gate_folder();
	g_autoptr(GArray) numbers = kept_numbers(folder);
	g_autoptr(GString) text = g_string_new(NULL);

	for (guint i = 0; i < numbers->len; i++)
		g_string_append_printf(text, "%s%u", i ? " " : "",
				       g_array_index(numbers, unsigned int, i));
	assert_string_equal(text->str, expected);
}

static bool is_pinned(const char *name)
{
	g_autofree char *folder = gate_folder(), *path = g_strdup_printf("%s/%s", folder, name);

	return !access(path, F_OK);
}

static void keeps_three_to_go_back_to(void **state)
{
	static const char *const profiles[] = {"web", "voice", "narrow", "closed", "web"};

	for (size_t i = 0; i < G_N_ELEMENTS(profiles); i++)
		put_in_force(profiles[i], 0);
	check_numbers("1 2 3 4 5"); /* what the one before led back to goes with the next */
	put_in_force("voice", 0);
	check_numbers("2 3 4 5 6");
	assert_false(is_pinned("standby-6"));
}

/* Names that only look like ours are none of ours. */
static void knows_its_names(void **state)
{
	put_in_force("web", 0);
	pin_other("catalog-007x");
	pin_other("catalog-");
	pin_other("catalogs-7");
	pin_other("catalog-99999999999");
	check_numbers("1");
	put_in_force("voice", 0);
	check_numbers("1 2");
	assert_true(is_pinned("catalogs-7"));
}

static void reads_what_is_kept(void **state)
{
	g_autofree char *folder = gate_folder(), *said = NULL;
	struct messages *messages = messages_new();
	struct generation *kept;

	put_in_force("web", 0);
	put_in_force("voice", 0);
	kept = kept_read(folder, 1, messages);
	assert_int_equal(kept->number, 1);
	assert_string_equal(choice_interface(kept->choice, "card0")->profile, "web");
	generation_free(kept);
	assert_null(kept_read(folder, 7, messages));
	pin_other("catalog-8");
	assert_null(kept_read(folder, 8, messages));
	said = all_messages(messages);
	said = (char *)g_strdelimit(said, "\n", ' ');
	assert_non_null(strstr(said, "/catalog-7: error: cannot read the catalog"));
	assert_non_null(strstr(said, "/catalog-8: error: is no catalog of this version"));
	messages_free(messages);
}

static void passes_over_another_versions(void **state)
{
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();
	struct generation *newest;
	unsigned int foreign = 7;

	put_in_force("web", 0);
	put_in_force("voice", 0);
	assert_true(kept_newest(folder, 2, &newest, &foreign, messages));
	assert_null(newest);
	assert_int_equal(foreign, 0);
	pin_other("catalog-8");
	pin_other("catalog-9");
	assert_true(kept_newest(folder, 1, &newest, &foreign, messages));
	assert_int_equal(newest->number, 2);
	assert_int_equal(foreign, 9);
	generation_free(newest);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	messages = messages_new();
	gate_close(gate_open(bpffs, GATE_READ, messages));
	assert_int_equal(messages->warnings, 1);
	assert_int_equal(messages->errors, 0);
	messages_free(messages);
}

/* Whoever stands by is kept as long as the change waits. */
static void keeps_who_stands_by(void **state)
{
	struct gate *gate;

	put_in_force("web", 0);
	put_in_force("voice", 60);
	assert_true(is_pinned("standby-2"));
	assert_true(is_pinned("standby_egress-2"));
	gate_close(open_gate(GATE_WRITE));
	assert_true(is_pinned("standby-2"));
	put_in_force("narrow", 60);
	assert_false(is_pinned("standby-2"));
	assert_true(is_pinned("standby-3"));
	put_in_force("narrow", 0);
	assert_false(is_pinned("standby-3"));
	gate = open_gate(GATE_READ);
	assert_int_equal(gate->generation->previous[0], 1);
	gate_close(gate);
}

/* What a change that was cut short has pinned goes when the next writer comes. */
static void clears_away_what_stands_by_for_nothing(void **state)
{
	put_in_force("web", 0);
	pin_other("standby-2");
	pin_other("standby_egress-2");
	gate_close(open_gate(GATE_READ));
	assert_true(is_pinned("standby-2"));
	gate_close(open_gate(GATE_WRITE));
	assert_false(is_pinned("standby-2"));
	assert_false(is_pinned("standby_egress-2"));
}

/* An interface on which what is fallen back to is no longer, and what is next is to be. */
static void tells_what_is_lacking(void **state)
{
	struct choice *two = choose_profile("web"), *other = choice_new();
	g_autofree char *none = NULL, *lacks = NULL, *not_next = NULL;
	struct gate *gate;

	choice_set_interface(two, "card1", "web", ATTACH_AUTO);
	choice_set_interface(other, "card0", "web", ATTACH_AUTO);
	apply_right(choice_copy(two));
	gate = open_gate(GATE_READ);
	none = kept_lacks(gate, two);
	assert_null(none);
	assert_int_equal(bpf_link_detach(gate_link(gate, "card1")->fd), 0);
	gate_close(gate);
	gate = open_gate(GATE_READ);
	lacks = kept_lacks(gate, two);
	assert_string_equal(lacks, "card1");
	not_next = kept_lacks(gate, other);
	assert_null(not_next);
	gate_close(gate);
	choice_free(two);
	choice_free(other);
}

static void forgets_all(void **state)
{
	g_autofree char *folder = gate_folder();
	struct messages *messages = messages_new();

	put_in_force("web", 0);
	put_in_force("voice", 60);
	assert_true(kept_forget(folder, messages));
	check_numbers("");
	assert_false(is_pinned("standby-2"));
	assert_true(is_pinned("control-1"));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

#define test(name) cmocka_unit_test_teardown(name, take_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(keeps_three_to_go_back_to), test(knows_its_names),
		test(reads_what_is_kept),        test(passes_over_another_versions),
		test(keeps_who_stands_by),       test(clears_away_what_stands_by_for_nothing),
		test(tells_what_is_lacking),     test(forgets_all),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
