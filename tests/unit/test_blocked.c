/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Blocked table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "policy_text.h"

#define PORTS                                                              \
	"| Role | Port | Protocol |\n|---|---|---|\n| Web | 443 | TCP |\n" \
	"\n| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define SITE                                                                        \
	"| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.0.1 | web |\n\n" \
	"| Setting | Value |\n|---|---|\n| Management | 10.9.0.0/16, tcp/22 |\n\n"
#define BLOCKED SITE "| Blocked | Reason |\n|---|---|\n"

static void reads_rows(void **state)
{
	struct reading_result result = read_right(
		PORTS, BLOCKED "| 192.0.2.0/24 | Scans *all* day |\n| 2001:db8::7 | |\n");
	const struct blocked_row *first = result.policy->blocked->pdata[0];
	const struct blocked_row *second = result.policy->blocked->pdata[1];
	char text[PREFIX_TEXT_SIZE];

	assert_int_equal(result.policy->blocked->len, 2);
	assert_string_equal(prefix_format(&first->prefix, text), "192.0.2.0/24");
	assert_string_equal(first->reason, "Scans all day");
	assert_string_equal(first->place.file, "s.md");
	assert_int_equal(first->place.line, 11);
	assert_string_equal(prefix_format(&second->prefix, text), "2001:db8::7");
	assert_string_equal(second->reason, "");
	free_result(&result);
}

static void needs_no_reasons(void **state)
{
	struct reading_result result =
		read_right(PORTS, SITE "| Blocked |\n|---|\n| 192.0.2.0/24 |\n");
	const struct blocked_row *row = result.policy->blocked->pdata[0];

	assert_string_equal(row->reason, "");
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, BLOCKED "| scanners | |\n",
		 "s.md:11: error: 'scanners' is not an address, expected an IPv4 or IPv6 address "
		 "or prefix\n"},
		{PORTS, BLOCKED "| 192.0.2.7/24 | |\n",
		 "s.md:11: error: '192.0.2.7/24' has bits set past its length, expected "
		 "'192.0.2.0/24'\n"},
		{PORTS, BLOCKED "| 192.0.2.0/24 | a |\n| 192.0.2.0/24 | b |\n| 192.0.2.0/25 | |\n",
		 "s.md:12: error: '192.0.2.0/24' is blocked already at s.md:11, expected once\n"},
		{PORTS, BLOCKED "| ::/0 | |\n",
		 "s.md:11: error: '::/0' is everybody, expected a longer prefix\n"},
		{PORTS,
		 BLOCKED "| 128.0.0.0/7 | |\n| 2001::/18 | |\n| 128.0.0.0/8 | |\n"
			 "| 2001::/19 | |\n",
		 "s.md:11: error: '128.0.0.0/7' is shorter than /8, expected a longer prefix, or "
		 "--force with 'portcullis block'\n"
		 "s.md:12: error: '2001::/18' is shorter than /19, expected a longer prefix, or "
		 "--force with 'portcullis block'\n"},
		{PORTS, BLOCKED "| 10.0.0.0/24 | |\n| 10.9.7.7 | |\n",
		 "s.md:11: error: '10.0.0.0/24' holds 10.0.0.1 of the server 'a', expected a "
		 "prefix "
		 "without it\n"
		 "s.md:12: error: '10.9.7.7' is a part of 10.9.0.0/16 which Management lets in, "
		 "expected a prefix outside it, or --force with 'portcullis block'\n"},
		/* The tables may stand in any order. */
		{PORTS,
		 "| Blocked |\n|---|\n| 10.0.0.1 |\n\n| Server | Address | Profile |\n"
		 "|---|---|---|\n| a | 10.0.0.1 | web |\n",
		 "s.md:3: error: '10.0.0.1' holds 10.0.0.1 of the server 'a', expected a prefix "
		 "without it\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows),
		cmocka_unit_test(needs_no_reasons),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
