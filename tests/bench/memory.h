/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy takes of the kernel's memory, in bytes, as the kernel states it. */
#ifndef PORTCULLIS_BENCH_MEMORY_H
#define PORTCULLIS_BENCH_MEMORY_H

#include "load.h"

struct memory {
	double fixed;
	double per_cpu; /* once more for each CPU that is possible */
};

/* Its program, all of its maps, and what those hold. */
struct memory memory_of_load(const struct load *load);

/* The values of one of its maps, for one CPU; 0 if it has none of that name. */
double memory_of_map(const struct load *load, const char *name);

#endif
