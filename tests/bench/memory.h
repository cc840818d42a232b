/* SPDX-License-Identifier: GPL-2.0-only */
/* What a program and its maps take of the kernel's memory, in bytes, as the kernel states it. */
#ifndef PORTCULLIS_BENCH_MEMORY_H
#define PORTCULLIS_BENCH_MEMORY_H

struct memory {
	double fixed;
	double per_cpu; /* once more for each CPU that is possible */
};

struct memory memory_of_program(int program);

/* The values of one of its maps, for one CPU; 0 if it has none of that name. */
double memory_of_map(int program, const char *name);

#endif
