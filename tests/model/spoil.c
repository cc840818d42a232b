/* SPDX-License-Identifier: GPL-2.0-only */
/* Changes what generate.c has made well: into what follows it, or so that it is wrong. */
#include "making.h"

#include <sys/socket.h>

/* A length that is off by a little, or by whatever. */
static unsigned int wrong(struct making *making, unsigned int right)
{
	static const int by[] = {-1, 1, -4, 4, -8, 8, -20, 20, 2, -2};

	return percent(making, 70) ? right + PICK(making, by) : any(making);
}

static void spoil_length(struct making *making, size_t at)
{
	const uint8_t *bytes = making->frame->bytes;

	put16(making, at, wrong(making, bytes[at] << 8 | bytes[at + 1]));
}

void spoil(struct making *making)
{
	uint8_t *bytes = making->frame->bytes;

	switch (below(making, 7)) {
	case 0: spoil_length(making, making->ip + (making->family == AF_INET ? 2 : 4)); break;
	case 1:
		if (making->transport && making->protocol == 17)
			spoil_length(making, making->transport + 4);
		break;
	case 2:
		if (making->transport && making->protocol == 6)
			bytes[making->transport + 12] = any(making);
		break;
	case 3:
		if (making->family == AF_INET)
			bytes[making->ip] = 0x40 | below(making, 16);
		break;
	case 4: bytes[making->ip] ^= 1 << (4 + below(making, 4)); break;
	case 5:
		if (making->extension)
			bytes[making->extension + 1] = wrong(making, bytes[making->extension + 1]);
		break;
	case 6:
		put16(making, making->ip + (making->family == AF_INET ? 2 : 4), below(making, 80));
		break;
	}
}

void follow_up(struct making *making)
{
	static const int8_t gaps[] = {0, 0, 0, 0, 0, 1, 3, -1, -2};
	struct generated *frame = making->frame;
	int units = (frame->size - making->part + 7) / 8 + PICK(making, gaps);
	bool is4 = making->family == AF_INET, more = percent(making, 30);

	frame->size = making->part;
	append(making, more ? 8 * below(making, 8) : below(making, 50), true);
	units = percent(making, 98) ? units & 0x1fff : 0x1fff - below(making, 4);
	put16(making, making->stated, is4 ? more << 13 | units : units << 3 | more);
	close_lengths(making);
	if (percent(making, 5)) /* the identification, its last byte */
		frame->bytes[is4 ? making->ip + 5 : making->stated + 5] ^= 1;
	if (percent(making, 3)) /* the source's */
		frame->bytes[making->ip + (is4 ? 15 : 23)] ^= 1;
	if (percent(making, 3) && is4)
		frame->bytes[making->ip + 9] ^= 1;
	if (percent(making, 10))
		append(making, below(making, 60), true);
}

void mutate(struct making *making)
{
	struct generated *frame = making->frame;

	for (uint32_t times = 1 + below(making, 4); times > 0; times--) {
		size_t at = 12 + below(making, frame->size - 12 < 100 ? frame->size - 12 : 100);

		if (percent(making, 50))
			frame->bytes[at] ^= 1 << below(making, 8);
		else
			frame->bytes[at] = any(making);
	}
}
