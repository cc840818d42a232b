/* SPDX-License-Identifier: GPL-2.0-only */
/* The tables of the full screen: columns that fit, figures, marks and looks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_data.h"
#include "top_lines.h"

#define SITE                                                         \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web | |\n| fe02 | 10.0.1.12 | narrow + extra | monitor |\n"

#define UNCOUNTED SITE "\n| Setting | Value |\n|---|---|\n| Port counters | off |\n"

static struct totals *some_totals(void)
{
	struct totals *totals = totals_new();

	set_server(totals, SERVER_FIRST, (struct server_count){{2000, 250000}, {4, 200}});
	totals->reasons.enforced[REASON_PUBLISHED] = (struct count){2000, 250000};
	totals->reasons.enforced[REASON_NOT_PUBLISHED] = (struct count){4, 200};
	totals->reasons.monitored[REASON_FRAGMENT_DISCOVERY] = (struct count){1, 100};
	set_dropped(totals, TRANSPORT_TCP, 22, 4);
	set_dropped(totals, TRANSPORT_TCP, 8005, 2); /* in a row of web, and in no other */
	set_dropped(totals, TRANSPORT_TCP, 8001, 6); /* in those of web and of narrow */
	return totals;
}

/* The table alone: what is below the views, and above the keys. */
static void check_table_of(const char *site, struct top_state *state, struct totals *totals,
			   int width, const char *expected)
{
	const struct top_shape shape = {width, 30, true};
	struct generation *generation = compile(choose_site(site));
	struct rates *rates = totals ? rates_of(totals) : rates_new();
	const struct top_data data = {generation, rates, NULL};
	g_autoptr(GPtrArray) rows = top_rows(&data, state->view);
	g_autoptr(GPtrArray) sorted = top_rows_sort(rows, state);
	g_autoptr(GPtrArray) lines = top_lines(state, &data, sorted, &shape);
	g_autoptr(GPtrArray) table = g_ptr_array_new();
	g_autofree char *text = NULL;

	for (guint i = lines->len - state->page - 2; i < lines->len - 1; i++)
		if (((struct top_line *)lines->pdata[i])->spans->len)
			g_ptr_array_add(table, lines->pdata[i]);
	text = lines_text(table, &shape);
	assert_string_equal(text, expected);
	rates_free(rates);
	generation_free(generation);
}

static void check_table(struct top_state *state, struct totals *totals, int width,
			const char *expected)
{
	check_table_of(SITE, state, totals, width, expected);
}

static void shows_servers(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_SERVERS;
	check_table(
		top, some_totals(), 80,
		"SERVER         PROFILE        MODE   ▼PACKETS/S BITS/S DROPS/S           HISTORY\n"
		"fe01           web            enforce      1.0k   1.0M       2                 █\n"
		"fe02           narrow + extra monitor         0      0       0                 "
		"▁\n");
	/* What is less important goes first. */
	check_table(top, some_totals(), 62,
		    "SERVER         MODE   ▼PACKETS/S BITS/S DROPS/S        HISTORY\n"
		    "fe01           enforce      1.0k   1.0M       2              █\n"
		    "fe02           monitor         0      0       0              ▁\n");
	check_table(top, some_totals(), 44,
		    "SERVER        ▼PACKETS/S BITS/S DROPS/S\n"
		    "fe01                1.0k   1.0M       2\n"
		    "fe02                   0      0       0\n");
	top_state_free(top);
}

static void shows_reasons(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_REASONS;
	check_table(top, some_totals(), 110,
		    "REASON             VERDICT   ▼PACKETS/S BITS/S PACKETS    HISTORY MEANING\n"
		    "published          pass            1.0k   1.0M    2.0k          █ a row of "
		    "the document opens the port\n"
		    "not-published      drop               2    800       4          █ no row of "
		    "the profile opens the port\n"
		    "fragment-discovery would-drop       0.5    400       1          █ neighbour "
		    "or router discovery in fragments…\n");
	check_table(top, some_totals(), 50,
		    "REASON             VERDICT   ▼PACKETS/S BITS/S\n"
		    "published          pass            1.0k   1.0M\n"
		    "not-published      drop               2    800\n"
		    "fragment-discovery would-drop       0.5    400\n");
	top_state_free(top);
}

static void shows_ports(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_PORTS;
	check_table(top, some_totals(), 60,
		    "DROPPED AT  ▼PACKETS/S PACKETS                       HISTORY\n"
		    "tcp/8001             3       6                             █\n"
		    "tcp/22               2       4                             █\n"
		    "tcp/8005             1       2                             █\n");
	/* Those counted before are still there. */
	check_table_of(UNCOUNTED, top, some_totals(), 60,
		       "DROPPED AT  ▼PACKETS/S PACKETS                       HISTORY\n"
		       "tcp/8001             3       6                             █\n"
		       "tcp/22               2       4                             █\n"
		       "tcp/8005             1       2                             █\n"
		       "the site's Port counters is off\n");
	top_state_free(top);
}

static void shows_services(void **state)
{
	struct top_state *top = top_state_new();

	top->order = TOP_BY_DROPS;
	check_table(top, some_totals(), 72,
		    "SERVICE (ROLE)  PORTS               PACKETS/S BITS/S▼DROPS/S     HISTORY\n"
		    "pages (Web)     tcp/443, tcp/8000-…         0      0       4           ▁\n"
		    "console (Extra) tcp/8443                    0      0       0           ▁\n");
	top_state_free(top);
}

/* Drops at a port that another row has, too. */
static void marks_shared_drops(void **state)
{
	const struct top_shape shape = {40, 30, true};
	struct generation *generation = compile(choose_site(SITE));
	struct rates *rates = rates_of(some_totals());
	const struct top_data data = {generation, rates, NULL};
	struct top_state *top = top_state_new();
	g_autoptr(GPtrArray) rows = top_rows(&data, TOP_SERVICES);
	g_autoptr(GPtrArray) lines = NULL;
	g_autofree char *text = NULL;

	((struct top_row *)rows->pdata[0])->drops_shared = true;
	lines = top_lines(top, &data, rows, &shape);
	text = lines_text(lines, &shape);
	assert_non_null(strstr(text, "\npages (Web)            0      0       4*\n"));
	assert_non_null(strstr(text, "\nconsole (Extr…         0      0       0\n"));
	rates_free(rates);
	generation_free(generation);
	top_state_free(top);
}

static void marks_the_order(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_SERVERS;
	top->order = TOP_BY_NAME;
	check_table(top, some_totals(), 44,
		    "SERVER▲        PACKETS/S BITS/S DROPS/S\n"
		    "fe01                1.0k   1.0M       2\n"
		    "fe02                   0      0       0\n");
	top->order = TOP_BY_BITS;
	top->backwards = true;
	check_table(top, some_totals(), 44,
		    "SERVER         PACKETS/S▲BITS/S DROPS/S\n"
		    "fe02                   0      0       0\n"
		    "fe01                1.0k   1.0M       2\n");
	top_state_free(top);
}

static void has_no_rates_at_first(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_SERVERS;
	check_table(top, NULL, 44,
		    "SERVER        ▼PACKETS/S BITS/S DROPS/S\n"
		    "fe01                   -      -       -\n"
		    "fe02                   -      -       -\n");
	top_state_free(top);
}

static void says_why_nothing_is_there(void **state)
{
	struct top_state *top = top_state_new();

	top->view = TOP_PORTS;
	check_table(top, totals_new(), 40,
		    "DROPPED AT  ▼PACKETS/S PACKETS\n"
		    "nothing was dropped at any port\n");
	check_table_of(UNCOUNTED, top, totals_new(), 40,
		       "DROPPED AT  ▼PACKETS/S PACKETS\n"
		       "the site's Port counters is off\n");
	top->view = TOP_SERVERS;
	g_string_assign(top->filter[TOP_SERVERS], "nobody");
	check_table(top, totals_new(), 44,
		    "SERVER        ▼PACKETS/S BITS/S DROPS/S\n"
		    "nothing here holds 'nobody'\n");
	top_state_free(top);
}

/* The looks of a row's cells. */
static void check_looks(enum top_view view, guint row, const char *expected)
{
	const struct top_shape shape = {80, 30, true};
	struct generation *generation = compile(choose_site(SITE));
	struct rates *rates = rates_of(some_totals());
	const struct top_data data = {generation, rates, NULL};
	struct top_state *top = top_state_new();
	g_autoptr(GPtrArray) rows = top_rows(&data, view);
	GPtrArray *lines = g_ptr_array_new();
	GString *text = g_string_new(NULL);

	top->view = view;
	top->page = 10;
	top_add_table(lines, top, &data, rows, &shape);
	for (guint i = 0; i < lines->len; i++) {
		struct top_line *line = lines->pdata[i];

		for (guint j = 0; i == row + 1 && j < line->spans->len; j += 2)
			g_string_append_printf(
				text, "%u ", g_array_index(line->spans, struct top_span, j).looks);
		g_array_unref(line->spans);
		g_free(line);
	}
	g_ptr_array_unref(lines);
	assert_string_equal(text->str, expected);
	g_string_free(text, TRUE);
	rates_free(rates);
	generation_free(generation);
	top_state_free(top);
}

static void looks_as_it_matters(void **state)
{
	assert_int_equal(TOP_RED | TOP_BOLD, 9);
	assert_int_equal(TOP_YELLOW | TOP_BOLD, 17);
	check_looks(TOP_SERVERS, 0, "0 0 0 0 0 9 32 ");
	check_looks(TOP_SERVERS, 1, "4 4 17 4 4 4 4 ");
	check_looks(TOP_REASONS, 0, "0 0 0 0 0 32 ");
	check_looks(TOP_REASONS, 1, "0 9 0 0 0 32 ");
	check_looks(TOP_REASONS, 2, "0 17 0 0 0 32 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_servers),
		cmocka_unit_test(shows_reasons),
		cmocka_unit_test(shows_ports),
		cmocka_unit_test(shows_services),
		cmocka_unit_test(marks_shared_drops),
		cmocka_unit_test(marks_the_order),
		cmocka_unit_test(has_no_rates_at_first),
		cmocka_unit_test(says_why_nothing_is_there),
		cmocka_unit_test(looks_as_it_matters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
