/* SPDX-License-Identifier: GPL-2.0-only */
/* Egress filters of ours, wherever they are. */
#ifndef PORTCULLIS_FILTERS_H
#define PORTCULLIS_FILTERS_H

#include <stdbool.h>

#include "generation.h"
#include "message.h"

/*
 * Removes our filter wherever a generation (NULL: none) has no use for it: it would learn what
 * nobody asks for. A change cut short, or another tool, may have left one without a link, anywhere.
 * False with messages of that severity.
 */
bool filters_clear(const struct generation *next, enum severity severity,
		   struct messages *messages);

#endif
