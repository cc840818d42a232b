/* SPDX-License-Identifier: GPL-2.0-only */
/* The screen of `top` as text. Include cmocka.h first. */
#ifndef PORTCULLIS_TOP_DATA_H
#define PORTCULLIS_TOP_DATA_H

#include "generation_text.h"
#include "made_totals.h"
#include "top_keys.h"
#include "top_rows.h"
#include "top_text.h"

/* A line as the terminal shows it, without the spaces at its end. */
static inline char *line_text(const struct top_line *line)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < line->spans->len; i++)
		g_string_append(text, g_array_index(line->spans, struct top_span, i).text);
	return g_strchomp(g_string_free(text, FALSE));
}

/* All lines, one below the other; none may be wider than the screen, nor may there be too many. */
static inline char *lines_text(const GPtrArray *lines, const struct top_shape *shape)
{
	GString *text = g_string_new(NULL);

	assert_true((int)lines->len <= shape->height);
	for (guint i = 0; i < lines->len; i++) {
		g_autofree char *line = line_text(lines->pdata[i]);

		assert_true(top_width(line) <= shape->width);
		g_string_append_printf(text, "%s\n", line);
	}
	return g_string_free(text, FALSE);
}

/* The whole screen of a state; the caller frees it. */
static inline char *screen_text(struct top_state *state, const struct top_data *data,
				const struct top_shape *shape)
{
	g_autoptr(GPtrArray) rows = top_rows(data, state->view);
	g_autoptr(GPtrArray) sorted = top_rows_sort(rows, state);
	g_autoptr(GPtrArray) lines = top_lines(state, data, sorted, shape);

	return lines_text(lines, shape);
}

#endif
