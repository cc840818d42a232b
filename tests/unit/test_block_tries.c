/* SPDX-License-Identifier: GPL-2.0-only */
/* Parts of tries in the kernel, compared with a list that is searched from its beginning. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <sys/socket.h>

#include "block.h"
#include "block_tries.h"

#define ENTRIES_MAX 1000

static GRand *chance;

static int make_trie(uint8_t family)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_NO_PREALLOC);
	__u32 key_size = family == AF_INET ? sizeof(struct prefix4) : sizeof(struct prefix6);
	int trie = bpf_map_create(BPF_MAP_TYPE_LPM_TRIE, "tries", key_size, sizeof(struct blocked),
				  ENTRIES_MAX, &options);

	assert_true(trie >= 0);
	return trie;
}

/* Crowded: the first bytes differ in few bits, and so do the last. */
static struct prefix random_prefix(uint8_t family)
{
	unsigned int bits = family == AF_INET ? 32 : 128, bytes = bits / 8;
	struct prefix prefix = {.family = family, .length = (uint8_t)bits};

	for (unsigned int i = 0; i < bytes; i++)
		prefix.bytes[i] = (uint8_t)(g_rand_int_range(chance, 0, 3) ? 0xf0 * (i % 2)
									   : g_rand_int(chance));
	return block_shortened(&prefix,
			       (unsigned int)g_rand_int_range(chance, 0, (gint32)bits + 1));
}

static GArray *random_blocks(uint8_t family, guint count)
{
	GArray *blocks = blocks_new();

	for (guint i = 0; i < count; i++) {
		struct block block = {.prefix = random_prefix(family), .value.expires = i + 1};

		g_array_append_val(blocks, block);
	}
	blocks_sort(blocks);
	blocks_settle(blocks);
	return blocks;
}

static GArray *those_holding(const GArray *blocks, const struct prefix *prefix)
{
	GArray *found = blocks_new();

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (prefix_contains(&block->prefix, prefix))
			g_array_append_vals(found, block, 1);
	}
	return found;
}

static GArray *those_within(const GArray *blocks, const struct prefix *prefix)
{
	GArray *found = blocks_new();

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (prefix_contains(prefix, &block->prefix) &&
		    block_compare_prefixes(prefix, &block->prefix))
			g_array_append_vals(found, block, 1);
	}
	return found;
}

static void check_same(GArray *is, const GArray *shall)
{
	blocks_sort(is);
	assert_int_equal(is->len, shall->len);
	for (guint i = 0; i < is->len; i++) {
		const struct block *one = &g_array_index(is, struct block, i);
		const struct block *other = &g_array_index(shall, struct block, i);

		assert_int_equal(block_compare_prefixes(&one->prefix, &other->prefix), 0);
		assert_memory_equal(&one->value, &other->value, sizeof(one->value));
	}
}

static void check_whole(int trie, uint8_t family, const GArray *blocks)
{
	g_autoptr(GArray) read = blocks_new();

	assert_int_equal(block_trie_read(read, trie, family), 0);
	check_same(read, blocks);
}

static void check_parts(int trie, uint8_t family, const GArray *blocks)
{
	for (guint i = 0; i < 100; i++) {
		struct prefix prefix = random_prefix(family);
		g_autoptr(GArray) holding = blocks_new(), within = blocks_new();
		g_autoptr(GArray) holding_meant = NULL, within_meant = NULL;

		if (blocks->len && i % 2)
			prefix = g_array_index(blocks, struct block,
					       g_rand_int_range(chance, 0, (gint32)blocks->len))
					 .prefix;
		holding_meant = those_holding(blocks, &prefix);
		within_meant = those_within(blocks, &prefix);
		assert_int_equal(block_trie_read_holding(holding, trie, &prefix), 0);
		check_same(holding, holding_meant);
		assert_int_equal(block_trie_read_within(within, trie, &prefix), 0);
		check_same(within, within_meant);
	}
}

static void reads_parts(void **state)
{
	for (guint count = 0; count < 600; count += count / 2 + 1)
		for (int i = 0; i < 2; i++) {
			uint8_t family = i ? AF_INET6 : AF_INET;
			g_autoptr(GArray) blocks = random_blocks(family, count);
			int trie = make_trie(family);

			assert_true(block_trie_is_empty(trie));
			assert_int_equal(block_trie_write(trie, family, blocks, true), 0);
			assert_int_equal(block_trie_is_empty(trie), !count);
			check_parts(trie, family, blocks);
			check_whole(trie, family, blocks); /* nothing was left behind */
			assert_int_equal(block_trie_write(trie, family, blocks, false), 0);
			assert_true(block_trie_is_empty(trie));
			close(trie);
		}
}

/* Each family's alone are written, and where there is no place for one more nothing changes. */
static void needs_a_place(void **state)
{
	g_autoptr(GArray) blocks = blocks_new(), within = blocks_new();
	struct prefix part;
	int trie = make_trie(AF_INET);

	for (guint i = 0; i < ENTRIES_MAX; i++) {
		struct block block = {
			.prefix = {AF_INET, 32, {10, 1, (uint8_t)(i >> 8), (uint8_t)i}}};

		g_array_append_val(blocks, block);
	}
	assert_int_equal(block_trie_write(trie, AF_INET6, blocks, true), 0);
	assert_true(block_trie_is_empty(trie));
	assert_int_equal(block_trie_write(trie, AF_INET, blocks, true), 0);
	assert_int_equal(prefix_parse("10.0.0.0/8", &part), 0);
	assert_int_equal(block_trie_read_within(within, trie, &part), -ENOSPC);
	check_whole(trie, AF_INET, blocks);
	assert_int_equal(prefix_parse("10.1.0.0/16", &part), 0);
	g_array_set_size(within, 0);
	assert_int_equal(block_trie_read_within(within, trie, &part), 0);
	check_same(within, blocks);
	close(trie);
}

static int begin(void **state)
{
	chance = g_rand_new_with_seed(7);
	return make_host(state);
}

static int end(void **state)
{
	g_rand_free(chance);
	return remove_host(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_parts),
		cmocka_unit_test(needs_a_place),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, begin, end);
}
