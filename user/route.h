/* SPDX-License-Identifier: GPL-2.0-only */
/* Where this host sends what is for an address, by rtnetlink. */
#ifndef PORTCULLIS_ROUTE_H
#define PORTCULLIS_ROUTE_H

#include "number.h"

/* The index of the interface, 0 if there is no route; the host's own addresses are on lo. */
int route_interface(const struct prefix *address);

#endif
