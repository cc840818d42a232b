/* SPDX-License-Identifier: GPL-2.0-only */
/* Expressions that join profiles, in one form. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"
#include "profile.h"

#define TEXT                                                                                       \
	"## One\n\n| Role | Port | Protocol |\n|---|---|---|\n| Web | 1 | TCP |\n"                 \
	"| Web with mail | 2 | TCP |\n| Store | 3 | TCP |\n\n"                                     \
	"## Two\n\n| Role | Port | Protocol |\n|---|---|---|\n| Web with chat | 4 | TCP |\n"       \
	"| Web | 5 | TCP |\n\n"                                                                    \
	"| Profile | Roles | Add-on |\n|---|---|---|\n| store | Store | |\n| Web | One: Web | |\n" \
	"| web2 | Two: Web | |\n| mail | Web with mail | yes |\n| chat | Web with chat | yes |\n"

static void writes_one_form(void **state)
{
	static const struct {
		const char *expression, *canonical;
	} cases[] = {
		{"store", "store"},           {" WEB ", "Web"},
		{"web+store", "store + Web"}, {"mail + Store+mail", "store + mail"},
		{"Closed", "closed"},
	};
	struct reading_result result = read_right(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		char *error = NULL;
		g_autofree char *canonical =
			profile_canonical(result.policy, cases[i].expression, false, &error);

		assert_null(error);
		assert_string_equal(canonical, cases[i].canonical);
	}
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct {
		const char *expression, *error;
	} cases[] = {
		{"stor", "no profile 'stor', did you mean 'store'?"},
		{"zzzzzzzz", "no profile 'zzzzzzzz', expected one of a Profiles table"},
		{"", "a profile's name is missing, expected PROFILE or 'PROFILE + PROFILE'"},
		{"store +", "a profile's name is missing, expected PROFILE or 'PROFILE + PROFILE'"},
		{"mail", "'mail' is an add-on: write 'Web + mail'"},
		{"chat", "'chat' is an add-on: write 'web2 + chat'"},
		{"chat + mail", "'mail + chat' is an add-on: write 'Web + mail + chat'"},
		{"closed + store", "'closed' opens nothing, expected it alone"},
		{"mail + closed", "'closed' opens nothing, expected it alone"},
	};
	struct reading_result result = read_right(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *error = NULL;

		assert_null(profile_canonical(result.policy, cases[i].expression, false, &error));
		assert_string_equal(error, cases[i].error);
	}
	free_result(&result);
}

static void add_ons_can_be_shown_alone(void **state)
{
	struct reading_result result = read_right(TEXT, NULL);
	g_autofree char *canonical = profile_canonical(result.policy, "MAIL", true, NULL);

	assert_string_equal(canonical, "mail");
	free_result(&result);
}

static void an_add_on_may_be_all_there_is(void **state)
{
	struct reading_result result =
		read_right("| Role | Port | Protocol |\n|---|---|---|\n| A | 1 | TCP |\n\n"
			   "| Profile | Roles | Add-on |\n|---|---|---|\n| a | A | yes |\n",
			   NULL);
	g_autofree char *error = NULL;

	assert_null(profile_canonical(result.policy, "a", false, &error));
	assert_string_equal(error, "'a' is an add-on: write 'PROFILE + a'");
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_one_form),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(add_ons_can_be_shown_alone),
		cmocka_unit_test(an_add_on_may_be_all_there_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
