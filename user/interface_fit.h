/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interface a policy can be attached to, and what to say where it cannot. Pure. */
#ifndef PORTCULLIS_INTERFACE_FIT_H
#define PORTCULLIS_INTERFACE_FIT_H

#include <glib.h>
#include <stdint.h>

#include "interface.h"

/*
 * All of these give a message without full stop, to be freed by the caller, or NULL where there is
 * nothing to say; all is what interfaces_read() gave.
 */

/* "no interface 'eth9', did you mean 'eth0'?" */
char *interface_missing(const GArray *all, const char *name);

/* Why a policy cannot be attached to an interface, and what to attach to. */
char *interface_refusal(const GArray *all, const struct interface *interface);

/* What a policy on an interface does not see although people may think so. */
char *interface_caution(const struct interface *interface);

/* Why a driver has refused native XDP, as far as its error number and the interface (NULL: gone)
 * tell. */
char *interface_native_refusal(const struct interface *interface, int error);

/* What is wrong if another XDP program than the one with the id ours (0: none) is attached. */
char *interface_conflict(const struct interface *interface, uint32_t ours);

#endif
