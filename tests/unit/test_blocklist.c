/* SPDX-License-Identifier: GPL-2.0-only */
/* The block list in the kernel: written in batches, read back, and switched on and off. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "blocklist.h"
#include "own_gate.h"
#include "shared.h"

static char *folder;
static struct blocklist list;
static struct messages *messages;

static int make_list(void **state)
{
	const struct shared_needs needs = {.slots = 1, .numbers = 1};
	struct shared shared;

	apply_right(choose_profile("web"));
	folder = gate_folder();
	messages = messages_new();
	if (!shared_open(&shared, folder, &needs, messages) ||
	    !blocklist_open(&list, folder, messages))
		return -1;
	shared_close(&shared);
	return 0;
}

static int remove_list(void **state)
{
	blocklist_close(&list);
	messages_free(messages);
	g_free(folder);
	return take_down(state);
}

static void check_heard(const char *format)
{
	g_autofree char *said = all_messages(messages), *expected = NULL;
	g_auto(GStrv) parts = g_strsplit(format, "DIR", -1);

	expected = g_strjoinv(folder, parts);
	assert_string_equal(said, expected);
}

static void add(GArray *blocks, const char *text, uint64_t expires)
{
	struct block block = {.value = {.expires = expires, .added = 7, .reason = "because"}};

	assert_int_equal(prefix_parse(text, &block.prefix), 0);
	g_array_append_val(blocks, block);
}

static GArray *read_all(void)
{
	GArray *blocks = blocklist_read(&list, messages);

	check_heard("");
	assert_non_null(blocks);
	return blocks;
}

/* Has the kernel's list be just this. */
static void write_right(GArray *blocks)
{
	g_autoptr(GArray) before = read_all(), after = NULL;

	blocks_sort(blocks);
	blocks_settle(blocks);
	assert_true(blocklist_write(&list, before, blocks, messages));
	after = read_all();
	assert_int_equal(after->len, blocks->len);
	for (guint i = 0; i < blocks->len; i++) {
		const struct block *is = &g_array_index(after, struct block, i);
		const struct block *shall = &g_array_index(blocks, struct block, i);

		assert_int_equal(block_compare_prefixes(&is->prefix, &shall->prefix), 0);
		assert_memory_equal(&is->value, &shall->value, sizeof(is->value));
	}
}

static void writes_and_reads(void **state)
{
	g_autoptr(GArray) blocks = blocks_new(), none = blocks_new(), six = blocks_new();

	write_right(none);
	assert_int_equal(list.control->blocks, 0);
	add(blocks, "10.0.0.0/8", 50);
	add(blocks, "10.0.0.0/16", 20);
	add(blocks, "0.0.0.0/1", 1);
	add(blocks, "255.255.255.255", BLOCKED_FOR_GOOD);
	write_right(blocks);
	assert_int_equal(list.control->blocks, BLOCKS_IPV4);
	add(blocks, "2001:db8::/32", 9);
	add(blocks, "2001:db8::1", 3);
	write_right(blocks);
	assert_int_equal(list.control->blocks, BLOCKS_IPV4 | BLOCKS_IPV6);
	add(six, "2001:db8::1", 3);
	add(six, "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 4);
	write_right(six);
	assert_int_equal(list.control->blocks, BLOCKS_IPV6);
	write_right(none);
	assert_int_equal(list.control->blocks, 0);
}

/* Every length, all nested in one another: as deep as a trie gets. */
static void writes_what_is_nested(void **state)
{
	g_autoptr(GArray) blocks = blocks_new(), none = blocks_new();

	for (int length = 1; length <= 128; length++) {
		g_autofree char *six = g_strdup_printf("::/%d", length);
		g_autofree char *four = g_strdup_printf("0.0.0.0/%d", MIN(length, 32));

		if (length != 96 && length <= 96) /* no packet has the addresses behind */
			add(blocks, six, 200 - (uint64_t)length);
		if (length <= 32)
			add(blocks, four, 100 + (uint64_t)length);
	}
	write_right(blocks);
	write_right(none);
}

static void writes_many(void **state)
{
	g_autoptr(GArray) blocks = blocks_new(), none = blocks_new(), odd = blocks_new();

	for (uint32_t i = 0; i < 10000; i++) {
		struct block block = {.prefix = {AF_INET, 32, {10, (uint8_t)(i >> 8), (uint8_t)i}},
				      .value.expires = i};

		g_array_append_val(blocks, block);
		if (i % 2)
			g_array_append_val(odd, block);
	}
	write_right(blocks);
	write_right(odd);
	write_right(none);
}

static void finds_who_is_blocked(void **state)
{
	const struct moment now = moment_now();
	g_autoptr(GArray) blocks = blocks_new();
	struct prefix address;
	struct block found;

	add(blocks, "10.0.0.0/8", now.boot + 3600000000000);
	add(blocks, "10.0.0.0/16", now.boot); /* is over */
	add(blocks, "11.0.0.0/8", now.boot);
	write_right(blocks);
	assert_int_equal(prefix_parse("10.0.0.7", &address), 0);
	assert_true(blocklist_find(folder, &address, &found, messages));
	assert_int_equal(found.prefix.length, 8);
	assert_int_equal(prefix_parse("11.0.0.7", &address), 0);
	assert_false(blocklist_find(folder, &address, &found, messages));
	assert_int_equal(prefix_parse("2001:db8::7", &address), 0);
	assert_false(blocklist_find(folder, &address, &found, messages));
	check_heard("");
}

/* Both clocks of one moment, and the program's is among them. */
static void tells_the_time(void **state)
{
	struct moment first = moment_now(), second = moment_now();
	struct timespec boot;

	clock_gettime(CLOCK_MONOTONIC, &boot);
	assert_true(first.boot <= second.boot);
	assert_true(second.boot <= (uint64_t)boot.tv_sec * 1000000000 + (uint64_t)boot.tv_nsec);
	assert_in_range(first.unix_time, (uint64_t)time(NULL) - 1, (uint64_t)time(NULL));
}

static void says_what_is_missing(void **state)
{
	g_autofree char *trie = g_strdup_printf("%s/blocked6-%u", folder, BLOCKED_MAX);
	g_autofree char *control = g_strdup_printf("%s/control-1", folder);
	struct blocklist other;

	unlink(trie);
	assert_false(blocklist_open(&other, folder, messages));
	check_heard("DIR/blocked6-4194304: error: cannot open the pinned map: No such file or "
		    "directory\n");
	unlink(control);
	assert_false(blocklist_open(&other, folder, messages));
	check_heard("DIR/blocked6-4194304: error: cannot open the pinned map: No such file or "
		    "directory\n"
		    "DIR/control-1: error: cannot open the pinned map: No such file or "
		    "directory\n");
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_list, remove_list)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(writes_and_reads),     test(writes_what_is_nested), test(writes_many),
		test(finds_who_is_blocked), test(tells_the_time),        test(says_what_is_missing),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
