/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Markdown text cut into its tables: CommonMark with GitHub tables, read by cmark-gfm. What the
 * tables mean is told elsewhere.
 */
#ifndef PORTCULLIS_DOCUMENT_H
#define PORTCULLIS_DOCUMENT_H

#include <glib.h>

#include "message.h"
#include "source.h"

#define DOCUMENT_COLUMNS_MAX 64

/* A row's cells: without markup, entities decoded, spaces trimmed and folded; <br/> is a '\n'. */
struct table_row {
	int line;
	unsigned int written; /* cells that the line really has: the parser pads and cuts */
	GPtrArray *cells;     /* char *; exactly as many as the header has */
};

struct table {
	char *title; /* nearest heading, or paragraph bold throughout, above it; "" without one */
	struct table_row header;
	GPtrArray *rows; /* struct table_row * */
};

/* What looks like a table to a reader and is none to the parser: nobody may believe it is enforced.
 */
struct stray {
	int line;
	enum {
		STRAY_LINE, /* begins with '|', or is a delimiter row, outside every table */
		STRAY_HTML, /* holds a <table> tag */
	} kind;
	char *text; /* the line, or the HTML up to its end */
};

struct document {
	const struct source *source;
	GPtrArray *tables; /* struct table *, in the order of the text */
	GPtrArray *strays; /* struct stray *; of consecutive stray lines, the first */
};

/*
 * Reads a source, which must outlive the document. A leading YAML front matter is passed over. What
 * the parser cannot be given (a line of more than DOCUMENT_COLUMNS_MAX cells) is an error message
 * and NULL.
 */
struct document *document_read(const struct source *source, struct messages *messages);

void document_free(struct document *document);

#endif
