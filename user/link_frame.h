/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets of a capture as Ethernet frames, for the program reads nothing else. Link headers that
 * are none become ones with the same EtherType and VLAN tags. Pure.
 */
#ifndef PORTCULLIS_LINK_FRAME_H
#define PORTCULLIS_LINK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum link_type {
	LINK_ETHERNET,
	LINK_COOKED,  /* LINUX_SLL */
	LINK_COOKED2, /* LINUX_SLL2 */
	LINK_IP,      /* no link header at all */
};

/* Which way a packet went by the interface that was captured. */
enum way {
	WAY_UNTOLD,
	WAY_IN,
	WAY_OUT,
};

/* The longest frame that BPF_PROG_TEST_RUN takes everywhere: an IP packet and its link header. */
#define LINK_FRAME_MAX (22 + 40 + 65535)

struct link_frame {
	const uint8_t *bytes; /* of the whole frame; those not captured are zero */
	size_t captured;
	size_t length; /* at least `captured` */
	enum way way;
};

/*
 * Reads what was captured of a packet of so many bytes. The frame stands in bytes or in room, of
 * LINK_FRAME_MAX bytes. False if it is too long, not even its link header was captured, or that is
 * of a device that carries no EtherTypes.
 */
bool link_frame_read(enum link_type type, const uint8_t *bytes, size_t captured, size_t length,
		     uint8_t *room, struct link_frame *frame);

/*
 * Makes a frame of IP shorter, for a program that looks at its headers alone: so many bytes are
 * left, and its lengths say so. It must stand in room, to which it is copied.
 */
void link_frame_trim(struct link_frame *frame, size_t size, uint8_t *room);

#endif
