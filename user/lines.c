/* SPDX-License-Identifier: GPL-2.0-only */
/* A Markdown text cut into lines, and what a line looks like without the rest of the text. */
#include "lines.h"

#include <string.h>

/* What a line is indented with; in the midst of a row and behind it, the parser takes more. */
static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

static bool is_space(char c)
{
	return is_blank(c) || c == '\v' || c == '\f';
}

static bool is_end(char c)
{
	return c == '\n' || c == '\r';
}

static void cut(struct lines *lines)
{
	guint32 start = 0;

	while (start < lines->size) {
		const char *at = lines->text + start;
		const char *end = lines->text + lines->size;

		g_array_append_val(lines->starts, start);
		while (at < end && !is_end(*at))
			at++;
		if (at + 1 < end && at[0] == '\r' && at[1] == '\n')
			at++;
		start = at - lines->text + 1;
	}
}

static bool line_is(struct raw_line line, const char *text)
{
	return line.length == strlen(text) && !memcmp(line.text, text, line.length);
}

/*
 * The line that closes a YAML front matter; 0 without one. A line that begins with '|' is no YAML:
 * tables between two thematic breaks must not vanish.
 */
static unsigned int front_matter_end(const struct lines *lines)
{
	if (!lines->starts->len || !line_is(lines_get(lines, 1), "---"))
		return 0;
	for (unsigned int i = 2; i <= lines->starts->len; i++) {
		struct raw_line line = lines_get(lines, i);

		if (line_is(line, "---") || line_is(line, "..."))
			return i;
		if (line.length && *line.text == '|')
			return 0;
	}
	return 0;
}

static void blank_front_matter(struct lines *lines)
{
	unsigned int end = front_matter_end(lines);

	for (unsigned int i = 1; i <= end; i++) {
		struct raw_line line = lines_get(lines, i);

		memset(lines->text + (line.text - lines->text), ' ', line.length);
	}
}

struct lines *lines_new(const char *text, size_t size)
{
	static const char mark[] = "\xef\xbb\xbf";
	struct lines *lines = g_new0(struct lines, 1);

	if (size >= 3 && !memcmp(text, mark, 3)) {
		text += 3;
		size -= 3;
	}
	lines->text = g_malloc(size + 1);
	memcpy(lines->text, text, size);
	lines->text[size] = '\0';
	lines->size = size;
	lines->starts = g_array_new(FALSE, FALSE, sizeof(guint32));
	cut(lines);
	blank_front_matter(lines);
	return lines;
}

void lines_free(struct lines *lines)
{
	if (!lines)
		return;
	g_free(lines->text);
	g_array_unref(lines->starts);
	g_free(lines);
}

static size_t line_start(const struct lines *lines, unsigned int number)
{
	return number > lines->starts->len ? lines->size
					   : g_array_index(lines->starts, guint32, number - 1);
}

struct raw_line lines_get(const struct lines *lines, unsigned int number)
{
	size_t start = line_start(lines, number);
	size_t end = line_start(lines, number + 1);

	while (end > start && is_end(lines->text[end - 1]))
		end--;
	return (struct raw_line){lines->text + start, end - start};
}

unsigned int lines_number(const struct lines *lines, size_t offset)
{
	unsigned int low = 1, high = lines->starts->len;

	while (low < high) {
		unsigned int middle = low + (high - low + 1) / 2;

		if (line_start(lines, middle) <= offset)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

/* The length of '-', '*', '+', "1." or "1)" before a blank or the end; 0 for anything else. */
static size_t list_marker(const char *at, const char *end)
{
	const char *mark = at;

	while (mark < end && g_ascii_isdigit(*mark))
		mark++;
	if (mark == end || !strchr(mark == at ? "-*+" : ".)", *mark))
		return 0;
	mark++;
	return mark == end || is_blank(*mark) ? mark - at : 0;
}

/* A list needs two columns of indent to go on; a tab is at most four columns. */
struct line_prefix line_prefix(struct raw_line line)
{
	const char *at = line.text, *end = line.text + line.length;
	struct line_prefix prefix = {0, 0};
	unsigned int columns = 0;

	for (;;) {
		size_t marker;

		for (; at < end && is_blank(*at); at++)
			columns += *at == '\t' ? 4 : 1;
		prefix.length = at - line.text;
		marker = at < end && *at == '>' ? 1 : list_marker(at, end);
		if (!marker)
			return prefix;
		prefix.depth += 1 + columns / 2;
		columns = 0;
		at += marker;
	}
}

/* What is left after the blanks and '>' that a table's body can stand behind. */
static struct raw_line skip_quotes(struct raw_line line)
{
	while (line.length && (is_blank(*line.text) || *line.text == '>')) {
		line.text++;
		line.length--;
	}
	return line;
}

bool line_is_blank(struct raw_line line)
{
	return skip_quotes(line).length == 0;
}

/* A '|' behind a backslash is text, even where that backslash is escaped itself. */
unsigned int line_cells(struct raw_line line)
{
	unsigned int cells = 1;

	line = skip_quotes(line);
	while (line.length && is_space(line.text[line.length - 1]))
		line.length--;
	for (size_t i = 1; i < line.length; i++)
		cells += line.text[i] == '|' && line.text[i - 1] != '\\';
	if (line.length > 1 && line.text[line.length - 1] == '|' &&
	    line.text[line.length - 2] != '\\')
		cells--;
	return cells;
}

bool line_is_delimiter(struct raw_line line)
{
	bool bar = false, dash = false;

	line = skip_quotes(line);
	for (size_t i = 0; i < line.length; i++) {
		char c = line.text[i];

		if (c != '|' && c != '-' && c != ':' && !is_space(c))
			return false;
		bar |= c == '|';
		dash |= c == '-';
	}
	return bar && dash;
}

bool line_is_tabular(struct raw_line line)
{
	size_t content = line_prefix(line).length;

	return (content < line.length && line.text[content] == '|') || line_is_delimiter(line);
}
