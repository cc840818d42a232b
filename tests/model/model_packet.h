/* SPDX-License-Identifier: GPL-2.0-only */
/* What the model's chapters share: a packet as far as it has been judged. */
#ifndef PORTCULLIS_TEST_MODEL_PACKET_H
#define PORTCULLIS_TEST_MODEL_PACKET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>

#include "model.h"

/* No reason yet. */
#define UNDECIDED REASON_COUNT

struct packet {
	const struct model_policy *policy;
	struct model_memory *memory;
	const struct model_server *server; /* NULL: none */
	const uint8_t *frame;
	size_t readable; /* bytes of the frame that can be read */
	size_t size;     /* bytes of the frame that there are */
	size_t at;       /* what is looked at next */
	size_t end;      /* where the IP packet ends */
	int family;      /* AF_INET, AF_INET6 */
	const uint8_t *source, *destination;
	size_t address_size;
	bool fragment;          /* a part of its packet */
	size_t offset;          /* of that part */
	bool more;              /* parts that follow */
	uint32_t id;            /* of the packet */
	size_t counted;         /* where what the length of the whole packet counts begins */
	uint8_t first_protocol; /* as the IP header says */
	size_t part;            /* where the part begins in the frame */
	bool unspecified;       /* the source is: only a few messages may have that */
	uint8_t protocol;
	unsigned int profile;
	uint32_t length;
	enum reason other; /* as right as the one that is given */
};

static inline unsigned int number16(const uint8_t *bytes)
{
	return bytes[0] * 256U + bytes[1];
}

/* Whether an address lies in a prefix. */
bool inside(const uint8_t *address, int family, const struct model_prefix *prefix);

/* Everything behind the IP header of a packet whose addresses are good. */
enum reason judge_payload(struct packet *packet);

#endif
