/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": the names nearest to one that was not found. */
#ifndef PORTCULLIS_NEAREST_H
#define PORTCULLIS_NEAREST_H

#include <glib.h>

/* At most three of names (const char *), nearest first, as "'a', 'b' or 'c'"; NULL if none is near.
 * The caller frees it. */
char *nearest(const char *name, const GPtrArray *names);

#endif
