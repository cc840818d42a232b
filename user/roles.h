/* SPDX-License-Identifier: GPL-2.0-only */
/* Roles: rows gathered by title and subject, and found again by what a Roles cell says. */
#ifndef PORTCULLIS_ROLES_H
#define PORTCULLIS_ROLES_H

#include "reading.h"

/* The role of that name under that title, made if it is the first of its rows. */
struct role *role_take(struct reading *reading, const char *title, const char *name);

/*
 * The role that a text names: "Role", or "Title: Role" where two titles have it. NULL with *error
 * set, which the caller frees.
 */
struct role *role_find(const struct reading *reading, const char *text, char **error);

#endif
