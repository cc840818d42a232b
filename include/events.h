/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Samples of what is dropped, while somebody looks on: what is asked for, and what comes.
 *
 * Include vmlinux.h or <linux/types.h> first.
 */
#ifndef PORTCULLIS_EVENTS_H
#define PORTCULLIS_EVENTS_H

#include "reasons.h"

/*
 * `watch`, one entry, mapped by the one who looks on: which drops are wanted, and how many. So many
 * samples may each CPU take in a round; who looks on begins the next one when it has read the last.
 * If it dies there is none, and what is dropped after the lease, too, ends the watch.
 */
struct watch {
	__u64 watcher; /* whose watch it is, for processes alone; 0: nobody's */
	__u64 lease;   /* in ns since boot; renewed with each round */
	__u64 reasons; /* bits by enum reason */
	union {
		struct {
			__u32 round;
			__u32 budget;
		};
		__u64 quota; /* both, to compare with what a CPU has taken */
	};
	__u32 server;     /* its number; 0: any, and none */
	__u32 transports; /* bits by enum transport; 1 << TRANSPORTS: what has no port, too */
	__u16 first_port; /* of the destination; both belong to it */
	__u16 last_port;
	__u32 source_version; /* of IP: 4 or 6; 0: any source, and none */
	__be32 source[4];     /* its prefix: an IPv4 address is the first of them */
	__be32 source_mask[4];
	__u32 every; /* nothing above narrows it: any drop is wanted */
	__u32 unused;
};
_Static_assert(sizeof(struct watch) == 88, "no padding");
_Static_assert(REASON_COUNT <= 64, "a bit for each reason");

/* `watch_shares`, one entry per CPU: what it took of the round. */
struct watch_share {
	union {
		struct {
			__u32 round;
			__u32 taken;
		};
		__u64 quota; /* no more than that of the watch, in its round */
	};
	__u64 lost; /* wanted, but there was no place: since the gate came up */
};
_Static_assert(sizeof(struct watch_share) == 16, "no padding");

/* So many bytes of a frame are in a sample: a power of two. */
#define EVENT_FRAME 128

/* `events`: a ring buffer of so many bytes, a power of two. */
#define EVENTS_BYTES (256 * 1024)

struct event {
	__u64 time;       /* in ns since boot */
	__u32 generation; /* number of the one that judged */
	__u32 interface;  /* its index */
	__u32 target;
	__u32 port_index; /* transport << 16 | destination port; TRANSPORTS << 16: none was read */
	__u32 length;     /* of the frame */
	__u16 captured;   /* of that, what is in `frame` */
	__u8 reason;      /* enum reason */
	__u8 monitored;   /* it passed: only counted */
	__u8 frame[EVENT_FRAME];
};
_Static_assert(sizeof(struct event) == 160, "no padding");

#endif
