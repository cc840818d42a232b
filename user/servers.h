/* SPDX-License-Identifier: GPL-2.0-only */
/* The Servers table: which addresses have which profile. */
#ifndef PORTCULLIS_SERVERS_H
#define PORTCULLIS_SERVERS_H

#include "reading.h"

/* One line of a Servers table. Profiles and settings must be known by now. */
void server_line(const struct line *line);

void server_free(struct server *server);

#endif
