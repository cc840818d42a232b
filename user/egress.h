/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The egress program on an interface: a tc filter on the clsact qdisc, by rtnetlink. (tcx links
 * would need Linux 6.6.) The filter holds its program; nothing of it is pinned.
 */
#ifndef PORTCULLIS_EGRESS_H
#define PORTCULLIS_EGRESS_H

#include <linux/types.h>
#include <stdbool.h>

/* What of ours is attached; its descriptor is to be closed. */
struct egress {
	int program; /* -1: nothing */
	__u32 handle;
};

/* Looks for our filter. 0 with *out, whose program is -1 if there is none; or -errno. */
int egress_find(int ifindex, struct egress *out);

/*
 * Attaches a program, or puts it into the place of the one that is there, in one step. 0 or
 * -errno: -EEXIST if somebody else's filter stands in our place.
 */
int egress_attach(int ifindex, int program);

/*
 * Takes our filter away if there is one, and the clsact qdisc if we made it and nobody else has
 * filters on it. 0 or -errno.
 */
int egress_detach(int ifindex);

#endif
