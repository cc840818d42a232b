/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines of the Settings table. */
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

#define SETTINGS SERVER "| Setting | Value |\n|---|---|\n"

static void has_defaults(void **state)
{
	struct reading_result result = read_right(PORTS, SERVER);
	const struct settings *settings = &result.policy->settings;

	assert_int_equal(settings->interfaces->len, 0);
	assert_int_equal(settings->documents->len, 0);
	assert_false(settings->monitor);
	assert_false(settings->unlisted_drop);
	assert_false(settings->non_ip_drop);
	assert_int_equal(settings->attach, ATTACH_AUTO);
	assert_int_equal(settings->management.prefixes->len, 0);
	assert_int_equal(settings->management.ports->len, 0);
	assert_int_equal(settings->protocols[0], 0);
	assert_false(settings->replies_off);
	assert_false(settings->port_counters_off);
	assert_int_equal(settings->inside->len, 0);
	free_result(&result);
}

static void reads_all(void **state)
{
	struct reading_result result = read_right(
		PORTS,
		SETTINGS "| INTERFACE | eth0, eth1<br/>bond0.7 |\n| Documents | a.md, b/c d.md |\n"
			 "| Mode | Monitor |\n| Unlisted | drop |\n| Non-IP | drop |\n"
			 "| Attach | generic |\n| Management | 10.0.9.0/24, tcp/22 |\n"
			 "| Protocols | esp |\n| Replies | off |\n| Inside | eth1 |\n"
			 "| Port counters | off |\n");
	const struct settings *settings = &result.policy->settings;

	assert_int_equal(settings->interfaces->len, 3);
	assert_string_equal(settings->interfaces->pdata[0], "eth0");
	assert_string_equal(settings->interfaces->pdata[2], "bond0.7");
	assert_int_equal(settings->documents->len, 2);
	assert_string_equal(settings->documents->pdata[1], "b/c d.md");
	assert_true(settings->monitor);
	assert_true(settings->unlisted_drop);
	assert_true(settings->non_ip_drop);
	assert_int_equal(settings->attach, ATTACH_GENERIC);
	assert_int_equal(settings->management.prefixes->len, 1);
	assert_int_equal(settings->management.ports->len, 1);
	assert_int_equal(settings->protocols[0], UINT64_C(1) << 50);
	assert_true(settings->replies_off);
	assert_true(settings->port_counters_off);
	assert_int_equal(settings->inside->len, 1);
	assert_string_equal(settings->inside->pdata[0], "eth1");
	free_result(&result);
}

/* Whether it is said at all is told: else what was in force last says it. */
static void reads_what_boot_does(void **state)
{
	static const struct {
		const char *row;
		enum boot boot;
	} cases[] = {
		{"", BOOT_UNSAID},
		{"| Boot | open |\n", BOOT_OPEN},
		{"| boot | Closed |\n", BOOT_CLOSED},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *site =
			g_strconcat(SETTINGS "| Mode | enforce |\n", cases[i].row, NULL);
		struct reading_result result = read_right(PORTS, site);

		assert_int_equal(result.policy->settings.boot, cases[i].boot);
		free_result(&result);
	}
}

static void networks_may_stand_below_their_use(void **state)
{
	struct reading_result result = read_right(
		PORTS, SETTINGS "| Management | admins, tcp/22 |\n\n"
				"| Network | Prefixes |\n|---|---|\n| admins | 10.0.9.0/24 |\n");

	assert_int_equal(result.policy->settings.management.prefixes->len, 1);
	free_result(&result);
}

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		{PORTS, SETTINGS "| Mode | enforce |\n| MODE | monitor |\n",
		 "s.md:8: error: setting 'MODE' is already defined at s.md:7, expected another "
		 "name\n"},
		{PORTS, SETTINGS "| Moude | enforce |\n",
		 "s.md:7: error: no setting 'Moude', did you mean 'Mode'?\n"},
		{PORTS, SETTINGS "| Colour | blue |\n",
		 "s.md:7: error: no setting 'Colour', expected Interface, Documents, Mode, "
		 "Unlisted, "
		 "Non-IP, Attach, Management, Protocols, Replies, Inside, Port counters or Boot\n"},
		{PORTS, SETTINGS "| Mode | |\n| | |\n",
		 "s.md:7: error: Mode is empty, expected a value\n"
		 "s.md:8: error: no setting '', expected Interface, Documents, Mode, Unlisted, "
		 "Non-IP, Attach, Management, Protocols, Replies, Inside, Port counters or Boot\n"},
		{PORTS,
		 SETTINGS "| Mode | watch |\n| Unlisted | maybe |\n| Non-IP | 1 |\n"
			  "| Attach | offload |\n",
		 "s.md:7: error: Mode is 'watch', expected enforce or monitor\n"
		 "s.md:8: error: Unlisted is 'maybe', expected pass or drop\n"
		 "s.md:9: error: Non-IP is '1', expected pass or drop\n"
		 "s.md:10: error: Attach is 'offload', expected auto, native or generic\n"},
		{PORTS, SETTINGS "| Interface | eth0, a/b, sixteen-letters0, eth0 |\n",
		 "s.md:7: error: 'a/b' cannot be an interface, expected a name of at most 15 "
		 "characters without '/', ':' and spaces\n"
		 "s.md:7: error: 'sixteen-letters0' cannot be an interface, expected a name of at "
		 "most 15 characters without '/', ':' and spaces\n"
		 "s.md:7: error: interface 'eth0' is named twice, expected it once\n"},
		{PORTS, SETTINGS "| Replies | sometimes |\n",
		 "s.md:7: error: Replies is 'sometimes', expected on or off\n"},
		{PORTS, SETTINGS "| Inside | eth1 |\n| Interface | eth0 |\n",
		 "s.md:7: error: Inside names 'eth1', expected an interface that Interface "
		 "names\n"},
		{PORTS, SETTINGS "| Boot | off |\n",
		 "s.md:7: error: Boot is 'off', expected open or closed\n"},
		{PORTS, SETTINGS "| Management | admins, tcp/22 |\n| Protocols | tcp |\n",
		 "s.md:7: error: no network 'admins', expected a prefix, a name of the Networks "
		 "table "
		 "or a port such as tcp/22\n"
		 "s.md:8: error: 'tcp' is judged by its ports, expected another protocol\n"},
		{PORTS, SETTINGS "| Interface | , |\n",
		 "s.md:7: error: Interface is empty, expected a value\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_defaults),
		cmocka_unit_test(reads_all),
		cmocka_unit_test(reads_what_boot_does),
		cmocka_unit_test(networks_may_stand_below_their_use),
		cmocka_unit_test(says_what_is_wrong),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
