/* SPDX-License-Identifier: GPL-2.0-only */
/* The Blocked table: whom a site blocks. */
#ifndef PORTCULLIS_BLOCKED_TABLE_H
#define PORTCULLIS_BLOCKED_TABLE_H

#include "reading.h"

/* One line of a Blocked table. */
void blocked_line(const struct line *line);

/* Once all are read, and servers and settings: none twice, and none of what must not be blocked. */
void blocked_settle(struct reading *reading);

#endif
