/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What was read, a line each on standard output, fields set apart by tabs:
 *
 *     METHOD SECTION ROW CONTENDER VALUE [REFERENCE]
 *
 * The same row comes as often as it was read; tests/bench/report/ makes medians of it. REFERENCE is
 * what the row's value is compared with, read at the same time.
 */
#ifndef PORTCULLIS_BENCH_REPORT_H
#define PORTCULLIS_BENCH_REPORT_H

void report_value(const char *method, const char *section, const char *row, const char *contender,
		  double value);
void report_beside(const char *method, const char *section, const char *row, const char *contender,
		   double value, double reference);

#endif
