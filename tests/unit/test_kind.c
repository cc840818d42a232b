/* SPDX-License-Identifier: GPL-2.0-only */
/* Kinds and columns told by headers. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "kind.h"

/* A table that has a header only; headers are separated by '|'. */
static struct table *table_new(const char *header)
{
	struct table *table = g_new0(struct table, 1);
	g_auto(GStrv) cells = g_strsplit(header, "|", -1);

	table->title = "";
	table->header.cells = g_ptr_array_new_with_free_func(g_free);
	for (unsigned int i = 0; cells[i]; i++)
		g_ptr_array_add(table->header.cells, g_strdup(cells[i]));
	return table;
}

static void table_drop(struct table *table)
{
	g_ptr_array_unref(table->header.cells);
	g_free(table);
}

static void tells_kinds(void **state)
{
	static const struct {
		const char *header;
		enum table_kind kind;
	} cases[] = {
		{"Port|Protocol", TABLE_SERVICES},
		{"Role|PORT(S)\n|transport", TABLE_SERVICES},
		{"Role|Port range", TABLE_SERVICES},
		{"To|Destination ports (default)|Protocol", TABLE_SERVICES},
		{"Role|Port number|Protocol", TABLE_OTHER},
		{"Role|Protocol", TABLE_OTHER},
		{"Source port|Protocol", TABLE_OTHER},
		{"Rule name|Protocol|Destination port|Authentication Requirement", TABLE_IPSEC},
		{"Rule name|Protocol|Destination port", TABLE_SERVICES},
		{"Profile|Roles", TABLE_PROFILES},
		{"roles|profile|Notes", TABLE_PROFILES},
		{"Server|Address|Profile", TABLE_SERVERS},
		{"Server|Address|Profile|Port", TABLE_SERVERS},
		{"Server|Address|Port", TABLE_SERVICES},
		{"Network|Prefixes", TABLE_NETWORKS},
		{"Setting|Value", TABLE_SETTINGS},
		{"Guard|Ports|Sources", TABLE_GUARDS},
		{"Limit|Payload|Server|Profile|Notes|ports|guard", TABLE_GUARDS},
		{"Guard|Sources|Port|Protocol", TABLE_SERVICES},
		{"Blocked|Reason", TABLE_BLOCKED},
		{"Port|Protocol|Blocked", TABLE_SERVICES},
		{"Users|Memory", TABLE_OTHER},
		{"", TABLE_OTHER},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct table *table = table_new(cases[i].header);
		struct columns columns;

		kind_tell(table, &columns);
		if (columns.kind != cases[i].kind)
			fail_msg("'%s' is of kind %d", cases[i].header, columns.kind);
		table_drop(table);
	}
}

static void finds_columns(void **state)
{
	static const struct {
		const char *header;
		enum column column;
		int cell;
	} cases[] = {
		{"Role|Port|Protocol|Notes", COLUMN_SUBJECT, 0},
		{"Role|Port|Protocol|Notes", COLUMN_PORTS, 1},
		{"Role|Port|Protocol|Notes", COLUMN_NOTES, 3},
		{"Role|Port|Protocol|Notes", COLUMN_SERVICE, -1},
		{"Port|Protocol|Transport", COLUMN_TRANSPORT, 2},
		{"Port|Protocol|TCP or UDP", COLUMN_TRANSPORT, 2},
		{"Source|Source port|Destination|Destination port", COLUMN_SOURCE, 0},
		{"Source|Source port|Destination|Destination port", COLUMN_SUBJECT, 2},
		{"Source|Source port|Destination|Destination port", COLUMN_PORTS, 3},
		{"Server|Target host|Port", COLUMN_SUBJECT, 1},
		{"From|To|Port", COLUMN_SUBJECT, 1},
		{"Tools|Port", COLUMN_SUBJECT, -1},
		{"To: whom|Port", COLUMN_SUBJECT, 0},
		{"Port|Directions", COLUMN_DIRECTION, -1},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct table *table = table_new(cases[i].header);
		struct columns columns;

		kind_tell(table, &columns);
		if (columns.cell[cases[i].column] != cases[i].cell)
			fail_msg("'%s' has column %d in cell %d", cases[i].header, cases[i].column,
				 columns.cell[cases[i].column]);
		table_drop(table);
	}
}

static void marks_unknown_columns(void **state)
{
	struct table *table = table_new("Port|Source port|Service|Owner|Protocol|Transport");
	struct columns columns;

	kind_tell(table, &columns);
	assert_int_equal(columns.unknown, 1 << 1 | 1 << 3);
	table_drop(table);
}

static void finds_faults(void **state)
{
	static const struct {
		const char *header, *fault;
	} cases[] = {
		{"Role|Port|Protocol", NULL},
		{"Role|Port||", NULL},
		{"Port|Protocol|Transport", NULL},
		{"Port|Port range",
		 "columns 'Port' and 'Port range' both hold ports, expected one of them"},
		{"Destination|Destination IP|Port",
		 "columns 'Destination' and 'Destination IP' both hold roles, expected one of "
		 "them"},
		{"Role|Component|Port",
		 "columns 'Role' and 'Component' both hold roles, expected one of them"},
		{"Port|Transport|TCP or UDP",
		 "columns 'Transport' and 'TCP or UDP' both hold protocols, expected one of them"},
		{"Port|Service|Service name",
		 "columns 'Service' and 'Service name' both hold services, expected one of them"},
		{"Port|Owner|OWNER", "two columns are headed 'OWNER', expected one"},
		{"Profile|Roles|Roles", "two columns are headed 'Roles', expected one"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct table *table = table_new(cases[i].header);
		g_autofree char *fault = NULL;
		struct columns columns;

		kind_tell(table, &columns);
		fault = kind_fault(table, &columns);
		if (g_strcmp0(fault, cases[i].fault))
			fail_msg("'%s': %s", cases[i].header, fault);
		table_drop(table);
	}
}

static void says_what_was_expected(void **state)
{
	static const struct {
		const char *header, *refusal;
	} cases[] = {
		{"Role|Port number|Protocol",
		 "the table has no port column, expected Port, Ports, Port(s), Port range or "
		 "Destination port"},
		{"Server|Adress|Profile", "no column 'Adress' in a Servers table, did you mean "
					  "'Address'?"},
		{"Server|Where|Profile", "a table of no known kind, expected a column Address as "
					 "well in a Servers table"},
		{"Setting|Values", "no column 'Values' in a Settings table, did you mean 'Value'?"},
		{"Rack|Height", "a table of no known kind, expected ports, IPsec exceptions, "
				"Profiles, Servers, Networks, Guards, Blocked or Settings"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct table *table = table_new(cases[i].header);
		g_autofree char *refusal = kind_refusal(table);

		assert_string_equal(refusal, cases[i].refusal);
		table_drop(table);
	}
}

static void hears_of_ports(void **state)
{
	static const struct {
		const char *title, *header;
		bool speaks;
	} cases[] = {
		{"", "Role|TCP ports", true},
		{"", "Source port|Switch", true},
		{"", "Airport|Supported", false},
		{"Ports", "Role|Prot|Protocol", true},
		{"Ports", "Role|Prot|TCP or UDP", true},
		{"Ports", "Role|Memory", false},
		{"Sizes", "Role|Prot|Protocol", false},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct table *table = table_new(cases[i].header);

		table->title = (char *)cases[i].title;
		assert_int_equal(kind_speaks_of_ports(table), cases[i].speaks);
		table_drop(table);
	}
}

static void names_unknown_columns(void **state)
{
	g_autofree char *far = kind_unknown_column(TABLE_SERVERS, "Rack\n");
	g_autofree char *near = kind_unknown_column(TABLE_SERVERS, "Modes");

	assert_string_equal(far, "no column 'Rack' in a Servers table, expected Server, Address, "
				 "Profile or Mode");
	assert_string_equal(near, "no column 'Modes' in a Servers table, did you mean 'Mode'?");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_kinds),
		cmocka_unit_test(finds_columns),
		cmocka_unit_test(marks_unknown_columns),
		cmocka_unit_test(finds_faults),
		cmocka_unit_test(says_what_was_expected),
		cmocka_unit_test(hears_of_ports),
		cmocka_unit_test(names_unknown_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
