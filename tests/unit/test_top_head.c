/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of the full screen: what is enforced where, and how much passes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_data.h"
#include "top_lines.h"

static const struct top_shape narrow = {60, 10, true};

/* The head of a screen, and the looks of its second line. */
static char *head(const struct top_data *data, const struct top_shape *shape, unsigned int *looks)
{
	struct top_state *top = top_state_new();
	GPtrArray *lines = g_ptr_array_new();
	char *text;

	top_add_head(lines, top, data, shape);
	text = lines_text(lines, shape);
	if (lines->len > 1) {
		struct top_line *line = lines->pdata[1];

		*looks = g_array_index(line->spans, struct top_span, 0).looks;
	}
	for (guint i = 0; i < lines->len; i++) {
		g_array_unref(((struct top_line *)lines->pdata[i])->spans);
		g_free(lines->pdata[i]);
	}
	g_ptr_array_unref(lines);
	top_state_free(top);
	return text;
}

/* Its first two lines, where nothing was counted yet; and the looks of the second. */
static unsigned int check_head(struct choice *choice, const char *trouble, const char *expected)
{
	struct generation *generation = compile(choice);
	struct rates *rates = rates_new();
	const struct top_data data = {generation, rates, trouble};
	unsigned int looks = 0;
	g_autofree char *text = NULL;

	generation->number = 7;
	text = head(&data, &narrow, &looks);
	*strchr(strchr(text, '\n') + 1, '\n') = '\0';
	assert_string_equal(text, expected);
	rates_free(rates);
	generation_free(generation);
	return looks;
}

#define QUIET "passed -/s -bit/s, dropped -/s"

static void tells_interfaces(void **state)
{
	struct choice *two = choose_profile("web");

	choice_set_interface(two, "card1", "voice", ATTACH_AUTO);
	check_head(choose_profile("web"), NULL,
		   "card0: web                                      generation 7\n" QUIET);
	check_head(two, NULL,
		   "card0: web, card1: voice                        generation 7\n" QUIET);
}

#define SERVERS "| Server | Address | Profile | Mode |\n|---|---|---|---|\n"

static void tells_sites(void **state)
{
	check_head(choose_site(SERVERS "| a | 10.0.0.1 | web | |\n| b | 10.0.0.2 | web | |\n"),
		   NULL, "card0: 2 servers of site s.md                   generation 7\n" QUIET);
	check_head(choose_site(SERVERS "| a | 10.0.0.1 | web | |\n"), NULL,
		   "card0: 1 server of site s.md                    generation 7\n" QUIET);
}

#define LINE "card0: web                                      generation 7\n"

static void is_loud(void **state)
{
	struct choice *choice = choose_profile("web");

	choice->monitor = true;
	assert_int_equal(check_head(choice, NULL,
				    LINE
				    "MONITOR: packets are judged and counted, none is dropped"),
			 TOP_REVERSE | TOP_BOLD | TOP_YELLOW);
	assert_int_equal(check_head(choose_profile("web"), "CANNOT BE READ: why",
				    LINE "CANNOT BE READ: why"),
			 TOP_REVERSE | TOP_BOLD | TOP_RED);
	assert_int_equal(check_head(choose_profile("web"), NULL, LINE QUIET), 0);
	check_head(
		choose_site(SERVERS "| a | 10.0.0.1 | web | |\n| b | 10.0.0.2 | web | monitor |\n"),
		NULL,
		"card0: 2 servers of site s.md                   generation 7\n"
		"MONITOR: nothing is dropped for 1 of 2 servers");
	check_head(choose_site(SERVERS "| a | 10.0.0.1 | web | monitor |\n"), NULL,
		   "card0: 1 server of site s.md                    generation 7\n"
		   "MONITOR: packets are judged and counted, none is dropped");
}

/* All reasons of a verdict in one line; would-be drops only where there are some. */
static void sums(void **state)
{
	const struct top_shape wide = {70, 24, true};
	struct generation *generation = compile(choose_profile("web"));
	struct totals *totals = totals_new();
	struct rates *rates;
	struct top_data data = {generation, NULL, NULL};
	unsigned int looks;
	g_autofree char *text = NULL, *brief = NULL;

	totals->reasons.enforced[REASON_PUBLISHED] = (struct count){10, 1000};
	totals->reasons.enforced[REASON_ICMP] = (struct count){4, 400};
	totals->reasons.enforced[REASON_MALFORMED] = (struct count){6, 60};
	totals->reasons.enforced[REASON_PROTOCOL] = (struct count){2, 20};
	totals->reasons.monitored[REASON_NOT_PUBLISHED] = (struct count){8, 80};
	data.rates = rates = rates_of(totals);
	generation->number = 7;
	text = head(&data, &wide, &looks);
	assert_string_equal(
		text, "card0: web                                                generation 7\n"
		      "           PACKETS/S  BITS/S  PACKETS   BYTES                  HISTORY\n"
		      "passed             7    5.6k       14    1.4k                        █\n"
		      "dropped            4     320        8      80                        █\n"
		      "would drop         4     320        8      80                        █\n"
		      "\n"
		      " 1 Services  2 Servers  3 Reasons  4 Ports\n");
	brief = head(&data, &narrow, &looks);
	assert_string_equal(brief, LINE "passed 7/s 5.6kbit/s, dropped 4/s, would drop 4/s\n"
					" 1 Services  2 Servers  3 Reasons  4 Ports\n");
	rates_free(rates);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_interfaces),
		cmocka_unit_test(tells_sites),
		cmocka_unit_test(is_loud),
		cmocka_unit_test(sums),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
