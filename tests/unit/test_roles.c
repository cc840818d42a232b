/* SPDX-License-Identifier: GPL-2.0-only */
/* Roles gathered from rows and found by name. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"

#define TABLES                                                                                     \
	"## In\n\n| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n"                \
	"| Relay: large | 444, 5000-5010 | TCP/UDP |\n\n## Out: side\n\n| Role | Port | Protocol " \
	"|\n"                                                                                      \
	"|---|---|---|\n| WEB | 8443 | TCP |\n| Mail | 25 | TCP |\n\n"

#define PROFILES TABLES "| Profile | Roles |\n|---|---|\n"

static void gathers_rows(void **state)
{
	struct reading_result result =
		read_right("# T\n\n| Role | Port | Protocol |\n|---|---|---|\n| B | 1 | TCP |\n"
			   "| A | 2 | TCP |\n| b | 3 | TCP |\n",
			   NULL);
	const struct role *role = result.policy->roles->pdata[0];

	assert_int_equal(result.policy->roles->len, 2);
	assert_string_equal(role->name, "B");
	assert_string_equal(role->title, "T");
	assert_int_equal(role->rows->len, 2);
	assert_ptr_equal(role->rows->pdata[1], result.policy->rows->pdata[2]);
	free_result(&result);
}

static void finds_roles(void **state)
{
	static const struct {
		const char *cell, *title, *name;
	} cases[] = {
		{"mail", "Out: side", "Mail"},
		{"Relay: large", "In", "Relay: large"},
		{"In: Relay: LARGE", "In", "Relay: large"},
		{"in:web", "In", "Web"},
		{"Out: side: Web", "Out: side", "WEB"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = g_strdup_printf(PROFILES "| p | %s |\n", cases[i].cell);
		struct reading_result result = read_right(text, NULL);
		const struct profile *profile = policy_profile(result.policy, "p");
		const struct role *role = profile->roles->pdata[0];

		assert_int_equal(profile->roles->len, 1);
		assert_string_equal(role->title, cases[i].title);
		assert_string_equal(role->name, cases[i].name);
		free_result(&result);
	}
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PROFILES "| p | Web |\n", NULL,
		 "d.md:17: error: role 'Web' stands under more than one title, expected 'In: Web' "
		 "or "
		 "'Out: side: WEB'\n"},
		{PROFILES "| p | Mails |\n", NULL,
		 "d.md:17: error: no role 'Mails', did you mean 'Mail'?\n"},
		{PROFILES "| p | Somewhere: Mail |\n", NULL,
		 "d.md:17: error: no role 'Somewhere: Mail', expected one of a table of ports\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gathers_rows),
		cmocka_unit_test(finds_roles),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
