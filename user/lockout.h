/* SPDX-License-Identifier: GPL-2.0-only */
/* Which sockets of this host a policy on an interface would cut off. */
#ifndef PORTCULLIS_LOCKOUT_H
#define PORTCULLIS_LOCKOUT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "number.h"
#include "sockets.h"

/* Whether a policy lets packets for a socket pass; for one that listens, those of anyone at all. */
typedef bool (*port_open)(void *context, const struct host_socket *socket);

/* By which interface packets come in, as far as this host can tell. */
struct arrival {
	const GArray *stack;     /* int: the indexes that interface_stack() gives */
	const GArray *addresses; /* struct address: all of this host's */
	/* As address_route(). */
	int (*route)(const struct prefix *to, const struct prefix *source);
};

/*
 * Of sockets (struct host_socket), those whose packets come in there and would be dropped: copies,
 * in the order given but established SSH connections first, to be freed with g_array_unref(). Pure
 * but for route and open. A connection that this host opened is among them: answers to it come to a
 * port like any other.
 */
GArray *lockout_among(const GArray *sockets, const struct arrival *arrival, port_open open,
		      void *context);

/*
 * The same of this host as it is, for the interface of an index among those that interfaces_read()
 * gave. 0 or -errno.
 */
int lockout_read(const GArray *interfaces, int index, port_open open, void *context, GArray **out);

/* Whether a socket is an established SSH connection to this host. */
bool lockout_is_ssh(const struct host_socket *socket);

#endif
