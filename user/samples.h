/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets that a policy sees most: one of each kind, made from the policy itself. Pure. */
#ifndef PORTCULLIS_SAMPLES_H
#define PORTCULLIS_SAMPLES_H

#include <glib.h>

#include "generation.h"
#include "judge.h"
#include "question_frame.h"

enum sample_kind {
	SAMPLE_CLOSED,  /* a port that nothing opens: one of TCP, one of UDP */
	SAMPLE_SERVICE, /* a port that a row opens to all */
	SAMPLE_GUARDED, /* one that a guard asks more at, from where it lets in */
	SAMPLE_MEDIA,
	SAMPLE_KINDS,
};

struct sample {
	enum sample_kind kind;
	struct question question;
	struct judgement judgement; /* what the policy says of it */
	unsigned char frame[QUESTION_FRAME_MAX];
	size_t size; /* of the frame, in bytes: 64 on the wire, more only if the headers are */
};

/* "closed", "service", "guarded" or "media". */
const char *sample_kind_name(enum sample_kind kind);

/*
 * The samples (struct sample) for an interface of a compiled generation's choice: in IPv4, then in
 * IPv6, as far as the policy has them, to the first server of the site. The source is nobody whom
 * the site or one of blocks (struct block, sorted; NULL: none) blocks, if there is such a one.
 */
GArray *samples_of(const struct generation *generation, guint interface, const GArray *blocks);

#endif
