/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The look-up of blocked IPv4 sources, with the loader's own changes, whole and of the part around
 * one prefix: against a list that is searched from its beginning to its end.
 */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "blocklist.h"
#include "listed.h"

#define SECOND 1000000000ULL

/* The source in a frame: behind Ethernet, in the IPv4 header. */
#define SOURCE (14 + 12)

static struct frame frame;
static GRand *chance;

static struct portcullis *load(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	frame_build(&frame, "ip4 dst=10.0.9.9 tcp to=443");
	chance = g_rand_new_with_seed(getenv("SEED") ? (guint32)atoi(getenv("SEED")) : 6);
	return program;
}

static int unload(void **state)
{
	g_rand_free(chance);
	return harness_close(state);
}

static bool is_dropped(struct portcullis *program, uint32_t address)
{
	const __be32 source = htonl(address);

	memcpy(frame.bytes + SOURCE, &source, sizeof(source));
	return harness_verdict(program, frame.bytes, frame.size) == XDP_DROP;
}

static uint32_t address_of(const struct block *block)
{
	__be32 address;

	memcpy(&address, block->prefix.bytes, sizeof(address));
	return ntohl(address);
}

static struct block block_of(uint32_t address, unsigned int length, uint64_t expires)
{
	struct block block = {.prefix = {.family = AF_INET, .length = 32},
			      .value.expires = expires};
	const __be32 bytes = htonl(address);

	memcpy(block.prefix.bytes, &bytes, sizeof(bytes));
	block.prefix = block_shortened(&block.prefix, length);
	return block;
}

static bool is_meant(const GArray *blocks, uint32_t address, const struct moment *now)
{
	const struct block source = block_of(address, 32, 0);

	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);

		if (block->value.expires > now->boot &&
		    prefix_contains(&block->prefix, &source.prefix))
			return true;
	}
	return false;
}

/* What no packet may have as source is dropped anyhow. */
static bool is_plain(uint32_t address)
{
	uint32_t first = address >> 24;

	return first && first != 127 && first < 224;
}

static void check_address(struct portcullis *program, const GArray *blocks, uint32_t address,
			  const struct moment *now)
{
	bool meant = is_meant(blocks, address, now);

	if (is_plain(address) && is_dropped(program, address) != meant)
		fail_msg("%u.%u.%u.%u is %sblocked", address >> 24, address >> 16 & 255,
			 address >> 8 & 255, address & 255, meant ? "not " : "");
}

static void check_all(struct portcullis *program, const GArray *blocks, const struct moment *now)
{
	for (guint i = 0; i < blocks->len; i++) {
		const struct block *block = &g_array_index(blocks, struct block, i);
		uint32_t first = address_of(block);
		uint32_t last = (uint32_t)(first + (1ULL << (32 - block->prefix.length)) - 1);

		check_address(program, blocks, first, now);
		check_address(program, blocks, last, now);
		check_address(program, blocks, first - 1, now);
		check_address(program, blocks, last + 1, now);
		check_address(program, blocks, first + (g_rand_int(chance) & (last - first)), now);
	}
	for (int i = 0; i < 50; i++)
		check_address(program, blocks, g_rand_int(chance), now);
}

static void replace(struct portcullis *program, GArray *blocks)
{
	blocks_sort(blocks);
	blocks_settle(blocks);
	listed_replace(program, blocks);
}

/* As many as a line has room for and more, at any distance, with one end for all or many. */
static void test_every_level(void **state)
{
	struct portcullis *program = load(state);
	const struct moment now = moment_now();

	for (unsigned int distance = 1; distance <= 4096; distance *= 4)
		for (unsigned int count = 22; count <= 120; count += 49)
			for (unsigned int ends = 1; ends <= 3; ends++) {
				g_autoptr(GArray) blocks = blocks_new();

				for (unsigned int i = 0; i < count; i++) {
					uint64_t seconds = 100 * (1 + i % ends);
					struct block block = block_of(0xc0a80000 + i * distance, 32,
								      now.boot + seconds * SECOND);

					g_array_append_val(blocks, block);
				}
				replace(program, blocks);
				check_all(program, blocks, &now);
			}
}

/* Each last address of a full line, and what is beside it: where a comparison of four may fail. */
static void test_every_offset(void **state)
{
	static const uint32_t offsets[] = {0x0000, 0x0001, 0x7ffe, 0x7fff, 0x8000,
					   0x8001, 0xfffe, 0xffff, 0x5555, 0xaaaa};
	struct portcullis *program = load(state);
	const struct moment now = moment_now();
	g_autoptr(GArray) blocks = blocks_new();

	for (size_t i = 0; i < G_N_ELEMENTS(offsets); i++) {
		struct block block = block_of(0xc6330000 | offsets[i], 32, BLOCKED_FOR_GOOD);

		g_array_append_val(blocks, block);
		replace(program, blocks);
		for (uint32_t offset = 0; offset < 65536; offset += 5)
			check_address(program, blocks, 0xc6330000 | offset, &now);
		for (size_t j = 0; j < G_N_ELEMENTS(offsets); j++)
			for (uint32_t beside = 0; beside < 3; beside++)
				check_address(program, blocks, 0xc6330000 + offsets[j] + beside - 1,
					      &now);
	}
}

/* --- one prefix at a time --- */

static struct block random_block(void)
{
	static const uint32_t places[] = {0xcb007100, 0xcb007000, 0xcb000000, 0xc0000200};
	static const uint32_t masks[] = {0xff, 0xfff, 0x1ffff, 0xf};
	int place = g_rand_int_range(chance, 0, 4);
	unsigned int length = g_rand_int_range(chance, 0, 4)
				      ? (unsigned int)g_rand_int_range(chance, 24, 33)
				      : (unsigned int)g_rand_int_range(chance, 9, 33);
	const struct moment now = moment_now();
	int kind = g_rand_int_range(chance, 0, 4);

	return block_of(places[place] | (g_rand_int(chance) & masks[place]), length,
			kind == 0   ? BLOCKED_FOR_GOOD
			: kind == 1 ? 1 /* is over */
				    : now.boot + (uint64_t)kind * 1000 * SECOND);
}

/* Takes one of a list away, if it is there. */
static void remove_one(GArray *blocks, const struct prefix *prefix)
{
	const struct block *found = blocks_find(blocks, prefix);

	if (found)
		g_array_remove_index(blocks, (guint)(found - (struct block *)blocks->data));
}

/* As `block` and `unblock` do it, knowing only the part of the list that is around. */
static void change_one(struct portcullis *program, const struct block *block, bool remove)
{
	struct blocklist list = listed_open(program);
	struct messages *messages = messages_new();
	const struct moment now = moment_now();
	g_autoptr(GArray) before = blocklist_read_around(&list, &block->prefix, &now, messages);
	g_autoptr(GArray) after = NULL;

	assert_non_null(before);
	after = g_array_copy(before);
	blocks_sweep(after, &now);
	if (remove)
		remove_one(after, &block->prefix);
	else
		g_array_append_vals(after, block, 1);
	blocks_sort(after);
	blocks_settle(after);
	assert_true(blocklist_write(&list, before, after, messages));
	blocklist_finish(&list);
	assert_int_equal(messages->errors, 0);
	messages_free(messages);
}

static void note_one(GArray *blocks, const struct block *block, bool remove)
{
	if (remove)
		remove_one(blocks, &block->prefix);
	else
		g_array_append_vals(blocks, block, 1);
	blocks_sort(blocks);
}

/* What is in force is as it is meant, and all that is read is what was written. */
static void check_list(struct portcullis *program, const GArray *meant)
{
	struct blocklist list = listed_open(program);
	struct messages *messages = messages_new();
	const struct moment now = moment_now();
	g_autoptr(GArray) read = blocklist_read(&list, messages), wanted = NULL;

	wanted = g_array_copy((GArray *)meant);
	blocks_sweep(wanted, &now);
	blocks_settle(wanted);
	blocks_sweep(read, &now);
	assert_int_equal(read->len, wanted->len);
	for (guint i = 0; i < read->len; i++) {
		const struct block *is = &g_array_index(read, struct block, i);
		const struct block *shall = &g_array_index(wanted, struct block, i);

		assert_int_equal(block_compare_prefixes(&is->prefix, &shall->prefix), 0);
		assert_int_equal(is->value.expires, shall->value.expires);
		assert_int_equal(is->value.until, shall->value.until);
	}
	check_all(program, wanted, &now);
	messages_free(messages);
}

static void test_one_by_one(void **state)
{
	const guint steps = getenv("STEPS") ? (guint)strtoul(getenv("STEPS"), NULL, 10) : 300;
	struct portcullis *program = load(state);
	g_autoptr(GArray) blocks = blocks_new();

	for (guint step = 0; step < steps; step++) {
		struct block block = random_block();
		bool remove = blocks->len && g_rand_int_range(chance, 0, 400) < (int)blocks->len;

		if (remove)
			block = g_array_index(blocks, struct block,
					      g_rand_int_range(chance, 0, (gint32)blocks->len));
		change_one(program, &block, remove);
		note_one(blocks, &block, remove);
		if (step % 10 == 0)
			check_list(program, blocks);
	}
	while (blocks->len) {
		const struct block block = g_array_index(blocks, struct block, 0);

		change_one(program, &block, true);
		note_one(blocks, &block, true);
	}
	check_list(program, blocks);
}

/* A list of both families: one of them changes, and the other one stays as it was. */
static void test_other_family(void **state)
{
	struct portcullis *program = load(state);
	struct block four = block_of(0xcb007107, 32, BLOCKED_FOR_GOOD), six = four;

	assert_int_equal(prefix_parse("2001:db8:cc::/48", &six.prefix), 0);
	change_one(program, &four, false);
	change_one(program, &six, false);
	assert_int_equal(program->data_control->control.blocks, BLOCKS_IPV4 | BLOCKS_IPV6);
	assert_true(is_dropped(program, 0xcb007107));
	change_one(program, &four, true);
	assert_int_equal(program->data_control->control.blocks, BLOCKS_IPV6);
	assert_false(is_dropped(program, 0xcb007107));
	change_one(program, &four, false);
	change_one(program, &six, true);
	assert_int_equal(program->data_control->control.blocks, BLOCKS_IPV4);
	assert_true(is_dropped(program, 0xcb007107));
}

#define TEST(name) cmocka_unit_test_teardown(name, unload)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_every_level),
		TEST(test_every_offset),
		TEST(test_one_by_one),
		TEST(test_other_family),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
