/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list's IPv4 prefixes as ranges of addresses, none in another. */
#include "block_ranges.h"

#include <arpa/inet.h>
#include <string.h>

#include "block.h"
#include "block_table.h"

struct walk {
	GArray *ranges;
	struct block_range holding[33]; /* those that hold the address we are at, the shortest first
					 */
	unsigned int depth;
	uint64_t next; /* the first address of which nothing is said yet */
};

struct block_range block_range_of(const struct prefix *prefix)
{
	__be32 address;
	__u32 first;

	memcpy(&address, prefix->bytes, sizeof(address));
	first = ntohl(address);
	return (struct block_range){first, (__u32)(first + (1ULL << (32 - prefix->length)) - 1),
				    BLOCK_NONE};
}

/* Rounded up: nobody is let in too early. */
static __u32 end_of(__u64 until)
{
	__u64 ticks = (until >> BLOCK_TICK_SHIFT) + !!(until & ((1ULL << BLOCK_TICK_SHIFT) - 1));

	return ticks < BLOCK_ENDLESS ? (__u32)ticks : BLOCK_ENDLESS;
}

/* Says of all up to an address (not included) what the longest that holds them says. */
static void say_up_to(struct walk *walk, uint64_t address)
{
	const struct block_range *holder = &walk->holding[walk->depth - 1];
	struct block_range said = {(__u32)walk->next, (__u32)(address - 1), holder->end};
	struct block_range *before = NULL;

	if (walk->next >= address || said.end == BLOCK_NONE)
		return;
	walk->next = address;
	if (walk->ranges->len)
		before = &g_array_index(walk->ranges, struct block_range, walk->ranges->len - 1);
	if (before && before->last + 1 == said.first && before->end == said.end)
		before->last = said.last;
	else
		g_array_append_val(walk->ranges, said);
}

/* Leaves those that end before an address. */
static void leave(struct walk *walk, uint64_t address)
{
	while (walk->depth && walk->holding[walk->depth - 1].last < address) {
		say_up_to(walk, walk->holding[walk->depth - 1].last + 1ULL);
		walk->depth--;
	}
}

GArray *block_ranges_new(const GArray *blocks)
{
	struct walk walk = {.ranges = g_array_new(FALSE, FALSE, sizeof(struct block_range))};

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		struct block_range range;

		if (block->prefix.family != AF_INET)
			continue;
		range = block_range_of(&block->prefix);
		range.end = end_of(block->value.until);
		leave(&walk, range.first);
		if (walk.depth)
			say_up_to(&walk, range.first);
		walk.next = range.first;
		walk.holding[walk.depth++] = range;
	}
	leave(&walk, 1ULL << 32);
	return walk.ranges;
}
