/* SPDX-License-Identifier: GPL-2.0-only */
/* What the guards of the shared policy ask. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <glib.h>

#define HOUR  3600000000000
#define LIMIT 0x12345678 /* the number of one; the next is that of another */

static const struct guard test_guards[] = {
	{.sources = 1},
	{.sources = 2},
	{.interval = HOUR, .tolerance = 2 * HOUR, .limit = LIMIT},
	{.interval = HOUR, .tolerance = 2 * HOUR, .limit = LIMIT + 1},
	{.interval = 100000000, .limit = LIMIT + 2},
	{.media = 1},
	{.sources = 1, .media = 1, .interval = HOUR, .tolerance = HOUR, .limit = LIMIT + 3},
};

void guarded_size(struct portcullis *program)
{
	bpf_map__set_max_entries(program->maps.guards, G_N_ELEMENTS(test_guards));
	bpf_map__set_max_entries(program->maps.sources4, 3);
	bpf_map__set_max_entries(program->maps.sources6, 2);
	bpf_map__set_max_entries(program->maps.limits, LIMIT_BUCKETS);
}

static void add_source4(struct portcullis *program, __u32 sources, const char *address,
			__u32 length)
{
	struct source4 key = {.length = 32 + length, .sources = sources};
	uint8_t yes = 1;

	assert_int_equal(inet_pton(AF_INET, address, &key.address), 1);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.sources4), &key, &yes, 0),
			 0);
}

static void add_source6(struct portcullis *program, __u32 sources, const char *address,
			__u32 length)
{
	struct source6 key = {.length = 32 + length, .sources = sources};
	uint8_t yes = 1;

	assert_int_equal(inet_pton(AF_INET6, address, key.address), 1);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.sources6), &key, &yes, 0),
			 0);
}

void guarded_fill(struct portcullis *program)
{
	for (uint32_t i = 0; i < G_N_ELEMENTS(test_guards); i++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.guards), &i,
						     &test_guards[i], BPF_ANY),
				 0);
	add_source4(program, 1, "203.0.113.0", 24);
	add_source4(program, 1, "198.18.5.5", 32);
	add_source4(program, 2, "0.0.0.0", 0);
	add_source6(program, 1, "2001:db8:a0::", 48);
	add_source6(program, 1, "2001:db8:b0::5", 128);
}
