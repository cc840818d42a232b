/* SPDX-License-Identifier: GPL-2.0-only */
/* This host's own addresses and its routes, by rtnetlink. */
#ifndef PORTCULLIS_ADDRESS_H
#define PORTCULLIS_ADDRESS_H

#include <glib.h>
#include <stdbool.h>

#include "netlink.h"
#include "number.h"

struct address {
	int index;             /* of its interface */
	struct prefix address; /* of full length */
	bool anywhere;         /* on a loopback or dummy device: packets for it come by any other */
};

/*
 * All addresses of this network namespace as struct address, to be freed with g_array_unref();
 * interfaces are those that interfaces_read() gave. 0 or -errno.
 */
int addresses_read(const GArray *interfaces, GArray **out);

/* One message of the kernel's answer, appended to out (GArray of struct address). */
int address_parse(const struct nlmsghdr *message, void *out);

/*
 * The index of the interface by which packets to an address leave, from a source that this host
 * has; 0 if there is no route.
 */
int address_route(const struct prefix *to, const struct prefix *source);

#endif
