/* SPDX-License-Identifier: GPL-2.0-only */
/* Port cells cut into tokens; what the tokens come to is in test_ports.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "port_tokens.h"

/* A letter for each kind, in the order of the enum. */
static const char letters[] = "N,-s/+:TAPWE";

static void cuts_cells(void **state)
{
	static const struct {
		const char *cell, *expected;
	} rows[] = {
		{"", "E"},
		{"443", "NE"},
		{"80,443", "N,NE"},
		{"80, 443", "NsNE"},
		{"80 ,443", "NsNE"},
		{"80,x", "NsWE"},
		{"5-6 to 7", "N-N-NE"},
		{"443/TCP + udp: all", "N/T+T:AE"},
		{"80 and 443 or 8080; 1 & 2\n3", "NsNsNsNsNsNE"},
		{"ports 80x any1", "WWE"},
		{"1* (2) [3 {4}] 5", "NNE"},
		{"\xe2\x80\x93\xe2\x80\x94\xe2\x88\x92", "---E"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *error = NULL;
		g_autoptr(GArray) tokens = port_tokens(rows[i].cell, &error);
		g_autoptr(GString) found = g_string_new(NULL);

		assert_non_null(tokens);
		for (unsigned int j = 0; j < tokens->len; j++)
			g_string_append_c(found,
					  letters[g_array_index(tokens, struct token, j).kind]);
		print_message("'%s'\n", rows[i].cell);
		assert_string_equal(found->str, rows[i].expected);
	}
}

static void refuses_open_brackets(void **state)
{
	g_autofree char *error = NULL;

	assert_null(port_tokens("1 (2 [3]", &error));
	assert_string_equal(error, "'1 (2 [3]' opens a bracket and does not close it, expected ')' "
				   "after it");
}

static void quotes_on_one_line(void **state)
{
	g_autofree char *broken = port_excerpt("a\nb", 3);
	g_autofree char *whole = port_excerpt("\xc3\xa9", 2);

	assert_string_equal(broken, "a b");
	assert_string_equal(whole, "\xc3\xa9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_cells),
		cmocka_unit_test(refuses_open_brackets),
		cmocka_unit_test(quotes_on_one_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
