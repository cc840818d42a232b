/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A Markdown text as lines, for what its parser does not tell: the parser cuts and pads the rows of
 * tables, and takes what is no table for prose.
 */
#ifndef PORTCULLIS_LINES_H
#define PORTCULLIS_LINES_H

#include <glib.h>
#include <stdbool.h>

struct lines {
	char *text; /* without a byte order mark, the front matter blanked out; ends with 0 */
	size_t size;
	GArray *starts; /* guint32: where each line begins in text */
};

struct raw_line {
	const char *text; /* not ended with 0 */
	size_t length;    /* without the end of the line */
};

/* The bytes of a line that are no content: blanks, '>' and list markers. */
struct line_prefix {
	size_t length;
	unsigned int depth; /* how many quotes and lists it can open at most */
};

/* Cuts a text where the parser does: after \n, \r\n and \r. Offsets take 32 bits. */
struct lines *lines_new(const char *text, size_t size);
void lines_free(struct lines *lines);

/* A line by its number, from 1. */
struct raw_line lines_get(const struct lines *lines, unsigned int number);

/* The number of the line that an offset of the text is in. */
unsigned int lines_number(const struct lines *lines, size_t offset);

struct line_prefix line_prefix(struct raw_line line);

/* Whether there is nothing in it but blanks and '>': what ends a table. */
bool line_is_blank(struct raw_line line);

/* As how many cells of a table's row the parser reads it. */
unsigned int line_cells(struct raw_line line);

/* Whether it is made of '|', ':', '-' and blanks, with a '|' and a '-'. */
bool line_is_delimiter(struct raw_line line);

/* Whether a reader would take it for a part of a table: a '|' begins it, or it is a delimiter row.
 */
bool line_is_tabular(struct raw_line line);

#endif
