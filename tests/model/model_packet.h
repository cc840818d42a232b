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
	unsigned int from, to;            /* ports */
	bool syn, ack, fin, rst;          /* of TCP */
	size_t data;                      /* where the payload of UDP begins */
	size_t data_end;                  /* and where it ends by its own length */
	const struct model_ports *opened; /* what let it pass, or refused it by its guard */
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

bool among(const uint8_t *address, int family, const struct model_prefix *list, size_t count);

/* Whether drops are only counted. */
static inline bool is_monitored(const struct packet *packet)
{
	return packet->server ? packet->server->monitor : packet->policy->monitor;
}

/* Whether a run of ports is the profile's and holds that port of the packet's protocol. */
static inline bool opens(const struct model_ports *ports, const struct packet *packet,
			 unsigned int port)
{
	return ports->profile == packet->profile && ports->protocol == packet->protocol &&
	       port >= ports->first && port <= ports->last;
}

/* RFC 9293: who sends this begins a connection. */
static inline bool is_bare_syn(const struct packet *packet)
{
	return packet->protocol == IPPROTO_TCP && packet->syn && !packet->ack;
}

/* Everything behind the IP header of a packet whose addresses are good. */
enum reason judge_payload(struct packet *packet);

/* The same of a packet that leaves: whether it is whole and has ports. */
bool read_payload(struct packet *packet);

/* What the guard of packet->opened says. */
enum reason judge_guard(struct packet *packet);

/* The verdict by port, in view of what went on before. */
enum reason judge_flow(struct packet *packet, enum reason by_port);
void meet_unread(struct packet *packet);

/* What a server sends. */
void learn_flow(struct packet *packet);

#endif
