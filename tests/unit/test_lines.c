/* SPDX-License-Identifier: GPL-2.0-only */
/* A text as lines, and what a single line looks like. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "lines.h"

static struct raw_line line_of(const char *text)
{
	return (struct raw_line){text, strlen(text)};
}

/* The lines of a text, each in brackets. */
static char *describe(const char *text)
{
	struct lines *lines = lines_new(text, strlen(text));
	GString *all = g_string_new(NULL);

	for (unsigned int i = 1; i <= lines->starts->len; i++) {
		struct raw_line line = lines_get(lines, i);

		g_string_append_printf(all, "[%.*s]", (int)line.length, line.text);
		assert_int_equal(lines_number(lines, line.text - lines->text), i);
	}
	lines_free(lines);
	return g_string_free(all, FALSE);
}

static void cuts_texts(void **state)
{
	static const struct {
		const char *text, *expected;
	} rows[] = {
		{"", ""},
		{"a", "[a]"},
		{"a\n", "[a]"},
		{"a\n\n b", "[a][][ b]"},
		{"a\r\nb\rc\n\rd", "[a][b][c][][d]"},
		{"\xef\xbb\xbf| a |", "[| a |]"},
		{"\xef\xbb\xbf", ""},
		{"---\nt: x\n---\na", "[   ][    ][   ][a]"},
		{"---\r\nt: x\r\n...\r\na\r\n", "[   ][    ][   ][a]"},
		{"\xef\xbb\xbf---\n---\na", "[   ][   ][a]"},
		{"---\n---", "[   ][   ]"},
		{"a\n---\nt: x\n---\n", "[a][---][t: x][---]"},
		{"---\nt: x\n", "[---][t: x]"},
		{"----\nt\n---\n", "[----][t][---]"},
		{"---\n| a |\n---\n", "[---][| a |][---]"},
		{"---\nt: |\n ---\n---\n", "[   ][    ][    ][   ]"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *found = describe(rows[i].text);

		assert_string_equal(found, rows[i].expected);
	}
}

static void knows_prefixes(void **state)
{
	static const struct {
		const char *text;
		size_t length;
		unsigned int depth;
	} rows[] = {
		{"", 0, 0},           {"| a", 0, 0},     {"  | a", 2, 0},    {"> | a", 2, 1},
		{">>| a", 2, 2},      {"- | a", 2, 1},   {"-| a", 0, 0},     {"12. | a", 4, 1},
		{"1) > - | a", 7, 3}, {"    - a", 6, 3}, {"\t- a", 3, 3},    {"**a**", 0, 0},
		{"* a", 2, 1},        {"---", 0, 0},     {"- - -", 5, 3},    {"1.5", 0, 0},
		{"-", 1, 1},          {"3", 0, 0},       {"    text", 4, 0}, {"+\ta", 2, 1},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct line_prefix prefix = line_prefix(line_of(rows[i].text));

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(prefix.length, rows[i].length);
		assert_int_equal(prefix.depth, rows[i].depth);
	}
}

static void counts_cells(void **state)
{
	static const struct {
		const char *text;
		unsigned int cells;
	} rows[] = {
		{"| a | b |", 2},
		{"a | b", 2},
		{"| a | b", 2},
		{"a | b |", 2},
		{"  | a | b |  ", 2},
		{"> | a |", 1},
		{">> a | b | c", 3},
		{"a", 1},
		{"||", 1},
		{"| | |", 2},
		{"|||", 2},
		{"| a \\| b |", 1},
		{"a \\\\| b", 1},
		{"| `a|b` |", 2},
		{"| a \\|", 1},
		{"\t| a\t|\t", 1},
		{"|", 1},
		{"", 1},
		{"| a || b |", 3},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		print_message("'%s'\n", rows[i].text);
		assert_int_equal(line_cells(line_of(rows[i].text)), rows[i].cells);
	}
}

static void knows_what_looks_like_a_table(void **state)
{
	static const struct {
		const char *text;
		bool delimiter, tabular, blank;
	} rows[] = {
		{"|---|---|", true, true, false},  {"---|---", true, true, false},
		{":--|:-:", true, true, false},    {"> --- | ---", true, true, false},
		{"---", false, false, false},      {"| |", false, true, false},
		{"| : |", false, true, false},     {"| a | b |", false, true, false},
		{"    | a |", false, true, false}, {"\t| a |", false, true, false},
		{"> | a |", false, true, false},   {"- | a |", false, true, false},
		{"a | b", false, false, false},    {"a", false, false, false},
		{"\\| a", false, false, false},    {"", false, false, true},
		{" \t ", false, false, true},      {"> >", false, false, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct raw_line line = line_of(rows[i].text);

		print_message("'%s'\n", rows[i].text);
		assert_int_equal(line_is_delimiter(line), rows[i].delimiter);
		assert_int_equal(line_is_tabular(line), rows[i].tabular);
		assert_int_equal(line_is_blank(line), rows[i].blank);
	}
}

static void frees_null(void **state)
{
	lines_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cuts_texts),   cmocka_unit_test(knows_prefixes),
		cmocka_unit_test(counts_cells), cmocka_unit_test(knows_what_looks_like_a_table),
		cmocka_unit_test(frees_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
