/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes frames: most of them well-formed but for one thing, some of them noise. */
#ifndef PORTCULLIS_TEST_GENERATE_H
#define PORTCULLIS_TEST_GENERATE_H

#include <stddef.h>
#include <stdint.h>

#define GENERATED_MAX 12288

struct generated {
	uint8_t bytes[GENERATED_MAX];
	size_t size;
};

/* A later fragment may come so many frames after its first. */
#define GENERATED_TURN 5

/* Frame `number` of `seed`: the same on every machine, whatever was generated before it. */
void generate(struct generated *frame, uint64_t seed, uint64_t number);

#endif
