/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Texts that the Markdown parser must not be given: its time grows with the square of some things,
 * and each mark costs it a few hundred bytes of memory.
 */
#include "bounds.h"

#include <string.h>

#include "document.h"

/* What is measured, line by line. */
enum measure {
	CELLS,        /* of the line */
	DEPTH,        /* quotes and lists that the line opens, one in the other */
	LINES,        /* so far, and likewise all below */
	MARKS,        /* cells, those that the parser pads rows with, and marks of markup */
	DECLARATIONS, /* "<?" and "<!": for each the parser looks for an end */
	REPEATED,     /* the longest link definition times the links that may repeat it */
	SOUGHT,       /* lines times bytes in which the parser looks for headers of tables */
	MEASURES,
};

static const struct bound {
	const char *subject, *unit;
	guint64 max;
} bounds[MEASURES] = {
	[CELLS] = {"the line has", "cells", DOCUMENT_COLUMNS_MAX},
	[DEPTH] = {"the line nests", "quotes and lists", 100},
	[LINES] = {"the text has", "lines", 1 << 20},
	[MARKS] = {"the text has", "cells and marks of markup", 1 << 22},
	[DECLARATIONS] = {"the text has", "of '<?' and '<!'", 512},
	[REPEATED] = {"the text has", "bytes of link definitions to repeat", 1 << 28},
	[SOUGHT] = {"delimiter rows stand under", "lines times bytes without a blank line",
		    1ULL << 32},
};

struct tally {
	guint64 measured[MEASURES];
	guint64 links;      /* at most: each has a ']' */
	guint64 definition; /* bytes of the link definition that may go on in this line */
	guint64 longest;    /* of all definitions */
	unsigned int table; /* columns of the table that may go on in this line; 0 without one */
	unsigned int lines; /* since the last blank one */
	size_t bytes;       /* in them */
	struct raw_line before;
};

static void count_marks(struct tally *tally, struct raw_line line)
{
	static const char marks[] = "[]<&*_~`\\";

	for (size_t i = 0; i < line.length; i++) {
		char c = line.text[i];
		char next = i + 1 < line.length ? line.text[i + 1] : '\0';

		tally->links += c == ']';
		tally->measured[MARKS] += c && strchr(marks, c);
		tally->measured[DECLARATIONS] += c == '<' && (next == '?' || next == '!');
	}
}

/* Whether a link definition may begin here; a row with "[::1]:443" in a cell is none. */
static bool is_definition(struct raw_line line)
{
	for (size_t i = 0; i + 1 < line.length && line.text[i] != '|'; i++) {
		if (line.text[i] == ']' && line.text[i + 1] == ':')
			return true;
	}
	return false;
}

/* Its title goes on until a blank line at most. */
static void count_definitions(struct tally *tally, struct raw_line line)
{
	if (line_is_blank(line))
		tally->definition = 0;
	else if (is_definition(line))
		tally->definition = line.length;
	else if (tally->definition)
		tally->definition += line.length;
	tally->longest = MAX(tally->longest, tally->definition);
	tally->measured[REPEATED] = tally->longest * tally->links;
}

/* Whether the parser may take one line for the header above another. */
static bool is_header(struct raw_line line, unsigned int cells)
{
	size_t prefix = line_prefix(line).length;
	struct raw_line content = {line.text + prefix, line.length - prefix};

	return line_cells(line) == cells || line_cells(content) == cells;
}

/* A row of a table is padded to the width of its header. */
static void count_cells(struct tally *tally, struct raw_line line)
{
	unsigned int cells = line_cells(line);

	if (line_is_blank(line)) {
		tally->table = 0;
		tally->lines = 0;
		tally->bytes = 0;
	} else if (!tally->table && tally->lines && line_is_delimiter(line)) {
		tally->measured[SOUGHT] += (guint64)tally->lines * tally->bytes;
		tally->table = is_header(tally->before, cells) ? cells : 0;
	}
	tally->lines++;
	tally->bytes += line.length;
	tally->before = line;
	tally->measured[CELLS] = cells;
	tally->measured[MARKS] += MAX(cells, tally->table);
}

static void count_line(struct tally *tally, struct raw_line line)
{
	tally->measured[LINES]++;
	tally->measured[DEPTH] = line_prefix(line).depth;
	count_cells(tally, line);
	count_marks(tally, line);
	count_definitions(tally, line);
}

bool bounds_check(const struct lines *lines, const char *file, struct messages *messages)
{
	struct tally tally = {0};

	for (unsigned int number = 1; number <= lines->starts->len; number++) {
		count_line(&tally, lines_get(lines, number));
		for (unsigned int i = 0; i < MEASURES; i++) {
			const struct bound *bound = &bounds[i];

			if (tally.measured[i] <= bound->max)
				continue;
			message_add(messages, SEVERITY_ERROR, file, number,
				    "%s %" G_GUINT64_FORMAT
				    " %s, expected at most %" G_GUINT64_FORMAT,
				    bound->subject, tally.measured[i], bound->unit, bound->max);
			return false;
		}
	}
	return true;
}
