/* SPDX-License-Identifier: GPL-2.0-only */
/* Shared maps: created, found again, grown, taken back, refused and forgotten. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <sys/stat.h>

#include "events.h"
#include "own_gate.h"
#include "shared.h"

/* --- without a kernel --- */

static void names_pins(void **state)
{
	static const struct {
		const char *pin;
		enum shared_map map;
		__u32 blocks;
	} cases[] = {
		{"counters-1", SHARED_COUNTERS, 1},
		{"counters-4294967295", SHARED_COUNTERS, 4294967295},
		{"server_counters-12", SHARED_SERVER_COUNTERS, 12},
		{"reasons-1", SHARED_REASONS, 1},
		{"dropped_ports-64", SHARED_DROPPED_PORTS, 64},
		{"fragments-1", SHARED_FRAGMENTS, 1},
		{"flows-32768", SHARED_FLOWS, 32768},
		{"inbound_flows-1", SHARED_INBOUND_FLOWS, 1},
		{"limits-16384", SHARED_LIMITS, 16384},
		{"control-1", SHARED_CONTROL, 1},
		{"watch-1", SHARED_WATCH, 1},
		{"watch_shares-1", SHARED_WATCH_SHARES, 1},
		{"events-262144", SHARED_EVENTS, 262144},
		{"block_table-1024", SHARED_BLOCK_TABLE, 1024},
		{"blocked4-4194304", SHARED_BLOCKED4, 4194304},
		{"blocked6-4194304", SHARED_BLOCKED6, 4194304},
		{"counters", SHARED_MAPS, 0},
		{"counters-", SHARED_MAPS, 0},
		{"counters-x", SHARED_MAPS, 0},
		{"counters-1x", SHARED_MAPS, 0},
		{"counters-4294967296", SHARED_MAPS, 0},
		{"counters--1", SHARED_MAPS, 0},
		{"counter-1", SHARED_MAPS, 0},
		{"counters1", SHARED_MAPS, 0},
		{"link-3", SHARED_MAPS, 0},
		{"", SHARED_MAPS, 0},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		__u32 blocks = 0;

		if (shared_of_pin(cases[i].pin, &blocks) != cases[i].map ||
		    blocks != cases[i].blocks)
			fail_msg("%s", cases[i].pin);
	}
	for (int map = 0; map < SHARED_MAPS; map++) {
		const char *dot = strrchr(shared_name(map), '.');
		g_autofree char *pin = g_strdup_printf("%s-7", dot ? dot + 1 : shared_name(map));
		__u32 blocks;

		assert_int_equal(shared_of_pin(pin, &blocks), map);
		assert_int_equal(blocks, 7);
	}
}

static void counts_blocks(void **state)
{
	static const struct {
		enum shared_map map;
		__u32 slots, numbers, blocks;
		bool replies, limits;
	} cases[] = {
		{SHARED_COUNTERS, 1, 0, 1, false, false},
		{SHARED_COUNTERS, COUNTS_PER_BLOCK, 0, 1, false, false},
		{SHARED_COUNTERS, COUNTS_PER_BLOCK + 1, 0, 2, false, false},
		{SHARED_COUNTERS, 1, 1000000, 1, false, false},
		{SHARED_SERVER_COUNTERS, 1000000, SERVERS_PER_BLOCK, 1, false, false},
		{SHARED_SERVER_COUNTERS, 0, SERVERS_PER_BLOCK + 1, 2, false, false},
		{SHARED_SERVER_COUNTERS, 0, TARGET_SERVERS_MAX, 1024, false, false},
		{SHARED_REASONS, 1000000, 1000000, 1, false, false},
		{SHARED_DROPPED_PORTS, 1, 1, PORT_BLOCKS, false, false},
		{SHARED_FRAGMENTS, 1000000, 1000000, 1, false, false},
		{SHARED_FLOWS, 1, 1, 1, false, true},
		{SHARED_FLOWS, 1, 1, FLOW_BUCKETS, true, false},
		{SHARED_INBOUND_FLOWS, 1, 1, 1, false, true},
		{SHARED_INBOUND_FLOWS, 1, 1, INBOUND_FLOW_BUCKETS, true, false},
		{SHARED_LIMITS, 1, 1, 1, true, false},
		{SHARED_LIMITS, 1, 1, LIMIT_BUCKETS, false, true},
		{SHARED_CONTROL, 1, 1, 1, true, true},
		{SHARED_EVENTS, 1, 1, EVENTS_BYTES, true, true},
		{SHARED_BLOCKED4, 1, 1, BLOCKED_MAX, false, false},
		{SHARED_BLOCKED6, 1, 1, BLOCKED_MAX, false, false},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct shared_needs needs = {
			.slots = cases[i].slots,
			.numbers = cases[i].numbers,
			.replies = cases[i].replies,
			.limits = cases[i].limits,
		};

		assert_int_equal(shared_blocks(cases[i].map, &needs), cases[i].blocks);
	}
}

/* --- with one --- */

static const struct shared_needs few = {.slots = 10, .numbers = 10};
static char *folder;

static int make_folder(void **state)
{
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

static void open_right(struct shared *shared, __u32 slots, __u32 numbers)
{
	const struct shared_needs needs = {.slots = slots, .numbers = numbers};
	struct messages *messages = messages_new();

	assert_true(shared_open(shared, folder, &needs, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static void pin_right(struct shared *shared)
{
	struct messages *messages = messages_new();

	assert_true(shared_pin(shared, folder, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static __u32 map_id(int fd)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
	return info.id;
}

/* One is drawn when the gate comes up, and stays while it stands. */
static void check_secret(const struct shared *first, const struct shared *second)
{
	struct messages *messages = messages_new();
	__u64 drawn[2] = {}, found[2] = {};

	assert_true(shared_secret(first, drawn, messages));
	assert_true(shared_secret(second, found, messages));
	assert_true(drawn[0] && drawn[1]);
	assert_memory_equal(drawn, found, sizeof(drawn));
	messages_free(messages);
}

static void creates_and_finds_again(void **state)
{
	struct shared first, second;

	open_right(&first, 10, SERVER_FIRST);
	check_pins("");
	assert_int_equal(first.blocks[SHARED_COUNTERS], 3); /* one, and two to spare */
	assert_int_equal(first.blocks[SHARED_SERVER_COUNTERS], 3);
	assert_int_equal(first.blocks[SHARED_REASONS], 1);
	assert_int_equal(first.blocks[SHARED_DROPPED_PORTS], PORT_BLOCKS);
	pin_right(&first);
	check_pins(SHARED_PINS);

	/* All that fits into the spare blocks needs no new map. */
	open_right(&second, 3 * COUNTS_PER_BLOCK, 3 * SERVERS_PER_BLOCK);
	for (int map = 0; map < SHARED_MAPS; map++) {
		assert_false(second.created[map]);
		assert_int_equal(map_id(second.fd[map]), map_id(first.fd[map]));
		assert_int_equal(second.blocks[map], first.blocks[map]);
	}
	check_secret(&first, &second);
	pin_right(&second);
	shared_unpin(&second, folder); /* it pinned nothing */
	check_pins(SHARED_PINS);
	shared_close(&first);
	shared_close(&second);
}

static void set_count(int fd, __u32 slot, __u64 packets)
{
	g_autofree struct count_block *blocks =
		g_new0(struct count_block, libbpf_num_possible_cpus());
	__u32 block = slot / COUNTS_PER_BLOCK;

	blocks[0].count[slot % COUNTS_PER_BLOCK].packets = packets;
	assert_int_equal(bpf_map_update_elem(fd, &block, blocks, BPF_ANY), 0);
}

static __u64 get_count(int fd, __u32 slot)
{
	g_autofree struct count_block *blocks =
		g_new0(struct count_block, libbpf_num_possible_cpus());
	__u32 block = slot / COUNTS_PER_BLOCK;

	assert_int_equal(bpf_map_lookup_elem(fd, &block, blocks), 0);
	return blocks[0].count[slot % COUNTS_PER_BLOCK].packets;
}

static void grows_beside_what_it_counted(void **state)
{
	struct shared small, large, again;

	open_right(&small, 10, SERVER_FIRST);
	pin_right(&small);
	set_count(small.fd[SHARED_COUNTERS], 7, 42);

	open_right(&large, 3 * COUNTS_PER_BLOCK + 1, SERVER_FIRST);
	assert_true(large.created[SHARED_COUNTERS]);
	assert_false(large.created[SHARED_SERVER_COUNTERS]);
	assert_int_equal(large.blocks[SHARED_COUNTERS], 6);
	assert_int_equal(map_id(large.fd[SHARED_REASONS]), map_id(small.fd[SHARED_REASONS]));
	pin_right(&large);
	check_pins("block_table-1024 blocked4-4194304 blocked6-4194304 control-1 counters-3 "
		   "counters-6 "
		   "dropped_ports-64 events-262144 flow_peers-1 "
		   "flows-1 fragments-1 inbound_flows-1 limits-1 reasons-1 server_counters-3 "
		   "watch-1 watch_shares-1 ");
	assert_int_equal(get_count(small.fd[SHARED_COUNTERS], 7), 42);
	assert_int_equal(get_count(large.fd[SHARED_COUNTERS], 7), 0);

	/* The larger is the one in use from then on, even for less. */
	open_right(&again, 10, SERVER_FIRST);
	assert_int_equal(map_id(again.fd[SHARED_COUNTERS]), map_id(large.fd[SHARED_COUNTERS]));

	/* A load that fails takes back the larger alone. */
	shared_unpin(&large, folder);
	check_pins(SHARED_PINS);
	shared_close(&small);
	shared_close(&large);
	shared_close(&again);
}

/* What is said where a pin is not what its name says. */
static void check_refused(const char *pin, enum bpf_map_type type, __u32 value_size, __u32 entries)
{
	g_autofree char *path = g_strdup_printf("%s/%s", folder, pin);
	g_autofree char *expected =
		g_strdup_printf("%s: error: the pinned map is of another version of portcullis: "
				"'portcullis down --all' removes it, its counters with it\n",
				path);
	g_autofree char *said = NULL;
	struct messages *messages = messages_new();
	struct shared shared;
	int fd = bpf_map_create(type, "theirs", sizeof(__u32), value_size, entries, NULL);

	assert_true(fd >= 0);
	assert_int_equal(bpf_obj_pin(fd, path), 0);
	assert_false(shared_open(&shared, folder, &few, messages));
	shared_close(&shared);
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
	unlink(path);
	close(fd);
}

static void refuses_other_versions(void **state)
{
	const __u32 counters = sizeof(struct count_block), reasons = sizeof(struct reason_counts);

	check_refused("counters-2", BPF_MAP_TYPE_PERCPU_ARRAY, counters, 3);
	check_refused("counters-2", BPF_MAP_TYPE_PERCPU_ARRAY, counters / 2, 2);
	check_refused("counters-2", BPF_MAP_TYPE_ARRAY, counters, 2);
	check_refused("reasons-1", BPF_MAP_TYPE_PERCPU_ARRAY, reasons + 8, 1);
	check_refused("reasons-2", BPF_MAP_TYPE_PERCPU_ARRAY, reasons, 2);
	check_refused("fragments-1", BPF_MAP_TYPE_ARRAY, sizeof(struct fragment_table) - 64, 1);
	check_refused("fragments-2", BPF_MAP_TYPE_ARRAY, sizeof(struct fragment_table), 2);
	check_refused("control-2", BPF_MAP_TYPE_ARRAY, sizeof(struct control), 2);
	check_refused("watch-1", BPF_MAP_TYPE_ARRAY, sizeof(struct watch), 1); /* not for mmap */
	check_refused("dropped_ports-65", BPF_MAP_TYPE_PERCPU_HASH, 32768, 65);
	check_refused("control-1", BPF_MAP_TYPE_ARRAY, sizeof(struct control) + 8, 1);
	check_refused("blocked4-4194304", BPF_MAP_TYPE_HASH, sizeof(struct blocked), 16);
}

/* Maps of one size are found by their name alone. */
static void opens_the_sole(void **state)
{
	struct messages *messages = messages_new();
	g_autofree char *path = shared_sole_path(folder, SHARED_EVENTS);
	g_autofree char *expected = g_strdup_printf("%s/events-262144", folder);
	struct shared shared;
	int fd;

	open_right(&shared, 10, 10);
	pin_right(&shared);
	assert_string_equal(path, expected);
	fd = shared_open_sole(folder, SHARED_EVENTS, messages);
	assert_int_equal(map_id(fd), map_id(shared.fd[SHARED_EVENTS]));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	close(fd);
	shared_close(&shared);
}

static void check_messages(struct messages *messages, const char *format)
{
	g_autofree char *said = all_messages(messages), *expected = NULL;
	g_auto(GStrv) parts = g_strsplit(format, "DIR", -1);

	expected = g_strjoinv(folder, parts);
	assert_string_equal(said, expected);
	messages_free(messages);
}

static void refuses_what_is_no_map(void **state)
{
	g_autofree char *path = g_strdup_printf("%s/reasons-1", folder);
	struct messages *messages = messages_new();
	struct shared shared;
	int program = load_other_program();

	assert_int_equal(bpf_obj_pin(program, path), 0);
	assert_false(shared_open(&shared, folder, &few, messages));
	shared_close(&shared);
	check_messages(messages,
		       "DIR/reasons-1: error: the pinned map is of another version of "
		       "portcullis: 'portcullis down --all' removes it, its counters with it\n");
	close(program);
}

static void says_what_fails(void **state)
{
	struct messages *messages = messages_new();
	struct shared shared;

	open_right(&shared, 10, 10);
	rmdir(folder);
	assert_false(shared_pin(&shared, folder, messages));
	check_messages(messages,
		       "DIR/counters-3: error: cannot pin the map: No such file or directory\n");
	shared_close(&shared);

	messages = messages_new();
	assert_false(shared_open(&shared, folder, &few, messages));
	check_messages(messages, "DIR: error: cannot read the folder: No such file or directory\n");
	shared_close(&shared);

	messages = messages_new();
	assert_false(shared_forget(folder, messages));
	check_messages(messages, "DIR: error: cannot read the folder: No such file or directory\n");

	messages = messages_new();
	assert_int_equal(shared_open_pin(folder, SHARED_REASONS, 1, messages), -1);
	check_messages(messages,
		       "DIR: error: cannot open the pinned map: No such file or directory\n");
}

static void forgets_counters_alone(void **state)
{
	g_autofree char *link = g_strdup_printf("%s/link-3", folder);
	struct messages *messages = messages_new();
	struct shared small, large;

	open_right(&small, 10, 10);
	pin_right(&small);
	open_right(&large, 9 * COUNTS_PER_BLOCK, 10);
	pin_right(&large);
	assert_int_equal(bpf_obj_pin(small.fd[SHARED_REASONS], link), 0);
	assert_true(shared_forget(folder, messages));
	check_pins("link ");
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	shared_close(&small);
	shared_close(&large);
}

/* Pinned nowhere; those that hold times can be reached without a system call. */
static void creates_ones_own(void **state)
{
	const struct shared_needs needs = {
		.slots = COUNTS_PER_BLOCK + 1, .numbers = SERVER_FIRST, .replies = true};
	struct messages *messages = messages_new();
	struct shared shared;

	assert_true(shared_create(&shared, &needs, messages));
	for (int map = 0; map < SHARED_MAPS; map++) {
		bool mapped = map == SHARED_FRAGMENTS || map == SHARED_FLOWS ||
			      map == SHARED_INBOUND_FLOWS || map == SHARED_CONTROL ||
			      map == SHARED_WATCH;
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);

		assert_int_equal(bpf_obj_get_info_by_fd(shared.fd[map], &info, &size), 0);
		assert_int_equal(info.max_entries, shared_blocks(map, &needs));
		assert_int_equal(shared.blocks[map], info.max_entries);
		assert_int_equal(!!(info.map_flags & BPF_F_MMAPABLE), mapped);
		assert_false(shared.pinned[map]);
	}
	assert_int_equal(shared.blocks[SHARED_COUNTERS], 2);
	shared_close(&shared);
	messages_free(messages);
}

/* What is there already stays, whatever is needed. */
static void creates_what_is_missing(void **state)
{
	const struct shared_needs needs = {.slots = COUNTS_PER_BLOCK + 1, .numbers = SERVER_FIRST};
	struct messages *messages = messages_new();
	struct shared first, second;

	assert_true(shared_create(&first, &needs, messages));
	shared_clear(&second);
	for (int map = 0; map < SHARED_MAPS; map++)
		assert_int_equal(second.fd[map], -1);
	second.fd[SHARED_REASONS] = dup(first.fd[SHARED_REASONS]);
	assert_true(shared_create_missing(&second, &needs, messages));
	for (int map = 0; map < SHARED_MAPS; map++) {
		struct bpf_map_info one = {}, other = {};
		__u32 size = sizeof(one);

		assert_int_equal(bpf_obj_get_info_by_fd(first.fd[map], &one, &size), 0);
		assert_int_equal(bpf_obj_get_info_by_fd(second.fd[map], &other, &size), 0);
		assert_string_equal(one.name, other.name);
		assert_int_equal(one.id == other.id, map == SHARED_REASONS);
		assert_int_equal(second.created[map], map != SHARED_REASONS);
	}
	shared_close(&first);
	shared_close(&second);
	messages_free(messages);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_pins),
		cmocka_unit_test(counts_blocks),
		test(creates_and_finds_again),
		test(grows_beside_what_it_counted),
		test(refuses_other_versions),
		test(refuses_what_is_no_map),
		test(says_what_fails),
		test(forgets_counters_alone),
		test(opens_the_sole),
		cmocka_unit_test(creates_ones_own),
		cmocka_unit_test(creates_what_is_missing),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
