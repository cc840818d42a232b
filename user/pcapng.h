/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Writes the pcapng format (draft-ietf-opsawg-pcapng), which older pcap lacks: several interfaces,
 * and a comment on each packet. Blocks are appended to bytes, in this host's byte order, as the
 * format allows.
 */
#ifndef PORTCULLIS_PCAPNG_H
#define PORTCULLIS_PCAPNG_H

#include <glib.h>
#include <stdint.h>

struct pcapng_packet {
	uint32_t interface; /* in the order in which they were added, from 0 */
	uint64_t time;      /* in ns since 1970, UTC */
	const void *bytes;
	uint32_t captured;   /* how many of them */
	uint32_t length;     /* of the whole frame */
	const char *comment; /* UTF-8 */
};

/* What a file begins with, and which program wrote it. */
void pcapng_begin(GByteArray *out, const char *application);

/* An Ethernet interface, before its first packet; at most so many bytes of a frame are captured. */
void pcapng_add_interface(GByteArray *out, const char *name, uint32_t snap);

void pcapng_add_packet(GByteArray *out, const struct pcapng_packet *packet);

#endif
