/* SPDX-License-Identifier: GPL-2.0-only */
/* The Networks table, and the prefixes that other tables write. */
#ifndef PORTCULLIS_NETWORKS_H
#define PORTCULLIS_NETWORKS_H

#include "reading.h"

/* One line of a Networks table. */
void network_line(const struct line *line);

/* A prefix or address, with what is wrong with it in words. 0, or -EINVAL with *error to be freed.
 */
int network_prefix(const char *text, struct prefix *out, char **error);

/*
 * Appends what one item of a list means to prefixes (struct prefix): those of a network of the
 * policy, or the prefix that it is. 0, or -EINVAL with *error to be freed; of a name that nobody
 * knows it says what was expected.
 */
int network_append(const struct policy *policy, const char *text, const char *expected,
		   GArray *prefixes, char **error);

void network_free(struct network *network);

#endif
