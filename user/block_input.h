/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is to be blocked, as people, feeds and our own --json write it:
 *
 *   PREFIX [for DURATION] [reason TEXT]
 *
 * a line each, or JSON. Pure.
 */
#ifndef PORTCULLIS_BLOCK_INPUT_H
#define PORTCULLIS_BLOCK_INPUT_H

#include <glib.h>
#include <stdint.h>

#include "block.h"
#include "message.h"

/* A block as it is asked for. */
struct block_request {
	int line;           /* of standard input; 0: of JSON, or of no input */
	guint number;       /* of JSON: which of them, from 1 */
	struct block block; /* its until and, if it is said by seconds, its expiry not set */
};

/* Where a line or a command says nothing. */
struct block_defaults {
	uint64_t seconds; /* for how long; 0: for good */
	const char *reason;
	struct moment now;
};

/* What was read of a text. */
struct block_input {
	GArray *requests; /* struct block_request */
	guint expired;    /* that JSON tells have expired since */
	guint sites;      /* that JSON tells are a site's: they come with it */
};

/* The block of one prefix as written, by the defaults. False with *error, to be freed. */
bool block_request_read(const char *prefix, const struct block_defaults *defaults,
			struct block_request *request, char **error);

/* Reads a text of UTF-8; what is wrong with it becomes messages about the file "-". */
void block_input_read(struct block_input *input, const char *text,
		      const struct block_defaults *defaults, struct messages *messages);
void block_input_clear(struct block_input *input);

/* Whether a reason can be kept; else *error, to be freed. */
bool block_reason_check(const char *reason, char **error);

#endif
