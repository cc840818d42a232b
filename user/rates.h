/* SPDX-License-Identifier: GPL-2.0-only */
/* How fast counters grow: two readings of them and the time between, and what that was before.
 * Pure: who reads them tells the time. */
#ifndef PORTCULLIS_RATES_H
#define PORTCULLIS_RATES_H

#include "totals.h"

/* Per second. */
struct speed {
	double packets, bits;
};

/*
 * Of a counter that grew in so many seconds. One that went back began again at zero meanwhile: it
 * is taken to have grown to what it is.
 */
struct speed speed_of(struct count now, struct count before, double seconds);

/* "0.5", "120", "1.2k", "34M": as much as one looks at. The caller frees it. */
char *rates_text(double number);

/* What is counted, and what its index is. */
enum rates_what {
	RATES_SLOT,      /* a counter slot */
	RATES_PASSED,    /* a server number */
	RATES_DROPPED,   /* a server number */
	RATES_ENFORCED,  /* enum reason */
	RATES_MONITORED, /* enum reason: would-be drops */
	RATES_PORT,      /* drops, at transport * 65536 + port; their bytes are not counted */
	RATES_WHAT,
};

/* How many rates of the past are kept. */
#define RATES_HISTORY 120

struct rates;

struct rates *rates_new(void);
void rates_free(struct rates *rates);

/* A reading, which is taken over, at a time of a clock that never goes back. */
void rates_add(struct rates *rates, struct totals *totals, gint64 microseconds);

/* Forgets all readings: other counters are read from now on. */
void rates_clear(struct rates *rates);

/* Whether there were two readings: before, every rate is 0. */
bool rates_known(const struct rates *rates);

/* What was counted at the last reading, how fast it grew before it, and how many there are. */
struct count rates_count(const struct rates *rates, enum rates_what what, guint index);
struct speed rates_speed(const struct rates *rates, enum rates_what what, guint index);
guint rates_size(const struct rates *rates, enum rates_what what);

/* How many rates of the past there are: at most RATES_HISTORY. */
guint rates_past(const struct rates *rates);

/*
 * Adds the packets per second of the past, oldest first, to as many numbers. Where a thousand ports
 * and more are knocked at in one go, those of the most frequent thousand are remembered.
 */
void rates_add_history(const struct rates *rates, enum rates_what what, guint index,
		       double *history);

#endif
