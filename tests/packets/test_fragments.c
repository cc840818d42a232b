/* SPDX-License-Identifier: GPL-2.0-only */
/* Fragments: first ones are judged by port, later ones follow them, and nothing else does. */
#include "harness.h"

#include <bpf/bpf.h>
#include <string.h>
#include <time.h>

static int set_up(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	return 0;
}

static void test_ip4(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=3/0 udp data=3", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=1 fragment=0/1 udp to=3478 data=16", REASON_PUBLISHED},
		{"ip4 id=1 fragment=3/1 udp to=1 data=16", REASON_FRAGMENT_FOLLOWS},
		{"ip4 id=1 fragment=6/0 udp to=442 data=3", REASON_FRAGMENT_FOLLOWS},
		/* the last once more, as networks double packets */
		{"ip4 id=1 fragment=6/0 udp data=3", REASON_FRAGMENT_FOLLOWS},
		{"vlan=8100 ip4 id=1 options=8 fragment=6/0 udp", REASON_FRAGMENT_FOLLOWS},
		/* of other packets */
		{"ip4 id=2 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=1 fragment=3/0 tcp", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=1 src=192.0.2.77 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=1 dst=10.0.1.12 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=256 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
	};

	harness_rows(*state, rows);
}

static void test_ip6(void **state)
{
	static const struct row rows[] = {
		{"ip6 frag=3/0 id=1 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip6 frag=0/1 id=1 udp to=3478 data=16", REASON_PUBLISHED},
		{"ip6 frag=3/1 id=1 udp to=442 data=16", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=6/0 id=1 udp data=3", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=6/0 id=2 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip6 src=2001:db8::77 frag=6/0 id=1 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip6 dst=2001:db8:1::12 frag=6/0 id=1 udp", REASON_FRAGMENT_NO_FIRST},
		/* headers before and behind the fragment header; behind that of a later one there
		   is only payload, whatever it looks like */
		{"ip6 hop=8 frag=0/1 id=3 dest=8 udp to=3478 data=8", REASON_PUBLISHED},
		{"ip6 hop=8 frag=3/0 id=3 route=0/1 udp to=442", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=0/1 id=4 dest=8 udp to=3479 data=8", REASON_NOT_PUBLISHED},
		{"ip6 frag=3/0 id=4 dest=8 udp to=3478", REASON_FRAGMENT_NO_FIRST},
		{"ip6 frag=0/1 id=5 route=0/1 udp to=3478", REASON_SOURCE_ROUTE},
		{"ip6 frag=3/0 id=5 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip6 frag=0/1 id=6 frag=0/1 id=6 udp to=3478", REASON_MALFORMED},
		{"ip6 frag=2/0 id=1 hop=8 total=8", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

/* A first fragment that drops, for whatever reason, takes all of its packet along. */
static void test_dropped_first(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=0/1 udp to=3479 data=16", REASON_NOT_PUBLISHED},
		{"ip4 id=1 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=2 fragment=0/1 icmp=5 data=16", REASON_ICMP_TYPE},
		{"ip4 id=2 fragment=3/0 icmp=0", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=3 fragment=0/1 protocol=47 data=8", REASON_PROTOCOL},
		{"ip4 id=3 fragment=1/0 protocol=47 data=8", REASON_FRAGMENT_NO_FIRST},
		/* counted only, and not remembered either */
		{"ip4 dst=10.0.1.13 id=4 fragment=0/1 udp to=3479 data=16", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.13 id=4 fragment=3/0 udp", REASON_FRAGMENT_NO_FIRST},
	};

	harness_rows(*state, rows);
}

static void test_short_firsts(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=0/1 total=36 tcp to=443", REASON_FRAGMENT_SHORT},
		{"ip4 id=1 fragment=2/0 tcp data=8", REASON_FRAGMENT_NO_FIRST},
		{"ip4 id=2 fragment=0/1 tcp to=443 doff=10 data=12", REASON_FRAGMENT_SHORT},
		{"ip4 id=2 fragment=0/1 tcp to=443 doff=8 data=12", REASON_PUBLISHED},
		{"ip4 id=3 fragment=0/1 tcp to=443 doff=4 data=12", REASON_MALFORMED},
		{"ip6 total=24 frag=0/1 id=1 tcp to=443", REASON_FRAGMENT_SHORT},
		/* the length of the datagram, not of the fragment */
		{"ip4 id=4 fragment=0/1 udp to=3478 length=1400 data=8", REASON_PUBLISHED},
		{"ip4 id=4 fragment=0/1 udp to=3478 length=7 data=8", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

static void test_overlaps(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=0/1 tcp to=443 data=12", REASON_PUBLISHED},
		{"ip4 id=1 fragment=1/0 tcp", REASON_FRAGMENT_OVERLAP},
		{"ip4 id=1 fragment=3/0 tcp", REASON_FRAGMENT_OVERLAP},
		{"ip4 id=1 fragment=4/0 tcp", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=0/1 id=1 tcp to=443 data=12", REASON_PUBLISHED},
		{"ip6 frag=1/0 id=1 tcp", REASON_FRAGMENT_OVERLAP},
		{"ip6 frag=4/0 id=1 tcp", REASON_FRAGMENT_FOLLOWS},
		/* a second first to a closed port: by itself it is dropped */
		{"ip4 id=1 fragment=0/1 tcp to=442 data=12", REASON_NOT_PUBLISHED},
	};

	harness_rows(*state, rows);
}

static void test_sizes(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=0/1 udp to=3478 data=16", REASON_PUBLISHED},
		{"ip4 id=1 fragment=0/1 udp to=3478 data=15", REASON_MALFORMED},
		{"ip4 id=1 fragment=3/1 udp data=1", REASON_MALFORMED},
		{"ip4 id=1 fragment=3/0 protocol=17", REASON_MALFORMED},
		/* the last byte of the largest packet, and the one behind it */
		{"ip4 id=1 fragment=8186/0 udp data=19", REASON_FRAGMENT_FOLLOWS},
		{"ip4 id=1 fragment=8186/0 udp data=20", REASON_MALFORMED},
		{"ip4 id=1 fragment=8191/0 udp", REASON_MALFORMED},
		{"ip6 frag=0/1 id=1 udp to=3478 data=16", REASON_PUBLISHED},
		{"ip6 frag=0/1 id=1 udp to=3478 data=15", REASON_MALFORMED},
		{"ip6 frag=8190/0 id=1 udp data=7", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=8190/0 id=1 udp data=8", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

static void test_icmp(void **state)
{
	static const struct row rows[] = {
		{"ip4 id=1 fragment=0/1 icmp=8 data=16", REASON_ICMP},
		{"ip4 id=1 fragment=3/0 icmp=5", REASON_FRAGMENT_FOLLOWS},
		{"ip6 frag=0/1 id=1 icmp6=128 data=16", REASON_ICMP},
		{"ip6 frag=3/0 id=1 icmp6=135", REASON_FRAGMENT_FOLLOWS},
		/* RFC 6980, but whole packets with an atomic header pass */
		{"ip6 frag=0/1 id=2 icmp6=133 data=16", REASON_FRAGMENT_DISCOVERY},
		{"ip6 frag=0/1 id=2 icmp6=137 data=16", REASON_FRAGMENT_DISCOVERY},
		{"ip6 frag=0/1 id=2 icmp6=148 data=16", REASON_FRAGMENT_DISCOVERY},
		{"ip6 frag=0/1 id=2 icmp6=132 data=16", REASON_ICMP},
		{"ip6 frag=0/0 id=3 icmp6=135 data=16", REASON_ICMP},
		{"ip6 frag=3/0 id=3 icmp6=128", REASON_FRAGMENT_NO_FIRST},
	};

	harness_rows(*state, rows);
}

/* --- what is remembered --- */

static struct fragment_table table;

static int table_fd(struct portcullis *program)
{
	return bpf_map__fd(program->maps.fragments);
}

static void read_table(struct portcullis *program)
{
	assert_int_equal(bpf_map_lookup_elem(table_fd(program), &(__u32){0}, &table), 0);
}

static void write_table(struct portcullis *program)
{
	assert_int_equal(bpf_map_update_elem(table_fd(program), &(__u32){0}, &table, BPF_ANY), 0);
}

static struct fragment *place(unsigned int i)
{
	return &table.bucket[i / BUCKET_FRAGMENTS].fragment[i % BUCKET_FRAGMENTS];
}

#define PLACES (FRAGMENT_BUCKETS * BUCKET_FRAGMENTS)

static void age(struct portcullis *program, unsigned int seconds)
{
	read_table(program);
	for (unsigned int i = 0; i < PLACES; i++)
		place(i)->seen -= place(i)->seen ? seconds : 0;
	write_table(program);
}

static void test_expiry(void **state)
{
	harness_check(*state, REASON_PUBLISHED, "ip4 id=1 fragment=0/1 udp to=3478 data=16");
	age(*state, FRAGMENT_SECONDS - 2);
	harness_check(*state, REASON_FRAGMENT_FOLLOWS, "ip4 id=1 fragment=3/0 udp");
	age(*state, 3);
	harness_check(*state, REASON_FRAGMENT_NO_FIRST, "ip4 id=1 fragment=3/0 udp");
}

static unsigned int remembered(struct portcullis *program)
{
	unsigned int count = 0;

	read_table(program);
	for (unsigned int i = 0; i < PLACES; i++)
		count += place(i)->tag != FRAGMENT_TAG_EMPTY;
	return count;
}

/* A flood to closed ports, or of what has no first, touches nothing. */
static void test_only_what_passed(void **state)
{
	harness_check(*state, REASON_NOT_PUBLISHED, "ip4 id=1 fragment=0/1 udp to=1 data=16");
	harness_check(*state, REASON_FRAGMENT_NO_FIRST, "ip6 frag=3/0 id=1 udp");
	harness_check(*state, REASON_MALFORMED, "ip4 id=1 fragment=0/1 udp to=3478 data=15");
	harness_check_port(*state, REASON_BAD_ADDRESS,
			   "ip4 src=0.0.0.0 id=1 fragment=0/1 udp to=3478 data=16");
	harness_check(*state, REASON_PUBLISHED, "ip4 udp to=3478");
	assert_int_equal(remembered(*state), 0);
	harness_check(*state, REASON_PUBLISHED, "ip4 id=1 fragment=0/1 udp to=3478 data=16");
	harness_check(*state, REASON_PUBLISHED, "ip4 id=1 fragment=0/1 udp to=3478 data=16");
	assert_int_equal(remembered(*state), 1);
}

static void test_oldest_gives_way(void **state)
{
	unsigned int replaced = PLACES;
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	read_table(*state);
	for (unsigned int i = 0; i < PLACES; i++) {
		place(i)->tag = 2; /* even: nobody's */
		place(i)->seen = now.tv_sec - (i % BUCKET_FRAGMENTS == 2);
	}
	write_table(*state);
	harness_check(*state, REASON_PUBLISHED, "ip4 id=1 fragment=0/1 udp to=3478 data=16");
	read_table(*state);
	for (unsigned int i = 0; i < PLACES; i++) {
		if (place(i)->tag == 2)
			continue;
		assert_int_equal(replaced, PLACES);
		replaced = i;
	}
	assert_int_equal(replaced % BUCKET_FRAGMENTS, 2);
	harness_check(*state, REASON_FRAGMENT_FOLLOWS, "ip4 id=1 fragment=3/0 udp");
}

/* Where a packet is remembered cannot be told without the secret. */
static void test_secret(void **state)
{
	static const __u64 secrets[][2] = {{0, 0}, {1, 0}, {0, 2}}; /* one is odd anyway */
	__u64 tags[3] = {};

	for (unsigned int i = 0; i < 3; i++) {
		memset(&table, 0, sizeof(table));
		memcpy(table.secret, secrets[i], sizeof(table.secret));
		write_table(*state);
		harness_check(*state, REASON_PUBLISHED,
			      "ip4 id=1 fragment=0/1 udp to=3478 data=16");
		read_table(*state);
		for (unsigned int at = 0; at < PLACES; at++)
			tags[i] |= place(at)->tag;
	}
	assert_int_not_equal(tags[0], tags[1]);
	assert_int_not_equal(tags[0], tags[2]);
	assert_int_not_equal(tags[1], tags[2]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ip4),
		TEST(test_ip6),
		TEST(test_dropped_first),
		TEST(test_short_firsts),
		TEST(test_overlaps),
		TEST(test_sizes),
		TEST(test_icmp),
		TEST(test_expiry),
		TEST(test_only_what_passed),
		TEST(test_oldest_gives_way),
		TEST(test_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
