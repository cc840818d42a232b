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

/* What is blocked of an area, as a line has it. */
struct pieces {
	struct block_line line;
	__u32 ends[BLOCK_LINE_PIECES];
	guint count;
	bool differ; /* the ends do */
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

/* Places left over repeat the last one, so that all are set from it on. */
static void set_piece(struct pieces *pieces, __u32 first, unsigned int bits, __u32 end)
{
	for (guint i = pieces->count++; i < BLOCK_LINE_PIECES; i++) {
		unsigned int shift = i % 2 * 4;

		pieces->line.first[i] = (__u16)(first ^ 0x8000);
		pieces->line.bits[i / 2] =
			(__u8)((pieces->line.bits[i / 2] & ~(15U << shift)) | bits << shift);
		pieces->ends[i] = end;
	}
}

/* A range of an area: the largest piece that it begins with, and one that ends where it ends. */
static bool add_range(struct pieces *pieces, __u32 first, __u32 last, __u32 end)
{
	unsigned int bits = bits_of(last - first + 1);
	__u32 second = last + 1 - (1U << bits);

	if (pieces->count + (second > first) >= BLOCK_LINE_PIECES)
		return false;
	set_piece(pieces, first, bits, end);
	if (second > first)
		set_piece(pieces, second, bits, end);
	pieces->differ |= end != pieces->ends[0];
	return true;
}

/* Whether a line has room for an area: not all of it blocked alike, nor none. */
static bool find_pieces(struct pieces *pieces, const struct area *area)
{
	*pieces = (struct pieces){};
	for (guint i = 0; i < area->count; i++) {
		const struct block_range *range = &area->ranges[i];

		if (!add_range(pieces, MAX(range->first, area->first),
			       MIN(range->last, last_of(area)), range->end))
			return false;
	}
	pieces->line.end = pieces->ends[0];
	return true;
}

/* Whether all of the area is told by one end; which. */
static bool is_even(const struct area *area, __u32 *end)
{
	*end = area->count ? area->ranges->end : BLOCK_NONE;
	return !area->count || (area->count == 1 && area->ranges->first <= area->first &&
				area->ranges->last >= last_of(area));
}

static bool build_line(struct block_lines *lines, const struct pieces *pieces, __u32 *entry)
{
	struct block_line *line;
	__u32 place, ends;

	if (!block_lines_take(lines, 1, &place))
		return false;
	line = block_lines_at(lines, place);
	*line = pieces->line;
	*entry = BLOCK_LEADS | place;
	if (!pieces->differ)
		return true;
	if (!block_lines_take(lines, BLOCK_ENDS_LINES, &ends))
		return false;
	memcpy(block_lines_at(lines, ends), pieces->ends, sizeof(pieces->ends));
	line->end = BLOCK_LEADS | ends;
	return true;
}

static bool build(struct block_lines *lines, const struct area *area, __u32 *entry);

static bool build_node(struct block_lines *lines, const struct area *area, __u32 *entry)
{
	struct area part = {area->first, area->bits - BLOCK_NODE_BITS, area->ranges, 0};
	const struct block_range *end = area->ranges + area->count;
	struct block_line *node;
	bool built = true;
	__u32 place;

	if (!block_lines_take(lines, 1, &place))
		return false;
	*entry = BLOCK_LEADS | BLOCK_NODE | place;
	node = block_lines_at(lines, place);
	memset(node, 0, sizeof(*node));
	for (__u32 i = 0; built && i < BLOCK_LINE_ENTRIES; i++) {
		find_ranges(&part, part.ranges, (guint)(end - part.ranges));
		built = build(lines, &part, &node->entry[i]);
		part.first += 1U << part.bits;
	}
	return built;
}

/* On failure the entry leads to what was built so far. */
static bool build(struct block_lines *lines, const struct area *area, __u32 *entry)
{
	struct pieces pieces;

	if (is_even(area, entry))
		return true;
	*entry = BLOCK_NONE;
	return find_pieces(&pieces, area) ? build_line(lines, &pieces, entry)
					  : build_node(lines, area, entry);
}

/* Whether an entry says already what it shall: then it may stay. */
static bool is_said(struct block_lines *lines, const struct area *area, __u32 entry)
{
	const struct block_line *line;
	struct pieces pieces;
	__u32 end;

	if (is_even(area, &end) || !(entry & BLOCK_LEADS))
		return is_even(area, &end) && entry == end;
	if (entry & BLOCK_NODE || !find_pieces(&pieces, area) || pieces.differ)
		return false;
	line = block_lines_at(lines, entry);
	return line && !memcmp(line, &pieces.line, sizeof(*line));
}

static bool prepare_root(struct block_fill *fill, const struct area *area)
{
	struct root_entry next = {.root = area->first >> ROOT_SHIFT};
	bool built;

	if (is_said(fill->lines, area, block_lines_root(fill->lines)[next.root]))
		return true;
	built = build(fill->lines, area, &next.entry);
	g_array_append_val(fill->entries, next);
	return built;
}

bool block_fill_prepare(struct block_fill *fill, struct block_lines *lines, const GArray *blocks,
			const struct block_roots *roots)
{
	g_autoptr(GArray) ranges = block_ranges_new(blocks);
	const struct block_range *range = (const void *)ranges->data, *end = range + ranges->len;
	struct area area = {.bits = ROOT_SHIFT, .ranges = range};
	bool prepared = block_lines_root(lines);

	*fill = (struct block_fill){lines, g_array_new(FALSE, FALSE, sizeof(struct root_entry))};
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
	__u32 *root = block_lines_root(fill->lines);

	for (guint i = 0; i < fill->entries->len; i++) {
		struct root_entry *next = &g_array_index(fill->entries, struct root_entry, i);

		next->entry = __atomic_exchange_n(&root[next->root], next->entry, __ATOMIC_RELEASE);
	}
}

void block_fill_end(struct block_fill *fill)
{
	for (guint i = 0; i < fill->entries->len; i++)
		block_lines_give_back(fill->lines,
				      g_array_index(fill->entries, struct root_entry, i).entry);
	g_clear_pointer(&fill->entries, g_array_unref);
}
