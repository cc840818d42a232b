/* SPDX-License-Identifier: GPL-2.0-only */
/* What is measured by test runs: each row of the table is a policy and some kinds of packets. */
#ifndef PORTCULLIS_BENCH_ROWS_H
#define PORTCULLIS_BENCH_ROWS_H

#include <glib.h>

#include "contenders.h"
#include "frame.h"

/* What must become of the packets. */
enum expectation {
	EXPECT_DROP,
	EXPECT_PASS,
	EXPECT_HALF_BLOCKED, /* all drop, half of them as blocked */
};

/* One thing to measure: a row of the table, a kind of packet, an IP version. */
struct reading {
	const char *section;
	char *name;
	enum contender_id policy, beside;
	struct packet_kind kind;
	enum expectation expected;
	bool varies; /* the packet is rewritten before it is judged */
	struct variation variation;
	double fastest; /* ns of what it is measured beside: the least so far */
};

/*
 * All readings (struct reading *) whose name ("SECTION: NAME") matches a glob; NULL: every one.
 * main_ones: only those that `make bench-quick` looks at. Loads the policies that they need.
 */
GPtrArray *rows_readings(const char *pattern, bool main_ones);

#endif
