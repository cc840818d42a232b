/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of services, and what all kinds of rows are made with. */
#ifndef PORTCULLIS_TOP_SERVICES_H
#define PORTCULLIS_TOP_SERVICES_H

#include "top.h"

/* A new row at the end, which takes over its name. */
struct top_row *top_row_new(GPtrArray *rows, char *name);

/* Adds a counter to what a row shows. */
void top_row_count(struct top_row *row, const struct rates *rates, enum rates_what what,
		   guint index);

/*
 * A row for all segments that the same services share: what one packet was for, nobody can tell, so
 * it counts once, for all of them. Its drops are those at its ports, whichever server was meant.
 */
void top_add_services(GPtrArray *rows, const struct top_data *data);

#endif
