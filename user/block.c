/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list as a sorted array, and the steps from one to another. */
#include "block.h"

#include <string.h>
#include <sys/socket.h>

int block_compare_prefixes(const struct prefix *a, const struct prefix *b)
{
	int order;

	if (a->family != b->family)
		return a->family == AF_INET ? -1 : 1;
	order = memcmp(a->bytes, b->bytes, sizeof(a->bytes));
	return order ? order : (int)a->length - (int)b->length;
}

struct prefix block_shortened(const struct prefix *prefix, unsigned int length)
{
	struct prefix shortened = {.family = prefix->family, .length = (uint8_t)length};

	memcpy(shortened.bytes, prefix->bytes, (length + 7) / 8);
	if (length % 8)
		shortened.bytes[length / 8] &= (uint8_t)(0xff << (8 - length % 8));
	return shortened;
}

GArray *blocks_new(void)
{
	return g_array_new(FALSE, TRUE, sizeof(struct block));
}

static struct block *at(const GArray *blocks, guint i)
{
	return &g_array_index(blocks, struct block, i);
}

static gint by_prefix(gconstpointer a, gconstpointer b)
{
	return block_compare_prefixes(&((const struct block *)a)->prefix,
				      &((const struct block *)b)->prefix);
}

/*
 * What two of a prefix come to: it is blocked since the first, and for no less long for being
 * blocked once more.
 */
static void unite(struct block *block, const struct block *later)
{
	if (later->value.expires < block->value.expires)
		return;
	block->value.expires = later->value.expires;
	if (*later->value.reason)
		memcpy(block->value.reason, later->value.reason, sizeof(block->value.reason));
}

void blocks_sort(GArray *blocks)
{
	guint kept = 0;

	g_array_sort(blocks, by_prefix); /* is stable */
	for (guint i = 1; i < blocks->len; i++) {
		if (!by_prefix(at(blocks, kept), at(blocks, i)))
			unite(at(blocks, kept), at(blocks, i));
		else
			*at(blocks, ++kept) = *at(blocks, i);
	}
	if (blocks->len)
		g_array_set_size(blocks, kept + 1);
}

guint blocks_sweep(GArray *blocks, const struct moment *now)
{
	guint kept = 0, all = blocks->len;

	for (guint i = 0; i < all; i++)
		if (at(blocks, i)->value.expires > now->boot)
			*at(blocks, kept++) = *at(blocks, i);
	g_array_set_size(blocks, kept);
	return all - kept;
}

void blocks_settle(GArray *blocks)
{
	const struct block *holding[129]; /* from the shortest to the longest */
	unsigned int depth = 0;

	for (guint i = 0; i < blocks->len; i++) {
		struct block *block = at(blocks, i);

		while (depth && !prefix_contains(&holding[depth - 1]->prefix, &block->prefix))
			depth--;
		block->value.until = block->value.expires;
		if (depth)
			block->value.until =
				MAX(block->value.until, holding[depth - 1]->value.until);
		holding[depth++] = block;
	}
}

struct block *blocks_find(const GArray *blocks, const struct prefix *prefix)
{
	const struct block wanted = {.prefix = *prefix};
	guint place;

	return g_array_binary_search((GArray *)blocks, &wanted, by_prefix, &place)
		       ? at(blocks, place)
		       : NULL;
}

const struct block *blocks_holding(const GArray *blocks, const struct prefix *prefix)
{
	for (int length = prefix->length; length >= 0; length--) {
		const struct prefix holder = block_shortened(prefix, (unsigned int)length);
		const struct block *block = blocks_find(blocks, &holder);

		if (block)
			return block;
	}
	return NULL;
}

/*
 * What comes, nested ones first: until they are in force for longer, they would hide what is. What
 * goes, is in the order of lists: nested ones last.
 */
static gint longest_first(gconstpointer a, gconstpointer b)
{
	return (gint)((const struct block *)b)->prefix.length -
	       (gint)((const struct block *)a)->prefix.length;
}

static void compare_values(struct block_steps *steps, const struct block *old,
			   const struct block *new)
{
	if (!memcmp(&old->value, &new->value, sizeof(old->value)))
		return;
	g_array_append_vals(new->value.until < old->value.until ? steps->lowered : steps->raised,
			    new, 1);
}

void block_steps_find(struct block_steps *steps, const GArray *from, const GArray *to)
{
	guint i = 0, j = 0;

	*steps = (struct block_steps){blocks_new(), blocks_new(), blocks_new(), blocks_new()};
	while (i < from->len || j < to->len) {
		int order = i == from->len ? 1
			    : j == to->len ? -1
					   : by_prefix(at(from, i), at(to, j));

		if (order < 0)
			g_array_append_vals(steps->removed, at(from, i++), 1);
		else if (order > 0)
			g_array_append_vals(steps->added, at(to, j++), 1);
		else
			compare_values(steps, at(from, i++), at(to, j++));
	}
	g_array_sort(steps->raised, longest_first);
	g_array_sort(steps->added, longest_first);
}

void block_steps_clear(struct block_steps *steps)
{
	g_array_unref(steps->raised);
	g_array_unref(steps->added);
	g_array_unref(steps->removed);
	g_array_unref(steps->lowered);
}
