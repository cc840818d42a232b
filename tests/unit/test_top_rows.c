/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of servers, reasons and dropped ports; their order, and filters. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_data.h"

#define SITE                                                         \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n" \
	"| fe01 | 10.0.1.11, 2001:db8::11 | web | |\n| fe02 | 10.0.1.12 | voice | monitor |\n"

/* Names, what they are about, packets and drops per second, and the looks. */
static char *rows_text(const GPtrArray *rows)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		const struct top_row *row = rows->pdata[i];

		g_string_append_printf(text, "%s %s %s %g %g %d%s%s%s\n", row->name,
				       row->about ? row->about : "-", row->mode ? row->mode : "-",
				       row->packets, row->drops, (int)row->total,
				       row->alarm ? " alarm" : "", row->warn ? " warn" : "",
				       row->idle ? " idle" : "");
	}
	return g_string_free(text, FALSE);
}

static void check_rows(const struct generation *generation, struct totals *totals,
		       enum top_view view, const char *expected)
{
	struct rates *rates = rates_of(totals);
	const struct top_data data = {generation, rates, NULL};
	g_autoptr(GPtrArray) rows = top_rows(&data, view);
	g_autofree char *text = rows_text(rows);

	assert_string_equal(text, expected);
	rates_free(rates);
}

static void shows_servers(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	struct totals *totals = totals_new();

	slots_server(generation->slots, "old");
	slots_server(generation->slots, "silent");
	set_server(totals, SERVER_FIRST, (struct server_count){{10, 100}, {4, 200}});
	set_server(totals, SERVER_FIRST + 2, (struct server_count){{2, 2}, {}});
	check_rows(generation, totals, TOP_SERVERS,
		   "fe01 web enforce 5 2 10 alarm\n"
		   "fe02 voice monitor 0 0 0 warn\n"
		   "old (no longer listed) - 1 0 2 idle\n");
	generation->choice->monitor = true;
	choice_set_swap(generation->choice, "fe01", "voice");
	check_rows(generation, totals_new(), TOP_SERVERS,
		   "fe01 voice monitor 0 0 0 warn\nfe02 voice monitor 0 0 0 warn\n");
	generation_free(generation);
	generation = compile(choose_profile("web"));
	check_rows(generation, totals_new(), TOP_SERVERS, "");
	generation_free(generation);
	check_rows(NULL, totals_new(), TOP_SERVERS, "");
}

static void shows_reasons(void **state)
{
	struct generation *generation = compile(choose_profile("web"));
	struct totals *totals = totals_new();

	totals->reasons.enforced[REASON_PUBLISHED] = (struct count){10, 100};
	totals->reasons.enforced[REASON_NOT_PUBLISHED] = (struct count){6, 60};
	totals->reasons.monitored[REASON_NOT_PUBLISHED] = (struct count){4, 40};
	check_rows(generation, totals, TOP_REASONS,
		   "published pass - 5 -1 10\n"
		   "not-published drop - 3 -1 6 alarm\n"
		   "not-published would-drop - 2 -1 4 warn\n");
	generation_free(generation);
}

static void shows_ports(void **state)
{
	struct generation *generation = compile(choose_profile("web"));
	struct totals *totals = totals_new();

	set_dropped(totals, TRANSPORT_TCP, 22, 6);
	set_dropped(totals, TRANSPORT_UDP, 0, 2);
	set_dropped(totals, TRANSPORT_UDP, 65535, 4);
	check_rows(generation, totals, TOP_PORTS,
		   "tcp/22 - - 3 -1 6\nudp/0 - - 1 -1 2\nudp/65535 - - 2 -1 4\n");
	generation_free(generation);
}

/* --- order --- */

static struct top_row row(const char *name, double packets, double bits, double drops, __u64 total)
{
	return (struct top_row){.name = (char *)name,
				.sought = (char *)name,
				.packets = packets,
				.bits = bits,
				.drops = drops,
				.total = total};
}

static void check_order(const struct top_state *state, const char *expected)
{
	struct top_row some[] = {row("Beta", 1, 30, 0, 1), row("alpha", 3, 20, 0, 1),
				 row("gamma", 2, 10, 5, 1), row("delta", 0, 0, 0, 9),
				 row("eta", 0, 0, 0, 1)};
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	g_autoptr(GPtrArray) sorted = NULL;
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < G_N_ELEMENTS(some); i++)
		g_ptr_array_add(rows, &some[i]);
	sorted = top_rows_sort(rows, state);
	for (guint i = 0; i < sorted->len; i++)
		g_string_append_printf(names, "%s ", ((struct top_row *)sorted->pdata[i])->name);
	assert_string_equal(names->str, expected);
	g_string_free(names, TRUE);
}

static void sorts(void **state)
{
	struct top_state *top = top_state_new();

	check_order(top, "alpha gamma Beta delta eta ");
	top->backwards = true;
	check_order(top, "eta delta Beta gamma alpha ");
	top->backwards = false;
	top->order = TOP_BY_BITS;
	check_order(top, "Beta alpha gamma delta eta ");
	top->order = TOP_BY_DROPS;
	check_order(top, "gamma delta Beta alpha eta ");
	top->order = TOP_BY_NAME;
	check_order(top, "Beta alpha delta eta gamma ");
	top_state_free(top);
}

/* Numbers in names as numbers: tcp/22 stands before tcp/443. */
static void sorts_numbers(void **state)
{
	struct top_row some[] = {row("tcp/443", 0, 0, 0, 1), row("tcp/22", 0, 0, 0, 1),
				 row("tcp/5061", 0, 0, 0, 1)};
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	g_autoptr(GPtrArray) sorted = NULL;
	struct top_state *top = top_state_new();

	for (guint i = 0; i < G_N_ELEMENTS(some); i++)
		g_ptr_array_add(rows, &some[i]);
	sorted = top_rows_sort(rows, top);
	assert_ptr_equal(sorted->pdata[0], &some[1]);
	assert_ptr_equal(sorted->pdata[1], &some[0]);
	assert_ptr_equal(sorted->pdata[2], &some[2]);
	top_state_free(top);
}

static void filters(void **state)
{
	struct top_state *top = top_state_new();

	g_string_assign(top->filter[TOP_SERVICES], "ETA");
	check_order(top, "Beta eta ");
	g_string_assign(top->filter[TOP_SERVICES], "nobody");
	check_order(top, "");
	top->view = TOP_SERVERS;
	check_order(top, "alpha gamma Beta delta eta ");
	top_state_free(top);
}

/* What a filter is looked for in. */
static void check_found(const struct generation *generation, enum top_view view, const char *filter,
			guint expected)
{
	struct totals *totals = totals_new();
	struct rates *rates;
	struct top_data data = {generation, NULL, NULL};
	struct top_state *top = top_state_new();
	g_autoptr(GPtrArray) rows = NULL, sorted = NULL;

	set_dropped(totals, TRANSPORT_TCP, 5061, 2);
	totals->reasons.enforced[REASON_ICMP].packets = 2;
	data.rates = rates = rates_of(totals);
	top->view = view;
	g_string_assign(top->filter[view], filter);
	rows = top_rows(&data, view);
	sorted = top_rows_sort(rows, top);
	assert_int_equal(sorted->len, expected);
	rates_free(rates);
	top_state_free(top);
}

static void finds(void **state)
{
	struct generation *generation = compile(choose_site(SITE));

	check_found(generation, TOP_SERVERS, "fe0", 2);
	check_found(generation, TOP_SERVERS, "2001:db8::11", 1);
	check_found(generation, TOP_SERVERS, "voice", 1);
	check_found(generation, TOP_SERVERS, "monitor", 1);
	check_found(generation, TOP_SERVICES, "SIGNAL", 1);
	check_found(generation, TOP_SERVICES, "(web)", 1);
	check_found(generation, TOP_SERVICES, "tcp/443", 1);
	check_found(generation, TOP_SERVICES, "fe01", 0);
	check_found(generation, TOP_REASONS, "rfc 4890", 1);
	check_found(generation, TOP_PORTS, "5061", 1);
	check_found(generation, TOP_PORTS, "22", 0);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_servers), cmocka_unit_test(shows_reasons),
		cmocka_unit_test(shows_ports),   cmocka_unit_test(sorts),
		cmocka_unit_test(sorts_numbers), cmocka_unit_test(filters),
		cmocka_unit_test(finds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
