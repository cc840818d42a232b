/* SPDX-License-Identifier: GPL-2.0-only */
/* Totals: sums over processors and over maps that a larger one replaced. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "own_gate.h"
#include "totals.h"

static int processors;
static char *folder;

static int make_folder(void **state)
{
	processors = libbpf_num_possible_cpus();
	folder = gate_folder();
	return mkdir(folder, 0700);
}

static int remove_folder(void **state)
{
	g_autofree char *command = g_strdup_printf("rm -rf %s", folder);

	run(command);
	g_free(folder);
	return 0;
}

/* Maps as a gate has them, pinned. */
static void pin_maps(struct shared *shared, __u32 slots, __u32 numbers)
{
	const struct shared_needs needs = {.slots = slots, .numbers = numbers};
	struct messages *messages = messages_new();

	assert_true(shared_open(shared, folder, &needs, messages));
	assert_true(shared_pin(shared, folder, messages));
	messages_free(messages);
}

/*
 * Gives one word of a map's block the value n on processor n (from 0), plus extra on the first: the
 * sum is what sum_of() says.
 */
static void set_word(int fd, __u32 block, size_t size, size_t word, __u64 extra)
{
	g_autofree __u64 *values = g_malloc0(size * (size_t)processors);

	assert_int_equal(bpf_map_lookup_elem(fd, &block, values), 0);
	for (int i = 0; i < processors; i++)
		values[(size_t)i * size / sizeof(__u64) + word] = (__u64)i + (i ? 0 : extra);
	assert_int_equal(bpf_map_update_elem(fd, &block, values, BPF_ANY), 0);
}

static __u64 sum_of(__u64 extra)
{
	return extra + (__u64)(processors * (processors - 1) / 2);
}

static struct totals *read_totals(void)
{
	struct messages *messages = messages_new();
	struct totals *totals = totals_read(folder, messages);

	assert_non_null(totals);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	return totals;
}

/* Words of the blocks: two to a count; of servers, first all that passed. */
static void sums_processors(void **state)
{
	const __u32 last = 2 * COUNTS_PER_BLOCK + 5;
	const size_t unlisted = REASON_UNLISTED * 2;
	struct shared shared;
	struct totals *totals;

	pin_maps(&shared, 10, 10);
	set_word(shared.fd[SHARED_COUNTERS], 0, BLOCK_BYTES, 2 * 7, 1000);
	set_word(shared.fd[SHARED_COUNTERS], 0, BLOCK_BYTES, 2 * 7 + 1, 2000);
	set_word(shared.fd[SHARED_COUNTERS], 2, BLOCK_BYTES, 2 * 5, 3000);
	set_word(shared.fd[SHARED_SERVER_COUNTERS], 0, BLOCK_BYTES, 2 * (SERVERS_PER_BLOCK + 2),
		 4000);
	set_word(shared.fd[SHARED_REASONS], 0, sizeof(struct reason_counts), unlisted + 1, 5000);
	set_word(shared.fd[SHARED_REASONS], 0, sizeof(struct reason_counts),
		 2 * REASON_COUNT + unlisted, 6000);
	set_word(shared.fd[SHARED_DROPPED_PORTS], 32, sizeof(struct port_block), 53, 7000);
	set_word(shared.fd[SHARED_DROPPED_PORTS], 63, sizeof(struct port_block), PORTS_PER_BLOCK,
		 8000);
	set_word(shared.fd[SHARED_DROPPED_PORTS], 5, sizeof(struct port_block), PORTS_PER_BLOCK + 1,
		 9000);

	totals = read_totals();
	assert_int_equal(totals_slot(totals, 7).packets, sum_of(1000));
	assert_int_equal(totals_slot(totals, 7).bytes, sum_of(2000));
	assert_int_equal(totals_slot(totals, last).packets, sum_of(3000));
	assert_int_equal(totals_slot(totals, 8).packets, 0);
	assert_int_equal(totals_server(totals, 2).dropped.packets, sum_of(4000));
	assert_int_equal(totals_server(totals, 2).passed.packets, 0);
	assert_int_equal(totals->reasons.enforced[REASON_UNLISTED].bytes, sum_of(5000));
	assert_int_equal(totals->reasons.enforced[REASON_UNLISTED].packets, 0);
	assert_int_equal(totals->reasons.monitored[REASON_UNLISTED].packets, sum_of(6000));
	assert_int_equal(totals->dropped_ports->len, TRANSPORTS * 65536);
	assert_int_equal(g_array_index(totals->dropped_ports, __u64, 65536 + 53), sum_of(7000));
	assert_int_equal(g_array_index(totals->dropped_ports, __u64, 53), 0);
	/* What is published and not-published is told by these. */
	assert_int_equal(totals->reasons.enforced[REASON_PUBLISHED].packets,
			 sum_of(1000) + sum_of(3000));
	assert_int_equal(totals->reasons.enforced[REASON_PUBLISHED].bytes, sum_of(2000));
	assert_int_equal(totals->reasons.enforced[REASON_NOT_PUBLISHED].packets, sum_of(8000));
	assert_int_equal(totals->reasons.enforced[REASON_NOT_PUBLISHED].bytes, sum_of(9000));
	totals_free(totals);
	shared_close(&shared);
}

static void sums_maps_of_one_kind(void **state)
{
	struct shared small, large;
	struct totals *totals;

	pin_maps(&small, 10, 10);
	set_word(small.fd[SHARED_COUNTERS], 0, BLOCK_BYTES, 2 * 7, 1000);
	set_word(small.fd[SHARED_SERVER_COUNTERS], 2, BLOCK_BYTES, 2 * 9, 1);
	pin_maps(&large, 10 * COUNTS_PER_BLOCK, 10 * SERVERS_PER_BLOCK);
	set_word(large.fd[SHARED_COUNTERS], 0, BLOCK_BYTES, 2 * 7, 500);
	set_word(large.fd[SHARED_COUNTERS], 11, BLOCK_BYTES, 2 * 3, 10);
	set_word(large.fd[SHARED_SERVER_COUNTERS], 2, BLOCK_BYTES, 2 * 9, 2);

	totals = read_totals();
	assert_int_equal(totals_slot(totals, 7).packets, sum_of(1000) + sum_of(500));
	assert_int_equal(totals_slot(totals, 11 * COUNTS_PER_BLOCK + 3).packets, sum_of(10));
	assert_int_equal(totals_server(totals, 2 * SERVERS_PER_BLOCK + 9).passed.packets,
			 sum_of(1) + sum_of(2));
	totals_free(totals);
	shared_close(&small);
	shared_close(&large);
}

static void knows_what_was_never_counted(void **state)
{
	struct totals *totals = totals_new();

	for (__u32 i = 0; i < 3; i++) {
		assert_int_equal(totals_slot(totals, i * 0x7fffffff).packets, 0);
		assert_int_equal(totals_server(totals, i * 0x7fffffff).passed.bytes, 0);
	}
	totals_free(totals);
	totals_free(NULL);

	/* A folder with nothing of ours in it, and none at all. */
	totals = read_totals();
	assert_int_equal(totals->slots->len, 0);
	totals_free(totals);
	rmdir(folder);
	totals = read_totals();
	assert_int_equal(totals->reasons.enforced[REASON_PUBLISHED].packets, 0);
	totals_free(totals);
}

static void says_what_it_cannot_read(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/counters-2", folder);
	g_autofree char *expected =
		g_strdup_printf("%s: error: the pinned map is of another version of portcullis: "
				"'portcullis down --all' removes it, its counters with it\n",
				path);
	g_autofree char *said = NULL;
	struct messages *messages = messages_new();
	struct totals *totals = totals_new();
	int fd = bpf_map_create(BPF_MAP_TYPE_ARRAY, "theirs", 4, 8, 2, NULL);

	assert_int_equal(bpf_obj_pin(fd, path), 0);
	assert_null(totals_read(folder, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);

	errno = 0;
	assert_false(totals_add_map(totals, SHARED_COUNTERS, -1, 1));
	assert_int_equal(errno, EBADF);
	/* more blocks than there are */
	assert_false(totals_add_map(totals, SHARED_DROPPED_PORTS, fd, 3));
	totals_free(totals);
	close(fd);
}

static void says_that_a_folder_cannot_be_read(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/no-folder", folder);
	g_autofree char *expected =
		g_strdup_printf("%s: error: cannot read the folder: Not a directory\n", path);
	g_autofree char *said = NULL;
	struct messages *messages = messages_new();
	int program = load_other_program();

	assert_int_equal(bpf_obj_pin(program, path), 0);
	assert_null(totals_read(path, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
	close(program);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(sums_processors),
		test(sums_maps_of_one_kind),
		test(knows_what_was_never_counted),
		test(says_what_it_cannot_read),
		test(says_that_a_folder_cannot_be_read),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
