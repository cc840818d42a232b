/* SPDX-License-Identifier: GPL-2.0-only */
/* The gate's links, as they are pinned and attached, each with what it enforces. */
#ifndef PORTCULLIS_LINKS_H
#define PORTCULLIS_LINKS_H

#include <stdbool.h>

#include "gate.h"

/*
 * Reads every link pinned in the gate's folder into gate->links, by ifindex, and the newest
 * generations met: gate->generation and gate->loaded, neither compiled. False with a message.
 */
bool links_read(struct gate *gate, struct messages *messages);

void link_free(gpointer link);

#endif
