/* SPDX-License-Identifier: GPL-2.0-only */
/* What the bench's own programs and those who run them share. Include <linux/types.h> first. */
#ifndef PORTCULLIS_BENCH_PROGRAMS_H
#define PORTCULLIS_BENCH_PROGRAMS_H

#define FRAME_BYTES 64 /* as the kernel has them: without their check sequence */
#define BATCH       64 /* packets made at once: below what a veth holds, so that none is lost */

/* What changes from packet to packet. All of it 0: nothing does. */
struct variation {
	__u32 servers;    /* the destination is one of so many neighbours; 0: it stays */
	__u32 first4;     /* the first of them: an IPv4 address in host byte order */
	__u32 first6;     /* the last four bytes of an IPv6 one likewise */
	__u16 first_port; /* the destination port is one of `ports` from here on */
	__u16 ports;      /* 0: it stays */
	__u32 any_source; /* the source is one of 2^24 addresses, whose first byte stays */
	__u32 listed;     /* half of the sources are in a block list of so many; 0: they stay */
	__u64 state;      /* of the generator of random numbers; not 0 */
};

struct progress {
	__u64 sent;
	__u64 first, last; /* ns of the monotonic clock */
};

#endif
