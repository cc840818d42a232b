/* SPDX-License-Identifier: GPL-2.0-only */
/* What a change that was undone leaves for writers to clear away. */
#ifndef PORTCULLIS_SETTLE_H
#define PORTCULLIS_SETTLE_H

#include <stdbool.h>

#include "gate.h"

/*
 * Where a program only hands over, attaches those that stand by in its place, or nothing if nothing
 * was enforced before; no verdict changes. Then reads the gate anew, and warns of what was undone.
 * Removes who stands by for nothing, as a change that was cut short leaves them. False with a
 * message.
 */
bool gate_settle(struct gate *gate, struct messages *messages);

/*
 * Undoes at once what waits to be confirmed, and settles that without a warning. A link whose
 * interface is gone, or that was detached, stays so. False with a message.
 */
bool gate_undo(struct gate *gate, struct messages *messages);

#endif
