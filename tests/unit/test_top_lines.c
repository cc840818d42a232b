/* SPDX-License-Identifier: GPL-2.0-only */
/* The full screen as a whole, at several sizes. What its parts are about: test_top_head.c,
 * test_top_table.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_data.h"
#include "top_lines.h"

static struct totals *some_totals(void)
{
	struct totals *totals = totals_new();

	set_slot(totals, 1, 24690, 3000000);
	set_slot(totals, 2, 10, 1000);
	totals->reasons.enforced[REASON_PUBLISHED] = (struct count){24700, 3001000};
	totals->reasons.enforced[REASON_NOT_PUBLISHED] = (struct count){240, 9600};
	set_dropped(totals, TRANSPORT_TCP, 22, 200);
	set_dropped(totals, TRANSPORT_UDP, 5010, 40);
	return totals;
}

static void check_screen(struct top_state *state, int width, int height, bool utf8,
			 const char *expected)
{
	const struct top_shape shape = {width, height, utf8};
	struct generation *generation = compile(choose_profile("voice"));
	struct rates *rates = rates_of(some_totals());
	const struct top_data data = {generation, rates, NULL};
	g_autofree char *text = NULL;

	generation->number = 3;
	text = screen_text(state, &data, &shape);
	assert_string_equal(text, expected);
	rates_free(rates);
	generation_free(generation);
}

static void fills_a_terminal(void **state)
{
	struct top_state *top = top_state_new();

	check_screen(
		top, 80, 24, true,
		"card0: voice                                                        generation 3\n"
		"           PACKETS/S  BITS/S  PACKETS   BYTES                            HISTORY\n"
		"passed           12k     12M      25k    3.0M                                  █\n"
		"dropped          120     38k      240    9.6k                                  █\n"
		"\n"
		" 1 Services  2 Servers  3 Reasons  4 Ports\n"
		"SERVICE (ROLE)     PORTS          ▼PACKETS/S BITS/S DROPS/S              HISTORY\n"
		"signalling (Voice) tcp/5061              12k    12M       0                    █\n"
		"audio (Voice)      udp/5000-5999           5   4.0k      20                    █\n"
		"\n\n\n\n\n\n\n\n\n\n\n\n\n\n"
		"q quit  Tab view  / filter  s sort  r reverse  Space pause  ? help\n");
	top_state_free(top);
}

static void fits_a_small_one(void **state)
{
	struct top_state *top = top_state_new();

	check_screen(top, 40, 10, false,
		     "card0: voice                generation 3\n"
		     "passed 12k/s 12Mbit/s, dropped 120/s\n"
		     " 1 Services  2  3  4\n"
		     "SERVICE (ROLE)vPACKETS/S BITS/S DROPS/S\n"
		     "signalling (V~       12k    12M       0\n"
		     "audio (Voice)          5   4.0k      20\n"
		     "\n\n\n"
		     "q quit  Tab view  / filter  s sort\n");
	top_state_free(top);
}

static void uses_a_large_one(void **state)
{
	const struct top_shape shape = {200, 60, true};
	struct generation *generation = compile(choose_profile("voice"));
	struct rates *rates = rates_of(some_totals());
	const struct top_data data = {generation, rates, NULL};
	struct top_state *top = top_state_new();
	g_autofree char *text = screen_text(top, &data, &shape);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	assert_int_equal(g_strv_length(lines), 61); /* and nothing behind the last */
	assert_true(g_str_has_prefix(lines[6], "SERVICE (ROLE)     PORTS          ▼PACKETS/S "
					       "BITS/S DROPS/S  PACKETS "));
	assert_true(g_str_has_prefix(lines[7], "signalling (Voice) tcp/5061              12k    "
					       "12M       0      25k "));
	assert_true(g_str_has_suffix(lines[7], "█"));
	rates_free(rates);
	generation_free(generation);
	top_state_free(top);
}

/* Whatever the size and what is shown: no line too wide, none too many. */
static void fits_any(void **state)
{
	struct generation *generation = compile(choose_profile("voice"));
	struct rates *rates = rates_of(some_totals());
	const struct top_data data = {generation, rates, "TROUBLE"};

	generation->choice->monitor = true;
	for (int width = 1; width < 140; width += width < 20 ? 1 : 7) {
		for (int height = 1; height < 30; height++) {
			const struct top_shape shape = {width, height, true};
			struct top_state *top = top_state_new();

			for (top->view = 0; top->view < TOP_VIEWS; top->view++) {
				g_free(screen_text(top, &data, &shape));
				top->help = !top->help;
				top->paused = !top->paused;
				g_free(screen_text(top, &data, &shape));
				top->typing = !top->typing;
				g_string_assign(top->filter[top->view], "long enough");
				g_free(screen_text(top, &data, &shape));
			}
			top_state_free(top);
		}
	}
	rates_free(rates);
	generation_free(generation);
}

static void shows_keys(void **state)
{
	struct top_state *top = top_state_new();

	top->help = true;
	check_screen(top, 60, 12, false,
		     "card0: voice                                    generation 3\n"
		     "passed 12k/s 12Mbit/s, dropped 120/s\n"
		     " 1 Services  2 Servers  3 Reasons  4 Ports\n"
		     "q        leave (as does ^C)\n"
		     "1 2 3 4  services, servers, reasons, dropped ports\n"
		     "Tab      the next of them\n"
		     "/        show only what holds a text; Enter keeps it, Esc d~\n"
		     "s        by packets, bits, drops or name\n"
		     "p b d n  by just that\n"
		     "r        the order of the rows\n"
		     "Space    stand still; again: go on\n"
		     "q quit  Tab view  / filter  s sort  r reverse  Space pause\n");
	top_state_free(top);
}

static void prompts(void **state)
{
	struct top_state *top = top_state_new();

	top->typing = true;
	g_string_assign(top->filter[TOP_SERVICES], "aud");
	check_screen(top, 40, 8, false,
		     "card0: voice                generation 3\n"
		     "passed 12k/s 12Mbit/s, dropped 120/s\n"
		     " 1 Services  2  3  4   filter: aud\n"
		     "SERVICE (ROLE)vPACKETS/S BITS/S DROPS/S\n"
		     "audio (Voice)          5   4.0k      20\n"
		     "\n\n"
		     "filter: aud_\n");
	/* Of what is too long, the end. */
	g_string_assign(top->filter[TOP_SERVICES], "audio and more");
	check_screen(top, 20, 4, false,
		     "card0:~ generation 3\n"
		     "passed 12k/s 12Mbit~\n"
		     " 1 Services  2  3 ~~\n"
		     "filter: io and more_\n");
	top_state_free(top);
}

/* The last row can be reached, and one does not get beyond. */
static void scrolls(void **state)
{
	struct top_state *top = top_state_new();
	static const char head[] = "card0: voice                generation 3\n"
				   "passed 12k/s 12Mbit/s, dropped 120/s\n"
				   " 1 Services  2  3  4\n"
				   "SERVICE (ROLE)vPACKETS/S BITS/S DROPS/S\n";
	g_autofree char *first = g_strconcat(head, "signalling (V~       12k    12M       0\n",
					     "q quit  Tab view  / filter  s sort\n", NULL);
	g_autofree char *last = g_strconcat(head, "audio (Voice)          5   4.0k      20\n",
					    "q quit  Tab view  / filter  s sort\n", NULL);

	check_screen(top, 40, 6, false, first);
	assert_int_equal(top->page, 1);
	top_key(top, TOP_KEY_DOWN);
	check_screen(top, 40, 6, false, last);
	top_key(top, TOP_KEY_DOWN);
	top_key(top, TOP_KEY_END);
	check_screen(top, 40, 6, false, last);
	assert_int_equal(top->first, 1);
	top_key(top, TOP_KEY_UP);
	check_screen(top, 40, 6, false, first);
	top_state_free(top);
}

static void waits_for_a_gate(void **state)
{
	const struct top_shape shape = {40, 5, true};
	struct rates *rates = rates_new();
	const struct top_data data = {NULL, rates, "NOTHING IS ENFORCED: waiting"};
	struct top_state *top = top_state_new();
	g_autofree char *text = screen_text(top, &data, &shape);

	assert_string_equal(text, "NOTHING IS ENFORCED: waiting\n\n\n\n"
				  "q quit  Tab view  / filter  s sort\n");
	rates_free(rates);
	top_state_free(top);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fills_a_terminal), cmocka_unit_test(fits_a_small_one),
		cmocka_unit_test(uses_a_large_one), cmocka_unit_test(fits_any),
		cmocka_unit_test(shows_keys),       cmocka_unit_test(prompts),
		cmocka_unit_test(scrolls),          cmocka_unit_test(waits_for_a_gate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
