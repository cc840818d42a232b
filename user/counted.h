/* SPDX-License-Identifier: GPL-2.0-only */
/* What the slots of the counters count: each a segment of a profile, in force or no longer. Pure.
 */
#ifndef PORTCULLIS_COUNTED_H
#define PORTCULLIS_COUNTED_H

#include <stdbool.h>
#include <stdint.h>

#include "generation.h"

struct counted {
	const char *profile; /* the slot's name owns it */
	unsigned int transport;
	uint16_t first, last;
	const struct opening *opening; /* NULL: the documents no longer state it */
	bool in_force;
};

/* A generation's, with the profiles that are no longer in force compiled as they are asked for. */
struct counting;

/* The generation must outlive it, and it what is found in it. */
struct counting *counting_new(const struct generation *generation);
void counting_free(struct counting *counting);

/* A slot, from 1 to the number of slots; false if its name says nothing. */
bool counting_slot(struct counting *counting, uint32_t slot, struct counted *out);

#endif
