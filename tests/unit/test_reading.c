/* SPDX-License-Identifier: GPL-2.0-only */
/* Names claimed once for each kind of thing, and cells kept as one line of text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"

#define PORTS                                                     \
	"| Role | Port | Protocol | Notes |\n|---|---|---|---|\n" \
	"| Web | 443 | TCP | One<br/>  two |\n\n| Profile | Roles |\n|---|---|\n| web | Web |\n\n"
#define SERVERS "| Server | Address | Profile |\n|---|---|---|\n"

/* A server, a profile and a network may share a name. */
static void each_kind_has_its_own_names(void **state)
{
	struct reading_result result =
		read_right(PORTS, SERVERS "| web | 10.0.0.1 | web |\n\n| Network | Prefixes |\n"
					  "|---|---|\n| web | 10.0.0.0/8 |\n");

	assert_non_null(policy_server(result.policy, "web"));
	assert_non_null(policy_profile(result.policy, "web"));
	assert_int_equal(result.policy->networks->len, 1);
	free_result(&result);
}

/* The first has a name, whichever table or file it stands in. */
static void names_are_taken_across_tables(void **state)
{
	static const struct said_case cases[] = {
		{PORTS "| Profile | Roles |\n|---|---|\n| WEB | Web |\n", NULL,
		 "d.md:11: error: profile 'WEB' is already defined at d.md:7, expected another "
		 "name\n"},
		{PORTS,
		 SERVERS
		 "| a | 10.0.0.1 | web |\n\n| Profile | Roles |\n|---|---|\n| Web | Web |\n",
		 "s.md:7: error: profile 'Web' is already defined at d.md:7, expected another "
		 "name\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void texts_outlive_their_sources(void **state)
{
	struct reading_result result = read_right(PORTS, NULL);
	const struct row *row = result.policy->rows->pdata[0];

	assert_string_equal(row->place.file, "d.md");
	assert_string_equal(row->notes, "One two");
	assert_string_equal(row->service, "");
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_kind_has_its_own_names),
		cmocka_unit_test(names_are_taken_across_tables),
		cmocka_unit_test(texts_outlive_their_sources),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
