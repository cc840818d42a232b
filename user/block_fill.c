/* SPDX-License-Identifier: GPL-2.0-only */
/* Fills the table that blocked sources are looked up in. */
#include "block_fill.h"

#include <string.h>

#include "block_ranges.h"

#define ROOT_SHIFT (32 - BLOCK_ROOT_BITS)

struct root_entry {
	__u32 root, entry;
};

/* Addresses, 2^bits of them from the first on, and the ranges that reach into them. */
struct area {
	__u32 first;
	unsigned int bits;
	const struct block_range *ranges;
	guint count;
};

/* What is blocked of an area, as a leaf has it. */
struct pieces {
	guint count;
	__u32 first[BLOCK_PIECES_MAX];
	unsigned int bits[BLOCK_PIECES_MAX];
	__u32 end[BLOCK_PIECES_MAX];
};

void block_roots_add(struct block_roots *roots, const struct prefix *prefix)
{
	const struct block_range range = block_range_of(prefix);

	for (__u32 root = range.first >> ROOT_SHIFT; root <= range.last >> ROOT_SHIFT; root++)
		roots->bits[root / 64] |= 1ULL << root % 64;
}

void block_roots_add_all(struct block_roots *roots)
{
	memset(roots->bits, 0xff, sizeof(roots->bits));
}

static __u32 last_of(const struct area *area)
{
	return area->first + (1U << area->bits) - 1;
}

/* Of ranges in order, those that reach into the area. The first may reach further. */
static void find_ranges(struct area *area, const struct block_range *ranges, guint count)
{
	while (count && ranges->last < area->first) {
		ranges++;
		count--;
	}
	area->ranges = ranges;
	area->count = 0;
	while (area->count < count && ranges[area->count].first <= last_of(area))
		area->count++;
}

static unsigned int bits_of(__u32 size)
{
	return 31 - (unsigned int)__builtin_clz(size);
}

static void add_piece(struct pieces *pieces, __u32 first, unsigned int bits, __u32 end)
{
	pieces->first[pieces->count] = first;
	pieces->bits[pieces->count] = bits;
	pieces->end[pieces->count++] = end;
}

/* A range of an area: the largest piece that it begins with, and one that ends where it ends. */
static bool add_range(struct pieces *pieces, __u32 first, __u32 last, __u32 end)
{
	unsigned int bits = bits_of(last - first + 1);
	__u32 second = last + 1 - (1U << bits);

	if (pieces->count + (second > first) >= BLOCK_PIECES_MAX)
		return false;
	add_piece(pieces, first, bits, end);
	if (second > first)
		add_piece(pieces, second, bits, end);
	return true;
}

/* Whether a leaf has room for an area: not all of it blocked alike, nor none. */
static bool find_pieces(struct pieces *pieces, const struct area *area)
{
	pieces->count = 0;
	for (guint i = 0; i < area->count; i++) {
		const struct block_range *range = &area->ranges[i];

		if (!add_range(pieces, MAX(range->first, area->first),
			       MIN(range->last, last_of(area)), range->end))
			return false;
	}
	return true;
}

static bool ends_differ(const struct pieces *pieces)
{
	for (guint i = 1; i < pieces->count; i++)
		if (pieces->end[i] != pieces->end[0])
			return true;
	return false;
}

static __u32 words_of(const struct pieces *pieces)
{
	return (pieces->count + 3) / 4;
}

/* Writes BLOCK_LEAF_BYTES() of a leaf with one end for all. */
static void write_leaf(const struct pieces *pieces, __u64 *leaf)
{
	__u32 words = words_of(pieces);
	__u16 *first = (__u16 *)leaf;
	__u8 *bits = (__u8 *)(leaf + words) + BLOCK_LEAF_BITS;

	for (guint i = 0; i < 4 * words; i++) {
		guint piece = MIN(i, pieces->count - 1);

		first[i] = (__u16)(pieces->first[piece] ^ BLOCK_PIECE_INVERT);
		if (i % 2)
			bits[i / 2] |= (__u8)(pieces->bits[piece] << 4);
		else
			bits[i / 2] = (__u8)pieces->bits[piece];
	}
	*(__u32 *)(leaf + words) = pieces->end[0];
}

/* Whether all of the area is told by one end; which. */
static bool is_even(const struct area *area, __u32 *end)
{
	*end = area->count ? area->ranges->end : BLOCK_NONE;
	return !area->count || (area->count == 1 && area->ranges->first <= area->first &&
				area->ranges->last >= last_of(area));
}

static bool build_leaf(struct block_words *words, const struct pieces *pieces, __u32 *entry)
{
	__u32 count = words_of(pieces), place, ends, *end;
	__u64 *leaf;

	if (!block_words_take(words, BLOCK_LEAF_WORDS(count), &place))
		return false;
	leaf = block_words_at(words, place);
	write_leaf(pieces, leaf);
	*entry = BLOCK_LEADS | (count - 1) << BLOCK_LEAF_SHIFT | place;
	if (!ends_differ(pieces))
		return true;
	if (!block_words_take(words, BLOCK_ENDS_WORDS(count), &ends))
		return false;
	end = (__u32 *)block_words_at(words, ends);
	for (guint i = 0; i < 4 * count; i++)
		end[i] = pieces->end[MIN(i, pieces->count - 1)];
	*(__u32 *)(leaf + count) = BLOCK_LEADS | ends;
	return true;
}

static bool build(struct block_words *words, const struct area *area, __u32 *entry);

static bool build_node(struct block_words *words, const struct area *area, __u32 *entry)
{
	struct area part = {area->first, area->bits - BLOCK_NODE_BITS, area->ranges, 0};
	const struct block_range *end = area->ranges + area->count;
	bool built = true;
	__u32 place, *node;

	if (!block_words_take(words, BLOCK_NODE_WORDS, &place))
		return false;
	*entry = BLOCK_LEADS | BLOCK_NODE | place;
	node = (__u32 *)block_words_at(words, place);
	memset(node, 0, BLOCK_NODE_ENTRIES * sizeof(*node));
	for (__u32 i = 0; built && i < BLOCK_NODE_ENTRIES; i++) {
		find_ranges(&part, part.ranges, (guint)(end - part.ranges));
		built = build(words, &part, &node[i]);
		part.first += 1U << part.bits;
	}
	return built;
}

/* On failure the entry leads to what was built so far. */
static bool build(struct block_words *words, const struct area *area, __u32 *entry)
{
	struct pieces pieces;

	if (is_even(area, entry))
		return true;
	*entry = BLOCK_NONE;
	return find_pieces(&pieces, area) ? build_leaf(words, &pieces, entry)
					  : build_node(words, area, entry);
}

/* Whether an entry says already what it shall: then it may stay. */
static bool is_said(struct block_words *words, const struct area *area, __u32 entry)
{
	__u64 leaf[BLOCK_LEAF_WORDS(BLOCK_WORDS_MAX)];
	struct pieces pieces;
	const __u64 *old;
	__u32 end;

	if (is_even(area, &end) || !(entry & BLOCK_LEADS))
		return is_even(area, &end) && entry == end;
	if (entry & BLOCK_NODE || !find_pieces(&pieces, area) || ends_differ(&pieces) ||
	    block_leaf_pieces(entry) != words_of(&pieces))
		return false;
	write_leaf(&pieces, leaf);
	old = block_words_at(words, entry);
	return old && !memcmp(leaf, old, BLOCK_LEAF_BYTES(words_of(&pieces)));
}

static bool prepare_root(struct block_fill *fill, const struct area *area)
{
	struct root_entry next = {.root = area->first >> ROOT_SHIFT};
	bool built;

	if (is_said(fill->words, area, block_words_root(fill->words)[next.root]))
		return true;
	built = build(fill->words, area, &next.entry);
	g_array_append_val(fill->entries, next);
	return built;
}

bool block_fill_prepare(struct block_fill *fill, struct block_words *words, const GArray *blocks,
			const struct block_roots *roots)
{
	g_autoptr(GArray) ranges = block_ranges_new(blocks);
	const struct block_range *range = (const void *)ranges->data, *end = range + ranges->len;
	struct area area = {.bits = ROOT_SHIFT, .ranges = range};
	bool prepared = block_words_root(words);

	*fill = (struct block_fill){words, g_array_new(FALSE, FALSE, sizeof(struct root_entry))};
	for (__u32 root = 0; prepared && root < BLOCK_ROOTS; root++) {
		__u64 bits = roots->bits[root / 64] >> root % 64;

		if (!bits)
			root |= 63; /* and on to the next word */
		if (!(bits & 1))
			continue;
		area.first = root << ROOT_SHIFT;
		find_ranges(&area, area.ranges, (guint)(end - area.ranges));
		prepared = prepare_root(fill, &area);
	}
	if (!prepared)
		block_fill_end(fill);
	return prepared;
}

void block_fill_publish(struct block_fill *fill)
{
	__u32 *root = block_words_root(fill->words);

	for (guint i = 0; i < fill->entries->len; i++) {
		struct root_entry *next = &g_array_index(fill->entries, struct root_entry, i);

		next->entry = __atomic_exchange_n(&root[next->root], next->entry, __ATOMIC_RELEASE);
	}
}

void block_fill_end(struct block_fill *fill)
{
	for (guint i = 0; i < fill->entries->len; i++)
		block_words_give_back(fill->words,
				      g_array_index(fill->entries, struct root_entry, i).entry);
	g_clear_pointer(&fill->entries, g_array_unref);
}
