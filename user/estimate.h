/* SPDX-License-Identifier: GPL-2.0-only */
/* What packets cost the policy in force, measured on this machine without disturbing it. */
#ifndef PORTCULLIS_ESTIMATE_H
#define PORTCULLIS_ESTIMATE_H

#include <glib.h>

#include "gate.h"
#include "measure.h"
#include "message.h"
#include "samples.h"
#include "stand_in.h"

struct estimate_interface {
	const struct choice_interface *choice; /* the generation's */
	const struct gate_link *link;          /* the gate's */
	const struct estimate_interface *like; /* whose program is the same, and was measured for
						  both; or NULL */
	GArray *samples;                       /* struct sample */
	struct measured *measured;             /* as many, unless it is like another */
};

struct estimate {
	struct measuring measuring;
	GPtrArray *interfaces;       /* struct estimate_interface *, in the order of the choice */
	unsigned int parts;          /* in use, PART_BIT */
	struct measured part[PARTS]; /* of those in use: what each adds to part_sample */
	const struct sample *part_sample;
	guint blocked; /* prefixes on the block list */
};

#define ESTIMATE_ALL G_MAXUINT

/*
 * Measures for about so many seconds, as measure() does; of one interface, by its index in the
 * choice of the gate's generation, or of all that have a link. NULL with a message. The gate must
 * stay as long.
 */
struct estimate *estimate_new(const struct gate *gate, guint interface, double seconds,
			      struct messages *messages);
void estimate_free(struct estimate *estimate);

#endif
