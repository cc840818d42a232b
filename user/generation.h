/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * One loaded policy, as people need to know it: what was chosen, by whom and when, and what it
 * compiles to. Its JSON is the `catalog` map, which lives exactly as long as the program does.
 */
#ifndef PORTCULLIS_GENERATION_H
#define PORTCULLIS_GENERATION_H

#include <glib.h>
#include <stdbool.h>

#include "choice.h"
#include "message.h"
#include "policy.h"
#include "profile.h"
#include "slots.h"

/* How far one can go back. */
#define GENERATIONS_KEPT 3

/* How long after the first load connections older than it are taken over. */
#define PICKUP_SECONDS 60

struct generation {
	unsigned int number; /* from 1; one more at each load while the gate stands */
	/* Numbers of those in force before, the last one first; 0: none. */
	unsigned int previous[GENERATIONS_KEPT];
	unsigned int restores; /* number of the one that was gone back to; 0: none */
	unsigned int confirm;  /* within so many seconds it was to be confirmed; 0: it was not */
	char *since;           /* when it was loaded: UTC, ISO 8601 */
	char *counting_since;  /* when the gate's counters began, likewise */
	uint32_t pickup_until; /* older connections are taken over until then: s since boot */
	char *by;              /* who loaded it */
	char *command;         /* with what */
	char *program;         /* digest of the BPF object that enforces it */
	struct choice *choice;
	struct slots *slots;

	/* What the choice compiles to: generation_compile() fills these. */
	struct policy *policy;
	GPtrArray *profiles; /* struct compiled *, each once */
};

/*
 * The generation that follows previous (NULL: the first), for a choice that it takes over. It keeps
 * previous' slots. Not yet compiled.
 */
struct generation *generation_new(struct choice *choice, const struct generation *previous);
void generation_free(struct generation *generation);

/*
 * Has a generation use the policy of one that is compiled, whose choice has the same sources and
 * options: what was read is not read again, and what was said of it not said again.
 */
void generation_share_policy(struct generation *generation, const struct generation *previous);

/*
 * Reads the choice's sources into a policy, unless it shares one, and compiles every profile that
 * is in force somewhere, giving slots to what has none. False if messages then holds an error.
 */
bool generation_compile(struct generation *generation, struct messages *messages);

/*
 * Forgets notes and warnings on documents' rows of which nothing is in force: whoever enforces one
 * role does not answer for the others. Where nothing at all is in force, all are kept.
 */
void generation_drop_unused(const struct generation *generation, struct messages *messages);

/* The profile in force for a server of the policy: what it was swapped to, else what the site says.
 */
const char *generation_server_profile(const struct generation *generation,
				      const struct server *server);

/* Which of `profiles` a canonical profile is; -1 if it is in force nowhere. */
int generation_profile_index(const struct generation *generation, const char *canonical);

/* Whether both enforce the same with the same program: then loading one over the other changes
 * nothing. */
bool generation_same(const struct generation *a, const struct generation *b);

/* The text of the catalog, ending with 0; the caller frees it. */
char *generation_to_text(const struct generation *generation);

/* Reads a catalog's text; not yet compiled. NULL if it is of another layout or no catalog. */
struct generation *generation_from_text(const char *text);

#endif
