/* SPDX-License-Identifier: GPL-2.0-only */
/* Whom no block may hit: guarded servers, whom Management lets in, who is logged in by SSH. */
#ifndef PORTCULLIS_SPARED_H
#define PORTCULLIS_SPARED_H

#include <glib.h>
#include <stdbool.h>

#include "number.h"
#include "policy.h"

/* A shorter prefix was hardly meant, and has to be insisted on. */
#define SPARED_LENGTH4 8
#define SPARED_LENGTH6 19

struct spared;

/* The servers and the management networks of a policy, which it does not outlive. */
struct spared *spared_new(const struct policy *policy);
void spared_free(struct spared *spared);

/*
 * Adds the other ends of established SSH connections among sockets (struct host_socket), if
 * somebody is logged in there.
 */
void spared_add_sessions(struct spared *spared, const GArray *sockets);

/* Whether they spare the same. */
bool spared_same(const struct spared *a, const struct spared *b);

/* Whom blocking a prefix would hit: "holds 10.0.1.11 of the server 'fe'"; NULL: none of them. The
 * caller frees it. */
char *spared_hit(const struct spared *spared, const struct prefix *prefix);

/*
 * Why a prefix must not be blocked, and what was expected; NULL if it may, the caller frees it.
 * With force a short one may, and one that is a part of a management network.
 */
char *spared_refusal(const struct spared *spared, const struct prefix *prefix, bool force);

#endif
