/* SPDX-License-Identifier: GPL-2.0-only */
/* The full screen as lines: the head, the table of a view, or what the keys do, the last line. */
#include "top_lines.h"

#include <string.h>

#include "top_keys.h"
#include "top_text.h"

static void clear_span(gpointer span)
{
	g_free(((struct top_span *)span)->text);
}

static void free_line(gpointer data)
{
	struct top_line *line = data;

	g_array_unref(line->spans);
	g_free(line);
}

struct top_line *top_add_line(GPtrArray *lines)
{
	struct top_line *line = g_new0(struct top_line, 1);

	line->spans = g_array_new(FALSE, FALSE, sizeof(struct top_span));
	g_array_set_clear_func(line->spans, clear_span);
	g_ptr_array_add(lines, line);
	return line;
}

void top_add_span(struct top_line *line, char *text, unsigned int looks)
{
	const struct top_span span = {text, looks};

	g_array_append_val(line->spans, span);
}

char *top_speed(const struct rates *rates, double per_second)
{
	return rates_known(rates) ? rates_text(per_second) : g_strdup("-");
}

static void add_keys(GPtrArray *lines, const struct top_shape *shape)
{
	for (const struct top_help *help = top_helps; help->keys; help++) {
		struct top_line *line = top_add_line(lines);

		top_add_span(line, top_pad(help->keys, MIN(9, shape->width), false, shape->utf8),
			     TOP_BOLD);
		top_add_span(line, top_cut(help->meaning, shape->width - 9, shape->utf8), 0);
	}
}

/* In place of the keys, what is being typed. */
static void add_prompt(struct top_line *line, const struct top_state *state,
		       const struct top_shape *shape)
{
	const char *typed = state->filter[state->view]->str;
	static const char prompt[] = "filter: ";
	int room = shape->width - (int)strlen(prompt) - 1;

	/* Of what is too long, the end is seen. */
	while (room > 0 && top_width(typed) > room)
		typed = g_utf8_next_char(typed);
	top_add_span(line, top_cut(prompt, shape->width, shape->utf8), TOP_BOLD);
	top_add_span(line, top_cut(typed, room, shape->utf8), 0);
	top_add_span(line, g_strdup(room > 0 ? "_" : ""), TOP_BOLD);
}

/* The keys that there is room for. */
void top_add_help(GPtrArray *lines, const struct top_state *state, const struct top_shape *shape)
{
	struct top_line *line = top_add_line(lines);
	int left = shape->width;

	if (state->typing) {
		add_prompt(line, state, shape);
		return;
	}
	for (const struct top_help *help = top_helps; help->keys; help++) {
		int width;

		if (!help->brief)
			continue;
		width = (int)(strlen(help->keys) + strlen(help->brief)) +
			(line->spans->len ? 3 : 1);
		if (width > left)
			break;
		left -= width;
		if (line->spans->len)
			top_add_span(line, g_strdup("  "), 0);
		top_add_span(line, g_strdup(help->keys), TOP_BOLD);
		top_add_span(line, g_strdup_printf(" %s", help->brief), 0);
	}
}

GPtrArray *top_lines(struct top_state *state, const struct top_data *data, const GPtrArray *rows,
		     const struct top_shape *shape)
{
	GPtrArray *lines = g_ptr_array_new_with_free_func(free_line);
	const int last = shape->height - 1; /* the help's */

	top_add_head(lines, state, data, shape);
	state->page = (guint)MAX(last - 1 - (int)lines->len, 0);
	state->first = MIN(state->first, rows->len - MIN(rows->len, state->page));
	if (state->help)
		add_keys(lines, shape);
	else if (data->generation)
		top_add_table(lines, state, data, rows, shape);
	while ((int)lines->len < last)
		top_add_line(lines);
	if ((int)lines->len > last)
		g_ptr_array_set_size(lines, MAX(last, 0));
	if (last >= 0)
		top_add_help(lines, state, shape);
	return lines;
}
