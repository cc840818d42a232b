/* SPDX-License-Identifier: GPL-2.0-only */
/* Tells the tables of a document apart: those to be read, those that are ignored, and errors. */
#ifndef PORTCULLIS_SURVEY_H
#define PORTCULLIS_SURVEY_H

#include "reading.h"

/* A table that can be read. */
struct sheet {
	const char *file;
	const struct table *table;
	struct columns columns;
};

/*
 * Appends the tables (struct sheet) of a document that can be read. What only looks like a table, a
 * table of no known kind and a header that is not understood are errors, but in a vendor's document
 * only where they speak of ports; what is ignored there is listed in the policy.
 */
void survey(struct reading *reading, const struct document *document, GArray *sheets);

#endif
