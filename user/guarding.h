/* SPDX-License-Identifier: GPL-2.0-only */
/* Which guards hold where: for a profile, on a server, at a port. Pure. */
#ifndef PORTCULLIS_GUARDING_H
#define PORTCULLIS_GUARDING_H

#include "generation.h"

/* What holds at a port: for each kind the guard that says it; NULL: nothing is asked. */
struct guarding {
	const struct guard_rule *by[GUARD_KINDS];
};

/*
 * The guards (const struct guard_rule *) that hold for a canonical profile on a server, those that
 * go before others first. A server of NULL is any that no guard names.
 */
GPtrArray *guards_of(const struct policy *policy, const char *profile, const struct server *server);

/* Whether a guard names the server: then others with its profile may not stand for it. */
bool guards_name(const struct policy *policy, const struct server *server);

/* What guards, ordered as guards_of() does, ask at a port. */
struct guarding guarding_at(const GPtrArray *guards, unsigned int transport, uint16_t port);
bool guarding_is_none(const struct guarding *guarding);

/* The last port up to which, from first on, the same holds as at first; last at most. */
uint16_t guarding_end(const GPtrArray *guards, unsigned int transport, uint16_t first,
		      uint16_t last);

/* Whether Sources, if they are asked for, let in an address; family 0 is in no network. */
bool guarding_admits(const struct guarding *guarding, const struct prefix *source);

/*
 * What a compiled generation's guards do: two that contradict one another on a server as its
 * profile is now are an error, one that guards no port that is open is a warning.
 */
void guarding_review(const struct generation *generation, struct messages *messages);

#endif
