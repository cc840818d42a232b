/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/maps.h: readers find every map of a generation from its program. */
#include "harness.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

static bool names_map(const __u32 *ids, __u32 count, const char *name)
{
	for (__u32 i = 0; i < count; i++) {
		struct bpf_map_info info = {};
		__u32 size = sizeof(info);
		int fd = bpf_map_get_fd_by_id(ids[i]);

		assert_true(fd >= 0);
		assert_int_equal(bpf_obj_get_info_by_fd(fd, &info, &size), 0);
		close(fd);
		if (!strcmp(info.name, name))
			return true;
	}
	return false;
}

static void check_maps(struct portcullis *program)
{
	static const char *const names[] = {
		"ports",          "segments",       "servers4",        "servers6",     "prefixes4",
		"prefixes6",      "management4",    "catalog",         "management6",  "counters",
		"reasons",        "dropped_ports",  "server_counters", "guards",       "sources4",
		"sources6",       "limits",         ".data.control",   "block_table",  "blocked6",
		"site_blocked4",  "site_blocked6",  "watch",           "watch_shares", "events",
		"displacements4", "displacements6", "flow_peers"};
	__u32 ids[64] = {};
	struct bpf_prog_info info = {.nr_map_ids = 64, .map_ids = (__u64)(uintptr_t)ids};
	__u32 size = sizeof(info);

	assert_int_equal(
		bpf_obj_get_info_by_fd(bpf_program__fd(program->progs.portcullis), &info, &size),
		0);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!names_map(ids, info.nr_map_ids, names[i]))
			fail_msg("the program does not name the map '%s'", names[i]);
	}
	assert_string_equal(info.name, "portcullis");
}

static void test_maps_of_site(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	check_maps(program);
}

static void test_maps_of_interface(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	check_maps(program);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_maps_of_site, harness_close),
		cmocka_unit_test_teardown(test_maps_of_interface, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
