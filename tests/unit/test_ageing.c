/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables made older, by as much as a capture's clock is ahead of this host's. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <bpf/bpf.h>
#include <string.h>

#include "ageing.h"
#include "policy_text.h"

#define SECOND 1000000000ULL
#define BEGIN  (1700000000 * SECOND)

static void ages_flows(void **state)
{
	struct flow_bucket buckets[3] = {
		{{{7, 1000, FLOW_UDP}, {8, 120, FLOW_TCP_OPEN}}},
		{{{9, 119, FLOW_UDP}}},
		{{[3] = {10, ~0U, FLOW_TCP_CLOSING}}},
	};
	const struct flow_bucket expected[3] = {
		{{{7, 880, FLOW_UDP}, {8, 0, FLOW_TCP_OPEN}}},
		{{{9, 0, FLOW_UDP}}},
		{{[3] = {10, ~0U, FLOW_TCP_CLOSING}}},
	};

	ageing_flows(buckets, 2, 120);
	assert_memory_equal(buckets, expected, sizeof(expected));
}

static void ages_fragments(void **state)
{
	g_autofree struct fragment_table *table = g_new0(struct fragment_table, 1);
	g_autofree struct fragment_table *expected = g_new0(struct fragment_table, 1);

	table->secret[0] = expected->secret[0] = 3;
	table->bucket[0].fragment[0] = (struct fragment){7, 100, 1400};
	expected->bucket[0].fragment[0] = (struct fragment){7, 95, 1400};
	table->bucket[FRAGMENT_BUCKETS - 1].fragment[3] = (struct fragment){8, 4, 1400};
	expected->bucket[FRAGMENT_BUCKETS - 1].fragment[3] = (struct fragment){8, 0, 1400};
	ageing_fragments(table, 5);
	assert_memory_equal(table, expected, sizeof(*table));
}

/* What the first entry of each table says, and the last of flows. */
static void set(const struct shared *shared, __u32 time)
{
	g_autofree struct fragment_table *table = g_new0(struct fragment_table, 1);
	const struct flow_bucket bucket = {{{7, time, FLOW_UDP}}};
	__u32 key = 0, last = shared->blocks[SHARED_FLOWS] - 1;

	table->bucket[0].fragment[0] = (struct fragment){7, time, 1400};
	assert_int_equal(bpf_map_update_elem(shared->fd[SHARED_FRAGMENTS], &key, table, 0), 0);
	assert_int_equal(bpf_map_update_elem(shared->fd[SHARED_INBOUND_FLOWS], &key, &bucket, 0),
			 0);
	assert_int_equal(bpf_map_update_elem(shared->fd[SHARED_FLOWS], &last, &bucket, 0), 0);
}

static void check(const struct shared *shared, __u32 time)
{
	g_autofree struct fragment_table *table = g_new0(struct fragment_table, 1);
	struct flow_bucket inbound, outbound;
	__u32 key = 0, last = shared->blocks[SHARED_FLOWS] - 1;

	assert_int_equal(bpf_map_lookup_elem(shared->fd[SHARED_FRAGMENTS], &key, table), 0);
	assert_int_equal(bpf_map_lookup_elem(shared->fd[SHARED_INBOUND_FLOWS], &key, &inbound), 0);
	assert_int_equal(bpf_map_lookup_elem(shared->fd[SHARED_FLOWS], &last, &outbound), 0);
	assert_int_equal(table->bucket[0].fragment[0].seen, time);
	assert_int_equal(inbound.flow[0].expires, time);
	assert_int_equal(outbound.flow[0].expires, time);
}

static void follows_the_capture(void **state)
{
	const struct shared_needs needs = {.slots = 1, .numbers = SERVER_FIRST, .replies = true};
	struct messages *messages = messages_new();
	struct shared shared;
	struct ageing *ageing;

	assert_true(shared_create(&shared, &needs, messages));
	ageing = ageing_new(&shared, messages);
	assert_non_null(ageing);
	set(&shared, 1000);
	ageing_to(ageing, BEGIN);
	check(&shared, 1000);
	/* not at each packet, but no later than this */
	ageing_to(ageing, BEGIN + AGEING_STEP * SECOND - 1);
	check(&shared, 1000);
	ageing_to(ageing, BEGIN + AGEING_STEP * SECOND);
	check(&shared, 1000 - AGEING_STEP);
	ageing_to(ageing, BEGIN + 100 * SECOND);
	check(&shared, 900);
	/* packets out of order */
	ageing_to(ageing, BEGIN + 3 * SECOND);
	ageing_to(ageing, BEGIN - 300 * SECOND);
	check(&shared, 900);
	ageing_to(ageing, BEGIN + 100000 * SECOND);
	check(&shared, 0);
	ageing_free(ageing);
	shared_close(&shared);
	messages_free(messages);
}

/* What this host's clock says by itself is not said twice. */
static void leaves_out_what_passes(void **state)
{
	const struct shared_needs needs = {.slots = 1, .numbers = SERVER_FIRST, .replies = true};
	struct messages *messages = messages_new();
	struct shared shared;
	struct ageing *ageing;

	assert_true(shared_create(&shared, &needs, messages));
	ageing = ageing_new(&shared, messages);
	set(&shared, 1000);
	ageing_to(ageing, BEGIN);
	g_usleep(1100000);
	ageing_to(ageing, BEGIN + 10 * SECOND);
	check(&shared, 991);
	ageing_free(ageing);
	shared_close(&shared);
	messages_free(messages);
}

static void says_what_fails(void **state)
{
	struct messages *messages = messages_new();
	struct shared shared = {.blocks = {[SHARED_FRAGMENTS] = 1}};
	g_autofree char *said = NULL;

	for (int map = 0; map < SHARED_MAPS; map++)
		shared.fd[map] = -1;
	assert_null(ageing_new(&shared, messages));
	said = all_messages(messages);
	assert_string_equal(said, "fragments: error: cannot map the map into memory: Bad file "
				  "descriptor\n");
	messages_free(messages);
	ageing_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(ages_flows),          cmocka_unit_test(ages_fragments),
		cmocka_unit_test(follows_the_capture), cmocka_unit_test(leaves_out_what_passes),
		cmocka_unit_test(says_what_fails),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, NULL, NULL);
}
