/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A generation that has to be confirmed: until when, and who judges if it is not. All of it is kept
 * by the kernel, in maps of the generation's programs.
 */
#ifndef PORTCULLIS_STANDBY_H
#define PORTCULLIS_STANDBY_H

#include <linux/types.h>

/* The names of those maps: of XDP programs, of egress programs. */
#define STANDBY_XDP    "standby"
#define STANDBY_EGRESS "standby_egress"

/* A deadline that is past for everybody: what waits is to be undone at once. */
#define STANDBY_OVER 1

/* Nanoseconds since boot, by the clock that the programs read. */
__u64 standby_now(void);

/* Whole seconds until then, rounded up: there is still some of the last; 0: past, or no time. */
__u64 standby_seconds(__u64 deadline);

/* Past when a program hands over; 0: never, or never any more. 0 or -errno. */
int standby_deadline(int program, __u64 *deadline);

/* Sets it, for every program of its generation in one store; 0 confirms. 0 or -errno. */
int standby_set_deadline(int program, __u64 deadline);

/*
 * Who stands by for a program, in an entry of its map of that name: a descriptor, to be closed;
 * -ENOENT if nobody does (any more), or -errno.
 */
int standby_program(int program, const char *map, __u32 entry);

#endif
