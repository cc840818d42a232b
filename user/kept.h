/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is pinned for going back: the catalogs of the last generations, as catalog-NUMBER, and of a
 * generation that has to be confirmed the maps with those who stand by, as standby-NUMBER and
 * standby_egress-NUMBER.
 */
#ifndef PORTCULLIS_KEPT_H
#define PORTCULLIS_KEPT_H

#include <glib.h>
#include <stdbool.h>

#include "gate.h"
#include "load.h"
#include "message.h"

/* The numbers (unsigned int) of the generations whose catalogs are kept, in order. */
GArray *kept_numbers(const char *directory);

/* One of them, not yet compiled; NULL with a message. */
struct generation *kept_read(const char *directory, unsigned int number, struct messages *messages);

/*
 * The newest that is kept and newer than a number, not yet compiled, to *newest; NULL: none is. One
 * that another version has made says nothing to us: it is passed over, and its number told in
 * *foreign if it is the newest of these; 0: none. False with a message.
 */
bool kept_newest(const char *directory, unsigned int than, struct generation **newest,
		 unsigned int *foreign, struct messages *messages);

/* What there is to say of one that another version has made. */
void kept_say_foreign(const char *directory, unsigned int number, enum severity severity,
		      struct messages *messages);

/*
 * An interface that a next choice names too, on which what it would fall back to is no longer in
 * force, as its link is dead: nobody could stand by there. NULL: none. The caller frees it.
 */
char *kept_lacks(const struct gate *gate, const struct choice *next);

/* Pins what belongs to a generation that is loaded; on failure none of it stays pinned. */
bool kept_pin(const char *directory, const struct generation *generation, const struct load *load,
	      struct messages *messages);
void kept_unpin(const char *directory, const struct generation *generation);

/*
 * Removes the pins that nobody will ask for: who stands by for no link; and once next (NULL: none)
 * is in force instead of what the gate has read, catalogs but those that either leads back to. What
 * cannot be removed is a warning.
 */
void kept_prune(const struct gate *gate, const struct generation *next, struct messages *messages);

/* Removes all of them; false with a message. */
bool kept_forget(const char *directory, struct messages *messages);

#endif
