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

static struct block_line line_of(const struct area *area)
{
	struct block_line line;

	for (guint i = 0; i < BLOCK_LINE_RANGES; i++) {
		const struct block_range *range = &area->ranges[MIN(i, area->count - 1)];
		__u32 first = MAX(range->first, area->first);

		line.first[i] = first & BLOCK_OFFSET_MASK;
		line.span[i] = (__u16)(MIN(range->last, last_of(area)) - first);
		line.end[i] = range->end;
	}
	return line;
}

/* Whether all of the area is told by one end; which. */
static bool is_even(const struct area *area, __u32 *end)
{
	*end = area->count ? area->ranges->end : BLOCK_NONE;
	return !area->count || (area->count == 1 && area->ranges->first <= area->first &&
				area->ranges->last >= last_of(area));
}

static bool build_line(struct block_lines *lines, const struct area *area, __u32 *entry)
{
	struct block_line *line;
	__u32 place;

	if (!block_lines_take(lines, false, &place))
		return false;
	line = block_lines_line(lines, place);
	*line = line_of(area);
	*entry = BLOCK_LEADS | place;
	return true;
}

/* On failure the entry leads to what was built so far. */
static bool build(struct block_lines *lines, const struct area *area, __u32 *entry)
{
	struct area part = {.first = area->first, .bits = area->bits - BLOCK_NODE_BITS};
	const struct block_range *end = area->ranges + area->count;
	__u32 place, *node;
	bool built = true;

	if (is_even(area, entry))
		return true;
	if (area->count <= BLOCK_LINE_RANGES)
		return build_line(lines, area, entry);
	if (!block_lines_take(lines, true, &place))
		return false;
	*entry = BLOCK_LEADS | BLOCK_NODE | place;
	node = block_lines_node(lines, place);
	memset(node, 0, BLOCK_NODE_ENTRIES * sizeof(*node));
	part.ranges = area->ranges;
	for (__u32 i = 0; built && i < BLOCK_NODE_ENTRIES; i++) {
		find_ranges(&part, part.ranges, (guint)(end - part.ranges));
		built = build(lines, &part, &node[i]);
		part.first += 1U << part.bits;
	}
	return built;
}

/* Whether an entry says already what it shall, in a line: then it may stay. */
static bool is_said(struct block_lines *lines, const struct area *area, __u32 entry)
{
	const struct block_line *old, line = line_of(area);

	if (area->count > BLOCK_LINE_RANGES || (entry & (BLOCK_LEADS | BLOCK_NODE)) != BLOCK_LEADS)
		return false;
	old = block_lines_line(lines, entry & BLOCK_PLACE);
	return old && !memcmp(&line, old, sizeof(line));
}

static bool prepare_root(struct block_fill *fill, const struct area *area)
{
	struct root_entry next = {.root = area->first >> ROOT_SHIFT};
	__u32 entry = block_lines_root(fill->lines)[next.root];
	bool built;

	if (is_even(area, &next.entry) ? entry == next.entry : is_said(fill->lines, area, entry))
		return true;
	next.entry = BLOCK_NONE;
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
