/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of the shared policy that asks more than a port. */
#ifndef PORTCULLIS_TEST_GUARDED_H
#define PORTCULLIS_TEST_GUARDED_H

struct portcullis;

/*
 * GUARDED: which sources, how many, what. A token comes back after an hour, unless said otherwise.
 * Sources are 203.0.113.0/24, 198.18.5.5, 2001:db8:a0::/48 and 2001:db8:b0::5; but for
 * OTHER_SOURCES_PORT, 0/0 alone.
 */
#define PLAIN_PORT         7000 /* tcp: nothing is asked */
#define SOURCES_PORT       7001 /* tcp */
#define OTHER_SOURCES_PORT 7002 /* tcp */
#define LIMIT_PORT         7003 /* tcp, udp: a burst of 3 */
#define OTHER_LIMIT_PORT   7004 /* tcp: a limit of its own, of 3 */
#define REFILL_PORT        7005 /* udp: one each 100 ms, a burst of 1 */
#define MEDIA_PORT         7006 /* udp */
#define ALL_PORT           7007 /* udp: sources, media, and a burst of 2 */
#define NO_GUARD_PORT      7008 /* tcp: a guard that is not there */
#define BROKEN_MEDIA_PORT  7009 /* tcp: media, which no TCP is */

/* For harness_open() and harness_load(). */
void guarded_size(struct portcullis *program);
void guarded_fill(struct portcullis *program);

#endif
