/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The full screen of `portcullis top`, without a terminal: keys change the state, a generation and
 * its rates become rows, and these become lines of spans with looks. Pure.
 */
#ifndef PORTCULLIS_TOP_H
#define PORTCULLIS_TOP_H

#include <glib.h>
#include <stdbool.h>

#include "generation.h"
#include "rates.h"

enum top_view {
	TOP_SERVICES,
	TOP_SERVERS,
	TOP_REASONS,
	TOP_PORTS, /* where packets were dropped, or would be */
	TOP_VIEWS,
};

enum top_order {
	TOP_BY_PACKETS,
	TOP_BY_BITS,
	TOP_BY_DROPS,
	TOP_BY_NAME,
	TOP_ORDERS,
};

/* What the keys change. */
struct top_state {
	enum top_view view;
	enum top_order order;
	bool backwards;
	bool paused;
	bool typing; /* the filter */
	bool help;
	guint first; /* of the rows, the one shown at the top; top_lines() keeps it in bounds */
	guint page;  /* how many rows top_lines() had room for */
	GString *filter[TOP_VIEWS];
};

/* What is shown. */
struct top_data {
	const struct generation *generation; /* NULL: nothing is enforced */
	const struct rates *rates;
	const char *trouble; /* to be seen first; or NULL */
};

/* How it is to be shown. */
struct top_shape {
	int width, height; /* in columns and lines */
	bool utf8;         /* else ASCII only */
};

enum top_look {
	TOP_BOLD = 1,
	TOP_REVERSE = 2,
	TOP_DIM = 4,
	TOP_RED = 8,
	TOP_YELLOW = 16,
	TOP_GREEN = 32,
};

struct top_span {
	char *text;
	unsigned int looks; /* enum top_look, joined */
};

/* A line of the screen: no wider than that. */
struct top_line {
	GArray *spans; /* struct top_span */
};

/* As many lines (struct top_line *, owned by the array) as the shape is high, at most. */
GPtrArray *top_lines(struct top_state *state, const struct top_data *data, const GPtrArray *rows,
		     const struct top_shape *shape);

#endif
