/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources read as a whole. */
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

static void says_what_is_missing(void **state)
{
	static const struct said_case cases[] = {
		{"# Nothing\n", NULL,
		 "d.md: error: no table of ports was found, expected one with the columns Role, "
		 "Port "
		 "and Protocol\n"},
		{"| Role | Port | Protocol |\n|---|---|---|\n", NULL,
		 "d.md: error: no table of ports was found, expected one with the columns Role, "
		 "Port "
		 "and Protocol\n"},
		{PORTS, "# Edge\n",
		 "s.md: error: the site names no server, expected a table with the columns Server, "
		 "Address and Profile\n"},
		{PORTS, "| Server | Address | Profile |\n|---|---|---|\n",
		 "s.md: error: the site names no server, expected a table with the columns Server, "
		 "Address and Profile\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void rows_have_their_headers_width(void **state)
{
	static const struct said_case cases[] = {
		{"| Role | Port | Protocol |\n|---|---|---|\n| A | 443 |\n| B | 443 | TCP | x |\n",
		 NULL,
		 "d.md:3: error: the row has 2 cells, expected 3 as in its header\n"
		 "d.md:4: error: the row has 4 cells, expected 3 as in its header\n"},
		{PORTS, SERVER "| Setting | Value |\n|---|---|\n| Mode |\n",
		 "s.md:7: error: the row has 1 cell, expected 2 as in its header\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

/* Found stage by stage, said in the order of the text. */
static void messages_are_in_order(void **state)
{
	static const struct said_case cases[] = {
		{PORTS
		 "| x | None | |\n\n| Role | Port | Protocol |\n|---|---|---|\n| A | 0 | TCP |\n",
		 SERVER "| Setting | Value |\n|---|---|\n| Mode | x |\n\n<table>\n",
		 "d.md:11: error: no role 'None', expected one of a table of ports\n"
		 "d.md:15: error: port '0' is out of range, expected 1-65535\n"
		 "s.md:7: error: Mode is 'x', expected enforce or monitor\n"
		 "s.md:9: error: an HTML table cannot be read, expected a Markdown table\n"},
	};

	check_said(cases, G_N_ELEMENTS(cases));
}

static void earlier_messages_stay_first(void **state)
{
	struct messages *messages = messages_new();
	g_autoptr(GPtrArray) sources = sources_new();
	g_autofree char *said = NULL;

	message_add(messages, SEVERITY_WARNING, "z.md", 9, "earlier");
	add_text(sources, "d.md", SOURCE_DOCUMENT, "<table><tr><td>port</td></tr></table>\n");
	policy_unref(policy_read(sources, messages));
	said = all_messages(messages);
	assert_string_equal(said,
			    "z.md:9: warning: earlier\n"
			    "d.md:1: error: an HTML table cannot be read, expected a Markdown "
			    "table\n");
	messages_free(messages);
}

static void finds_documents(void **state)
{
	struct messages *messages = messages_new();
	g_autoptr(GPtrArray) sources = sources_new();
	g_autoptr(GPtrArray) documents = NULL;

	add_text(sources, "s.md", SOURCE_SITE,
		 SERVER
		 "| Setting | Value |\n|---|---|\n| Mode | x |\n| *documents* | a.md, "
		 "b.md<br/>c.md |\n\n| Setting | Value |\n|---|---|\n| Documents |\n\n<table>\n");
	documents = policy_documents(sources, messages);
	assert_int_equal(documents->len, 3);
	assert_string_equal(documents->pdata[0], "a.md");
	assert_string_equal(documents->pdata[2], "c.md");
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static void frees_nothing(void **state)
{
	policy_unref(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_is_missing),
		cmocka_unit_test(rows_have_their_headers_width),
		cmocka_unit_test(messages_are_in_order),
		cmocka_unit_test(earlier_messages_stay_first),
		cmocka_unit_test(finds_documents),
		cmocka_unit_test(frees_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
