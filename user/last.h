/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The last policy that was in force and needed no (more) confirmation, on disk: all that it is made
 * from, documents included, so that it can be enforced at the next boot whatever has become of the
 * files.
 */
#ifndef PORTCULLIS_LAST_H
#define PORTCULLIS_LAST_H

#include <stdbool.h>

#include "generation.h"
#include "message.h"

#define LAST_DIRECTORY "/var/lib/portcullis"
#define LAST_FILE      LAST_DIRECTORY "/last.json"

struct last {
	struct choice *choice;
	unsigned int number; /* of its generation, in the gate of that time */
	char *since, *by, *command;
};

/*
 * Writes a generation in place of what the folder keeps, in one step that a crash does not cut
 * short. False with a warning: what was kept stays.
 */
bool last_write(const char *directory, const struct generation *generation,
		struct messages *messages);

/* What the folder keeps, of whatever version; NULL if that is nothing, or with an error. */
struct last *last_read(const char *directory, struct messages *messages);
void last_free(struct last *last);

#endif
