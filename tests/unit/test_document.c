/* SPDX-License-Identifier: GPL-2.0-only */
/* Texts cut into tables: titles, lines, cells, and what only looks like a table. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <string.h>
#include <time.h>

#include "document.h"

#define VENDOR "../shared/documents/port-and-protocol-requirements.md"

static void describe_row(GString *all, const struct table_row *row)
{
	g_string_append_printf(all, "%d/%u", row->line, row->written);
	for (unsigned int i = 0; i < row->cells->len; i++)
		g_string_append_printf(all, " [%s]", (char *)row->cells->pdata[i]);
	g_string_append_c(all, '\n');
}

/* A document in a few words: each table's title, its rows as "line/written [cell]…", the strays. */
static char *describe(const struct document *document)
{
	GString *all = g_string_new(NULL);

	for (unsigned int i = 0; i < document->tables->len; i++) {
		const struct table *table = document->tables->pdata[i];

		g_string_append_printf(all, "'%s'\n", table->title);
		describe_row(all, &table->header);
		for (unsigned int j = 0; j < table->rows->len; j++)
			describe_row(all, table->rows->pdata[j]);
	}
	for (unsigned int i = 0; i < document->strays->len; i++) {
		const struct stray *stray = document->strays->pdata[i];

		g_string_append_printf(all, "%s %d {%s}\n",
				       stray->kind == STRAY_HTML ? "html" : "line", stray->line,
				       stray->text);
	}
	return g_string_free(all, FALSE);
}

static char *read_text(const char *text)
{
	struct source *source = source_new("edge.md", SOURCE_SITE, text, strlen(text));
	struct messages *messages = messages_new();
	struct document *document = document_read(source, messages);
	char *found;

	if (document) {
		assert_ptr_equal(document->source, source);
		assert_int_equal(messages->list->len, 0);
		found = describe(document);
	} else {
		assert_int_equal(messages->list->len, 1);
		found = message_format(messages->list->pdata[0]);
	}
	document_free(document);
	messages_free(messages);
	source_free(source);
	return found;
}

struct row {
	const char *text, *expected;
};

static void assert_rows(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *found = read_text(rows[i].text);

		print_message("---\n%s\n", rows[i].text);
		assert_string_equal(found, rows[i].expected);
	}
}

static void reads_rows(void **state)
{
	static const struct row rows[] = {
		{"| a | b |\n|---|---|\n| 1 | 2 |\n", "''\n1/2 [a] [b]\n3/2 [1] [2]\n"},
		{"a|b\n-|-\n1|2", "''\n1/2 [a] [b]\n3/2 [1] [2]\n"},
		{"|a|\n|-|\n", "''\n1/1 [a]\n"},
		{"|a|\n|-|", "''\n1/1 [a]\n"},
		{"x\n\n|a|\n|-|\n\n\ny\n", "''\n3/1 [a]\n"},
		{"|a|b|\n|-|-|\n|1|\n|1|2|3|\n|1|2|3|4|\n",
		 "''\n1/2 [a] [b]\n3/1 [1] []\n4/3 [1] [2]\n5/4 [1] [2]\n"},
		{"|a|b|\n|-|-|\n|1|2|\nswallowed\n",
		 "''\n1/2 [a] [b]\n3/2 [1] [2]\n4/1 [swallowed] []\n"},
		{"|a|b|\n|-|-|\n||2|\n| |\n", "''\n1/2 [a] [b]\n3/2 [] [2]\n4/1 [] []\n"},
		{"|a|b|\n|-|-|\n|`x\\|y`|z \\| w|\n|x\\\\|y|\n",
		 "''\n1/2 [a] [b]\n3/2 [x|y] [z | w]\n4/1 [x|y] []\n"},
		{"|a|b|\n|-|-|\n| 22 <br/> | x <BR> y<br />z |\n",
		 "''\n1/2 [a] [b]\n3/2 [22] [x\ny\nz]\n"},
		{"|a|b|\n|-|-|\n| ~~80~~ 81 | 8~~9~~1 |\n", "''\n1/2 [a] [b]\n3/2 [81] [8 1]\n"},
		{"|a|b|\n|-|-|\n|5061<sup>1</sup>|<b>x</b> *y* &amp; `z`|\n",
		 "''\n1/2 [a] [b]\n3/2 [5061] [x y & z]\n"},
		{"|a|b|\n|-|-|\n\v|1|2|\n|1|2|\v\n", "''\n1/2 [a] [b]\n3/3 [] [1]\n4/2 [1] [2]\n"},
		{"\xef\xbb\xbf| a |\n|---|\n| 1 |\n", "''\n1/1 [a]\n3/1 [1]\n"},
		{"# T\r\n\r\n| a |\r\n|---|\r\n| 1 |\r\n", "'T'\n3/1 [a]\n5/1 [1]\n"},
		{"# T\r\r| a |\r|---|\r| 1 |\r", "'T'\n3/1 [a]\n5/1 [1]\n"},
		{"---\ntitle: x\n---\n\n| a |\n|---|\n| 1 |\n", "''\n5/1 [a]\n7/1 [1]\n"},
		{"no table\n", ""},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

static void reads_rows_in_containers(void **state)
{
	static const struct row rows[] = {
		{"> |a|b|\n> |-|-|\n>|1|2|\n>x|y\n", "''\n1/2 [a] [b]\n3/2 [1] [2]\n4/2 [x] [y]\n"},
		{"> > a|b\n> > -|-\n> > 1|2|3\n\n", "''\n1/2 [a] [b]\n3/3 [1] [2]\n"},
		{"- |a|b|\n  |-|-|\n  |1|2|\n    |3|4|\n",
		 "''\n1/2 [a] [b]\n3/2 [1] [2]\n4/2 [3] [4]\n"},
		{"1. x\n\n   |a|b|\n   |-|-|\n   |1|\n", "''\n3/2 [a] [b]\n5/1 [1] []\n"},
		{"- x\n  > |a|\n  > |-|\n  > |1|2|\n", "''\n2/1 [a]\n4/2 [1]\n"},
		{"  |a|\n  |-|\n   |1|\n", "''\n1/1 [a]\n3/1 [1]\n"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

/* The parser loses the lines of a header that stands directly under text. */
static void finds_the_line_of_a_header_under_text(void **state)
{
	static const struct row rows[] = {
		{"text\nmore\n|a|b|\n|-|-|\n|1|2|\n", "''\n3/2 [a] [b]\n5/2 [1] [2]\n"},
		{"text\nmore\n|a|b|\n|-|-|\n\n\nx\n", "''\n3/2 [a] [b]\n"},
		{"text\nmore\n|a|b|\n|-|-|", "''\n3/2 [a] [b]\n"},
		{"**T**\n|a|\n|-|\n# H\n", "'T'\n2/1 [a]\n"},
		{"- x\n\n  **T**\n  |a|b|\n  |-|-|\n\n\n\n> q\n> |c|\n> |-|",
		 "'T'\n4/2 [a] [b]\n'T'\n10/1 [c]\n"},
		{"|x|y|z|\n|a|b|\n|-|-|\n|1|2|\n",
		 "''\n2/2 [a] [b]\n4/2 [1] [2]\nline 1 {|x|y|z|}\n"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

static void finds_titles(void **state)
{
	static const struct row rows[] = {
		{"# One\n\n**Two**\n\ntext\n\n|a|\n|-|\n", "'Two'\n7/1 [a]\n"},
		{"**Two**\n\n# One\n\n|a|\n|-|\n\n|b|\n|-|\n", "'One'\n5/1 [a]\n'One'\n8/1 [b]\n"},
		{"**Note:** text\n\n|a|\n|-|\n", "''\n3/1 [a]\n"},
		{"One *more*<br>line\n---\n\n|a|\n|-|\n", "'One more line'\n4/1 [a]\n"},
		{"> # In\n\n|a|\n|-|\n", "'In'\n3/1 [a]\n"},
		{"# Out\n\n- |a|\n  |-|\n\n## After\n", "'Out'\n3/1 [a]\n"},
		{"#\n\n|a|\n|-|\n", "''\n3/1 [a]\n"},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

static void finds_stray_lines(void **state)
{
	static const struct row rows[] = {
		{"| a | b | c |\n|---|---|\n| 1 | 2 | 3 |\n", "line 1 {| a | b | c |}\n"},
		{"a | b | c\n--|--\n1 | 2 | 3\n", "line 1 {a | b | c}\n"},
		{"x\n\n    | a | b |\n    |---|---|\n    | 1 | 2 |\n", "line 3 {| a | b |}\n"},
		{"```\n| a |\n```\n", "line 2 {| a |}\n"},
		{"```\na | b\n--|--\n```\n", "line 2 {a | b}\n"},
		{"<!--\n| a |\n|---|\n-->\n", "line 2 {| a |}\n"},
		{"> | a |\n\ntext\n\n- | b |\n", "line 1 {> | a |}\nline 5 {- | b |}\n"},
		{"|a|\n|-|\n|1|\n\n|2|\n", "''\n1/1 [a]\n3/1 [1]\nline 5 {|2|}\n"},
		{"---\nx: y\n---\n| a |\n", "line 4 {| a |}\n"},
		{"---\n\n|a|\n|-|\n\n---\n", "''\n3/1 [a]\n"},
		{"a --- b\n\na | b\n\n---\n", ""},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

static void finds_stray_html(void **state)
{
	static const struct row rows[] = {
		{"x\n\n<TABLE>\n<tr><td>1</td></tr>\n</TABLE>\ny\n",
		 "html 3 {<TABLE>\n<tr><td>1</td></tr>\n</TABLE>}\n"},
		{"<div>\n<table>\n\n<tr>\n\n</table>\n", "html 2 {<table>\n\n<tr>\n\n</table>}\n"},
		{"text <table class=\"x\"> more\n", "html 1 {<table class=\"x\"> more\n}\n"},
		{"<table>\n</table>\n\n|x\n\n<table></table>\n",
		 "html 1 {<table>\n</table>}\nline 4 {|x}\nhtml 6 {<table></table>}\n"},
		{"<table>\n\n<table>\n</table>\n", "html 1 {<table>\n\n<table>\n</table>}\n"},
		{"a\nb <table>\n|c|\n|-|\n", "''\n3/1 [c]\nhtml 2 {<table>\n|c|\n|-|\n}\n"},
		{"`<table>`\n\n# T\n\nb <table>\n|c|\n|-|\n",
		 "'T'\n6/1 [c]\nhtml 5 {<table>\n|c|\n|-|\n}\n"},
		{"|a|\n|-|\n|<table>|\n", "''\n1/1 [a]\n3/1 []\nhtml 3 {<table>|\n}\n"},
		{"`<table>`\n\n    <table>\n\n<tablet>\n", ""},
	};

	assert_rows(rows, G_N_ELEMENTS(rows));
}

static void refuses_what_is_out_of_bounds(void **state)
{
	g_autofree char *cells = g_strnfill(66, '|');
	g_autofree char *text = g_strconcat("# T\n\n", cells, "\n", NULL);
	g_autofree char *found = read_text(text);

	assert_string_equal(found, "edge.md:3: error: the line has 65 cells, expected at most 64");
}

static void reads_the_vendors_page(void **state)
{
	static const struct {
		const char *title;
		int line;
		unsigned int columns, rows;
	} tables[] = {
		{"Required Server Ports (by Server Role)", 40, 5, 52},
		{"Hardware Load Balancer Ports if Using Only Hardware Load Balancing", 102, 3, 20},
		{"Hardware Load Balancer Ports if Using DNS Load Balancing", 129, 3, 6},
		{"Required Client Ports", 140, 4, 12},
		{"Recommended IPsec Exceptions", 171, 7, 15},
	};
	g_autoptr(GPtrArray) sources = sources_new();
	struct messages *messages = messages_new();
	struct document *document;

	if (!g_file_test(VENDOR, G_FILE_TEST_EXISTS)) {
		messages_free(messages);
		print_message("skipped: %s is missing\n", VENDOR);
		skip();
	}
	assert_true(source_read(VENDOR, SOURCE_DOCUMENT, sources, messages));
	document = document_read(sources->pdata[0], messages);
	assert_non_null(document);
	assert_int_equal(document->strays->len, 0);
	assert_int_equal(document->tables->len, G_N_ELEMENTS(tables));
	for (unsigned int i = 0; i < document->tables->len; i++) {
		const struct table *table = document->tables->pdata[i];

		assert_string_equal(table->title, tables[i].title);
		assert_int_equal(table->header.line, tables[i].line);
		assert_int_equal(table->header.cells->len, tables[i].columns);
		assert_int_equal(table->rows->len, tables[i].rows);
		for (unsigned int j = 0; j < table->rows->len; j++) {
			const struct table_row *row = table->rows->pdata[j];

			assert_int_equal(row->line, table->header.line + 2 + j);
			assert_int_equal(row->written, tables[i].columns);
		}
	}
	document_free(document);
	messages_free(messages);
}

/* A quadratic walk takes minutes here; the bound leaves room for sanitizers on a slow machine. */
static void reads_large_sites(void **state)
{
	GString *text = g_string_new("# S\n\n| Server | Address | Profile |\n|---|---|---|\n");
	struct source *source;
	struct messages *messages = messages_new();
	struct document *document;
	clock_t start = clock();

	for (unsigned int i = 0; i < 100000; i++)
		g_string_append_printf(text, "| fe%u | 10.%u.%u.%u | front-end |\n", i, i >> 16,
				       i >> 8 & 255, i & 255);
	source = source_new("edge.md", SOURCE_SITE, text->str, text->len);
	document = document_read(source, messages);
	assert_non_null(document);
	assert_int_equal(((struct table *)document->tables->pdata[0])->rows->len, 100000);
	assert_true((clock() - start) / CLOCKS_PER_SEC < 30);
	document_free(document);
	messages_free(messages);
	source_free(source);
	g_string_free(text, TRUE);
}

static void frees_null(void **state)
{
	document_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_rows),
		cmocka_unit_test(reads_rows_in_containers),
		cmocka_unit_test(finds_the_line_of_a_header_under_text),
		cmocka_unit_test(finds_titles),
		cmocka_unit_test(finds_stray_lines),
		cmocka_unit_test(finds_stray_html),
		cmocka_unit_test(refuses_what_is_out_of_bounds),
		cmocka_unit_test(reads_the_vendors_page),
		cmocka_unit_test(reads_large_sites),
		cmocka_unit_test(frees_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
