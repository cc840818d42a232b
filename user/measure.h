/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What a packet costs a program, by BPF_PROG_TEST_RUN: many runs in a row, its memory in the cache,
 * between two readings of a bare XDP_DROP.
 */
#ifndef PORTCULLIS_MEASURE_H
#define PORTCULLIS_MEASURE_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

#include "message.h"

#define MEASURE_BARE G_MAXUINT

/* One packet through one program. Times are in ns per packet. */
struct measured {
	/* descriptors of copies of the program, taken in turn: where the kernel puts one in memory
	 * makes it faster or slower */
	const int *programs;
	guint copies;
	const void *frame;
	size_t size; /* in bytes, of the frame */
	guint than;  /* which of all cases it is compared with, or MEASURE_BARE */

	/* What is found. */
	__u32 verdict;    /* XDP_* */
	double ns;        /* median, with what the kernel takes to run any program */
	double above;     /* more than what it is compared with; median */
	double low, high; /* the middle half of that */
};

/* How all of them were measured. */
struct measuring {
	double bare;       /* ns of a bare XDP_DROP, median */
	int cpu;           /* all ran on this one */
	guint rounds;      /* so many readings of each */
	guint again;       /* readings taken again, as others used the processor */
	bool is_disturbed; /* many were kept all the same: they may be too high */
};

/*
 * Measures each in turn, round after round, for about so many seconds; longer only if there are too
 * many for a few rounds. False with a message if a program cannot be run.
 */
bool measure(struct measured *cases, guint count, double seconds, struct measuring *measuring,
	     struct messages *messages);

/* Sorts values; their median (quarter 2), or an end of their middle half (1, 3). */
double measure_quartile(double *values, guint count, guint quarter);

#endif
