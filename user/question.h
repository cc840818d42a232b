/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A question about a packet, as people put it:
 *
 *   [PROFILE | SITE] [from A[:PORT]] [to B | SERVER] tcp/5061 | icmp/8 | icmp6/135 | ip/esp
 */
#ifndef PORTCULLIS_QUESTION_H
#define PORTCULLIS_QUESTION_H

#include <glib.h>
#include <stdbool.h>

#include "generation.h"
#include "judge.h"

/* Its words taken apart, not yet understood. */
struct words {
	char *policy; /* those before from, to and the last, joined; NULL: none. To be freed */
	const char *from, *to; /* NULL: not said */
	const char *port;      /* the last: a port, an ICMP type or an IP protocol */
};

/* False if the last of them is none of these, or an end is missing. */
bool question_split(int count, char **operands, struct words *words);

/*
 * What the words mean with a generation's servers; an end that is not named becomes an address kept
 * for documentation. False with *error, to be freed.
 */
bool question_read(const struct words *words, const struct generation *generation,
		   struct question *question, char **error);

#endif
