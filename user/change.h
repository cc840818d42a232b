/* SPDX-License-Identifier: GPL-2.0-only */
/* What `up`, `swap` and `down` share: a choice becomes the generation in force, and is reported. */
#ifndef PORTCULLIS_CHANGE_H
#define PORTCULLIS_CHANGE_H

#include <stdbool.h>

#include "command.h"
#include "gate.h"

/*
 * The gate, opened to be changed; what was changed without a word is told to the log. NULL with
 * messages.
 */
struct gate *change_open(struct context *context);

/*
 * The choice that a site (a file, a folder, "-") makes, which names its interfaces itself; mode is
 * how to attach, if not as it says, or NULL. NULL with messages.
 */
struct choice *change_choose_site(struct context *context, const char *site, const char *mode);

/*
 * Compiles a choice, which it takes over, on top of what the gate enforces. NULL with messages. The
 * files' names are absolute from then on, so that `status` can look them up from anywhere.
 */
struct generation *change_compile(struct context *context, const struct gate *gate,
				  struct choice *choice);

/*
 * Likewise a choice with the sources and options of what is in force, which are not read again.
 * Only errors are said: the rest was, by who enforced them.
 */
struct generation *change_recompile(struct context *context, const struct gate *gate,
				    struct choice *choice);

/*
 * Whether a change may be made now; an error if it may not: another waits to be confirmed, and this
 * one need not be.
 */
bool change_is_due(struct context *context, const struct gate *gate);

/*
 * Whether a change may be made at all, as admission_check() says; that one would lock somebody out
 * is kept in the journal and in the gate's log.
 */
bool change_is_admitted(struct context *context, const struct gate *gate,
			const struct generation *next);

/* Whether what is enforced is what the next boot falls back to: only in the gate at the usual
 * mount.
 */
bool change_is_kept(const struct context *context);

/* Keeps what is in force, and needs no confirmation (any more), for the next boot. */
void change_keep(struct context *context, const struct generation *generation);

/*
 * Enforces it and prints what is in force now, or that nothing changed. Takes the generation over.
 */
enum exit_code change_apply(struct context *context, struct gate *gate, struct generation *next);

#endif
