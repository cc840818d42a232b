/* SPDX-License-Identifier: GPL-2.0-only */
/* The parts that the full screen's lines are put together from. Pure. */
#ifndef PORTCULLIS_TOP_LINES_H
#define PORTCULLIS_TOP_LINES_H

#include "top.h"

/* Adds an empty line, and to a line a text, which is taken over. */
struct top_line *top_add_line(GPtrArray *lines);
void top_add_span(struct top_line *line, char *text, unsigned int looks);

/* A rate as text, "-" while none is known. The caller frees it. */
char *top_speed(const struct rates *rates, double per_second);

/* The lines above the rows, and the last: who is asked for what is shown. */
void top_add_head(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		  const struct top_shape *shape);
void top_add_help(GPtrArray *lines, const struct top_state *state, const struct top_shape *shape);

/* A heading and the rows that a view has room for, from state->first on. */
void top_add_table(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		   const GPtrArray *rows, const struct top_shape *shape);

#endif
