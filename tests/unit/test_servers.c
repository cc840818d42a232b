/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Servers table. */
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

#define SERVERS "| Server | Address | Profile | Mode |\n|---|---|---|---|\n"
#define MONITOR "| Setting | Value |\n|---|---|\n| Mode | monitor |\n\n"

static void reads_servers(void **state)
{
	struct reading_result result = read_right(
		PORTS,
		SERVERS "| fe01 | 10.0.0.1, 2001:db8::1<br/>10.1.0.0/16 | MORE + web | monitor |\n"
			"| fe02 | 10.0.0.2 | closed | |\n");
	const struct server *server = policy_server(result.policy, "FE01");
	char text[PREFIX_TEXT_SIZE];

	assert_int_equal(result.policy->servers->len, 2);
	assert_int_equal(server->place.line, 3);
	assert_string_equal(server->name, "fe01");
	assert_string_equal(server->profile, "web + more");
	assert_true(server->monitor);
	assert_int_equal(server->addresses->len, 3);
	assert_string_equal(
		prefix_format(&g_array_index(server->addresses, struct prefix, 2), text),
		"10.1.0.0/16");
	assert_false(policy_server(result.policy, "fe02")->monitor);
	assert_null(policy_server(result.policy, "fe03"));
	free_result(&result);
}

static void the_sites_mode_is_the_default(void **state)
{
	struct reading_result result = read_right(
		PORTS,
		SERVERS "| a | 10.0.0.1 | web | |\n| b | 10.0.0.2 | web | Enforce |\n\n" MONITOR);

	assert_true(policy_server(result.policy, "a")->monitor);
	assert_false(policy_server(result.policy, "b")->monitor);
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, SERVERS "| a | 10.0.0.1 | web | |\n| A | 10.0.0.2 | web | |\n",
		 "s.md:4: error: server 'A' is already defined at s.md:3, expected another name\n"},
		{PORTS, SERVERS "| a b | 10.0.0.1 | web | |\n",
		 "s.md:3: error: 'a b' cannot be the name of a server, expected letters, digits, "
		 "'.', '_' and '-', a letter or digit first\n"},
		{PORTS, SERVERS "| a | 10.0.0.1 | web | watch |\n",
		 "s.md:3: error: Mode is 'watch', expected enforce or monitor\n"},
		{PORTS, SERVERS "| a | 10.0.0.1 | more | |\n| b | 10.0.0.2 | more | |\n",
		 "s.md:3: error: 'more' is an add-on: write 'mail + more'\n"
		 "s.md:4: error: 'more' is an add-on: write 'mail + more'\n"},
		{PORTS, SERVERS "| a | 10.0.0.1 | wep | |\n",
		 "s.md:3: error: no profile 'wep', did you mean 'web'?\n"},
		{PORTS, SERVERS "| a | 10.0.0.1 | | |\n",
		 "s.md:3: error: a profile's name is missing, expected PROFILE or 'PROFILE + "
		 "PROFILE'\n"},
		{PORTS, SERVERS "| a | | web | |\n",
		 "s.md:3: error: the server has no address, expected one or more\n"},
		{PORTS, SERVERS "| a | 10.0.0.1/24 | web | |\n",
		 "s.md:3: error: '10.0.0.1/24' has bits set past its length, expected "
		 "'10.0.0.0/24'\n"},
		{PORTS, SERVERS "| a | fe01.example | web | |\n",
		 "s.md:3: error: 'fe01.example' is not an address, expected an IPv4 or IPv6 "
		 "address "
		 "or prefix\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void refuses_impossible_addresses(void **state)
{
	static const struct {
		const char *address, *kind;
	} cases[] = {
		{"0.0.0.0", "an unspecified"},
		{"0.1.2.3", "an unspecified"},
		{"127.0.0.1", "a loopback"},
		{"127.1.0.0/16", "a loopback"},
		{"224.0.0.1", "a multicast"},
		{"239.0.0.0/8", "a multicast"},
		{"255.255.255.255", "a broadcast"},
		{"::", "an unspecified"},
		{"::1", "a loopback"},
		{"ff02::1", "a multicast"},
		{"ff00::/8", "a multicast"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *site =
			g_strdup_printf(SERVERS "| a | %s | web | |\n", cases[i].address);
		g_autofree char *expected = g_strdup_printf(
			"s.md:3: error: '%s' is %s address, expected a server's own\n",
			cases[i].address, cases[i].kind);
		struct said_case one = {PORTS, site, expected};

		check_said(&one, 1);
	}
}

static void refuses_every_address(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, SERVERS "| a | 0.0.0.0/0 | web | |\n| b | ::/0 | web | |\n",
		 "s.md:3: error: '0.0.0.0/0' is every address, expected a server's own (the "
		 "setting "
		 "Unlisted is for all others, `up INTERFACE PROFILE` for a whole interface)\n"
		 "s.md:4: error: '::/0' is every address, expected a server's own (the setting "
		 "Unlisted is for all others, `up INTERFACE PROFILE` for a whole interface)\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_servers),
		cmocka_unit_test(the_sites_mode_is_the_default),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(refuses_impossible_addresses),
		cmocka_unit_test(refuses_every_address),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
