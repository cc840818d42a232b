/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes frames: most of them well-formed but for one thing, some of them noise. Half of them stand
 * by themselves, the others come in conversations of a server and a peer.
 */
#ifndef PORTCULLIS_TEST_GENERATE_H
#define PORTCULLIS_TEST_GENERATE_H

#include <stddef.h>
#include <stdint.h>

#define GENERATED_MAX 12288

/* Where a frame comes from. */
enum generated_way {
	GENERATED_ENTERS,
	GENERATED_SENT,      /* leaves; of the host itself */
	GENERATED_FORWARDED, /* leaves; entered where servers are */
	GENERATED_RETURNED,  /* leaves; entered where anyone is */
};

struct generated {
	uint8_t bytes[GENERATED_MAX];
	size_t size;
	enum generated_way way;
	uint32_t age; /* so many seconds pass before it */
};

/*
 * So many gates take turns. What belongs together meets the same one: a later fragment comes so
 * many frames after its first, and the frames of a conversation so far apart.
 */
#define GENERATED_TURN 14

/* So many frames of a gate are one conversation, or none. */
#define GENERATED_TALK 10

/* Frame `number` of `seed`: the same on every machine, whatever was generated before it. */
void generate(struct generated *frame, uint64_t seed, uint64_t number);

#endif
