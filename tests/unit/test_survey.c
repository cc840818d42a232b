/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables told apart: read, ignored, refused. */
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

static void says_what_is_wrong(void **state)
{
	static const struct said_case cases[] = {
		/* In a site nothing is ignored. */
		{PORTS, SERVER "| Rack | Height |\n|---|---|\n| 7 | 42 |\n",
		 "s.md:5: error: a table of no known kind, expected ports, IPsec exceptions, "
		 "Profiles, Servers, Networks, Guards, Blocked or Settings\n"},
		{PORTS, SERVER "| Role | Port | Protocol | Owner |\n|---|---|---|---|\n",
		 "s.md:5: error: no column 'Owner' in a table of ports, expected Port, Ports, "
		 "Port(s), Port range, Destination port, TCP or UDP, Transport, Protocol, "
		 "Protocols, "
		 "Protocol(s), Source, From, Destination, Target, To, Server role, Role, Load "
		 "balancer, Component, Server, Node, Service name, Service, Notes or Direction\n"},
		{PORTS, SERVER "| Server | Address | Profile | |\n|---|---|---|---|\n",
		 "s.md:5: error: no column '' in a Servers table, expected Server, Address, "
		 "Profile "
		 "or Mode\n"},
		{PORTS, SERVER "| Server | Address |\n|---|---|---|\n| a | b |\n",
		 "s.md:5: error: the line is part of no table, expected a delimiter row with as "
		 "many "
		 "cells as the header\n"},
		{PORTS, SERVER "<table><tr><td>1</td></tr></table>\n",
		 "s.md:5: error: an HTML table cannot be read, expected a Markdown table\n"},
		/* What has a wrong header is not read. */
		{PORTS,
		 SERVER
		 "| Server | Address | Profile | Rack |\n|---|---|---|---|\n| - | - | - | - |\n",
		 "s.md:5: error: no column 'Rack' in a Servers table, expected Server, Address, "
		 "Profile or Mode\n"},
		{PORTS, SERVER "| Guard | Ports | Source |\n|---|---|---|\n| - | - | - |\n",
		 "s.md:5: error: no column 'Source' in a Guards table, did you mean 'Sources'?\n"},
		{PORTS, SERVER "| Blocked | Why |\n|---|---|\n| - | - |\n",
		 "s.md:5: error: no column 'Why' in a Blocked table, expected Blocked or Reason\n"},
		/* In a document, what does not speak of ports is. */
		{PORTS "\n| Rack | Height |\n|---|---|\n| 7 | 42 |\n\n| Blocked |\n|---|\n| 1 |\n\n"
		       "<table><tr><td>1</td></tr></table>\n",
		 NULL, ""},
		{PORTS "\n| Rack | TCP ports |\n|---|---|\n| 7 | 42 |\n", NULL,
		 "d.md:12: error: the table has no port column, expected Port, Ports, Port(s), "
		 "Port "
		 "range or Destination port\n"},
		{PORTS "\n<table><tr><th>Port</th></tr></table>\n", NULL,
		 "d.md:12: error: an HTML table cannot be read, expected a Markdown table\n"},
		{PORTS "\n| Role | Port |\n|---|\n| A | 443 |\n", NULL,
		 "d.md:12: error: the line is part of no table, expected a delimiter row with as "
		 "many "
		 "cells as the header\n"},
		{PORTS "\n" SERVER, NULL,
		 "d.md:12: error: a Servers table stands in a document, expected in a site\n"},
		{PORTS "\n| Network | Prefixes |\n|---|---|\n\n| Setting | Value |\n|---|---|\n",
		 NULL, ""},
		{"| Port | Protocol |\n|---|---|\n| 443 | TCP |\n", NULL,
		 "d.md:1: error: the table has neither a role column nor a title, expected one of "
		 "them\n"},
		{"| Role | Port | Ports |\n|---|---|---|\n| A | 443 | 444 |\n", NULL,
		 "d.md:1: error: columns 'Port' and 'Ports' both hold ports, expected one of "
		 "them\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void lists_what_is_ignored(void **state)
{
	struct reading_result result = read_right(
		"# All\n\n" PORTS "\n## Racks\n\n| Rack | Height |\n|---|---|\n| 7 | 42 | 8 |\n",
		NULL);
	const struct ignored *ignored = result.policy->ignored->pdata[0];

	assert_int_equal(result.policy->ignored->len, 1);
	assert_string_equal(ignored->title, "Racks");
	assert_string_equal(ignored->place.file, "d.md");
	assert_int_equal(ignored->place.line, 16);
	free_result(&result);
}

static void vendors_may_have_more_columns(void **state)
{
	struct reading_result result =
		read_right("| Role | Owner | Port | Protocol | | |\n|---|---|---|---|---|---|\n"
			   "| A | me | 443 | TCP | x | y |\n",
			   NULL);

	assert_int_equal(result.policy->rows->len, 1);
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_wrong),
		cmocka_unit_test(lists_what_is_ignored),
		cmocka_unit_test(vendors_may_have_more_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
