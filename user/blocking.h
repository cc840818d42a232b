/* SPDX-License-Identifier: GPL-2.0-only */
/* What `block` and `unblock` share: one change of the block list, with the gate's lock held. */
#ifndef PORTCULLIS_BLOCKING_H
#define PORTCULLIS_BLOCKING_H

#include <stdbool.h>

#include "audit.h"
#include "block.h"
#include "block_input.h"
#include "blocklist.h"
#include "command.h"
#include "gate.h"

struct blocking {
	struct gate *gate;
	struct blocklist list;
	struct moment now;
	bool whole;     /* both of these are the whole list, not the part around one prefix */
	GArray *before; /* struct block: as the kernel has it */
	GArray *blocks; /* the same without those that have expired: to be changed, and sorted */
};

/*
 * Opens the list for a change by what was read (NULL: of all of it). False with messages; then
 * there is nothing to end.
 */
bool blocking_begin(struct blocking *blocking, const struct block_input *input,
		    struct context *context);

/* Brings `blocks` into force; whether that was done. */
bool blocking_apply(struct blocking *blocking, struct context *context);

/* Writes what has become of the list, if anything, to where changes are kept. */
void blocking_audit(const struct blocking *blocking, enum audit_event event,
		    const struct audit_blocks *blocks, struct context *context);

void blocking_end(struct blocking *blocking);

/*
 * Reads the operand of either command, a prefix or "-" for standard input, before the lock is
 * taken: who writes there may be slow. False with messages.
 */
bool blocking_read(struct block_input *input, const char *operand,
		   const struct block_defaults *defaults, struct context *context);

/* Says what is wrong with a request, and where it stands. */
void blocking_refuse(const struct block_request *request, const char *error,
		     struct context *context);

#endif
