/* SPDX-License-Identifier: GPL-2.0-only */
/* What an interface's driver can do and does, by generic netlink: the families ethtool and netdev.
 */
#ifndef PORTCULLIS_DRIVER_H
#define PORTCULLIS_DRIVER_H

#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"

struct driver {
	bool tells_xdp; /* it says what it can do of XDP (Linux 6.3); else the next two say nothing
			 */
	bool native;    /* XDP in the driver */
	bool multi_buffer; /* and of packets that lie in several buffers */
	bool lro;          /* on: the card joins packets of a connection before they are judged */
	bool gro_hw;       /* likewise, so that they can be taken apart again */
	uint32_t queues;   /* receive queues in use; 0: it does not say */
	uint32_t queues_max;
	bool combined; /* each has a queue for sending with it */
};

/* Asks about the interface with an index. What is not told stays 0; 0 or -errno of the asking. */
int driver_read(int index, struct driver *driver);

/*
 * One message of an answer, appended to out (GArray of struct driver, of which the first is filled
 * in): features, channels, XDP.
 */
int driver_parse_features(const struct nlmsghdr *message, void *out);
int driver_parse_channels(const struct nlmsghdr *message, void *out);
int driver_parse_xdp(const struct nlmsghdr *message, void *out);

#endif
