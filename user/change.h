/* SPDX-License-Identifier: GPL-2.0-only */
/* What `up`, `swap` and `down` share: a choice becomes the generation in force, and is reported. */
#ifndef PORTCULLIS_CHANGE_H
#define PORTCULLIS_CHANGE_H

#include <stdbool.h>

#include "command.h"
#include "gate.h"

/*
 * Compiles a choice, which it takes over, on top of what the gate enforces. NULL with messages. The
 * files' names are absolute from then on, so that `status` can look them up from anywhere.
 */
struct generation *change_compile(struct context *context, const struct gate *gate,
				  struct choice *choice);

/*
 * Enforces it and prints what is in force now, or that nothing changed. Takes the generation over.
 */
enum exit_code change_apply(struct context *context, struct gate *gate, struct generation *next);

#endif
