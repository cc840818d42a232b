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
};

struct tally {
	guint64 measured[MEASURES];
	guint64 links;      /* at most: each has a ']' */
	guint64 definition; /* bytes of the link definition that may go on in this line */
	guint64 longest;    /* of all definitions */
	unsigned int table; /* columns of the table that may go on in this line; 0 without one */
	bool bar;           /* a '|' was in the line before */
};

static void count_marks(struct tally *tally, struct raw_line line)
{
	static const char marks[] = "[]<&*_~`\\";

	tally->bar = false;
	for (size_t i = 0; i < line.length; i++) {
		char c = line.text[i];
		char next = i + 1 < line.length ? line.text[i + 1] : '\0';

		tally->bar |= c == '|';
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

static void count_line(struct tally *tally, struct raw_line line)
{
	unsigned int cells = line_cells(line);

	if (line_is_blank(line))
		tally->table = 0;
	else if (tally->bar && line_is_delimiter(line))
		tally->table = cells;
	tally->measured[CELLS] = cells;
	tally->measured[DEPTH] = line_prefix(line).depth;
	tally->measured[LINES]++;
	tally->measured[MARKS] += MAX(cells, tally->table);
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
