/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Programs like those in force, attached to nothing: the same policy, made anew from its
 * generation, with maps of their own for all that a packet writes into. What runs through them is
 * not counted, teaches no reply and takes no token of a limit's. Of the gate they read the block
 * list alone.
 */
#ifndef PORTCULLIS_STAND_IN_H
#define PORTCULLIS_STAND_IN_H

#include <glib.h>
#include <stdbool.h>

#include "gate.h"
#include "message.h"

/* What costs a packet something where it is in use, and can be left out to see how much. */
enum part {
	PART_PENDING, /* the change waits to be confirmed */
	PART_WATCH,   /* somebody looks on: as in a flood, when all samples of a round are taken */
	PART_REPLIES, /* what servers begin themselves is answered */
	PART_BLOCKS,  /* the block list is in use */
	PART_SITE_BLOCKS, /* the site blocks somebody */
	PARTS,
};

#define PART_BIT(part) (1U << (part))

/* Of each program so many are loaded: where the kernel puts one makes it faster or slower. */
#define STAND_IN_COPIES 3

struct stand_in;

/* Which parts are in use (PART_BIT). False with a message. */
bool stand_in_parts(const struct gate *gate, unsigned int *parts, struct messages *messages);

/*
 * Loads programs for interfaces (guint, of the choice of the gate's generation) with just these
 * parts, which must be in use. A guard's limit is as if it were never reached. They write into the
 * maps of the first stand-in, which has all parts (NULL: this is the first). NULL with a message.
 */
struct stand_in *stand_in_new(const struct gate *gate, const GArray *interfaces, unsigned int parts,
			      const struct stand_in *first, struct messages *messages);
void stand_in_free(struct stand_in *stand_in);

/* The copies for the nth of these interfaces: STAND_IN_COPIES descriptors, owned by stand_in. */
const int *stand_in_programs(const struct stand_in *stand_in, guint n);

#endif
