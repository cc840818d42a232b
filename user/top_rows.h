/* SPDX-License-Identifier: GPL-2.0-only */
/* What the full screen shows a line of: a service, a server, a reason, a dropped port. Pure. */
#ifndef PORTCULLIS_TOP_ROWS_H
#define PORTCULLIS_TOP_ROWS_H

#include "top.h"

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

/* A new row at the end, which takes over its name. */
struct top_row *top_row_new(GPtrArray *rows, char *name);

/* Adds a counter to what a row shows. */
void top_row_count(struct top_row *row, const struct rates *rates, enum rates_what what,
		   guint index);

#endif
