/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Whom a policy would cut off: each is told in a warning, and whoever came by SSH is an error
 * unless that is allowed. In monitor mode nobody is.
 */
#ifndef PORTCULLIS_CUT_OFF_H
#define PORTCULLIS_CUT_OFF_H

#include <stdbool.h>

#include "gate.h"
#include "generation.h"
#include "message.h"

/* What whoever would lock somebody out can do instead. */
#define CUT_OFF_WAYS "try --monitor or --confirm SECONDS first, or insist with --allow-lockout"

/*
 * By the profile of an interface, or those of a site's servers that have addresses of this host, of
 * this host's own sockets; interfaces as interfaces_read().
 */
bool cut_off_check_sockets(const struct gate *gate, const struct generation *next,
			   const struct choice_interface *interface, const GArray *interfaces,
			   bool allow_lockout, struct messages *messages);

/*
 * Of the SSH connections through this host that come in by an interface, those that are let in now
 * and would not be. The kernel need not track connections: then none is known.
 */
bool cut_off_check_forwarded(const struct gate *gate, const struct generation *next,
			     const char *interface, const GArray *all, bool allow_lockout,
			     struct messages *messages);

/*
 * Of whom Management lets in, those that no address of an interface lets in any more, since a
 * server has each of them. Nobody need be connected.
 */
bool cut_off_check_management(const struct generation *next,
			      const struct choice_interface *interface, const GArray *all,
			      bool allow_lockout, struct messages *messages);

/*
 * By the block list as it is now, of the servers and management networks that the next generation
 * has and the gate's has not: those that 'block' would refuse to list.
 */
bool cut_off_check_listed(const struct gate *gate, const struct generation *next,
			  bool allow_lockout, struct messages *messages);

/* By the site's Blocked table, of the SSH connections to this host. */
bool cut_off_check_blocked(const struct generation *next, bool allow_lockout,
			   struct messages *messages);

#endif
