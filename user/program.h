/* SPDX-License-Identifier: GPL-2.0-only */
/* What a loaded program uses: readers go from a program to its maps, never by names of files. */
#ifndef PORTCULLIS_PROGRAM_H
#define PORTCULLIS_PROGRAM_H

#include <linux/types.h>

#include "generation.h"

/* The id of a program's map of that name; *id is 0 if it has none. 0 or -errno. */
int program_find_map(int program, const char *name, __u32 *id);

/* A program's map of that name: a descriptor, -ENOENT if it has none, or -errno. */
int program_open_map(int program, const char *name);

/*
 * What a program enforces, by its catalog: *id is 0 if it has none, *generation NULL if that is
 * none of ours; not yet compiled. 0 or -errno.
 */
int program_generation(int program, __u32 *id, struct generation **generation);

/* The same of a catalog map. */
int catalog_generation(int map, struct generation **generation);

#endif
