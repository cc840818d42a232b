/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines whose protocol cell is empty: they take what the rest of their document says. */
#ifndef PORTCULLIS_UNSTATED_H
#define PORTCULLIS_UNSTATED_H

#include "reading.h"

struct unstated {
	struct place place;
	GArray *ranges; /* its rows' own; those without transports wait */
};

/* Remembers a line's ranges, some of which have no transport yet. */
void unstated_add(const struct line *line, GArray *ranges);

/*
 * Once every services table is read: gives each port without a protocol what every other row of its
 * document gives the same port, with a warning; where there is none, or two differ, an error.
 */
void unstated_settle(struct reading *reading);

#endif
