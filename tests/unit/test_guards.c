/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Guards table, and two that contradict one another. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/types.h>

#include "guards.h"
#include "layout.h"
#include "policy_text.h"

#define PORTS                                                                                    \
	"| Role | Service | Port | Protocol |\n|---|---|---|---|\n| Web | Pages | 443 | TCP |\n" \
	"| Mail | Post, in and out | 25 | TCP |\n| Web | Pages | 443, 444-445 | UDP |\n"         \
	"| Mail | Voice | 5000-5099 | UDP |\n\n"                                                 \
	"| Profile | Roles | Add-on |\n|---|---|---|\n| web | Web | |\n| mail | Mail | |\n"
#define SERVERS                                                                      \
	"| Server | Address | Profile |\n|---|---|---|\n| fe01 | 10.0.0.1 | web |\n" \
	"| fe02 | 10.0.0.2 | mail |\n\n| Network | Prefixes |\n|---|---|\n"          \
	"| pool | 10.0.1.0/24, 2001:db8:1::/64 |\n\n"
#define GUARDS                                                               \
	"| Guard | Ports | Profile | Server | Sources | Limit | Payload |\n" \
	"|---|---|---|---|---|---|---|\n"

/* A site of one line in a Guards table: line 12. */
#define GUARD(cells) SERVERS GUARDS "| " cells " |\n"

static const struct guard_rule *only_guard(const struct reading_result *result)
{
	assert_int_equal(result->policy->guards->len, 1);
	return result->policy->guards->pdata[0];
}

static void reads_all_that_is_asked(void **state)
{
	struct reading_result result = read_right(
		PORTS, GUARD("media | udp/5000-5009, udp/7 | Mail | FE02 | "
			     "POOL, 192.0.2.1<br/>2001:db8:2::/48 | 10/s burst 20 | Media"));
	const struct guard_rule *guard = only_guard(&result);
	char text[PREFIX_TEXT_SIZE];

	assert_string_equal(guard->name, "media");
	assert_int_equal(guard->place.line, 12);
	assert_string_equal(guard->place.file, "s.md");
	assert_ptr_equal(guard->profile, policy_profile(result.policy, "mail"));
	assert_ptr_equal(guard->server, policy_server(result.policy, "fe02"));
	assert_int_equal(guard->ports->len, 2);
	assert_int_equal(g_array_index(guard->ports, struct port_range, 1).first, 7);
	assert_int_equal(guard->sources->len, 4);
	assert_string_equal(prefix_format(&g_array_index(guard->sources, struct prefix, 1), text),
			    "2001:db8:1::/64");
	assert_int_equal(guard->limit.interval, 100000000);
	assert_int_equal(guard->limit.burst, 20);
	assert_string_equal(guard->asks[GUARD_SOURCES], "POOL, 192.0.2.1 2001:db8:2::/48");
	assert_string_equal(guard->asks[GUARD_LIMIT], "10/s burst 20");
	assert_string_equal(guard->asks[GUARD_PAYLOAD], "Media");
	free_result(&result);
}

static void asks_what_is_written(void **state)
{
	struct reading_result result = read_right(PORTS, GUARD("g | tcp/443 | | | | 5/s |"));
	const struct guard_rule *guard = only_guard(&result);

	assert_null(guard->profile);
	assert_null(guard->server);
	assert_null(guard->asks[GUARD_SOURCES]);
	assert_null(guard->asks[GUARD_PAYLOAD]);
	assert_int_equal(guard->sources->len, 0);
	free_result(&result);
}

/* One column that asks is enough, wherever it stands, and Notes may stand beside it. */
static void reads_narrow_tables(void **state)
{
	struct reading_result result =
		read_right(PORTS, SERVERS "| Limit | Notes | Ports | Guard |\n|---|---|---|---|\n"
					  "| 5/s | why | tcp/443 | g |\n");

	assert_int_equal(only_guard(&result)->limit.burst, 5);
	free_result(&result);
}

static void check_ports(const char *cell, const char *expected)
{
	g_autofree char *site = g_strdup_printf(GUARD("g | %s | | | | 5/s |"), cell);
	struct reading_result result = read_right(PORTS, site);
	const GArray *ports = only_guard(&result)->ports;
	g_autoptr(GString) found = g_string_new(NULL);

	for (guint i = 0; i < ports->len; i++) {
		const struct port_range *range = &g_array_index(ports, struct port_range, i);

		for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
			g_autofree char *text =
				port_range_format(transport, range->first, range->last);

			if (range->transports & TRANSPORT_BIT(transport))
				g_string_append_printf(found, "%s ", text);
		}
	}
	assert_string_equal(found->str, expected);
	free_result(&result);
}

static void reads_ports_and_services(void **state)
{
	check_ports("tcp/5061, udp/49152-65535", "tcp/5061 udp/49152-65535 ");
	check_ports("tcp/1<br/>tcp/2, udp/3", "tcp/1 tcp/2 udp/3 ");
	/* all rows of the service, in any role */
	check_ports("PAGES", "tcp/443 udp/443 udp/444-445 ");
	check_ports("Pages, tcp/7", "tcp/443 udp/443 udp/444-445 tcp/7 ");
	/* a service may hold commas */
	check_ports("Post, in and out", "tcp/25 ");
	check_ports("voice<br/>post, in and out", "udp/5000-5099 tcp/25 ");
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, GUARD("a b | tcp/1 | | | pool | |"),
		 "s.md:12: error: 'a b' cannot be the name of a guard, expected letters, digits, "
		 "'.', '_' and '-', a letter or digit first\n"},
		{PORTS, GUARD("g | | | | pool | |"),
		 "s.md:12: error: the guard has no port, expected one or more\n"},
		{PORTS, GUARD("g | tcp/70000 | | | pool | |"),
		 "s.md:12: error: port '70000' is out of range, expected 1-65535\n"},
		{PORTS, GUARD("g | page | | | pool | |"),
		 "s.md:12: error: no service 'page', did you mean 'Pages'?\n"},
		{PORTS, GUARD("g | 443 | | | pool | |"),
		 "s.md:12: error: no service '443', expected ports such as tcp/5061 or the name of "
		 "a service\n"},
		{PORTS, GUARD("g | tcp/1 | wep | | pool | |"),
		 "s.md:12: error: no profile 'wep', did you mean 'web'?\n"},
		{PORTS, GUARD("g | tcp/1 | web + mail | | pool | |"),
		 "s.md:12: error: Profile is 'web + mail', expected one profile\n"},
		{PORTS, GUARD("g | tcp/1 | | fe03 | pool | |"),
		 "s.md:12: error: no server 'fe03', did you mean 'fe01' or 'fe02'?\n"},
		{PORTS, GUARD("g | tcp/1 | | elsewhere | pool | |"),
		 "s.md:12: error: no server 'elsewhere', expected one of the Servers table\n"},
		{PORTS, GUARD("g | tcp/1 | | | pol | |"),
		 "s.md:12: error: no network 'pol', did you mean 'pool'?\n"},
		{PORTS, GUARD("g | tcp/1 | | | elsewhere | |"),
		 "s.md:12: error: no network 'elsewhere', expected a prefix or a name of the "
		 "Networks table\n"},
		{PORTS, GUARD("g | tcp/1 | | | 10.0.0.1/8 | |"),
		 "s.md:12: error: '10.0.0.1/8' has bits set past its length, expected "
		 "'10.0.0.0/8'\n"},
		{PORTS, GUARD("g | tcp/1 | | | , | |"),
		 "s.md:12: error: Sources names no network, expected one or more\n"},
		{PORTS, GUARD("g | tcp/1 | | | | 5/day |"),
		 "s.md:12: error: no unit of time 'day' in '5/day', expected s, min or h\n"},
		{PORTS, GUARD("g | udp/1 | | | | | video"),
		 "s.md:12: error: Payload is 'video', expected media\n"},
		{PORTS, GUARD("g | udp/1, tcp/5-6 | | | | | media"),
		 "s.md:12: error: Payload is media, which tcp/5-6 does not carry, expected UDP "
		 "ports\n"},
		{PORTS, GUARD("g | pages | | | | | media"),
		 "s.md:12: error: Payload is media, which tcp/443 does not carry, expected UDP "
		 "ports\n"},
		{PORTS, GUARD("g | tcp/1 | | | | |"),
		 "s.md:12: error: guard 'g' asks nothing, expected Sources, Limit or Payload\n"},
		{PORTS, GUARD("g | tcp/1 | | | pool | |") "| G | tcp/2 | | | pool | | |\n",
		 "s.md:13: error: guard 'G' is already defined at s.md:12, expected another "
		 "name\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

#define TWO(one, other) SERVERS GUARDS "| a | " one " |\n| b | " other " |\n"
#define CLASH(kind)                                                                        \
	"s.md:13: error: " kind " of guard 'b' contradicts that of 'a' at s.md:12 on the " \
	"same port, expected one of them\n"

static void says_what_contradicts(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, TWO("tcp/1-9 | | | pool | |", "tcp/9-12 | | | 10.0.0.0/8 | |"),
		 CLASH("Sources")},
		{PORTS, TWO("tcp/443 | web | | | 5/s |", "pages | WEB | | | 6/s |"),
		 CLASH("Limit")},
		{PORTS, TWO("udp/1 | | fe01 | | | media", "udp/1 | | FE01 | | | media"),
		 CLASH("Payload")},
		{PORTS, TWO("tcp/1 | web | fe01 | pool | 5/s |", "tcp/1 | web | fe01 | | 5/s |"),
		 CLASH("Limit")},
		/* other ports, other transports, other kinds, other ranks, other servers */
		{PORTS, TWO("tcp/1-9 | | | pool | |", "tcp/10 | | | pool | |"), ""},
		{PORTS, TWO("tcp/1 | | | pool | |", "udp/1 | | | pool | |"), ""},
		{PORTS, TWO("tcp/1 | | | pool | |", "tcp/1 | | | | 5/s |"), ""},
		{PORTS, TWO("tcp/1 | | | pool | |", "tcp/1 | web | | pool | |"), ""},
		{PORTS, TWO("tcp/1 | web | | pool | |", "tcp/1 | | fe01 | pool | |"), ""},
		{PORTS, TWO("tcp/1 | | fe01 | pool | |", "tcp/1 | | fe02 | pool | |"), ""},
		/* whether they meet, only what is in force tells */
		{PORTS, TWO("tcp/1 | web | | pool | |", "tcp/1 | mail | | pool | |"), ""},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void ranks_guards(void **state)
{
	struct reading_result result = read_right(
		PORTS, GUARD("a | tcp/1 | | | pool | |") "| b | tcp/1 | web | | pool | | |\n"
							 "| c | tcp/1 | | fe01 | pool | | |\n| d | "
							 "tcp/2 | web | fe01 | pool | | |\n");
	static const unsigned int ranks[] = {0, 1, 2, 2};

	for (unsigned int i = 0; i < G_N_ELEMENTS(ranks); i++) {
		const struct guard_rule *guard = result.policy->guards->pdata[i];

		assert_int_equal(guard_rank(guard), ranks[i]);
		assert_int_equal(guard->order, i);
	}
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_all_that_is_asked),
		cmocka_unit_test(asks_what_is_written),
		cmocka_unit_test(reads_narrow_tables),
		cmocka_unit_test(reads_ports_and_services),
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(says_what_contradicts),
		cmocka_unit_test(ranks_guards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
