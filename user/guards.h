/* SPDX-License-Identifier: GPL-2.0-only */
/* The Guards table: what is asked of packets to ports that are open. */
#ifndef PORTCULLIS_GUARDS_H
#define PORTCULLIS_GUARDS_H

#include "reading.h"

/* One line of a Guards table. Rows, networks, profiles and servers must be known by now. */
void guard_line(const struct line *line);

/* Once all are read: two that contradict one another wherever they hold are an error. */
void guards_settle(struct reading *reading);

void guard_free(struct guard_rule *guard);

/*
 * Which of two guards that ask the same goes before the other: the one that names the server, then
 * the one that names the profile. Of equal ranks neither does.
 */
unsigned int guard_rank(const struct guard_rule *guard);

/* Whether both ask the same of some port, and neither goes before the other. */
bool guards_clash(const struct guard_rule *one, const struct guard_rule *other);

/* The error that they do, at the line of the later one. */
void guards_say_clash(const struct guard_rule *one, const struct guard_rule *other,
		      struct messages *messages);

#endif
