/* SPDX-License-Identifier: GPL-2.0-only */
/* What the stages of a frame in the making share: its layers, and where chance comes from. */
#ifndef PORTCULLIS_TEST_MAKING_H
#define PORTCULLIS_TEST_MAKING_H

#include <stdbool.h>

#include "generate.h"

/* One frame of a conversation. */
struct turn {
	int family;
	uint8_t protocol;
	const char *source, *destination;
	uint16_t from, to;
	uint8_t flags; /* of TCP */
	uint8_t first; /* of a payload of UDP */
	enum generated_way way;
	uint32_t age;
};

/* A frame in the making, and where its layers begin; 0: it has no such layer. */
struct making {
	struct generated *frame;
	const struct turn *turn; /* NULL: it stands by itself */
	uint64_t state;
	size_t next;      /* where the last EtherType or protocol is stated */
	size_t ip;        /* the IP header */
	size_t extension; /* the last extension header */
	size_t transport; /* the TCP, UDP or ICMP header */
	size_t part;      /* a fragment's part of its packet */
	size_t stated;    /* where its offset is stated */
	int family;
	uint8_t protocol;
};

/* xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators" (2016). */
static inline uint32_t any(struct making *making)
{
	making->state ^= making->state >> 12;
	making->state ^= making->state << 25;
	making->state ^= making->state >> 27;
	return making->state * 0x2545f4914f6cdd1dULL >> 32;
}

static inline uint32_t below(struct making *making, uint32_t bound)
{
	return any(making) % bound;
}

static inline bool percent(struct making *making, uint32_t share)
{
	return below(making, 100) < share;
}

#define PICK(making, list) ((list)[below(making, sizeof(list) / sizeof((list)[0]))])

static inline void put16(struct making *making, size_t at, unsigned int value)
{
	making->frame->bytes[at] = value >> 8;
	making->frame->bytes[at + 1] = value;
}

/* Chance from the beginning: that of a seed and a number. */
struct making begin(struct generated *frame, uint64_t seed, uint64_t number);

/* Whether a frame belongs to a conversation, and what it has to say there. */
bool take_turn(struct turn *turn, uint64_t seed, uint64_t number);

/* Into the IP header, into that of TCP or UDP. */
void put_addresses(struct making *making);
void put_ports(struct making *making);

/* Appends bytes, 0 or noise, and says where they begin. */
size_t append(struct making *making, size_t size, bool noise);

/* The IP length as it is. */
void close_lengths(struct making *making);

/* Turns a first fragment into a later one of the same packet, or nearly so. */
void follow_up(struct making *making);

/* One field of an IP packet that then contradicts the rest. */
void spoil(struct making *making);

/* Random bits and bytes anywhere, most of them where headers stand. */
void mutate(struct making *making);

#endif
