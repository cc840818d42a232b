/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/target.h: which server a destination is, and what the rest is. */
#include "harness.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sys/mman.h>

static void test_site(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.11 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=10.0.1.11 tcp to=8080", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.12 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.12 tcp to=8080", REASON_PUBLISHED},
		{"ip4 dst=10.0.1.14 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.14 icmp=8", REASON_ICMP},
		{"ip6 dst=2001:db8:1::11 tcp to=443", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:1::12 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip6 dst=2001:db8:1::12 tcp to=8080", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:1::14 udp to=3478", REASON_NOT_PUBLISHED},
		/* prefixes, the longest first, and their bounds */
		{"ip4 dst=10.9.0.0 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=10.9.6.255 tcp to=8080", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.9.7.0 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.9.7.255 tcp to=8080", REASON_PUBLISHED},
		{"ip4 dst=10.9.255.255 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=10.8.255.255 tcp to=443", REASON_UNLISTED},
		{"ip4 dst=10.10.0.0 tcp to=443", REASON_UNLISTED},
		{"ip6 dst=2001:db8:9:6::1 tcp to=443", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:9:7::1 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip6 dst=2001:db8:9:7:ffff::1 tcp to=8080", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:a::1 tcp to=443", REASON_UNLISTED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	harness_rows(program, rows);
}

/* Whatever it is, if the IP header holds: it is not for a server. */
static void test_unlisted(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.15 tcp to=442", REASON_UNLISTED},
		{"ip4 dst=11.1.0.10 tcp to=442", REASON_UNLISTED},
		{"ip4 dst=0.0.0.0 tcp to=442", REASON_UNLISTED},
		{"ip4 dst=255.255.255.255 udp from=68 to=67", REASON_UNLISTED},
		{"ip4 dst=224.0.0.1 protocol=2 data=8", REASON_UNLISTED},
		{"ip4 dst=10.0.1.15 tcp total=20", REASON_UNLISTED},
		{"ip4 dst=10.0.1.15 fragment=9/1 udp", REASON_UNLISTED},
		{"ip4 dst=10.0.1.15 protocol=47 data=8", REASON_UNLISTED},
		{"ip4 dst=10.0.1.15 total=19 tcp", REASON_MALFORMED},
		{"ip4 dst=10.0.1.15 version=5 tcp", REASON_MALFORMED},
		{"ip6 dst=2001:db8:1::15 tcp to=442", REASON_UNLISTED},
		{"ip6 dst=2001:db8:1:1::11 tcp to=442", REASON_UNLISTED},
		{"ip6 dst=:: tcp to=442", REASON_UNLISTED},
		{"ip6 dst=ff02::1:ff00:11 icmp6=135", REASON_UNLISTED},
		{"ip6 dst=2001:db8:1::15 route=0/1 tcp", REASON_UNLISTED},
		{"ip6 dst=2001:db8:1::15 hop=8 total=0 tcp", REASON_UNLISTED},
		{"ip6 dst=2001:db8:1::15 total=99 tcp", REASON_MALFORMED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	harness_rows(program, rows);
}

static void test_unlisted_drop(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.15 tcp to=443", REASON_NOT_LISTED},
		{"ip6 dst=2001:db8:1::15 udp to=3478", REASON_NOT_LISTED},
		{"ip4 dst=10.0.1.15 tcp to=0", REASON_PORT_ZERO},
		{"ip4 dst=10.0.1.15 icmp=8", REASON_ICMP},
		{"ip4 dst=10.0.1.15 icmp=5", REASON_ICMP_TYPE},
		{"ip4 dst=10.0.1.15 protocol=47 data=8", REASON_PROTOCOL},
		{"ip4 dst=224.0.0.18 protocol=112 data=8", REASON_PROTOCOL_ALLOWED},
		{"ip4 dst=127.0.0.1 tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 dst=ff02::1:ff00:11 icmp6=135", REASON_ICMP},
		{"ip4 dst=10.0.1.11 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.9.0.1 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.14 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.11 tcp to=443", REASON_PUBLISHED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, CLOSED, 0);
	program->rodata->unlisted_drop = true;
	harness_load(program);
	harness_rows(program, rows);
}

static void test_interface(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.11 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=10.0.1.12 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=10.0.1.12 tcp to=8080", REASON_NOT_PUBLISHED},
		{"ip4 dst=198.51.100.1 udp to=3478", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:1::12 tcp to=443", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:ffff::1 tcp to=442", REASON_NOT_PUBLISHED},
	};
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	harness_rows(program, rows);
}

/* Each table can be there without the others. */
static void test_tables_apart(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.11 tcp to=443", REASON_UNLISTED},
		{"ip4 dst=10.9.0.1 tcp to=443", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:1::11 tcp to=443", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:9::1 tcp to=443", REASON_UNLISTED},
	};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->seed4 = 0;
	program->rodata->have_prefixes6 = false;
	harness_load(program);
	harness_rows(program, rows);
}

static uint32_t verdict_of(struct portcullis *program, const char *text)
{
	static struct frame frame;

	frame_build(&frame, text);
	return harness_verdict(program, frame.bytes, frame.size);
}

/* Fills all places: who is in the one that an address leads to is compared with it. */
static void fill_places(struct portcullis *program, const struct server4 *server4,
			const struct server6 *server6)
{
	size_t size4 = bpf_map__value_size(program->maps.servers4);
	size_t size6 = bpf_map__value_size(program->maps.servers6);
	struct server4 *servers4 = harness_value(program->maps.servers4);
	struct server6 *servers6 = harness_value(program->maps.servers6);

	for (size_t i = 0; i < size4 / sizeof(*servers4); i++)
		servers4[i] = *server4;
	for (size_t i = 0; i < size6 / sizeof(*servers6); i++)
		servers6[i] = *server6;
	munmap(servers4, size4);
	munmap(servers6, size6);
}

static void test_another_in_its_place(void **state)
{
	const struct server4 server4 = {htonl(0x0a000201), target_make(SERVER_FIRST, SERVICES, 0)};
	struct server6 server6 = {.target = target_make(SERVER_FIRST, SERVICES, 0)};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	inet_pton(AF_INET6, "2001:db8::1", server6.address);
	fill_places(program, &server4, &server6);
	assert_int_equal(verdict_of(program, "ip4 dst=10.0.2.1 tcp to=22"), XDP_DROP);
	assert_int_equal(verdict_of(program, "ip4 dst=10.0.2.2 tcp to=22"), XDP_PASS);
	assert_int_equal(verdict_of(program, "ip6 dst=2001:db8::1 tcp to=22"), XDP_DROP);
	assert_int_equal(verdict_of(program, "ip6 dst=2001:db8::2 tcp to=22"), XDP_PASS);
	assert_int_equal(verdict_of(program, "ip6 dst=2001:db8:1::1 tcp to=22"), XDP_PASS);
}

static void put_at(const struct bpf_map *map, uint32_t place, const void *server, size_t size)
{
	char *servers = harness_value(map);

	memcpy(servers + place * size, server, size);
	munmap(servers, bpf_map__value_size(map));
}

static void displace(const struct bpf_map *map, uint32_t group, uint32_t displacement)
{
	uint16_t *displacements = harness_value(map);

	displacements[group] = (uint16_t)displacement;
	munmap(displacements, bpf_map__value_size(map));
}

/* A server is found by its group's displacement, and by no other. */
static void check_displaced4(struct portcullis *program, uint32_t n, uint32_t displacement)
{
	struct server4 server = {htonl(0x0a000300 + n), target_make(SERVER_FIRST, SERVICES, 0)};
	uint64_t hash = server_hash4(server.address, program->rodata->seed4);
	uint32_t mask = program->rodata->mask4;
	char text[80];

	put_at(program->maps.servers4, hash_place(hash, displacement, mask), &server,
	       sizeof(server));
	snprintf(text, sizeof(text), "ip4 dst=10.0.3.%u tcp to=22", n);
	displace(program->maps.displacements4, hash_group(hash, mask), displacement - 1);
	assert_int_equal(verdict_of(program, text), XDP_PASS);
	displace(program->maps.displacements4, hash_group(hash, mask), displacement);
	assert_int_equal(verdict_of(program, text), XDP_DROP);
}

static void check_displaced6(struct portcullis *program, uint32_t n, uint32_t displacement)
{
	struct server6 server = {{htonl(0x20010db8), 0, htonl(7), htonl(n)},
				 target_make(SERVER_FIRST, SERVICES, 0)};
	uint32_t mask = program->rodata->mask6;
	uint64_t half[2], hash;
	char text[80];

	memcpy(half, server.address, sizeof(half));
	hash = server_hash6(half[0], half[1], program->rodata->seed6);
	put_at(program->maps.servers6, hash_place(hash, displacement, mask), &server,
	       sizeof(server));
	snprintf(text, sizeof(text), "ip6 dst=2001:db8::7:0:%x tcp to=22", n);
	displace(program->maps.displacements6, hash_group(hash, mask), displacement - 1);
	assert_int_equal(verdict_of(program, text), XDP_PASS);
	displace(program->maps.displacements6, hash_group(hash, mask), displacement);
	assert_int_equal(verdict_of(program, text), XDP_DROP);
}

static void test_displacements(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	harness_load(program);
	for (uint32_t n = 0; n < 200; n++) {
		fill_places(program, &(struct server4){}, &(struct server6){});
		check_displaced4(program, n, DISPLACEMENTS - 100 + n);
		check_displaced6(program, n, DISPLACEMENTS - 100 + n);
	}
}

/* The verifier holds a program against the size of the tables that it is told of. */
static void test_small_tables(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->mask4 = 2 * program->rodata->mask4 + 1;
	assert_int_equal(object_load(program), -EACCES);
	portcullis__destroy(program);

	program = *state = harness_open();
	harness_site(program);
	program->rodata->mask6 = 2 * program->rodata->mask6 + 1;
	assert_int_equal(object_load(program), -EACCES);
	portcullis__destroy(program);

	program = *state = harness_open();
	program->rodata->profiles++;
	assert_int_equal(object_load(program), -EACCES);
}

static void test_profile_out_of_range(void **state)
{
	struct portcullis *program = *state = harness_open();

	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, PROFILES, 0);
	harness_load(program);
	harness_check(program, REASON_NOT_PUBLISHED, "ip4 tcp to=443");
	harness_check(program, REASON_NOT_PUBLISHED, "ip6 udp to=3478");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_site, harness_close),
		cmocka_unit_test_teardown(test_unlisted, harness_close),
		cmocka_unit_test_teardown(test_unlisted_drop, harness_close),
		cmocka_unit_test_teardown(test_interface, harness_close),
		cmocka_unit_test_teardown(test_tables_apart, harness_close),
		cmocka_unit_test_teardown(test_another_in_its_place, harness_close),
		cmocka_unit_test_teardown(test_displacements, harness_close),
		cmocka_unit_test_teardown(test_small_tables, harness_close),
		cmocka_unit_test_teardown(test_profile_out_of_range, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
