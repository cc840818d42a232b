/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of services become rows, tables of IPsec exceptions what is shown of them. */
#ifndef PORTCULLIS_SERVICES_H
#define PORTCULLIS_SERVICES_H

#include "reading.h"

/* One line of a services table: a row for each role that it names. */
void services_line(const struct line *line);

/* One line of a table of IPsec exceptions. */
void ipsec_line(const struct line *line);

#endif
