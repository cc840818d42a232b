/* SPDX-License-Identifier: GPL-2.0-only */
/* Inline Markdown as plain text; cells of tables are in test_document.c. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib.h>
#include <string.h>

#include "inline.h"

static char *text_of(const char *markdown)
{
	cmark_node *root = cmark_parse_document(markdown, strlen(markdown), CMARK_OPT_DEFAULT);
	char *text = inline_text(root);

	cmark_node_free(root);
	return text;
}

static void drops_markup(void **state)
{
	static const struct {
		const char *markdown, *expected;
	} rows[] = {
		{"plain", "plain"},
		{"**bold** and *slanted*", "bold and slanted"},
		{"`code | x`", "code | x"},
		{"[link](https://a.example \"t\")", "link"},
		{"[link][r]\n\n[r]: https://a.example", "link"},
		{"![picture](p.png)", "picture"},
		{"<https://a.example>", "https://a.example"},
		{"a &amp; b &ndash; c", "a & b \xe2\x80\x93 c"},
		{"1024 \\*", "1024 *"},
		{"a   b\t c", "a b c"},
		{"a&nbsp;&nbsp;b", "a b"},
		{"a\nb", "a b"},
		{"a  \nb", "a b"},
		{"a<br>b<BR/>c<br />d", "a\nb\nc\nd"},
		{"a <br/> <br/> b", "a\nb"},
		{"22 <br/>", "22"},
		{"<br/>22", "22"},
		{"a&#10;b", "a b"},
		{"a&#27;[1mb", "a [1mb"},
		{"44\xe2\x80\x8b"
		 "3",
		 "443"}, /* a zero-width space */
		{"\xe2\x80\xae"
		 "443",
		 "443"}, /* a right-to-left override */
		{"5061<sup>1</sup>", "5061"},
		{"5061<SUP class='n'>1</SUP>, 5062<sub>2</sub>", "5061, 5062"},
		{"50<sup>1</sup>61", "50 61"},
		{"a<sup>1</sup>b", "ab"},
		{"50<sup>1", "501"},
		{"50</sup>1", "501"},
		{"50<sup>1</sub>", "501"},
		{"a<sup>1<br>2</sup>b", "ab"},
		{"a <!-- not shown --> b", "a b"},
		{"<span class=\"x\">a</span>", "a"},
		{"<support>a</support>", "a"},
		{"", ""},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autofree char *text = text_of(rows[i].markdown);

		print_message("'%s'\n", rows[i].markdown);
		assert_string_equal(text, rows[i].expected);
	}
}

static void knows_bold_paragraphs(void **state)
{
	static const struct {
		const char *markdown;
		bool bold;
	} rows[] = {
		{"**Title**", true},          {"__Title__", true},
		{"***Title***", true},        {"**Two** **parts**", true},
		{"**Outside *only***", true}, {"**`code`**", true},
		{"**Note:** text", false},    {"text **bold**", false},
		{"*slanted*", false},         {"text", false},
		{"**a** `b`", false},         {"<!-- c -->x", false},
		{"[link](u)", false},         {"**a**\n**b**", true},
		{"<b></b>", false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const char *markdown = rows[i].markdown;
		cmark_node *root =
			cmark_parse_document(markdown, strlen(markdown), CMARK_OPT_DEFAULT);

		print_message("'%s'\n", markdown);
		assert_int_equal(inline_is_bold(cmark_node_first_child(root)), rows[i].bold);
		cmark_node_free(root);
	}
}

static void knows_tags(void **state)
{
	assert_true(inline_is_tag("<table>", "table"));
	assert_true(inline_is_tag("<TABLE\nwidth=1>", "table"));
	assert_true(inline_is_tag("</table>", "/table"));
	assert_true(inline_is_tag("<br/>", "br"));
	assert_false(inline_is_tag("<tables>", "table"));
	assert_false(inline_is_tag("<table-view>", "table"));
	assert_false(inline_is_tag("table", "table"));
	assert_false(inline_is_tag("<tab", "table"));
	assert_false(inline_is_tag("", "table"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(drops_markup),
		cmocka_unit_test(knows_bold_paragraphs),
		cmocka_unit_test(knows_tags),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
