/* SPDX-License-Identifier: GPL-2.0-only */
/* The parser's tree becomes tables with their titles and lines, and what only looks like tables. */
#include "document.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <string.h>

#include "bounds.h"
#include "inline.h"
#include "lines.h"
#include "text.h"

/* A walk through the tree. */
struct walk {
	struct document *document;
	const struct lines *lines;
	char *title;         /* counted by reference: a thousand tables may stand under one */
	guint8 *in_table;    /* by line */
	unsigned int line;   /* the furthest that a node began in */
	const char *html_to; /* the end of the last HTML table */
};

static void row_clear(struct table_row *row)
{
	g_ptr_array_unref(row->cells);
}

static void row_free(gpointer data)
{
	row_clear(data);
	g_free(data);
}

static void table_free(gpointer data)
{
	struct table *table = data;

	g_ref_string_release(table->title);
	row_clear(&table->header);
	g_ptr_array_unref(table->rows);
	g_free(table);
}

static void stray_free(gpointer data)
{
	struct stray *stray = data;

	g_free(stray->text);
	g_free(stray);
}

void document_free(struct document *document)
{
	if (!document)
		return;
	g_ptr_array_unref(document->tables);
	g_ptr_array_unref(document->strays);
	g_free(document);
}

static void add_stray(struct document *document, unsigned int line, int kind, char *text)
{
	struct stray *stray = g_new0(struct stray, 1);

	stray->line = line;
	stray->kind = kind;
	stray->text = text;
	g_ptr_array_add(document->strays, stray);
}

static void read_row(struct table_row *row, cmark_node *node, unsigned int line)
{
	cmark_node *cell;

	row->line = line;
	row->cells = g_ptr_array_new_with_free_func(g_free);
	for (cell = cmark_node_first_child(node); cell; cell = cmark_node_next(cell))
		g_ptr_array_add(row->cells, inline_text(cell));
	row->written = row->cells->len;
}

/*
 * The line of a table's header. The parser is wrong about it where text stands directly above, so
 * it is counted back over the delimiter row from the first row of the body, or from the table's
 * end.
 */
static unsigned int header_line(cmark_node *table, cmark_node *body)
{
	return body ? cmark_node_get_start_line(body) - 2 : cmark_node_get_end_line(table) - 1;
}

static void read_table(struct walk *walk, cmark_node *node)
{
	struct table *table = g_new0(struct table, 1);
	cmark_node *header = cmark_node_first_child(node);
	cmark_node *body = cmark_node_next(header);
	unsigned int first = header_line(node, body), last = cmark_node_get_end_line(node);

	table->title = g_ref_string_acquire(walk->title);
	table->rows = g_ptr_array_new_with_free_func(row_free);
	read_row(&table->header, header, first);
	for (; body; body = cmark_node_next(body)) {
		struct table_row *row = g_new0(struct table_row, 1);

		read_row(row, body, cmark_node_get_start_line(body));
		row->written = line_cells(lines_get(walk->lines, row->line));
		g_ptr_array_add(table->rows, row);
	}
	memset(walk->in_table + first, true, last - first + 1);
	g_ptr_array_add(walk->document->tables, table);
}

static void read_title(struct walk *walk, cmark_node *node)
{
	g_autofree char *text = inline_text(node);
	g_autofree char *title = text_one_line(text);

	g_ref_string_release(walk->title);
	walk->title = g_ref_string_new(title);
}

/* Where a tag of the name ("table", "/table") begins, in any case; NULL without one. */
static const char *find_tag(const char *html, const char *name)
{
	for (html = strchr(html, '<'); html; html = strchr(html + 1, '<')) {
		if (inline_is_tag(html, name))
			return html;
	}
	return NULL;
}

/*
 * HTML is told from code by the parser, but taken from the raw text: a blank line inside a table is
 * the end of the HTML to the parser, and not to the reader.
 */
static void read_html(struct walk *walk, cmark_node *node)
{
	const struct lines *lines = walk->lines;
	const char *line = lines_get(lines, MAX(walk->line, 1)).text;
	const char *start, *end;

	if (line < walk->html_to || !find_tag(cmark_node_get_literal(node), "table"))
		return;
	start = find_tag(line, "table");
	if (!start)
		return;
	end = find_tag(start, "/table");
	end = end ? end + strlen("</table>") : lines->text + lines->size;
	walk->html_to = end;
	add_stray(walk->document, lines_number(lines, start - lines->text), STRAY_HTML,
		  g_strndup(start, end - start));
}

static void visit(struct walk *walk, cmark_node *node)
{
	cmark_node_type type = cmark_node_get_type(node);

	walk->line = MAX(walk->line, (unsigned int)cmark_node_get_start_line(node));
	if (type == CMARK_NODE_HEADING || (type == CMARK_NODE_PARAGRAPH && inline_is_bold(node)))
		read_title(walk, node);
	else if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
		read_html(walk, node);
	else if (!strcmp(cmark_node_get_type_string(node), "table"))
		read_table(walk, node);
}

static void walk_tree(struct walk *walk, cmark_node *root)
{
	cmark_iter *iter = cmark_iter_new(root);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		if (event == CMARK_EVENT_ENTER)
			visit(walk, cmark_iter_get_node(iter));
	}
	cmark_iter_free(iter);
}

/* The header of a delimiter row that does not fit it may stand there without a '|' at its front. */
static bool looks_tabular(const struct walk *walk, unsigned int number)
{
	struct raw_line line = lines_get(walk->lines, number);

	if (walk->in_table[number])
		return false;
	if (line_is_tabular(line))
		return true;
	return number < walk->lines->starts->len && line_cells(line) > 1 &&
	       line_is_delimiter(lines_get(walk->lines, number + 1));
}

static void find_stray_lines(struct walk *walk)
{
	bool before = false;

	for (unsigned int number = 1; number <= walk->lines->starts->len; number++) {
		bool stray = looks_tabular(walk, number);

		if (stray && !before) {
			struct raw_line line = lines_get(walk->lines, number);
			char *text = g_strndup(line.text, line.length);

			add_stray(walk->document, number, STRAY_LINE, g_strstrip(text));
		}
		before = stray;
	}
}

static gint by_line(gconstpointer a, gconstpointer b)
{
	const struct stray *one = *(const struct stray *const *)a;
	const struct stray *other = *(const struct stray *const *)b;

	return one->line - other->line;
}

static cmark_node *parse(const struct lines *lines)
{
	static const char *const extensions[] = {"table", "strikethrough"};
	cmark_parser *parser = cmark_parser_new(CMARK_OPT_DEFAULT);
	cmark_node *root;

	cmark_gfm_core_extensions_ensure_registered();
	for (unsigned int i = 0; i < G_N_ELEMENTS(extensions); i++)
		cmark_parser_attach_syntax_extension(parser,
						     cmark_find_syntax_extension(extensions[i]));
	cmark_parser_feed(parser, lines->text, lines->size);
	root = cmark_parser_finish(parser);
	cmark_parser_free(parser);
	return root;
}

static struct document *read_lines(const struct source *source, const struct lines *lines)
{
	struct document *document = g_new0(struct document, 1);
	struct walk walk = {.document = document, .lines = lines, .html_to = lines->text};
	cmark_node *root = parse(lines);

	document->source = source;
	document->tables = g_ptr_array_new_with_free_func(table_free);
	document->strays = g_ptr_array_new_with_free_func(stray_free);
	walk.title = g_ref_string_new("");
	walk.in_table = g_new0(guint8, lines->starts->len + 2);
	walk_tree(&walk, root);
	find_stray_lines(&walk);
	g_ptr_array_sort(document->strays, by_line);
	cmark_node_free(root);
	g_ref_string_release(walk.title);
	g_free(walk.in_table);
	return document;
}

struct document *document_read(const struct source *source, struct messages *messages)
{
	struct lines *lines = lines_new(source->text, source->size);
	struct document *document = NULL;

	if (bounds_check(lines, source->file, messages))
		document = read_lines(source, lines);
	lines_free(lines);
	return document;
}
