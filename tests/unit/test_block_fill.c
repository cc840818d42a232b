/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The table that blocked sources are looked up in, in memory of the test's own: against a list that
 * is searched from its beginning to its end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "block.h"
#include "block_fill.h"
#include "block_ranges.h"

#define CHUNKS 24
#define TICK   (1ULL << BLOCK_TICK_SHIFT)

/* --- memory that can run out --- */

static struct block_chunk *chunks[CHUNKS];
static guint chunks_at_most;
static struct block_lines lines;

static struct block_chunk *give_chunk(void *owner, __u32 n)
{
	if (n >= chunks_at_most)
		return NULL;
	if (!chunks[n]) {
		chunks[n] = g_malloc(sizeof(struct block_chunk));
		memset(chunks[n], 0xa5, sizeof(struct block_chunk)); /* nobody may rely on zeros */
		block_chunk_begin(chunks[n], n);
		if (!n)
			memset(&chunks[n]->entry[BLOCK_ROOT_ENTRY], 0, BLOCK_ROOTS * sizeof(__u32));
	}
	return chunks[n];
}

/* The next writer, who knows only what lies in memory. */
static void begin_anew(void)
{
	__u32 count = 0;

	while (count < CHUNKS && chunks[count])
		count++;
	lines = (struct block_lines){.source = give_chunk, .count = count};
}

static int make_memory(void **state)
{
	chunks_at_most = CHUNKS;
	begin_anew();
	return 0;
}

static int free_memory(void **state)
{
	for (int i = 0; i < CHUNKS; i++)
		g_clear_pointer(&chunks[i], g_free);
	return 0;
}

static guint taken(void)
{
	guint count = 0;

	for (int i = 0; i < CHUNKS && chunks[i]; i++)
		for (guint word = 0; word < G_N_ELEMENTS(chunks[i]->taken); word++)
			count += (guint)__builtin_popcountll(chunks[i]->taken[word]);
	return count;
}

/* --- the look-up, as block_table.h tells it, without the program's tricks --- */

static __u32 end_in_line(const struct block_line *line, __u32 offset)
{
	__u32 piece = BLOCK_LINE_PIECES;

	for (__u32 i = 0; i < BLOCK_LINE_PIECES; i++)
		if (block_piece_first(line, i) <= offset)
			piece = i;
	if (piece == BLOCK_LINE_PIECES ||
	    offset - block_piece_first(line, piece) >= 1U << block_piece_bits(line, piece))
		return BLOCK_NONE;
	if (!(line->end & BLOCK_LEADS))
		return line->end;
	return block_lines_at(&lines, line->end)->entry[piece];
}

static __u32 find(__u32 address)
{
	__u32 entry = block_lines_root(&lines)[address >> 16];

	for (int shift = 12; entry >= (BLOCK_LEADS | BLOCK_NODE); shift -= 4)
		entry = block_lines_at(&lines, entry)->entry[address >> shift & 15];
	return entry & BLOCK_LEADS ? end_in_line(block_lines_at(&lines, entry), address & 0xffff)
				   : entry;
}

/* --- what is expected --- */

static __u32 expected(const GArray *blocks, __u32 address)
{
	uint64_t until = 0;

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		const struct block_range range = block_range_of(&block->prefix);

		if (block->prefix.family == AF_INET && address >= range.first &&
		    address <= range.last)
			until = MAX(until, block->value.expires);
	}
	if (until == BLOCKED_FOR_GOOD)
		return BLOCK_ENDLESS;
	return (__u32)((until + TICK - 1) / TICK);
}

static void check_address(const GArray *blocks, __u32 address)
{
	__u32 is = find(address), shall = expected(blocks, address);

	if (is != shall)
		fail_msg("%u.%u.%u.%u ends at %u, expected %u", address >> 24, address >> 16 & 255,
			 address >> 8 & 255, address & 255, is, shall);
}

/* At the bounds of each prefix, where mistakes are, and anywhere. */
static void check_all(const GArray *blocks, GRand *random)
{
	for (guint i = 0; i < blocks->len; i++) {
		const struct block_range range =
			block_range_of(&g_array_index(blocks, struct block, i).prefix);

		check_address(blocks, range.first);
		check_address(blocks, range.last);
		check_address(blocks, range.first - 1);
		check_address(blocks, range.last + 1);
		check_address(blocks,
			      range.first + (g_rand_int(random) & (range.last - range.first)));
	}
	for (int i = 0; i < 100; i++)
		check_address(blocks, g_rand_int(random));
}

/* --- changes --- */

static void add(GArray *blocks, __u32 address, unsigned int length, uint64_t expires)
{
	struct block block = {.prefix = {.family = AF_INET, .length = 32},
			      .value.expires = expires};
	__be32 bytes = htonl(address);

	memcpy(block.prefix.bytes, &bytes, sizeof(bytes));
	block.prefix = block_shortened(&block.prefix, length);
	g_array_append_val(blocks, block);
}

static void add_text(GArray *blocks, const char *text, uint64_t expires)
{
	struct block block = {.value.expires = expires};

	assert_int_equal(prefix_parse(text, &block.prefix), 0);
	g_array_append_val(blocks, block);
}

static bool change(GArray *blocks, const struct block_roots *roots)
{
	struct block_fill fill;

	blocks_sort(blocks);
	blocks_settle(blocks);
	if (!block_fill_prepare(&fill, &lines, blocks, roots))
		return false;
	block_fill_publish(&fill);
	block_fill_end(&fill);
	return true;
}

static void change_all(GArray *blocks)
{
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);

	block_roots_add_all(roots);
	assert_true(change(blocks, roots));
}

/* Nothing is left taken but what the root leads to. */
static void check_taken(void)
{
	guint before = taken();

	assert_true(block_lines_recount(&lines));
	assert_int_equal(taken(), before);
}

static void fills_what_is_simple(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	change_all(blocks);
	assert_int_equal(find(0), BLOCK_NONE);
	add_text(blocks, "10.0.0.0/8", BLOCKED_FOR_GOOD);
	add_text(blocks, "10.1.2.0/24", 5 * TICK);
	add_text(blocks, "192.0.2.0/24", 5 * TICK + 1);
	add_text(blocks, "198.51.100.7", TICK);
	add_text(blocks, "255.255.255.255", BLOCKED_FOR_GOOD);
	add_text(blocks, "0.0.0.0", 1);
	add_text(blocks, "2001:db8::/32", BLOCKED_FOR_GOOD);
	change_all(blocks);
	assert_int_equal(find(0x0a010203), BLOCK_ENDLESS);
	assert_int_equal(find(0x0a000000), BLOCK_ENDLESS);
	assert_int_equal(find(0x0affffff), BLOCK_ENDLESS);
	assert_int_equal(find(0x0b000000), BLOCK_NONE);
	assert_int_equal(find(0x09ffffff), BLOCK_NONE);
	assert_int_equal(find(0xc0000200), 6);
	assert_int_equal(find(0xc00002ff), 6);
	assert_int_equal(find(0xc0000300), BLOCK_NONE);
	assert_int_equal(find(0xc63364ff), BLOCK_NONE);
	assert_int_equal(find(0xc6336407), 1);
	assert_int_equal(find(0xffffffff), BLOCK_ENDLESS);
	assert_int_equal(find(0), 1);
	assert_int_equal(find(1), BLOCK_NONE);
	check_taken();
	g_array_set_size(blocks, 0);
	change_all(blocks);
	assert_int_equal(taken(), BLOCK_TAKEN_LINES + BLOCK_ROOT_LINES);
}

/* An end of nine years and more since boot is none. */
static void fills_far_ends(void **state)
{
	g_autoptr(GArray) blocks = blocks_new();

	add_text(blocks, "10.0.0.1", (BLOCK_ENDLESS - 1) * TICK);
	add_text(blocks, "10.0.0.2", (BLOCK_ENDLESS - 1) * TICK + 1);
	add_text(blocks, "10.0.0.3", UINT64_MAX - 1);
	change_all(blocks);
	assert_int_equal(find(0x0a000001), BLOCK_ENDLESS - 1);
	assert_int_equal(find(0x0a000002), BLOCK_ENDLESS);
	assert_int_equal(find(0x0a000003), BLOCK_ENDLESS);
}

/*
 * Every number of addresses in one area, from one to more than any line has room for, at every
 * distance: as far as the last level. With one end for all, and with one for each.
 */
static void fills_every_number(void **state)
{
	GRand *random = g_rand_new_with_seed(1);

	for (unsigned int distance = 1; distance <= 4096; distance *= 2)
		for (unsigned int count = 1; count <= 60; count++)
			for (unsigned int ends = 1; ends <= 2; ends++) {
				g_autoptr(GArray) blocks = blocks_new();

				for (unsigned int i = 0; i < count; i++)
					add(blocks, 0xc0a80000 + i * distance % 65536, 32,
					    ends == 1 ? TICK : (i + 1) * TICK);
				change_all(blocks);
				check_all(blocks, random);
				check_taken();
			}
	g_rand_free(random);
}

/* Ranges of every size, at any place: such as two pieces that overlap, or touch, are to hold. */
static void fills_every_size(void **state)
{
	GRand *random = g_rand_new_with_seed(2);

	for (unsigned int size = 1; size <= 300; size++) {
		g_autoptr(GArray) blocks = blocks_new();
		__u32 first = 0xac100000 + (g_rand_int(random) & 0x1fff);

		for (unsigned int i = 0; i < size; i++)
			add(blocks, first + i, 32, TICK);
		change_all(blocks);
		check_all(blocks, random);
	}
	g_rand_free(random);
}

/* --- random lists, changed step by step --- */

/* Crowded, so that prefixes lie in one another and beside each other, and every level is needed. */
static __u32 random_address(GRand *random)
{
	switch (g_rand_int_range(random, 0, 4)) {
	case 0: return g_rand_int(random);
	case 1: return 0xcb007100 | (g_rand_int(random) & 0xff);
	case 2: return 0xcb000000 | (g_rand_int(random) & 0x3ffff);
	default: return 0xcb007000 | (g_rand_int(random) & 0xfff);
	}
}

static uint64_t random_end(GRand *random)
{
	return g_rand_boolean(random) ? BLOCKED_FOR_GOOD
				      : (uint64_t)g_rand_int_range(random, 1, 5) * TICK;
}

static unsigned int random_length(GRand *random)
{
	return g_rand_int_range(random, 0, 3) ? (unsigned int)g_rand_int_range(random, 24, 33)
					      : (unsigned int)g_rand_int_range(random, 6, 33);
}

/* Adds some prefixes and takes some away; says which entries that is about. */
static void change_some(GArray *blocks, GRand *random, struct block_roots *roots)
{
	guint added = (guint)g_rand_int_range(random, 0, 30), known = blocks->len;
	guint removed = (guint)g_rand_int_range(random, 0, 30);

	removed = MIN(removed, known);
	for (guint i = 0; i < removed; i++) {
		guint which = (guint)g_rand_int_range(random, 0, (gint32)blocks->len);

		block_roots_add(roots, &g_array_index(blocks, struct block, which).prefix);
		g_array_remove_index(blocks, which);
	}
	known -= removed;
	for (guint i = 0; i < added; i++)
		add(blocks, random_address(random), random_length(random), random_end(random));
	for (; known < blocks->len; known++)
		block_roots_add(roots, &g_array_index(blocks, struct block, known).prefix);
}

static void fills_random_lists(void **state)
{
	const guint rounds = getenv("ROUNDS") ? (guint)strtoul(getenv("ROUNDS"), NULL, 10) : 60;
	GRand *random = g_rand_new_with_seed(getenv("SEED") ? (guint32)atoi(getenv("SEED")) : 3);

	for (guint round = 0; round < rounds; round++) {
		g_autoptr(GArray) blocks = blocks_new();

		for (int step = 0; step < 20; step++) {
			g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);

			begin_anew();
			change_some(blocks, random, roots);
			assert_true(change(blocks, roots));
			check_all(blocks, random);
			check_taken();
		}
		g_array_set_size(blocks, 0);
		change_all(blocks);
		assert_int_equal(taken() % BLOCK_TAKEN_LINES, 0);
	}
	g_rand_free(random);
}

/* --- what is shared with readers --- */

static void fill_random(GArray *blocks, guint count)
{
	GRand *random = g_rand_new_with_seed(4);

	for (guint i = 0; i < count; i++)
		add(blocks, g_rand_int(random), 32, BLOCKED_FOR_GOOD);
	change_all(blocks);
	g_rand_free(random);
}

/* Until it is published nothing changes, and what is replaced stays until that is over. */
static void prepares_unseen(void **state)
{
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);
	g_autoptr(GArray) blocks = blocks_new();
	struct block_line before, *line;
	struct block_fill fill;
	__u32 entry;

	add_text(blocks, "10.0.0.1", BLOCKED_FOR_GOOD);
	change_all(blocks);
	entry = block_lines_root(&lines)[0x0a00];
	line = block_lines_at(&lines, entry);
	before = *line;
	begin_anew();
	add_text(blocks, "10.0.0.3", BLOCKED_FOR_GOOD);
	blocks_settle(blocks);
	block_roots_add(roots, &g_array_index(blocks, struct block, 1).prefix);
	assert_true(block_fill_prepare(&fill, &lines, blocks, roots));
	assert_int_equal(find(0x0a000003), BLOCK_NONE);
	assert_int_equal(block_lines_root(&lines)[0x0a00], entry);
	block_fill_publish(&fill);
	assert_int_equal(find(0x0a000003), BLOCK_ENDLESS);
	assert_memory_equal(line, &before, sizeof(before));
	assert_int_equal(taken(), BLOCK_TAKEN_LINES + BLOCK_ROOT_LINES + 2);
	block_fill_end(&fill);
	assert_memory_equal(line, &before, sizeof(before));
	assert_int_equal(taken(), BLOCK_TAKEN_LINES + BLOCK_ROOT_LINES + 1);
}

/* What a change leaves as it was is not written anew. */
static void keeps_what_is_right(void **state)
{
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);
	g_autoptr(GArray) blocks = blocks_new();
	struct block_fill fill;

	fill_random(blocks, 5000);
	add_text(blocks, "255.255.0.0/16", BLOCKED_FOR_GOOD);
	blocks_settle(blocks);
	block_roots_add_all(roots);
	assert_true(block_fill_prepare(&fill, &lines, blocks, roots));
	assert_int_equal(fill.entries->len, 1);
	block_fill_publish(&fill);
	block_fill_end(&fill);
}

static void does_without_memory(void **state)
{
	g_autoptr(GArray) blocks = blocks_new(), more = blocks_new();
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);
	guint before;

	block_roots_add_all(roots);
	chunks_at_most = 0;
	add_text(blocks, "10.0.0.1", BLOCKED_FOR_GOOD);
	assert_false(change(blocks, roots));
	chunks_at_most = 1;
	begin_anew();
	assert_true(change(blocks, roots));
	before = taken();
	for (__u32 i = 0; i < 20000; i++)
		add(more, i << 16 | i, 32, i % 3 * TICK + TICK);
	begin_anew();
	assert_false(change(more, roots));
	assert_int_equal(taken(), before);
	assert_int_equal(find(0x0a000001), BLOCK_ENDLESS);
	assert_int_equal(find(1 << 16 | 1), BLOCK_NONE);
	chunks_at_most = CHUNKS;
	begin_anew();
	assert_true(change(more, roots));
	assert_int_equal(find(1 << 16 | 1), 2);
	check_taken();
}

/* A writer that is killed leaves lines taken that nobody needs: the next one counts anew. */
static void recounts(void **state)
{
	g_autofree struct block_roots *roots = g_new0(struct block_roots, 1);
	g_autoptr(GArray) blocks = blocks_new(), more = blocks_new();
	struct block_fill fill;
	guint before;

	fill_random(blocks, 3000);
	before = taken();
	begin_anew();
	block_roots_add_all(roots);
	for (__u32 i = 0; i < 3000; i++)
		add(more, i << 16 | i, 32, TICK);
	blocks_settle(more);
	assert_true(block_fill_prepare(&fill, &lines, more, roots));
	g_array_unref(fill.entries);
	assert_true(taken() > before);
	begin_anew();
	assert_true(block_lines_recount(&lines));
	assert_int_equal(taken(), before);
}

/* Prefixes of the kind that the README's figures are about. */
static void needs_little_memory(void **state)
{
	GRand *random = g_rand_new_with_seed(5);
	g_autoptr(GArray) blocks = blocks_new();

	for (guint i = 0; i < 1000000; i++) {
		unsigned int length = 32;

		while (length > 16 && g_rand_boolean(random))
			length--;
		add(blocks, g_rand_int(random), length, BLOCKED_FOR_GOOD);
	}
	change_all(blocks);
	assert_true(taken() * sizeof(struct block_line) < 6 << 20);
	g_rand_free(random);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, make_memory, free_memory)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fills_what_is_simple), TEST(fills_far_ends),      TEST(fills_every_number),
		TEST(fills_every_size),     TEST(fills_random_lists),  TEST(prepares_unseen),
		TEST(keeps_what_is_right),  TEST(does_without_memory), TEST(recounts),
		TEST(needs_little_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
