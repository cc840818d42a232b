/* SPDX-License-Identifier: GPL-2.0-only */
/* What a text may ask of the Markdown parser: within these bounds it takes seconds at most. */
#ifndef PORTCULLIS_BOUNDS_H
#define PORTCULLIS_BOUNDS_H

#include <stdbool.h>

#include "lines.h"
#include "message.h"

/* Whether the lines keep within all bounds; else adds an error for the first that does not. */
bool bounds_check(const struct lines *lines, const char *file, struct messages *messages);

#endif
