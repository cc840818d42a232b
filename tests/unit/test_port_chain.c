/* SPDX-License-Identifier: GPL-2.0-only */
/* Chains of numbers: how far they are read; what they come to is in test_ports.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "port_chain.h"

static void stops_behind_the_chain(void **state)
{
	static const struct {
		const char *cell;
		unsigned int ranges, tokens;
	} rows[] = {
		{"443", 1, 1},          {"443 444", 1, 1},    {"443, 444", 1, 1},
		{"5-6,8080/TCP", 2, 5}, {"80,443x", 1, 1},    {"50,000-59,999 and", 1, 7},
		{"80,443;444", 2, 3},   {"25,110,143", 3, 5},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *error = NULL;
		g_autoptr(GArray) tokens = port_tokens(rows[i].cell, &error);
		const struct token *first = (const struct token *)tokens->data, *token = first;
		g_autoptr(GArray) ranges = port_chain_read(&token, &error);

		print_message("'%s'\n", rows[i].cell);
		assert_non_null(ranges);
		assert_int_equal(ranges->len, rows[i].ranges);
		assert_int_equal(token - first, rows[i].tokens);
	}
}

static void reads_one_range(void **state)
{
	g_autofree char *error = NULL;
	g_autoptr(GArray) tokens = port_tokens("1,024-65,535", &error);
	const struct token *first = (const struct token *)tokens->data, *token = first;
	struct port_range range = {0};

	assert_int_equal(port_range_read(&token, true, &range, &error), 0);
	assert_int_equal(range.first, 1024);
	assert_int_equal(range.last, 65535);
	assert_int_equal(token->kind, TOKEN_END);
	token = first;
	assert_int_equal(port_range_read(&token, false, &range, &error), 0);
	assert_int_equal(range.first, 1);
	assert_int_equal(range.last, 1);
	assert_int_equal(token->kind, TOKEN_COMMA);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stops_behind_the_chain),
		cmocka_unit_test(reads_one_range),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
