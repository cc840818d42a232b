/* SPDX-License-Identifier: GPL-2.0-only */
/* Words found, lists split, names quoted. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "text.h"

static void finds_whole_words(void **state)
{
	static const char *const words[] = {"port", "ports", NULL};

	assert_true(text_has_word("Source port", words));
	assert_true(text_has_word("PORT(S)", words));
	assert_true(text_has_word("TCP ports", words));
	assert_true(text_has_word("port", words));
	assert_false(text_has_word("Supported", words));
	assert_false(text_has_word("airport", words));
	assert_false(text_has_word("ports2", words));
	assert_false(text_has_word("", words));
}

static void check_split(const char *text, const char *separators, const char *expected)
{
	g_autoptr(GPtrArray) parts = text_split(text, separators);
	g_autofree char *quoted = text_quote(parts, "and");

	assert_string_equal(quoted, expected);
}

static void splits(void **state)
{
	check_split("a, b\nc", ",\n", "'a', 'b' and 'c'");
	check_split("a, b\nc", "\n", "'a, b' and 'c'");
	check_split("\n a \n\n", "\n", "'a'");
	check_split(" , ", ",", "");
	check_split("", ",", "");
}

static void makes_one_line(void **state)
{
	g_autofree char *line = text_one_line("  Mediation \n Server(s)\n");
	g_autofree char *empty = text_one_line(" \n");

	assert_string_equal(line, "Mediation Server(s)");
	assert_string_equal(empty, "");
}

static void joins(void **state)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *one = NULL;
	g_autofree char *two = NULL;

	g_ptr_array_add(names, "pass");
	one = text_join(names, "or");
	g_ptr_array_add(names, "drop");
	two = text_join(names, "or");
	assert_string_equal(one, "pass");
	assert_string_equal(two, "pass or drop");
}

static void writes_ports(void **state)
{
	g_autofree char *one = text_ports(443, 443);
	g_autofree char *range = text_ports(1, 65535);

	assert_string_equal(one, "443");
	assert_string_equal(range, "1-65535");
}

static void knows_names(void **state)
{
	assert_true(text_is_name("fe01"));
	assert_true(text_is_name("0.front-end_A"));
	assert_false(text_is_name(""));
	assert_false(text_is_name("-a"));
	assert_false(text_is_name("a b"));
	assert_false(text_is_name("a+b"));
	assert_false(text_is_name("é"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_whole_words), cmocka_unit_test(splits),
		cmocka_unit_test(makes_one_line),    cmocka_unit_test(joins),
		cmocka_unit_test(writes_ports),      cmocka_unit_test(knows_names),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
