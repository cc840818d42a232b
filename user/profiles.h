/* SPDX-License-Identifier: GPL-2.0-only */
/* The Profiles table: which roles a profile joins and what it keeps closed. */
#ifndef PORTCULLIS_PROFILES_H
#define PORTCULLIS_PROFILES_H

#include "reading.h"

#define PROFILE_CLOSED "closed"

/* The profile that every policy has: no roles, so it opens nothing. */
void profiles_add_closed(struct policy *policy);

/* One line of a Profiles table. Roles must be known by now. */
void profile_line(const struct line *line);

void profile_free(struct profile *profile);

#endif
