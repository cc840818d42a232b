/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Profiles compiled: the segments that an expression ("front-end", "front-end + cms") opens. Pure.
 */
#ifndef PORTCULLIS_PROFILE_H
#define PORTCULLIS_PROFILE_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "policy.h"

/* A maximal run of ports of one transport that the same set of rows opens. */
struct opening {
	uint8_t transport; /* enum transport */
	uint16_t first, last;
	bool media;
	GPtrArray *rows; /* const struct row *, in the order of the text */
};

/* A run that rows would open and an Except keeps closed. */
struct excepted {
	uint8_t transport;
	uint16_t first, last;
	const struct profile *profile; /* whose Except it is */
	GPtrArray *rows;
};

struct compiled {
	char *name;            /* canonical expression */
	GPtrArray *openings;   /* struct opening *: tcp before udp, ascending, disjoint */
	GPtrArray *excepted;   /* struct excepted *, likewise ordered */
	unsigned int ports[2]; /* how many are open, by enum transport */
};

/*
 * The canonical form of an expression: names as the policy writes them, add-ons last, else in the
 * policy's order, each once, joined by " + ". NULL with *error set ("no profile 'frontend', did you
 * mean 'front-end'?"; an add-on alone: "'cms' is an add-on: write 'front-end + cms'"), which the
 * caller frees. With add_on_alone, an add-on may stand alone: it can be shown, never enforced.
 */
char *profile_canonical(const struct policy *policy, const char *expression, bool add_on_alone,
			char **error);

/* Compiles a canonical expression. What an Except names is closed for that profile's own rows. */
struct compiled *profile_compile(const struct policy *policy, const char *canonical);

/* A role alone, as a profile of nothing else would open it. */
struct compiled *role_compile(const struct role *role);

void compiled_free(struct compiled *compiled);

/* The opening or exception that a port stands in; NULL if none. */
const struct opening *compiled_find(const struct compiled *compiled, unsigned int transport,
				    uint16_t port);
const struct excepted *compiled_find_excepted(const struct compiled *compiled,
					      unsigned int transport, uint16_t port);

#endif
