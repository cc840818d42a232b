/* SPDX-License-Identifier: GPL-2.0-only */
/* What the parts of the bench share. */
#ifndef PORTCULLIS_BENCH_H
#define PORTCULLIS_BENCH_H

#include <glib.h>
#include <stdbool.h>
#include <time.h>

#include "load.h"

#define COPIES 4    /* of each program: where the kernel puts it makes it faster or slower */
#define OPEN   5061 /* tcp; in front-end, and in the profiles of many ranges */
#define CLOSED 5069 /* tcp, udp */

double now_ns(clockid_t clock);
double median(double *values, int count);

/* Ends the bench if something was not done. */
void must(bool done, const char *what);

/* --- policies.c: each loaded several times, never attached nor freed --- */

/* One profile for the interface: of the shipped document, or "many" with so many tcp ranges. */
void load_profile(const char *profile, int ranges, struct load *copies[COPIES]);

enum site {
	SITE_PLAIN,
	SITE_REPLIES, /* Replies on */
	SITE_GUARDED, /* the ports below are guarded */
};

/* tcp: from the sources that packets have; udp: a limit never reached; udp: media. */
#define GUARDED_SOURCES 5061
#define GUARDED_LIMIT   1434
#define GUARDED_MEDIA   50000

/* A site of so many servers, all of the profile front-end. */
void load_servers(int servers, enum site site, struct load *copies[COPIES]);

/* --- packets.c --- */

/* Measures what packets cost and prints it as Markdown; whether every goal is met. */
bool bench_packets(void);

#endif
