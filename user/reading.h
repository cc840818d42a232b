/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of tables share while a policy is being read; policy.c hands them the lines. */
#ifndef PORTCULLIS_READING_H
#define PORTCULLIS_READING_H

#include <glib.h>
#include <stdbool.h>

#include "kind.h"
#include "policy.h"

struct reading {
	struct policy *policy;
	struct messages *messages;
	GHashTable *claims;    /* "kind\nname" in one case → struct place *, where it was first */
	GHashTable *roles;     /* "title\nname" in one case → struct role * */
	GHashTable *namesakes; /* name in one case → GPtrArray of struct role * */
	GHashTable *expressions; /* a Profile cell → its canonical expression */
	GArray *unstated;        /* struct unstated, as unstated.h says */
	unsigned int services;   /* how many lines of services there are, right or wrong */
	unsigned int servers;    /* likewise */
};

/* A line of a table whose kind is known and whose header is right. */
struct line {
	struct reading *reading;
	const struct table *table;
	const struct columns *columns;
	const struct table_row *row;
	struct place place;
};

struct reading *reading_new(struct policy *policy, struct messages *messages);
void reading_free(struct reading *reading);

/* The text of a cell; "" where the table has no such column. */
const char *line_cell(const struct line *line, enum column column);

/* The same as one line of text that lives as long as the policy. */
const char *line_keep(const struct line *line, enum column column);

void line_error(const struct line *line, const char *format, ...) G_GNUC_PRINTF(2, 3);
void line_warning(const struct line *line, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* An error if what ("server") of that name stands on an earlier line too; the first keeps it. */
bool line_claim(const struct line *line, const char *what, const char *name);

/* The name in a column, claimed and kept; NULL after an error: none, no name, or one taken. */
const char *line_name(const struct line *line, enum column column, const char *what);

#endif
