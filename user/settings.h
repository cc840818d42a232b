/* SPDX-License-Identifier: GPL-2.0-only */
/* The Settings table. */
#ifndef PORTCULLIS_SETTINGS_H
#define PORTCULLIS_SETTINGS_H

#include "reading.h"

void settings_init(struct settings *settings);
void settings_clear(struct settings *settings);

/* Whether there is a setting of that name; case does not matter. */
bool settings_know(const char *name);

/* Whether servers are reached through an interface. */
bool settings_is_inside(const struct settings *all, const char *interface);

/* One line of a Settings table. Networks must be known by now. */
void setting_line(const struct line *line);

/* Once all are read: what one setting says of another. */
void settings_settle(struct reading *reading);

/* Of a line that sets Documents, adds them (char *, owned by the array); of any other, none. */
void setting_documents(const struct table_row *row, const struct columns *columns,
		       GPtrArray *documents);

#endif
