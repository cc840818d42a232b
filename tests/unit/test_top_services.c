/* SPDX-License-Identifier: GPL-2.0-only */
/* Segments gathered by the services that share them: each counted once, in one row. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_data.h"

/* tcp/443 is shared by two services, and stands in both profiles. */
#define SHARING                                                                               \
	"| Role | Service | Port | Protocol |\n|---|---|---|---|\n"                           \
	"| Web | Acme Server pages | 443, 8000-8009 | TCP |\n"                                \
	"| Web | Acme Server updates | 443 | TCP |\n| Web | Acme Server pages | 80 | TCP |\n" \
	"| Mail | | 25 | TCP |\n| Mail | other | 8005 | TCP |\n\n"                            \
	"| Profile | Roles |\n|---|---|\n| web | Web |\n| both | Web, Mail |\n"

static char *rows_text(const struct top_data *data)
{
	g_autoptr(GPtrArray) rows = top_rows(data, TOP_SERVICES);
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < rows->len; i++) {
		const struct top_row *row = rows->pdata[i];

		g_string_append_printf(text, "%s: %s: %g/s %gbit/s, %g%s dropped/s, %d\n",
				       row->name, row->about, row->packets, row->bits, row->drops,
				       row->drops_shared ? "*" : "", (int)row->total);
	}
	return g_string_free(text, FALSE);
}

static void check_rows(const struct generation *generation, struct totals *totals,
		       const char *expected)
{
	struct rates *rates = rates_of(totals);
	const struct top_data data = {generation, rates, NULL};
	g_autofree char *text = rows_text(&data);

	assert_string_equal(text, expected);
	rates_free(rates);
}

static struct choice *choose_both(void)
{
	struct choice *choice = choose(SHARING, NULL);

	choice_set_interface(choice, "card0", "both", ATTACH_AUTO);
	choice_set_interface(choice, "card1", "web", ATTACH_AUTO);
	return choice;
}

/* Adds to each slot whose name begins so. */
static void count_slots(const struct generation *generation, struct totals *totals,
			const char *prefix, __u64 packets)
{
	const GPtrArray *names = generation->slots->segments;

	for (guint i = 0; i < names->len; i++)
		if (g_str_has_prefix(names->pdata[i], prefix))
			set_slot(totals, i + 1, packets, packets * 100);
}

static void gathers(void **state)
{
	struct generation *generation = compile(choose_both());
	struct totals *totals = totals_new();

	count_slots(generation, totals, "tcp/443 ", 10); /* of both profiles: 20 in all */
	count_slots(generation, totals, "tcp/80 both", 4);
	count_slots(generation, totals, "tcp/8000-8009 web", 6);
	set_dropped(totals, TRANSPORT_TCP, 443, 8);
	set_dropped(totals, TRANSPORT_TCP, 25, 2);
	set_dropped(totals, TRANSPORT_UDP, 443, 1000);
	/* 8005 is in a row alone as well as with others, by profile: both rows say so. */
	set_dropped(totals, TRANSPORT_TCP, 8005, 6);
	/* 8001 is in two segments of one row. */
	set_dropped(totals, TRANSPORT_TCP, 8001, 4);
	check_rows(generation, totals,
		   "Mail: tcp/25: 0/s 0bit/s, 1 dropped/s, 0\n"
		   "…pages (Web): tcp/80, tcp/8000-8004, tcp/8006-8009, tcp/8000-8009: 5/s "
		   "4000bit/s, 5* dropped/s, 10\n"
		   "2 share: …pages (Web), …updates (Web): tcp/443: 10/s 8000bit/s, 4 dropped/s, "
		   "20\n"
		   "2 share: …pages (Web), other (Mail): tcp/8005: 0/s 0bit/s, 3* dropped/s, 0\n");
	generation_free(generation);
}

/* What is retired stays while it counted something; what never did is not shown. */
static void tells_retired(void **state)
{
	struct generation *first = compile(choose_profile("voice"));
	struct generation *second;
	struct totals *totals = totals_new();

	slots_segment(first->slots, "gone", TRANSPORT_UDP, 1, 2);
	second = compile_after(choose_profile("extra + web"), first);
	count_slots(second, totals, "udp/", 2);
	check_rows(second, totals,
		   "retired: audio (Voice): udp/5000-5999: 1/s 800bit/s, 0 dropped/s, 2\n"
		   "retired: (no longer in the documents): udp/1-2: 1/s 800bit/s, 0 dropped/s, 2\n"
		   "pages (Web): tcp/443, tcp/8000-8009, udp/443: 1/s 800bit/s, 0 dropped/s, 2\n"
		   "console (Extra): tcp/8443: 0/s 0bit/s, 0 dropped/s, 0\n");
	generation_free(first);
	generation_free(second);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers),
		cmocka_unit_test(tells_retired),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
