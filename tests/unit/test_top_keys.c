/* SPDX-License-Identifier: GPL-2.0-only */
/* What the keys do. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_keys.h"

/* Whether the program goes on after all of them. */
static bool type(struct top_state *state, const char *keys)
{
	bool stays = true;

	for (; *keys; keys = g_utf8_next_char(keys))
		stays &= top_key(state, g_utf8_get_char(keys));
	return stays;
}

static void quits(void **state)
{
	struct top_state *top = top_state_new();

	assert_true(type(top, "Qx?"));
	assert_false(type(top, "q"));
	/* Not when it is part of a filter. */
	assert_true(type(top, "/sql quay"));
	top_state_free(top);
	top_state_free(NULL);
}

static void changes_views(void **state)
{
	struct top_state *top = top_state_new();

	assert_int_equal(top->view, TOP_SERVICES);
	type(top, "3");
	assert_int_equal(top->view, TOP_REASONS);
	type(top, "\t");
	assert_int_equal(top->view, TOP_PORTS);
	type(top, "\t");
	assert_int_equal(top->view, TOP_SERVICES);
	type(top, "2");
	assert_int_equal(top->view, TOP_SERVERS);
	type(top, "0");
	type(top, "5");
	assert_int_equal(top->view, TOP_SERVERS);
	top_state_free(top);
}

static void changes_orders(void **state)
{
	static const struct {
		const char *keys;
		enum top_order order;
		bool backwards;
	} cases[] = {
		{"", TOP_BY_PACKETS, false},     {"s", TOP_BY_BITS, false},
		{"ss", TOP_BY_DROPS, false},     {"sss", TOP_BY_NAME, false},
		{"ssss", TOP_BY_PACKETS, false}, {"n", TOP_BY_NAME, false},
		{"nr", TOP_BY_NAME, true},       {"nrr", TOP_BY_NAME, false},
		{"rd", TOP_BY_DROPS, false},     {"b", TOP_BY_BITS, false},
		{"bp", TOP_BY_PACKETS, false},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct top_state *top = top_state_new();

		type(top, cases[i].keys);
		assert_int_equal(top->order, cases[i].order);
		assert_int_equal(top->backwards, cases[i].backwards);
		top_state_free(top);
	}
}

static void types_filters(void **state)
{
	struct top_state *top = top_state_new();

	type(top, "/pq 12ö");
	assert_true(top->typing);
	assert_string_equal(top->filter[TOP_SERVICES]->str, "pq 12ö");
	assert_int_equal(top->order, TOP_BY_PACKETS);
	top_key(top, TOP_KEY_BACKSPACE);
	top_key(top, TOP_KEY_BACKSPACE);
	assert_string_equal(top->filter[TOP_SERVICES]->str, "pq 1");
	/* What is no character does not get in. */
	top_key(top, TOP_KEY_UP);
	top_key(top, 1);
	top_key(top, 0);
	top_key(top, TOP_KEY_ENTER);
	assert_false(top->typing);
	assert_string_equal(top->filter[TOP_SERVICES]->str, "pq 1");
	/* Each view has its own. */
	type(top, "2/fe");
	top_key(top, TOP_KEY_ENTER);
	assert_string_equal(top->filter[TOP_SERVERS]->str, "fe");
	type(top, "1");
	assert_string_equal(top->filter[TOP_SERVICES]->str, "pq 1");
	/* More of it can be typed; escape ends it, while typing and later. */
	type(top, "/2");
	assert_string_equal(top->filter[TOP_SERVICES]->str, "pq 12");
	top_key(top, TOP_KEY_ESCAPE);
	assert_false(top->typing);
	assert_string_equal(top->filter[TOP_SERVICES]->str, "");
	top_key(top, TOP_KEY_BACKSPACE);
	type(top, "2");
	top_key(top, TOP_KEY_ESCAPE);
	assert_string_equal(top->filter[TOP_SERVERS]->str, "");
	type(top, "/");
	top_key(top, TOP_KEY_BACKSPACE);
	assert_true(top->typing);
	top_state_free(top);
}

static void pauses_and_helps(void **state)
{
	struct top_state *top = top_state_new();

	type(top, " ");
	assert_true(top->paused);
	type(top, " ");
	assert_false(top->paused);
	type(top, "?");
	assert_true(top->help);
	type(top, "?");
	assert_false(top->help);
	/* Any key ends it; escape nothing else. */
	type(top, "/x");
	top_key(top, TOP_KEY_ENTER);
	type(top, "?");
	top_key(top, TOP_KEY_ESCAPE);
	assert_false(top->help);
	assert_string_equal(top->filter[TOP_SERVICES]->str, "x");
	top_state_free(top);
}

static void moves(void **state)
{
	struct top_state *top = top_state_new();

	top->page = 10;
	top_key(top, TOP_KEY_UP);
	assert_int_equal(top->first, 0);
	type(top, "jj");
	top_key(top, TOP_KEY_DOWN);
	assert_int_equal(top->first, 3);
	type(top, "k");
	assert_int_equal(top->first, 2);
	top_key(top, TOP_KEY_PAGE_DOWN);
	assert_int_equal(top->first, 12);
	top_key(top, TOP_KEY_PAGE_UP);
	top_key(top, TOP_KEY_PAGE_UP);
	assert_int_equal(top->first, 0);
	/* The end is where top_lines() says; two keys before it is drawn are no harm. */
	top_key(top, TOP_KEY_END);
	top_key(top, TOP_KEY_PAGE_DOWN);
	assert_true(top->first >= G_MAXUINT - 10);
	top_key(top, TOP_KEY_HOME);
	assert_int_equal(top->first, 0);
	/* Another view, order or filter is seen from its beginning. */
	top->first = 5;
	type(top, "2");
	assert_int_equal(top->first, 0);
	top->first = 5;
	type(top, "b");
	assert_int_equal(top->first, 0);
	top->first = 5;
	type(top, "/x");
	assert_int_equal(top->first, 0);
	top_state_free(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(quits),
		cmocka_unit_test(changes_views),
		cmocka_unit_test(changes_orders),
		cmocka_unit_test(types_filters),
		cmocka_unit_test(pauses_and_helps),
		cmocka_unit_test(moves),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
