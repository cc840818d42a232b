/* SPDX-License-Identifier: GPL-2.0-only */
/* What is looked at before a policy is let onto an interface: can it be attached, whom would it cut
 * off. */
#ifndef PORTCULLIS_ADMISSION_H
#define PORTCULLIS_ADMISSION_H

#include <stdbool.h>

#include "gate.h"
#include "generation.h"
#include "message.h"

enum admission {
	ADMISSION_DENIED,  /* it cannot be attached, or is hardly meant */
	ADMISSION_LOCKOUT, /* it would cut somebody off */
	ADMISSION_GRANTED,
};

/*
 * Whether a compiled generation may be applied: every interface exists, is one that a policy can be
 * attached to and has no XDP program of others. The sockets of this host that it cuts off become
 * warnings, and an established SSH connection among them an error, unless that is allowed, nothing
 * is dropped, or the change has to be confirmed. So do SSH connections through this host that it
 * cuts off, and what Management names.
 */
enum admission admission_check(const struct gate *gate, const struct generation *next,
			       bool allow_lockout, struct messages *messages);

/* Interfaces that are chosen by an alternative name get their own: links are known by that. */
void admission_use_real_names(struct choice *choice);

/* Whether this host has an interface of that name. */
bool admission_is_interface(const char *name);

#endif
