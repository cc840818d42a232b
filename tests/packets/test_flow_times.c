/* SPDX-License-Identifier: GPL-2.0-only */
/* How long flows live, and which gives way: what the maps hold after each packet. */
#include "harness.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <time.h>

static int set_up(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_replies(program);
	harness_load(program);
	return 0;
}

#define ASK        "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40123 to=53"
#define ANSWER     "ip4 udp from=53 to=40123"
#define CALL(...)  "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=" __VA_ARGS__ " from=40123 to=443"
#define HEARD(...) "ip4 tcp flags=" __VA_ARGS__ " from=443 to=40123"

/* --- the maps, whole --- */

static struct flow_bucket table[FLOW_BUCKETS];

static void read_table(struct bpf_map *map)
{
	__u32 count = bpf_map__max_entries(map), batch = 0;
	g_autofree __u32 *keys = g_new(__u32, count);

	assert_int_equal(
		bpf_map_lookup_batch(bpf_map__fd(map), NULL, &batch, keys, table, &count, NULL), 0);
	assert_int_equal(count, bpf_map__max_entries(map));
}

static void write_table(struct bpf_map *map)
{
	__u32 count = bpf_map__max_entries(map);
	g_autofree __u32 *keys = g_new(__u32, count);

	for (__u32 i = 0; i < count; i++)
		keys[i] = i;
	assert_int_equal(bpf_map_update_batch(bpf_map__fd(map), keys, table, &count, NULL), 0);
}

static struct flow *place(__u32 i)
{
	return &table[i / BUCKET_FLOWS].flow[i % BUCKET_FLOWS];
}

static unsigned int count_flows(struct bpf_map *map, struct flow **last)
{
	unsigned int count = 0;

	read_table(map);
	for (__u32 i = 0; i < bpf_map__max_entries(map) * BUCKET_FLOWS; i++) {
		if (!place(i)->tag)
			continue;
		*last = place(i);
		count++;
	}
	return count;
}

/* The one flow in a map. */
static struct flow *only_flow(struct bpf_map *map)
{
	struct flow *flow = NULL;

	assert_int_equal(count_flows(map, &flow), 1);
	return flow;
}

static uint32_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
	return time.tv_sec;
}

/* Lets seconds go by, for flows. */
static void age(struct bpf_map *map, uint32_t seconds)
{
	only_flow(map)->expires -= seconds;
	write_table(map);
}

/* A flow's state, and that it lives so long from now on. */
static void check_flow(struct portcullis *program, enum flow_state state, uint32_t seconds)
{
	uint32_t before = now();
	const struct flow *flow = only_flow(program->maps.flows);

	assert_int_equal(flow->state, state);
	assert_in_range(flow->expires, before + seconds - 1, before + seconds);
}

static void leave(struct portcullis *program, const char *frame)
{
	harness_leave(program, 0, "%s", frame);
}

/* --- how long --- */

static void test_udp(void **state)
{
	struct portcullis *program = *state;

	leave(program, ASK);
	check_flow(program, FLOW_UDP, FLOW_UDP_SECONDS);
	age(program->maps.flows, FLOW_UDP_SECONDS - 1);
	harness_check(program, REASON_REPLY, ANSWER);
	/* answers refresh nothing (RFC 4787, 4.3) */
	check_flow(program, FLOW_UDP, 1);
	leave(program, ASK);
	check_flow(program, FLOW_UDP, FLOW_UDP_SECONDS);
	age(program->maps.flows, FLOW_UDP_SECONDS + 1);
	harness_check(program, REASON_NO_SUCH_FLOW, ANSWER);
	leave(program, ASK);
	harness_check(program, REASON_REPLY, ANSWER);
}

static void test_tcp(void **state)
{
	static const struct {
		const char *leaves;
		enum flow_state state;
		uint32_t seconds;
	} steps[] = {
		{CALL("S"), FLOW_TCP_OPENING, FLOW_TCP_TRANSITORY_SECONDS},
		{CALL("A"), FLOW_TCP_OPEN, FLOW_TCP_SECONDS},
		{CALL("PA"), FLOW_TCP_OPEN, FLOW_TCP_SECONDS},
		{CALL("FA"), FLOW_TCP_CLOSING, FLOW_TCP_TRANSITORY_SECONDS},
		{CALL("A"), FLOW_TCP_CLOSING, FLOW_TCP_TRANSITORY_SECONDS},
		{CALL("S"), FLOW_TCP_OPENING, FLOW_TCP_TRANSITORY_SECONDS},
		{CALL("A"), FLOW_TCP_OPEN, FLOW_TCP_SECONDS},
		{CALL("R"), FLOW_TCP_CLOSING, FLOW_TCP_TRANSITORY_SECONDS},
	};
	struct portcullis *program = *state;

	for (unsigned int i = 0; i < G_N_ELEMENTS(steps); i++) {
		leave(program, steps[i].leaves);
		check_flow(program, steps[i].state, steps[i].seconds);
		age(program->maps.flows, steps[i].seconds - 1);
		harness_check(program, REASON_REPLY, HEARD("A"));
	}
	age(program->maps.flows, 2);
	harness_check(program, REASON_NO_SUCH_FLOW, HEARD("A"));
	/* a connection that has expired is not opened by what is no SYN */
	leave(program, CALL("A"));
	harness_check(program, REASON_NO_SUCH_FLOW, HEARD("A"));
}

static void test_closed_by_the_peer(void **state)
{
	struct portcullis *program = *state;

	leave(program, CALL("S"));
	leave(program, CALL("A"));
	harness_check(program, REASON_REPLY, HEARD("FA"));
	check_flow(program, FLOW_TCP_CLOSING, FLOW_TCP_TRANSITORY_SECONDS);
	age(program->maps.flows, 100);
	harness_check(program, REASON_REPLY, HEARD("R"));
	check_flow(program, FLOW_TCP_CLOSING, FLOW_TCP_TRANSITORY_SECONDS - 100);
}

/* A mark of the peer's lives as long as either end sends. */
static void test_inbound(void **state)
{
	struct portcullis *program = *state;
	struct bpf_map *map = program->maps.inbound_flows;
	struct flow *none;

	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=53");
	assert_in_range(only_flow(map)->expires, now() + 119, now() + 120);
	age(map, 100);
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=53");
	assert_in_range(only_flow(map)->expires, now() + 119, now() + 120);
	assert_int_equal(count_flows(program->maps.flows, &none), 0);
}

/* Within a second a flow is written once: what is put there in between stays. */
static void test_once_a_second(void **state)
{
	struct portcullis *program = *state;
	uint32_t second = now();
	struct flow *flow;

	leave(program, ASK);
	while (now() == second)
		;
	flow = only_flow(program->maps.flows);
	flow->expires = now() + FLOW_UDP_SECONDS;
	flow->state = FLOW_TCP_CLOSING;
	write_table(program->maps.flows);
	leave(program, ASK);
	assert_int_equal(only_flow(program->maps.flows)->state, FLOW_TCP_CLOSING);
	age(program->maps.flows, 1);
	leave(program, ASK);
	assert_int_equal(only_flow(program->maps.flows)->state, FLOW_UDP);
}

/* --- connections older than the gate --- */

static struct portcullis *open_young(int32_t seconds)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_replies(program);
	program->rodata->pickup_until = now() + seconds;
	harness_load(program);
	return program;
}

static void test_pickup(void **state)
{
	struct portcullis *program = open_young(60);

	leave(program, CALL("A"));
	check_flow(program, FLOW_TCP_OPEN, FLOW_TCP_SECONDS);
	harness_check(program, REASON_REPLY, HEARD("A"));
	/* whose port is the lower one was asked; a port that is open is the peer's to ask */
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=A from=8080 to=40123");
	harness_check(program, REASON_NOT_PUBLISHED, "ip4 tcp flags=A from=40123 to=8080");
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=A from=50000 to=80");
	harness_check(program, REASON_PUBLISHED, "ip4 tcp flags=A from=80 to=50000");
	check_flow(program, FLOW_TCP_OPEN, FLOW_TCP_SECONDS);
	/* over UDP, too */
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=1234 to=40123");
	harness_check(program, REASON_NOT_PUBLISHED, "ip4 udp from=40123 to=1234");
	/* what begins or ends is not going on */
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=SA from=40124 to=80");
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=FA from=40124 to=80");
	leave(program, "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=R from=40124 to=80");
	check_flow(program, FLOW_TCP_OPEN, FLOW_TCP_SECONDS);
	portcullis__destroy(program);

	program = open_young(-1);
	leave(program, CALL("A"));
	harness_check(program, REASON_NO_SUCH_FLOW, HEARD("A"));
	portcullis__destroy(program);
}

/* --- which gives way --- */

static void fill(struct bpf_map *map, uint32_t soonest)
{
	for (__u32 i = 0; i < bpf_map__max_entries(map) * BUCKET_FLOWS; i++) {
		place(i)->tag = 2; /* even: nobody's */
		place(i)->expires = now() + 1000 - (i % BUCKET_FLOWS == soonest);
	}
	write_table(map);
}

static void test_soonest_gives_way(void **state)
{
	struct portcullis *program = *state;

	for (uint32_t soonest = 0; soonest < BUCKET_FLOWS; soonest++) {
		unsigned int replaced = 0;

		fill(program->maps.flows, soonest);
		leave(program, ASK);
		harness_check(program, REASON_REPLY, ANSWER);
		read_table(program->maps.flows);
		for (__u32 i = 0; i < FLOW_BUCKETS * BUCKET_FLOWS; i++) {
			if (place(i)->tag == 2)
				continue;
			assert_int_equal(i % BUCKET_FLOWS, soonest);
			replaced++;
		}
		assert_int_equal(replaced, 1);
	}
}

/* Who only answers, or is only heard, touches nothing that servers began. */
static void test_peers_flush_nothing(void **state)
{
	struct portcullis *program = *state;
	struct flow *none = NULL;

	for (unsigned int port = 1; port < 500; port++) {
		harness_leave(program, 0, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=%u",
			      port);
		harness_leave(program, 0,
			      "ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=SA from=443 to=%u", port);
	}
	harness_check(program, REASON_NO_SUCH_FLOW, "ip4 udp from=5 to=7");
	assert_int_equal(count_flows(program->maps.flows, &none), 0);
	assert_int_equal(count_flows(program->maps.inbound_flows, &none), 499);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_udp),
		TEST(test_tcp),
		TEST(test_closed_by_the_peer),
		TEST(test_inbound),
		TEST(test_once_a_second),
		cmocka_unit_test(test_pickup),
		TEST(test_soonest_gives_way),
		TEST(test_peers_flush_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
