/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Profiles table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "layout.h"
#include "policy_text.h"

#define TABLES                                                                                     \
	"## In\n\n| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n"                \
	"| Relay: large | 444, 5000-5010 | TCP/UDP |\n\n## Out: side\n\n| Role | Port | Protocol " \
	"|\n"                                                                                      \
	"|---|---|---|\n| WEB | 8443 | TCP |\n| Mail | 25 | TCP |\n\n"

#define PROFILES TABLES "| Profile | Roles | Add-on | Except | Notes |\n|---|---|---|---|---|\n"

static void reads_a_profile(void **state)
{
	struct reading_result result = read_right(
		PROFILES
		"| all | Mail, In: Web,mail | no | tcp/443, tcp/25 | Mind *it* |\n"
		"| add | In: Web<br/>Relay: large | Yes | tcp/5001 and udp/5000-5010 | |\n",
		NULL);
	const struct profile *profile = policy_profile(result.policy, "ALL");
	const struct exception *exception;

	assert_int_equal(result.policy->profiles->len, 3);
	assert_int_equal(profile->place.line, 17);
	assert_string_equal(profile->name, "all");
	assert_string_equal(profile->notes, "Mind it");
	assert_int_equal(profile->roles->len, 2);
	assert_false(profile->add_on);
	assert_int_equal(profile->except->len, 2);
	exception = &g_array_index(profile->except, struct exception, 1);
	assert_int_equal(exception->first, 25);
	assert_int_equal(exception->last, 25);
	assert_int_equal(exception->transports, TRANSPORT_BIT(TRANSPORT_TCP));
	profile = policy_profile(result.policy, "add");
	assert_int_equal(profile->roles->len, 2);
	assert_true(profile->add_on);
	free_result(&result);
}

static void closed_is_built_in(void **state)
{
	struct reading_result result = read_right(TABLES, NULL);
	const struct profile *profile = policy_profile(result.policy, "Closed");

	assert_ptr_equal(profile, result.policy->profiles->pdata[0]);
	assert_string_equal(profile->name, "closed");
	assert_int_equal(profile->roles->len, 0);
	assert_null(policy_profile(result.policy, "none"));
	free_result(&result);
}

static void profiles_may_stand_above_their_roles(void **state)
{
	struct reading_result result =
		read_right("| Profile | Roles |\n|---|---|\n| p | Mail |\n\n" TABLES, NULL);

	assert_int_equal(policy_profile(result.policy, "p")->roles->len, 1);
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PROFILES "| Closed | Mail | | | |\n", NULL,
		 "d.md:17: error: profile 'closed' is built in, expected another name\n"},
		{PROFILES "| p | Mail | | | |\n| P | Mail | | | |\n", NULL,
		 "d.md:18: error: profile 'P' is already defined at d.md:17, expected another "
		 "name\n"},
		{PROFILES "| a b | Mail | | | |\n| | Mail | | | |\n", NULL,
		 "d.md:17: error: 'a b' cannot be the name of a profile, expected letters, digits, "
		 "'.', '_' and '-', a letter or digit first\n"
		 "d.md:18: error: '' cannot be the name of a profile, expected letters, digits, "
		 "'.', '_' and '-', a letter or digit first\n"},
		{PROFILES "| p | Mail | maybe | | |\n", NULL,
		 "d.md:17: error: Add-on is 'maybe', expected yes, no or nothing\n"},
		{PROFILES "| p | , | | | |\n", NULL,
		 "d.md:17: error: the profile has no role, expected one or more\n"},
		{PROFILES "| p | Mail | | 25 | |\n", NULL,
		 "d.md:17: error: port '25' has no protocol, expected 'tcp/25' or 'udp/25'\n"},
		{PROFILES "| p | Mail | | tcp/20-30, udp/25, tcp/26, tcp/24 | |\n", NULL,
		 "d.md:17: warning: Except names udp/25, which no role of the profile opens\n"
		 "d.md:17: warning: Except names tcp/26, which no role of the profile opens\n"
		 "d.md:17: warning: Except names tcp/24, which no role of the profile opens\n"},
		{TABLES "| Profile | Roles | Rules |\n|---|---|---|\n| p | Mail | |\n", NULL,
		 "d.md:15: error: no column 'Rules' in a Profiles table, did you mean 'Roles'?\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_a_profile),
		cmocka_unit_test(closed_is_built_in),
		cmocka_unit_test(profiles_may_stand_above_their_roles),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
