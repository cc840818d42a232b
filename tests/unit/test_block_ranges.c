/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked prefixes as ranges: in order, none in another, and each as long as it should be. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "block.h"
#include "block_ranges.h"
#include "block_table.h"

#define TICK (1ULL << BLOCK_TICK_SHIFT)

static void add(GArray *blocks, const char *text, uint64_t expires)
{
	struct block block = {.value.expires = expires};

	assert_int_equal(prefix_parse(text, &block.prefix), 0);
	g_array_append_val(blocks, block);
}

static void check(GArray *blocks, const char *expected)
{
	g_autoptr(GArray) ranges = NULL;
	g_autoptr(GString) found = g_string_new(NULL);

	blocks_sort(blocks);
	blocks_settle(blocks);
	ranges = block_ranges_new(blocks);
	for (guint i = 0; i < ranges->len; i++) {
		const struct block_range *range = &g_array_index(ranges, struct block_range, i);

		g_string_append_printf(found, "%08x-%08x %u\n", range->first, range->last,
				       range->end);
	}
	assert_string_equal(found->str, expected);
}

static void tells_ranges(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	check(blocks, "");
	add(blocks, "2001:db8::/32", TICK);
	check(blocks, "");
	add(blocks, "255.255.255.255", TICK);
	add(blocks, "0.0.0.0", TICK);
	check(blocks, "00000000-00000000 1\nffffffff-ffffffff 1\n");
	add(blocks, "0.0.0.0/1", 2 * TICK);
	add(blocks, "128.0.0.0/1", BLOCKED_FOR_GOOD);
	check(blocks, "00000000-7fffffff 2\n80000000-ffffffff 2147483647\n");
}

/* What lies in another and ends no later adds nothing. */
static void tells_nested_ones(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "10.0.0.0/8", 5 * TICK);
	add(blocks, "10.0.0.0/16", 3 * TICK);
	check(blocks, "0a000000-0affffff 5\n");
	add(blocks, "10.0.0.0/24", 7 * TICK);
	add(blocks, "10.0.0.0", 9 * TICK);
	add(blocks, "10.0.0.255", 9 * TICK);
	add(blocks, "10.255.255.255", 9 * TICK);
	check(blocks, "0a000000-0a000000 9\n0a000001-0a0000fe 7\n0a0000ff-0a0000ff 9\n"
		      "0a000100-0afffffe 5\n0affffff-0affffff 9\n");
}

static void joins_what_touches(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "10.0.0.1", TICK);
	add(blocks, "10.0.0.2/31", TICK);
	add(blocks, "10.0.0.4", 2 * TICK);
	add(blocks, "10.0.0.5", 2 * TICK);
	add(blocks, "10.0.0.7", 2 * TICK);
	check(blocks, "0a000001-0a000003 1\n0a000004-0a000005 2\n0a000007-0a000007 2\n");
}

/* Never too early: a part of a tick is a tick; what is too far to count, is for good. */
static void rounds_up(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add(blocks, "10.0.0.1", 1);
	add(blocks, "10.0.0.3", TICK + 1);
	add(blocks, "10.0.0.5", (BLOCK_ENDLESS - 1) * TICK);
	add(blocks, "10.0.0.7", (BLOCK_ENDLESS - 1) * TICK + 1);
	add(blocks, "10.0.0.9", BLOCKED_FOR_GOOD - 1);
	add(blocks, "10.0.0.11", 0);
	check(blocks, "0a000001-0a000001 1\n0a000003-0a000003 2\n0a000005-0a000005 2147483646\n"
		      "0a000007-0a000007 2147483647\n0a000009-0a000009 2147483647\n");
}

static void tells_prefixes(void **state)
{
	static const struct {
		const char *prefix;
		__u32 first, last;
	} cases[] = {
		{"0.0.0.0/0", 0, 0xffffffff},
		{"255.255.255.255", 0xffffffff, 0xffffffff},
		{"10.1.2.0/23", 0x0a010200, 0x0a0103ff},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct block_range range;
		struct prefix prefix;

		assert_int_equal(prefix_parse(cases[i].prefix, &prefix), 0);
		range = block_range_of(&prefix);
		assert_int_equal(range.first, cases[i].first);
		assert_int_equal(range.last, cases[i].last);
		assert_int_equal(range.end, BLOCK_NONE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_ranges),       cmocka_unit_test(tells_nested_ones),
		cmocka_unit_test(joins_what_touches), cmocka_unit_test(rounds_up),
		cmocka_unit_test(tells_prefixes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
