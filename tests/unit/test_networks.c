/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Networks table, and prefixes. */
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

#define NETWORKS SERVER "| Network | Prefixes |\n|---|---|\n"

static void reads_networks(void **state)
{
	struct reading_result result = read_right(
		PORTS, NETWORKS "| branches | 192.0.2.0/24, 2001:db8::/32<br/>198.51.100.1 |\n");
	const struct network *network = result.policy->networks->pdata[0];
	char text[PREFIX_TEXT_SIZE];

	assert_int_equal(result.policy->networks->len, 1);
	assert_string_equal(network->name, "branches");
	assert_int_equal(network->prefixes->len, 3);
	assert_string_equal(
		prefix_format(&g_array_index(network->prefixes, struct prefix, 1), text),
		"2001:db8::/32");
	assert_string_equal(
		prefix_format(&g_array_index(network->prefixes, struct prefix, 2), text),
		"198.51.100.1");
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, NETWORKS "| n | 10.0.0.0/8 |\n| N | 10.0.0.0/8 |\n",
		 "s.md:8: error: network 'N' is already defined at s.md:7, expected another "
		 "name\n"},
		{PORTS, NETWORKS "| n | |\n",
		 "s.md:7: error: the network has no prefix, expected one or more\n"},
		{PORTS, NETWORKS "| n | 10.0.0.1/8, 10.0.0.0/33, ::/129, lab |\n",
		 "s.md:7: error: '10.0.0.1/8' has bits set past its length, expected '10.0.0.0/8'\n"
		 "s.md:7: error: the length of '10.0.0.0/33' is out of range, expected 0-32\n"
		 "s.md:7: error: the length of '::/129' is out of range, expected 0-128\n"
		 "s.md:7: error: 'lab' is not an address, expected an IPv4 or IPv6 address or "
		 "prefix\n"},
		{PORTS, NETWORKS "| 10.0.0.1 | 10.0.0.0/8 |\n",
		 "s.md:7: error: network '10.0.0.1' is named like an address, expected another "
		 "name\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_networks),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
