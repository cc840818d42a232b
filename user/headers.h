/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The beginning of a frame as people need to see it: from where to where. For showing what the
 * program dropped, broken packets among it: nothing is judged here, and what cannot be read is left
 * out.
 */
#ifndef PORTCULLIS_HEADERS_H
#define PORTCULLIS_HEADERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "number.h"

struct headers {
	int ethertype; /* behind VLAN tags, in host order; -1: not read */
	/* addresses; of family 0 where no IP header could be read */
	struct prefix source, destination;
	int protocol; /* behind the headers of IP; -1: not read */
	/* of TCP and UDP; in host order */
	bool has_ports;
	uint16_t source_port, destination_port;
	int icmp_type; /* of ICMP and ICMPv6; -1: not read */
	/* All that the program asks of a packet was there: headers, and the payload's first byte.
	 */
	bool whole;
};

/* Reads size bytes, with which a frame begins. */
void headers_read(const uint8_t *frame, size_t size, struct headers *headers);

#endif
