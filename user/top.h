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
	TOP_PORTS, /* where is knocked although it is closed */
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

/* --- keys --- */

/* Besides characters, whose numbers are smaller. */
enum top_key {
	TOP_KEY_UP = 0x110000,
	TOP_KEY_DOWN,
	TOP_KEY_PAGE_UP,
	TOP_KEY_PAGE_DOWN,
	TOP_KEY_HOME,
	TOP_KEY_END,
	TOP_KEY_BACKSPACE,
	TOP_KEY_ENTER,
	TOP_KEY_ESCAPE,
};

struct top_state *top_state_new(void);
void top_state_free(struct top_state *state);

/* Does what a key says; false if it ends the program. */
bool top_key(struct top_state *state, gunichar key);

/* What the keys do: pairs of keys and words, the most important first; ends with NULLs. */
struct top_help {
	const char *keys, *brief, *meaning; /* brief: for the last line; NULL: not there */
};
extern const struct top_help top_helps[];

/* --- rows --- */

/* A counter that a row shows. */
struct top_counter {
	enum rates_what what;
	guint index;
};

struct top_row {
	char *name;
	char *about;            /* ports, profile, verdict; or NULL */
	const char *mode;       /* of a server; or NULL */
	const char *meaning;    /* of a reason; or NULL */
	char *sought;           /* what a filter is looked for in */
	GArray *counters;       /* struct top_counter: summed */
	GArray *ranges;         /* struct port_range; of services */
	double packets, bits;   /* per second */
	double drops;           /* likewise; negative: not known of such a row */
	bool drops_shared;      /* another row has some of these, too */
	bool alarm, warn, idle; /* how it looks */
	__u64 total;            /* packets */
};

void top_row_free(gpointer row);

/* All rows of a view (struct top_row *, owned by the array), in no order yet. */
GPtrArray *top_rows(const struct top_data *data, enum top_view view);

/* Those that the state's filter lets through, in its order; the rows still belong to the others. */
GPtrArray *top_rows_sort(const GPtrArray *rows, const struct top_state *state);

/* --- lines --- */

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

/* The lines above the rows, and the last: who is asked for what is shown. */
void top_add_head(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		  const struct top_shape *shape);
void top_add_help(GPtrArray *lines, const struct top_state *state, const struct top_shape *shape);

/* A heading and the rows that a view has room for, from state->first on. */
void top_add_table(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		   const GPtrArray *rows, const struct top_shape *shape);

/* --- text --- */

/* Adds an empty line, and to a line a text, which is taken over. */
struct top_line *top_add_line(GPtrArray *lines);
void top_add_span(struct top_line *line, char *text, unsigned int looks);

/* The columns that a text takes on the screen, once it is cut. */
int top_width(const char *text);

/*
 * The text in at most, or with spaces at either end exactly, so many columns; what is cut off is
 * told by an ellipsis. Control characters, and for ASCII all others, become question marks. The
 * caller frees it.
 */
char *top_cut(const char *text, int width, bool utf8);
char *top_pad(const char *text, int width, bool right, bool utf8);

/* Numbers as heights, the largest of them highest; right-aligned. The caller frees it. */
char *top_sparkline(const double *numbers, guint count, int width, bool utf8);

/* The words, and a space, with which most of the names (char *) begin; "" if there are none. The
 * caller frees it. */
char *top_common(const GPtrArray *names);

#endif
