/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and prefixes that more than one server has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"

#define PORTS                                                                                     \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n| Mail | 25 | TCP |\n\n" \
	"| Profile | Roles | Add-on |\n|---|---|---|\n| web | Web | |\n| mail | Mail | |\n"       \
	"| more | Mail | yes |\n"
#define SERVER "| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.0.1 | web |\n\n"

#define SERVERS "| Server | Address | Profile |\n|---|---|---|\n"

static void says_what_overlaps(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, SERVERS "| a | 10.0.0.2, 10.0.0.1 | web |\n| b | 10.0.0.1 | web |\n",
		 "s.md:4: error: address 10.0.0.1 already belongs to 'a' at s.md:3, expected "
		 "another "
		 "address\n"},
		{PORTS, SERVERS "| a | 10.0.0.1, 10.0.0.1 | web |\n",
		 "s.md:3: error: address 10.0.0.1 already belongs to 'a' at s.md:3, expected "
		 "another "
		 "address\n"},
		{PORTS, SERVERS "| b | 2001:DB8:0::1 | web |\n| a | 2001:db8::1 | mail |\n",
		 "s.md:4: error: address 2001:db8::1 already belongs to 'b' at s.md:3, expected "
		 "another address\n"},
		{PORTS, SERVERS "| a | 10.0.0.0/8 | web |\n| b | 10.0.0.0/8 | mail |\n",
		 "s.md:4: error: address 10.0.0.0/8 already belongs to 'a' at s.md:3, expected "
		 "another address\n"},
		/* The nearest prefix counts; the same profile is no matter. */
		{PORTS,
		 SERVERS "| b | 10.1.0.0/16 | mail |\n| a | 10.0.0.0/8 | web |\n"
			 "| c | 10.1.1.0/24 | mail |\n| d | 10.2.0.0/16 | web |\n",
		 "s.md:3: warning: 10.1.0.0/16 of 'b' (mail) lies within 10.0.0.0/8 of 'a' (web), "
		 "the longer prefix wins\n"},
		{PORTS,
		 SERVERS "| a | 10.0.0.0/8 | web |\n| b | 10.0.0.1 | mail |\n"
			 "| c | 10.0.0.2 | web |\n",
		 "s.md:4: note: 10.0.0.1 of 'b' (mail) lies within 10.0.0.0/8 of 'a' (web), the "
		 "longer prefix wins\n"},
		{PORTS,
		 SERVERS "| a | 2001:db8::/32 | web |\n| b | 2001:db8::1, 2001:db8::3 | mail |\n"
			 "| c | 2001:db8::2 | closed |\n",
		 "s.md:4: note: 2001:db8::1 of 'b' (mail) lies within 2001:db8::/32 of 'a' (web), "
		 "the "
		 "longer prefix wins, as it does for 2 more\n"},
		{PORTS, SERVERS "| b | 10.0.0.0/16 | mail |\n| a | 10.0.0.0/8 | web |\n",
		 "s.md:3: warning: 10.0.0.0/16 of 'b' (mail) lies within 10.0.0.0/8 of 'a' (web), "
		 "the longer prefix wins\n"},
		/* Not of one family; next to each other. */
		{PORTS,
		 SERVERS "| a | 32.1.0.0/16 | web |\n| b | 2001:db8::1 | mail |\n"
			 "| c | 32.2.0.0 | mail |\n",
		 ""},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void is_not_quadratic(void **state)
{
	g_autoptr(GString) site = g_string_new(SERVERS "| all | 10.0.0.0/8 | web |\n");
	gint64 start;
	struct reading_result result;

	for (unsigned int i = 0; i < 100000; i++)
		g_string_append_printf(site, "| s%u | 10.%u.%u.%u | mail |\n", i, i >> 16,
				       i >> 8 & 255, i & 255);
	start = g_get_monotonic_time();
	result = read_texts(PORTS, site->str);
	print_message("100,000 servers are read in %u ms\n",
		      (unsigned int)((g_get_monotonic_time() - start) / 1000));
	assert_int_equal(result.policy->servers->len, 100001);
	assert_int_equal(result.messages->list->len, 1);
	/* With sanitizers, on a busy machine: pairs would take hours. */
	assert_true(g_get_monotonic_time() - start < 60 * G_TIME_SPAN_SECOND);
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_overlaps),
		cmocka_unit_test(is_not_quadratic),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
