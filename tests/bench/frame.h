/* SPDX-License-Identifier: GPL-2.0-only */
/* The packets of the bench, all to the first server of the bench's policies. Pure. */
#ifndef PORTCULLIS_BENCH_FRAME_H
#define PORTCULLIS_BENCH_FRAME_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "programs.h"

/* Addresses; servers are neighbours, this one the first. The networks hold SERVERS_MAX of them. */
#define SERVER4     "10.16.0.1"
#define SERVER6     "2001:db8::1"
#define CLIENT4     "203.0.113.7"
#define CLIENT6     "2001:db8:ffff::7"
#define SERVERS_MAX 1000000

/* The same server as numbers, for struct variation. */
#define SERVER4_NUMBER 0x0a100001
#define SERVER6_NUMBER 1

#define CLIENT_PORT 40000

struct packet_kind {
	bool v6;
	bool udp;   /* else a TCP SYN */
	bool media; /* over UDP: there is an RTP header in it */
	bool vlan;
	uint16_t port; /* of the destination */
};

struct frame {
	unsigned char bytes[FRAME_BYTES + 32];
	__u32 size;
};

/* FRAME_BYTES long, or as much longer as the headers need. */
struct frame frame_make(const struct packet_kind *kind);

/* The sum over an IPv4 header without addresses and check sum, for the program `generate`. */
__u32 frame_checksum(const struct frame *frame);

#endif
