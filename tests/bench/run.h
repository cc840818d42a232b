/* SPDX-License-Identifier: GPL-2.0-only */
/* ns per packet by BPF_PROG_TEST_RUN. */
#ifndef PORTCULLIS_BENCH_RUN_H
#define PORTCULLIS_BENCH_RUN_H

#include <glib.h>

/*
 * Reads each (struct reading *) in turn, round by round, and reports every one; ends the bench if a
 * packet gets another verdict than expected, or is not counted.
 */
void run_all(const GPtrArray *readings, int rounds);

#endif
