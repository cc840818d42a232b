/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts at each bound of what the parser is given, and just beyond it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>

#include "bounds.h"

/* A text made of parts, each repeated. */
struct part {
	unsigned int times;
	const char *text;
};

static char *make(const struct part *parts, size_t count)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < count; i++) {
		for (unsigned int j = 0; j < parts[i].times; j++)
			g_string_append(text, parts[i].text);
	}
	return g_string_free(text, FALSE);
}

static char *check(const char *text)
{
	struct lines *lines = lines_new(text, strlen(text));
	struct messages *messages = messages_new();
	char *message = NULL;

	if (!bounds_check(lines, "edge.md", messages)) {
		assert_int_equal(messages->list->len, 1);
		message = message_format(messages->list->pdata[0]);
	}
	messages_free(messages);
	lines_free(lines);
	return message;
}

static void keeps_to_bounds(void **state)
{
	static const struct {
		struct part parts[4];
		const char *expected; /* NULL: within bounds */
	} rows[] = {
		{{{1, "|"}, {64, "a|"}}, NULL},
		{{{1, "a\n|"}, {65, "a|"}},
		 "edge.md:2: error: the line has 65 cells, expected at most 64"},
		{{{1, "|"}, {60000, "a|"}},
		 "edge.md:1: error: the line has 60000 cells, expected at most 64"},
		{{{100, "> "}, {1, "a\n"}, {100, "- "}}, NULL},
		{{{101, "> "}},
		 "edge.md:1: error: the line nests 101 quotes and lists, expected at most 100"},
		{{{50, "- 1. "}, {1, "> a"}},
		 "edge.md:1: error: the line nests 101 quotes and lists, expected at most 100"},
		{{{200, " "}, {1, "- a"}},
		 "edge.md:1: error: the line nests 101 quotes and lists, expected at most 100"},
		{{{1000, " "}, {1, "a"}}, NULL},
		{{{1 << 20, "\n"}}, NULL},
		{{{(1 << 20) + 1, "\n"}},
		 "edge.md:1048577: error: the text has 1048577 lines, expected at most 1048576"},
		{{{(1 << 22) - 1, "["}}, NULL},
		{{{1 << 22, "["}},
		 "edge.md:1: error: the text has 4194305 cells and marks of markup, expected at "
		 "most 4194304"},
		/* every row of the second is padded to 64 cells */
		{{{1 << 17, "a\n"}}, NULL},
		{{{1, "|a||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||||\n"
		      "|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-"
		      "|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|-|\n"},
		  {1 << 17, "a\n"}},
		 "edge.md:65537: error: the text has 4194368 cells and marks of markup, expected "
		 "at most 4194304"},
		{{{256, "<?"}, {256, "<!"}}, NULL},
		{{{256, "<?"}, {1, "\n"}, {257, "<!"}},
		 "edge.md:2: error: the text has 513 of '<?' and '<!', expected at most 512"},
		{{{1, "[a]: /"}, {10000, "x"}, {20000, "\n\n[a]"}}, NULL},
		{{{1, "[a]: /"}, {100000, "x"}, {3000, "\n\n[a]"}},
		 "edge.md:5369: error: the text has 268516110 bytes of link definitions to "
		 "repeat, expected at most 268435456"},
		{{{1, "|[::1]:443|\n"}, {6000, "|[a]|b|c|d|e|f|g|h|\n"}}, NULL},
		{{{60000, "a|b\n"}, {1, "|-|\n"}},
		 "edge.md:60001: error: delimiter rows stand under 10800000000 lines times bytes "
		 "without a blank line, expected at most 4294967296"},
		{{{1, "|a|b|\n|-|-|\n"}, {60000, "|c|d|\n"}, {1, "|-|-|\n"}}, NULL},
		{{{60000, "a|b\n"}, {1, "\n"}, {80000, "c"}, {1, "\n|-|\n"}}, NULL},
		{{{5000000, "c"}, {1, "\n\n"}, {2000, "d\n"}, {1, "|-|\n"}}, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = make(rows[i].parts, G_N_ELEMENTS(rows[i].parts));
		g_autofree char *message = check(text);

		print_message("row %zu\n", i);
		if (rows[i].expected)
			assert_string_equal(message, rows[i].expected);
		else
			assert_null(message);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keeps_to_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
