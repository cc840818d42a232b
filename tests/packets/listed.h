/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts prefixes on the block list of a loaded program, by the loader's own code. */
#ifndef PORTCULLIS_TEST_LISTED_H
#define PORTCULLIS_TEST_LISTED_H

#include <glib.h>

#include "blocklist.h"

struct portcullis;

/* The list of a loaded program: nothing of it is to be closed. */
struct blocklist listed_open(struct portcullis *program);

/*
 * Adds an array of struct block to what is listed, each in force until its `until`, and switches on
 * what families there are. Nothing is settled or swept.
 */
void listed_add(struct portcullis *program, const GArray *blocks);

/* Has the list be just that. */
void listed_replace(struct portcullis *program, GArray *blocks);

#endif
