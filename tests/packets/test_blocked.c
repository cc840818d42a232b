/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/blocked.h: sources that are dropped before anything else, for as long as they are blocked. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <string.h>
#include <time.h>

#include "block.h"
#include "listed.h"

#define SECOND 1000000000ULL

static uint64_t now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * SECOND + now.tv_nsec;
}

static void put(struct bpf_map *map, const char *address, unsigned int length, const void *value)
{
	bool is4 = !strchr(address, ':');
	struct prefix4 key4 = {.length = length};
	struct prefix6 key6 = {.length = length};

	assert_int_equal(inet_pton(is4 ? AF_INET : AF_INET6, address,
				   is4 ? (void *)&key4.address : (void *)key6.address),
			 1);
	assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), is4 ? (void *)&key4 : (void *)&key6,
					     value, BPF_ANY),
			 0);
}

/* An entry of the list, until then. */
static void block_until(struct portcullis *program, const char *address, unsigned int length,
			uint64_t until)
{
	g_autofree char *text = g_strdup_printf("%s/%u", address, length);
	g_autoptr(GArray) blocks = blocks_new();
	struct block block = {.value = {.until = until, .expires = until}};

	assert_int_equal(prefix_parse(text, &block.prefix), 0);
	g_array_append_val(blocks, block);
	listed_add(program, blocks);
}

/* In force for so many seconds from now on. */
static void block(struct portcullis *program, const char *address, unsigned int length,
		  int64_t seconds)
{
	block_until(program, address, length, now_ns() + seconds * SECOND);
}

static void listing(struct portcullis *program, uint32_t families)
{
	program->data_control->control.blocks = families;
}

static struct portcullis *load_site(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	return program;
}

static void block_some(struct portcullis *program)
{
	block(program, "203.0.113.0", 24, 1000);
	block(program, "192.0.2.9", 32, 1000);
	block(program, "2001:db8:cc::", 48, 1000);
	block(program, "2001:db8:f::9", 128, 1000);
	listing(program, BLOCKS_IPV4 | BLOCKS_IPV6);
}

#define FROM4 "src=203.0.113.7 "
#define FROM6 "src=2001:db8:cc::7 "

static void test_before_anything_else(void **state)
{
	static const struct row rows[] = {
		{"ip4 " FROM4 "tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "tcp to=442", REASON_BLOCKED},
		{"ip4 " FROM4 "tcp to=0", REASON_BLOCKED},
		{"ip4 " FROM4 "udp to=3478", REASON_BLOCKED},
		{"ip4 " FROM4 "icmp=8", REASON_BLOCKED},
		{"ip4 " FROM4 "protocol=47 data=8", REASON_BLOCKED},
		{"ip4 " FROM4 "fragment=0/1 udp to=3478", REASON_BLOCKED},
		{"ip4 " FROM4 "fragment=9/1 udp", REASON_BLOCKED},
		{"ip4 " FROM4 "options=40 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "tcp total=20", REASON_BLOCKED},
		{"vlan=88a8 vlan=8100 ip4 " FROM4 "tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=203.0.113.7 tcp to=443", REASON_BLOCKED},
		/* to whomever */
		{"ip4 " FROM4 "dst=10.0.1.14 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.9.7.1 tcp to=8080", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.0.1.15 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=255.255.255.255 udp to=67", REASON_BLOCKED},
		{"ip6 " FROM6 "tcp to=443", REASON_BLOCKED},
		{"ip6 " FROM6 "icmp6=128", REASON_BLOCKED},
		{"ip6 " FROM6 "route=0/1 tcp", REASON_BLOCKED},
		{"ip6 " FROM6 "hop=8 frag=9/1 udp", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=ff02::1:ff00:11 icmp6=135", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:9:7::1 tcp to=8080", REASON_BLOCKED},
		/* but what has no source that can be read */
		{"ip4 " FROM4 "total=19 tcp", REASON_MALFORMED},
		{"ip6 " FROM6 "total=99 tcp", REASON_MALFORMED},
		/* the bounds */
		{"ip4 src=203.0.113.0 tcp to=443", REASON_BLOCKED},
		{"ip4 src=203.0.113.255 tcp to=443", REASON_BLOCKED},
		{"ip4 src=203.0.112.255 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=203.0.114.0 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=192.0.2.9 tcp to=443", REASON_BLOCKED},
		{"ip4 src=192.0.2.8 tcp to=443", REASON_PUBLISHED},
		{"ip6 src=2001:db8:cc:ffff:ffff:ffff:ffff:ffff tcp to=443", REASON_BLOCKED},
		{"ip6 src=2001:db8:cd:: tcp to=443", REASON_PUBLISHED},
		{"ip6 src=2001:db8:cb:ffff:: tcp to=443", REASON_PUBLISHED},
		{"ip6 src=2001:db8:f::9 tcp to=443", REASON_BLOCKED},
		{"ip6 src=2001:db8:f::8 tcp to=443", REASON_PUBLISHED},
		/* the words of an IPv4 source in an IPv6 one */
		{"ip6 src=cb00:7107:: tcp to=443", REASON_PUBLISHED},
		{"ethertype=0806 data=28", REASON_NON_IP},
	};

	struct portcullis *program = load_site(state);

	block_some(program);
	harness_rows(program, rows);
	if (!harness_can_scatter())
		return;
	for (uint32_t bytes = 0; bytes < 80; bytes += 7) {
		harness_first_buffer(bytes);
		harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp to=443");
		harness_check(program, REASON_BLOCKED, "ip6 " FROM6 "hop=8 tcp to=443");
		harness_check(program, REASON_PUBLISHED, "ip4 tcp to=443");
	}
	harness_first_buffer(FIRST_BUFFER_FULL);
}

/* A server that is named by prefix is the server, also where no other is: its mode and counts hold.
 */
static void test_servers_by_prefix_alone(void **state)
{
	static const struct row rows[] = {
		{"ip4 " FROM4 "dst=10.9.0.1 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.9.7.1 udp to=67", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.0.1.11 tcp to=443", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:9::1 tcp to=443", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:9:7::1 udp to=67", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:1::11 tcp to=443", REASON_BLOCKED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->seed4 = program->rodata->seed6 = 0;
	program->rodata->unlisted_drop = true;
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, CLOSED, 1);
	harness_load(program);
	block_some(program);
	harness_rows(program, rows);
}

/* The switch: a family that is off costs its packets nothing, and blocks none. */
static void test_switch(void **state)
{
	struct portcullis *program = load_site(state);

	block_some(program);
	listing(program, BLOCKS_IPV4);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip6 " FROM6 "tcp to=443");
	listing(program, BLOCKS_IPV6);
	harness_check(program, REASON_PUBLISHED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip6 " FROM6 "tcp to=443");
	listing(program, 0);
	harness_check(program, REASON_PUBLISHED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip6 " FROM6 "tcp to=443");
}

/* By the clock, without anybody's help. */
static void test_expiry(void **state)
{
	struct portcullis *program = load_site(state);
	block(program, "203.0.113.0", 24, -1);
	block(program, "2001:db8:cc::", 48, -1);
	block_until(program, "192.0.2.9", 32, BLOCKED_FOR_GOOD);
	listing(program, BLOCKS_IPV4 | BLOCKS_IPV6);
	harness_check(program, REASON_PUBLISHED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip6 " FROM6 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip4 src=192.0.2.9 tcp to=443");
	block(program, "203.0.113.0", 24, 1);
	block(program, "2001:db8:cc::", 48, 1);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip6 " FROM6 "tcp to=443");
	/* an IPv4 end is a tick late at most */
	nanosleep(&(struct timespec){.tv_sec = 1, .tv_nsec = 200000000}, NULL);
	harness_check(program, REASON_PUBLISHED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip6 " FROM6 "tcp to=443");
}

/* Of nested ones the longest is looked at, and says how long any of them is in force. */
static void test_nested(void **state)
{
	struct portcullis *program = load_site(state);

	block(program, "203.0.113.0", 24, -1);
	block(program, "203.0.113.0", 28, 1000);
	block(program, "203.0.113.7", 32, -1);
	listing(program, BLOCKS_IPV4);
	harness_check(program, REASON_PUBLISHED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip4 src=203.0.113.8 tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip4 src=203.0.113.16 tcp to=443");
}

/* The site's need no switch, have no end, and stand beside the list's. */
static void test_site(void **state)
{
	struct portcullis *program = *state = harness_open();
	uint8_t yes = 1;

	harness_site(program);
	program->rodata->have_blocked4 = program->rodata->have_blocked6 = true;
	bpf_map__set_max_entries(program->maps.site_blocked4, 2);
	harness_load(program);
	put(program->maps.site_blocked4, "203.0.113.0", 24, &yes);
	put(program->maps.site_blocked6, "2001:db8:cc::", 48, &yes);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip6 " FROM6 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip4 src=192.0.2.9 tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip6 src=2001:db8:f::9 tcp to=443");
	block_some(program);
	block(program, "203.0.113.7", 32, -1);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip4 src=192.0.2.9 tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip6 src=2001:db8:f::9 tcp to=443");
}

/* A server's mode is its own: an enforced one gets nothing because the gate only counts. */
static void test_monitor(void **state)
{
	static const struct row rows[] = {
		{"ip4 " FROM4 "dst=10.0.1.13 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.0.1.13 tcp to=442", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:1::13 udp to=9", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.0.1.11 tcp to=443", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:1::11 tcp to=443", REASON_BLOCKED},
		{"ip4 " FROM4 "dst=10.0.1.15 tcp to=443", REASON_BLOCKED},
		{"ip6 " FROM6 "dst=2001:db8:1::15 tcp to=443", REASON_BLOCKED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->monitor = true;
	harness_load(program);
	block_some(program);
	harness_rows(program, rows);
}

static void test_interface(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	block_some(program);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "dst=10.0.9.9 tcp to=443");
	harness_check(program, REASON_BLOCKED, "ip6 " FROM6 "tcp to=443");
	harness_check(program, REASON_PUBLISHED, "ip4 dst=10.0.9.9 tcp to=443");
	harness_close(state);

	program = *state = harness_open();
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, SERVICES, 1);
	harness_load(program);
	block_some(program);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "dst=10.0.9.9 tcp to=443");
}

/* Answers and forged sources are dropped as blocked, and teach nothing. */
static void test_flows(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_replies(program);
	harness_load(program);
	harness_leave(program, 0, "ip4 src=10.0.1.11 dst=203.0.113.7 udp from=40123 to=53");
	harness_leave(program, 0,
		      "ip4 src=10.0.1.11 dst=203.0.113.7 tcp from=40123 to=443 flags=S");
	harness_check(program, REASON_REPLY, "ip4 " FROM4 "udp from=53 to=40123");
	block_some(program);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "udp from=53 to=40123");
	/* one that would close the connection, if it were heard */
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "tcp from=443 to=40123 flags=RA");
	block(program, "10.0.1.12", 32, 1000);
	harness_check(program, REASON_BLOCKED, "ip4 src=10.0.1.12 tcp to=443");
	listing(program, 0);
	harness_check(program, REASON_REPLY, "ip4 " FROM4 "tcp from=443 to=40123 flags=SA");
	harness_check(program, REASON_FORGED_SOURCE, "ip4 src=10.0.1.12 tcp to=443");
}

/* What a monitored server answers to somebody blocked begins nothing. */
static void test_answers_to_blocked(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_replies(program);
	program->rodata->pickup_until = UINT32_MAX;
	harness_load(program);
	block_some(program);
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "dst=10.0.1.13 udp from=53 to=40124");
	harness_check(program, REASON_BLOCKED, "ip4 " FROM4 "dst=10.0.1.13 tcp from=80 to=40124");
	harness_check(program, REASON_BLOCKED,
		      "ip6 " FROM6 "dst=2001:db8:1::13 udp from=53 to=40124");
	harness_leave(program, 0, "ip4 src=10.0.1.13 dst=203.0.113.7 udp from=40124 to=53");
	harness_leave(program, 0, "ip4 src=10.0.1.13 dst=203.0.113.7 tcp from=40124 to=80 flags=A");
	harness_leave(program, 0, "ip6 src=2001:db8:1::13 dst=2001:db8:cc::7 udp from=40124 to=53");
	listing(program, 0);
	harness_check(program, REASON_NO_SUCH_FLOW,
		      "ip4 " FROM4 "dst=10.0.1.13 udp from=53 to=40124");
	harness_check(program, REASON_NO_SUCH_FLOW,
		      "ip4 " FROM4 "dst=10.0.1.13 tcp from=80 to=40124 flags=A");
	harness_check(program, REASON_NO_SUCH_FLOW,
		      "ip6 " FROM6 "dst=2001:db8:1::13 udp from=53 to=40124");
	/* others may be taken over */
	harness_leave(program, 0, "ip4 src=10.0.1.13 dst=192.0.2.7 tcp from=40124 to=80 flags=A");
	harness_check(program, REASON_REPLY, "ip4 dst=10.0.1.13 tcp from=80 to=40124 flags=A");
}

#define TEST(name) cmocka_unit_test_teardown(name, harness_close)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_before_anything_else),
		TEST(test_servers_by_prefix_alone),
		TEST(test_switch),
		TEST(test_expiry),
		TEST(test_nested),
		TEST(test_site),
		TEST(test_monitor),
		TEST(test_interface),
		TEST(test_flows),
		TEST(test_answers_to_blocked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
