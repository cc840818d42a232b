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
	bpf_map__set_max_entries(program->maps.sources4, 2);
	bpf_map__set_max_entries(program->maps.limits, LIMIT_BUCKETS);
}

void guarded_fill(struct portcullis *program)
{
	struct source4 only4 = {.length = 32 + 24, .sources = 1}, all4 = {32, .sources = 2};
	struct source6 only6 = {.length = 32 + 48, .sources = 1};
	uint8_t yes = 1;

	for (uint32_t i = 0; i < G_N_ELEMENTS(test_guards); i++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.guards), &i,
						     &test_guards[i], BPF_ANY),
				 0);
	inet_pton(AF_INET, "203.0.113.0", &only4.address);
	inet_pton(AF_INET6, "2001:db8:a0::", only6.address);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.sources4), &only4, &yes, 0),
			 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.sources4), &all4, &yes, 0),
			 0);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.sources6), &only6, &yes, 0),
			 0);
}
