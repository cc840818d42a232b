/* SPDX-License-Identifier: GPL-2.0-only */
/* Text in columns, and sparklines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "top_text.h"

static void cuts(void **state)
{
	static const struct {
		const char *text;
		int width;
		bool utf8;
		const char *cut;
	} cases[] = {
		{"", 5, true, ""},
		{"abcde", 5, true, "abcde"},
		{"abcdef", 5, true, "abcd…"},
		{"abcdef", 5, false, "abcd~"},
		{"abc def", 5, true, "abc…"},
		{"abcdef", 1, true, "…"},
		{"abcdef", 0, true, ""},
		{"abcdef", -3, true, ""},
		{"Größe", 5, true, "Größe"},
		{"Größe", 4, true, "Grö…"},
		{"Größe", 5, false, "Gr??e"},
		{"…service", 8, false, "~service"},
		/* Wide characters take two columns, combining ones none. */
		{"日本語", 6, true, "日本語"},
		{"日本語", 5, true, "日本…"},
		{"日本語", 4, true, "日…"},
		{"a\xcc\x81z", 2, true, "a\xcc\x81z"},
		/* Nothing that a terminal could take for an order, nor what is no UTF-8. */
		{"a\033[2Jb\n", 9, true, "a?[2Jb?"},
		{"a\xff", 9, false, "a?"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *cut = top_cut(cases[i].text, cases[i].width, cases[i].utf8);

		assert_string_equal(cut, cases[i].cut);
		assert_true(top_width(cut) <= MAX(cases[i].width, 0));
	}
}

static void check_padded(const char *text, int width, bool right, const char *expected)
{
	g_autofree char *padded = top_pad(text, width, right, true);

	assert_string_equal(padded, expected);
}

static void pads(void **state)
{
	check_padded("ab", 4, false, "ab  ");
	check_padded("ab", 4, true, "  ab");
	check_padded("日", 4, true, "  日");
	check_padded("abcdef", 4, true, "abc…");
	check_padded("ab", 0, true, "");
	check_padded("ab", -1, true, "");
}

static void check_line(const double *numbers, guint count, int width, bool utf8,
		       const char *expected)
{
	g_autofree char *line = top_sparkline(numbers, count, width, utf8);

	assert_string_equal(line, expected);
}

static void draws(void **state)
{
	static const double numbers[] = {0, 1, 50, 100, 0.001, 75};

	check_line(numbers, 6, 6, true, "▁▂▅█▂▇");
	check_line(numbers, 6, 6, false, "_.+#.%");
	check_line(numbers, 6, 8, true, "  ▁▂▅█▂▇");
	/* The newest are seen, and the height is theirs. */
	check_line(numbers, 6, 2, true, "▂█");
	check_line(numbers, 1, 3, true, "  ▁");
	check_line(numbers, 0, 3, true, "   ");
	check_line(numbers, 6, 0, true, "");
	check_line(numbers, 6, -2, true, "");
}

static void check_common(const char *names, const char *expected)
{
	g_auto(GStrv) parts = g_strsplit(names, "|", -1);
	g_autoptr(GPtrArray) list = g_ptr_array_new();
	g_autofree char *common = NULL;

	for (guint i = 0; parts[i]; i++)
		g_ptr_array_add(list, parts[i]);
	common = top_common(list);
	assert_string_equal(common, expected);
}

static void finds_what_is_common(void **state)
{
	check_common("", "");
	check_common("Acme Web service", "");
	check_common("Acme Web|Acme Mail|Acme Files", "Acme ");
	check_common("Acme Server Web|Acme Server Mail|Other", "Acme Server ");
	check_common("Acme Server Web|Acme Server Mail|Other|More", "");
	check_common("Acme Server Web|Acme Server Mail|Acme Phone", "Acme Server ");
	check_common("Acme A|Acme B C|Acmeter D", "Acme ");
	check_common("One|Two|Three", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts),
		cmocka_unit_test(pads),
		cmocka_unit_test(draws),
		cmocka_unit_test(finds_what_is_common),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
