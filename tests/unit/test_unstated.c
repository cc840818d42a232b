/* SPDX-License-Identifier: GPL-2.0-only */
/* Empty protocol cells: what the rest of the document gives the same port. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"

#define HEADER "| Role | Port | Protocol |\n|---|---|---|\n"

static void takes_what_others_say(void **state)
{
	struct reading_result result = read_texts(
		HEADER "| A | 443 | |\n| B | 443, 80 | HTTPS |\n| C | 443 | TCP |\n", NULL);
	g_autofree char *said = all_messages(result.messages);
	const struct row *row = result.policy->rows->pdata[0];

	assert_string_equal(
		said,
		"d.md:3: warning: the protocol of port 443 is empty, taken as TCP as in line 4\n");
	assert_int_equal(g_array_index(row->ranges, struct port_range, 0).transports,
			 TRANSPORT_BIT(TRANSPORT_TCP));
	free_result(&result);
}

static void says_where_it_cannot(void **state)
{
	static const struct said_case cases[] = {
		{HEADER "| A | 443 | |\n", NULL,
		 "d.md:3: error: the protocol of port 443 is empty, expected TCP or UDP\n"},
		{HEADER "| A | 443 | |\n| B | 443 | |\n", NULL,
		 "d.md:3: error: the protocol of port 443 is empty, expected TCP or UDP\n"
		 "d.md:4: error: the protocol of port 443 is empty, expected TCP or UDP\n"},
		{HEADER "| A | 443 | TCP |\n| B | 443 | TCP/UDP |\n| C | 443 | |\n", NULL,
		 "d.md:5: error: the protocol of port 443 is empty and other rows differ (TCP in "
		 "line 3, TCP and UDP in line 4), expected TCP or UDP\n"},
		/* A range about a port says nothing of the port's own protocol. */
		{HEADER "| A | 400-500 | TCP |\n| B | 443 | |\n", NULL,
		 "d.md:4: error: the protocol of port 443 is empty, expected TCP or UDP\n"},
		{HEADER "| A | 400-500 | UDP |\n| B | 400-500, 9/TCP | |\n", NULL,
		 "d.md:4: warning: the protocol of port 400-500 is empty, taken as UDP as in line "
		 "3\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void other_documents_say_nothing(void **state)
{
	static const struct said_case cases[] = {
		{HEADER "| A | 443 | TCP |\n",
		 HEADER "| B | 443 | |\n\n| Server | Address | Profile |\n|---|---|---|\n"
			"| a | 10.0.0.1 | closed |\n",
		 "s.md:3: error: the protocol of port 443 is empty, expected TCP or UDP\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_what_others_say),
		cmocka_unit_test(says_where_it_cannot),
		cmocka_unit_test(other_documents_say_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
