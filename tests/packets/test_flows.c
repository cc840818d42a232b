/* SPDX-License-Identifier: GPL-2.0-only */
/* Replies: what servers begin is answered, nothing else is, and nobody may pass as a server. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <sys/mman.h>

#define OUTSIDE 7 /* an interface by which outsiders' packets enter */
#define INNER   8 /* one by which servers' do */

static struct portcullis *open_site(void)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_replies(program);
	return program;
}

static void load(struct portcullis *program)
{
	uint32_t outside = OUTSIDE;
	uint8_t yes = 1;

	harness_load(program);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.gated), &outside, &yes, 0),
			 0);
}

static int set_up(void **state)
{
	*state = open_site();
	load(*state);
	return 0;
}

#define ASK4  "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40123 to=53"
#define ASK6  "ip6 src=2001:db8:1::11 dst=2001:db8:f::7 udp from=40123 to=53"
#define CALL4 "ip4 src=10.0.1.11 dst=192.0.2.7 tcp from=40123 to=443"

static void test_udp(void **state)
{
	static const struct row before[] = {
		{"ip4 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip6 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
	};
	static const struct row after[] = {
		{"ip4 udp from=53 to=40123 data=20", REASON_REPLY},
		{"vlan=8100 ip4 options=8 udp from=53 to=40123", REASON_REPLY},
		{"ip6 udp from=53 to=40123 data=20", REASON_REPLY},
		{"ip6 hop=8 dest=16 udp from=53 to=40123", REASON_REPLY},
		/* nearly */
		{"ip4 udp from=54 to=40123", REASON_NO_SUCH_FLOW},
		{"ip4 udp from=53 to=40124", REASON_NO_SUCH_FLOW},
		{"ip4 udp from=40123 to=53", REASON_NOT_PUBLISHED},
		{"ip4 src=192.0.2.8 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip4 dst=10.9.1.1 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip4 tcp flags=A from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip6 src=2001:db8:f::8 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip6 src=2001:db8:e::7 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
		{"ip6 dst=2001:db8:1::14 udp from=53 to=40123", REASON_NO_SUCH_FLOW},
	};

	harness_rows(*state, before);
	harness_leave(*state, 0, ASK4);
	harness_leave(*state, 0, ASK6);
	harness_rows(*state, after);
}

static void test_tcp(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp flags=SA from=443 to=40123", REASON_REPLY},
		{"ip4 tcp flags=A from=443 to=40123 data=100", REASON_REPLY},
		{"ip4 tcp flags=R from=443 to=40123", REASON_REPLY},
		/* whoever opens a connection knocks, from wherever */
		{"ip4 tcp from=443 to=40123", REASON_NOT_PUBLISHED},
		{"ip4 tcp flags=SP from=443 to=40123", REASON_NOT_PUBLISHED},
		{"ip4 udp from=443 to=40123", REASON_NO_SUCH_FLOW},
		{"ip4 tcp flags=A from=444 to=40123", REASON_NO_SUCH_FLOW},
	};

	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 tcp flags=SA from=443 to=40123");
	harness_leave(*state, 0, CALL4);
	harness_rows(*state, rows);
}

/* An answer from a port that services have is told apart from what knocks. */
static void test_no_such_flow(void **state)
{
	static const struct row rows[] = {
		{"ip4 udp from=1023 to=5", REASON_NO_SUCH_FLOW},
		{"ip4 udp from=1024 to=5", REASON_NOT_PUBLISHED},
		{"ip4 udp from=0 to=5", REASON_NOT_PUBLISHED},
		{"ip4 tcp flags=A from=1 to=5", REASON_NO_SUCH_FLOW},
		{"ip4 tcp flags=SA from=80 to=5", REASON_NO_SUCH_FLOW},
		{"ip4 tcp flags=A from=8080 to=5", REASON_NOT_PUBLISHED},
		{"ip4 tcp from=80 to=5", REASON_NOT_PUBLISHED},
		/* what is open is open */
		{"ip4 udp from=53 to=3478", REASON_PUBLISHED},
		{"ip4 tcp flags=A from=80 to=443", REASON_PUBLISHED},
	};

	harness_rows(*state, rows);
}

static void test_who_teaches(void **state)
{
	static const char *const nothing[] = {
		/* malformed, or without ports */
		"ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40123 to=53 length=7",
		"ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40123 to=53 cut=41",
		"ip4 src=10.0.1.11 dst=192.0.2.7 total=27 udp from=40123 to=53",
		"ip4 src=10.0.1.11 dst=192.0.2.7 fragment=1/0 udp from=40123 to=53",
		"ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=SA from=40123 to=53",
		"ip4 src=10.0.1.11 dst=192.0.2.7 tcp flags=A from=40123 to=53",
		("vlan=8100 vlan=8100 vlan=8100 " ASK4),
		/* no server, and to nobody who could answer */
		"ip4 src=10.0.1.99 dst=192.0.2.7 udp from=40123 to=53",
		"ip4 src=10.0.1.11 dst=239.0.0.1 udp from=40123 to=53",
		"ip4 src=10.0.1.11 dst=255.255.255.255 udp from=40123 to=53",
		"ip6 src=2001:db8:1::11 dst=ff02::fb udp from=40123 to=53",
		"ip4 src=10.0.1.11 dst=192.0.2.7 udp from=0 to=53",
		"ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40123 to=0",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(nothing); i++)
		harness_leave(*state, 0, "%s", nothing[i]);
	harness_leave(*state, OUTSIDE, ASK4);
	harness_leave(*state, OUTSIDE, CALL4);
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 udp from=53 to=40123");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 tcp flags=A from=53 to=40123");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 tcp flags=A from=443 to=40123");
	harness_leave(*state, INNER, ASK4);
	harness_check(*state, REASON_REPLY, "ip4 udp from=53 to=40123");
	harness_leave(*state, INNER, "vlan=8100 " CALL4);
	harness_check(*state, REASON_REPLY, "ip4 tcp flags=A from=443 to=40123");
	harness_leave(*state, INNER, "ip6 dst=2001:db8:f::7 src=2001:db8:9::5 hop=8 tcp to=25");
	harness_check(*state, REASON_REPLY, "ip6 dst=2001:db8:9::5 tcp flags=A from=25 to=40123");
}

static void test_fragments(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=9 fragment=0/1 udp from=53 to=40123 data=16", REASON_REPLY},
		{"ip4 id=9 fragment=3/0 udp", REASON_FRAGMENT_FOLLOWS},
		{"ip4 id=10 fragment=0/1 udp from=54 to=40123 data=16", REASON_NO_SUCH_FLOW},
		{"ip4 id=10 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip6 frag=0/1 id=9 udp from=53 to=40123 data=16", REASON_REPLY},
		{"ip6 frag=3/0 id=9 udp", REASON_FRAGMENT_FOLLOWS},
	};

	/* the question may be in fragments, too */
	harness_leave(*state, 0,
		      "ip4 src=10.0.1.11 dst=192.0.2.7 id=3 fragment=0/1 udp from=40123 to=53 "
		      "length=2000 data=16");
	harness_leave(*state, 0,
		      "ip6 src=2001:db8:1::11 dst=2001:db8:f::7 frag=0/1 id=3 udp from=40123 to=53 "
		      "length=2000 data=16");
	harness_rows(*state, rows);
}

/* --- who may have a server's address --- */

static void test_forged(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=10.0.1.12 tcp to=443", REASON_FORGED_SOURCE},
		{"ip4 src=10.0.1.12 tcp to=442", REASON_FORGED_SOURCE},
		{"ip4 src=10.9.255.7 icmp=8", REASON_FORGED_SOURCE},
		{"ip4 src=10.0.1.12 dst=192.0.2.7 tcp to=443", REASON_FORGED_SOURCE},
		{"ip4 src=10.0.1.11 tcp to=443", REASON_FORGED_SOURCE},
		{"ip6 src=2001:db8:1::12 udp to=3478", REASON_FORGED_SOURCE},
		{"ip6 src=2001:db8:9::1 dst=2001:db8:f::7 udp to=3478", REASON_FORGED_SOURCE},
		{"ip4 src=10.0.1.12 fragment=1/0 udp", REASON_FORGED_SOURCE},
		/* counted only, by the mode of the one who would get it */
		{"ip4 src=10.0.1.12 dst=10.0.1.13 tcp to=443", REASON_FORGED_SOURCE},
		/* no server's */
		{"ip4 src=10.0.1.99 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=10.0.1.99 dst=192.0.2.7 tcp to=443", REASON_UNLISTED},
	};

	harness_rows(*state, rows);
}

static void test_inside(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=10.0.1.12 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=10.0.1.12 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 src=10.0.1.12 dst=192.0.2.7 tcp to=443", REASON_UNLISTED},
		{"ip4 src=10.0.1.11 tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 src=2001:db8:1::12 udp to=3478", REASON_PUBLISHED},
	};
	struct portcullis *program = open_site();

	program->rodata->inside = true;
	load(program);
	harness_rows(program, rows);
	portcullis__destroy(program);
}

/* Where a network has no server in it, nobody is looked up. */
static void test_source_filter(void **state)
{
	struct portcullis *program = open_site();
	uint32_t network = source_network4(htonl(0x0a000000));

	memset((void *)program->rodata->source_filter4, 0, sizeof(program->rodata->source_filter4));
	program->rodata->source_filter4[network] = 1;
	load(program);
	harness_check(program, REASON_FORGED_SOURCE, "ip4 src=10.0.1.12 tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip4 src=10.9.1.1 tcp to=443");
	harness_check(program, REASON_FORGED_SOURCE, "ip6 src=2001:db8:1::12 udp to=3478");
	portcullis__destroy(program);
}

static void test_whole_interface(void **state)
{
	struct portcullis *program = harness_open();

	harness_replies(program);
	load(program);
	harness_check(program, REASON_PUBLISHED, "ip4 src=10.0.1.12 tcp to=443");
	harness_check(program, REASON_NO_SUCH_FLOW, "ip4 dst=10.8.8.8 udp from=53 to=40123");
	harness_leave(program, OUTSIDE, "ip4 src=10.8.8.8 dst=192.0.2.7 udp from=40123 to=53");
	harness_check(program, REASON_NO_SUCH_FLOW, "ip4 dst=10.8.8.8 udp from=53 to=40123");
	harness_leave(program, 0, "ip4 src=10.8.8.8 dst=192.0.2.7 udp from=40123 to=53");
	harness_check(program, REASON_REPLY, "ip4 dst=10.8.8.8 udp from=53 to=40123");
	portcullis__destroy(program);
}

static void test_off(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_load(program);
	harness_check(program, REASON_NOT_PUBLISHED, "ip4 udp from=53 to=40123");
	harness_check(program, REASON_PUBLISHED, "ip4 src=10.0.1.12 tcp to=443");
	portcullis__destroy(program);
}

/* --- flows of peers --- */

/* A profile that a swap puts in the place of another: the maps that outlive both are shared. */
static struct portcullis *load_beside(struct portcullis *first, uint64_t seed)
{
	struct portcullis *program = open_site();

	program->rodata->flow_seed = seed;
	bpf_map__reuse_fd(program->maps.flows, bpf_map__fd(first->maps.flows));
	bpf_map__reuse_fd(program->maps.flow_peers, bpf_map__fd(first->maps.flow_peers));
	bpf_map__reuse_fd(program->maps.inbound_flows, bpf_map__fd(first->maps.inbound_flows));
	load(program);
	return program;
}

static void test_another_interface(void **state)
{
	struct portcullis *other;

	harness_leave(*state, 0, ASK4);
	other = load_beside(*state, 0x9a7f);
	harness_check(other, REASON_NO_SUCH_FLOW, "ip4 udp from=53 to=40123");
	portcullis__destroy(other);
	other = load_beside(*state, ((struct portcullis *)*state)->rodata->flow_seed);
	harness_check(other, REASON_REPLY, "ip4 udp from=53 to=40123");
	portcullis__destroy(other);
}

static void close_port(struct portcullis *program, enum transport transport, uint16_t port)
{
	struct port_table *tables = harness_value(program->maps.ports);

	tables[SERVICES].opened_by[transport][port] = 0;
	munmap(tables, PROFILES * sizeof(*tables));
}

static void test_closed_by_a_swap(void **state)
{
	struct portcullis *next;

	harness_check(*state, REASON_PUBLISHED, "ip4 udp from=50 to=3478");
	harness_leave(*state, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=50");
	next = load_beside(*state, ((struct portcullis *)*state)->rodata->flow_seed);
	close_port(next, TRANSPORT_UDP, 3478);
	harness_check(next, REASON_NO_SUCH_FLOW, "ip4 udp from=50 to=3478");
	harness_leave(next, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=50");
	harness_check(next, REASON_NO_SUCH_FLOW, "ip4 udp from=50 to=3478");
	/* another flow from there is the server's */
	harness_leave(next, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=51");
	harness_check(next, REASON_REPLY, "ip4 udp from=51 to=3478");
	portcullis__destroy(next);
}

/* What a segment that is no longer open says of a flow's first answer. */
static void withdraw_port(struct portcullis *program, uint16_t port, uint32_t until)
{
	struct segment segment = {.slot = until, .kind = SEGMENT_WITHDRAWN};
	struct port_table *tables = harness_value(program->maps.ports);
	uint32_t entry = 0;

	assert_int_equal(
		bpf_map_update_elem(bpf_map__fd(program->maps.segments), &entry, &segment, 0), 0);
	tables[SERVICES].opened_by[TRANSPORT_UDP][port] = PORT_SEGMENTS + entry;
	munmap(tables, PROFILES * sizeof(*tables));
}

static void test_withdrawn(void **state)
{
	withdraw_port(*state, 3478, UINT32_MAX);
	harness_leave(*state, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=50");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 udp from=50 to=3478");
	withdraw_port(*state, 3478, 1);
	harness_leave(*state, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=50");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 udp from=50 to=3478"); /* still marked */
	harness_leave(*state, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=3478 to=51");
	harness_check(*state, REASON_REPLY, "ip4 udp from=51 to=3478");
}

static void test_monitor(void **state)
{
	/* the peer began: counted for its whole life */
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 dst=10.0.1.13 udp from=53 to=40123");
	harness_leave(*state, INNER, "ip4 src=10.0.1.13 dst=192.0.2.7 udp from=40123 to=53");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 dst=10.0.1.13 udp from=53 to=40123");
	/* the server did */
	harness_leave(*state, INNER, "ip4 src=10.0.1.13 dst=192.0.2.7 udp from=40124 to=53");
	harness_check(*state, REASON_REPLY, "ip4 dst=10.0.1.13 udp from=53 to=40124");
	/* TCP says who does */
	harness_check(*state, REASON_NOT_PUBLISHED, "ip4 dst=10.0.1.13 tcp from=53 to=40123");
	harness_leave(*state, INNER,
		      "ip4 src=10.0.1.13 dst=192.0.2.7 tcp flags=SA from=40123 to=53");
	harness_check(*state, REASON_NO_SUCH_FLOW,
		      "ip4 dst=10.0.1.13 tcp flags=A from=53 to=40123");
	/* enforced, a knock leaves no trace */
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip4 udp from=53 to=40125");
	harness_leave(*state, INNER, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=40125 to=53");
	harness_check(*state, REASON_REPLY, "ip4 udp from=53 to=40125");
}

/* What a monitored server answers to a packet whose ports could not be read, it did not begin. */
static void test_answers_to_unread(void **state)
{
	static const char chain[] =
		"ip6 dst=2001:db8:1::13 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 "
		"dest=8 udp from=53 to=40124";

	harness_check(*state, REASON_HEADER_CHAIN, chain);
	harness_leave(*state, INNER,
		      "ip6 src=2001:db8:1::13 dst=2001:db8:f::7 udp from=40124 to=53");
	harness_check(*state, REASON_NO_SUCH_FLOW, "ip6 dst=2001:db8:1::13 udp from=53 to=40124");
	/* to others it may begin */
	harness_leave(*state, INNER,
		      "ip6 src=2001:db8:1::13 dst=2001:db8:f::8 udp from=40124 to=53");
	harness_check(*state, REASON_REPLY,
		      "ip6 src=2001:db8:f::8 dst=2001:db8:1::13 udp from=53 to=40124");
}

/* Where others may have pushed a peer's mark out, the server seems to begin nothing. */
static void test_marks_pushed_out(void **state)
{
	struct portcullis *program = *state;
	struct flow_bucket bucket;

	for (int i = 0; i < BUCKET_FLOWS; i++)
		bucket.flow[i] = (struct flow){.tag = 2, .expires = UINT32_MAX};
	for (uint32_t key = 0; key < INBOUND_FLOW_BUCKETS; key++)
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(program->maps.inbound_flows), &key,
						     &bucket, 0),
				 0);
	/* a guarded port, a monitored server; elsewhere no peer leaves a mark */
	harness_leave(program, 0, "ip4 src=10.0.1.21 dst=192.0.2.7 udp from=7006 to=53");
	harness_check(program, REASON_NOT_MEDIA, "ip4 dst=10.0.1.21 udp from=53 to=7006 data=9");
	harness_leave(program, 0, "ip4 src=10.0.1.13 dst=192.0.2.7 udp from=40124 to=53");
	harness_check(program, REASON_NO_SUCH_FLOW, "ip4 dst=10.0.1.13 udp from=53 to=40124");
	harness_leave(program, 0, ASK4);
	harness_check(program, REASON_REPLY, "ip4 udp from=53 to=40123");
}

static void test_management(void **state)
{
	struct portcullis *program = harness_open();

	harness_replies(program);
	program->rodata->have_management4 = true;
	load(program);
	harness_check(program, REASON_MANAGEMENT, "ip4 src=198.51.100.7 udp from=50 to=161");
	harness_leave(program, 0, "ip4 src=10.0.1.11 dst=198.51.100.7 udp from=161 to=50");
	harness_check(program, REASON_MANAGEMENT, "ip4 src=198.51.100.7 udp from=50 to=161");
	/* whom Management does not name is answered if asked */
	harness_check(program, REASON_NO_SUCH_FLOW, "ip4 udp from=50 to=161");
	harness_leave(program, 0, "ip4 src=10.0.1.11 dst=192.0.2.7 udp from=161 to=50");
	harness_check(program, REASON_REPLY, "ip4 udp from=50 to=161");
	portcullis__destroy(program);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_udp),
		TEST(test_tcp),
		TEST(test_no_such_flow),
		TEST(test_who_teaches),
		TEST(test_fragments),
		TEST(test_forged),
		cmocka_unit_test(test_inside),
		cmocka_unit_test(test_source_filter),
		cmocka_unit_test(test_whole_interface),
		cmocka_unit_test(test_off),
		TEST(test_another_interface),
		TEST(test_closed_by_a_swap),
		TEST(test_withdrawn),
		TEST(test_monitor),
		TEST(test_answers_to_unread),
		TEST(test_marks_pushed_out),
		cmocka_unit_test(test_management),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
