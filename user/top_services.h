/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of services. Pure. */
#ifndef PORTCULLIS_TOP_SERVICES_H
#define PORTCULLIS_TOP_SERVICES_H

#include "top.h"

/*
 * A row for all segments that the same services share: what one packet was for, nobody can tell, so
 * it counts once, for all of them. Its drops are those at its ports, whichever server was meant.
 */
void top_add_services(GPtrArray *rows, const struct top_data *data);

#endif
