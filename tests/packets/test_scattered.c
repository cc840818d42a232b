/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Frames whose headers are not all in the first buffer, as some cards deliver them: the verdict,
 * the counters and the frame itself are those of the same frame in one buffer.
 */
#include "harness.h"

static int open_site(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, SERVICES, 0);
	program->rodata->have_management4 = program->rodata->have_management6 = true;
	harness_load(program);
	*state = program;
	return 0;
}

static void skip_where_none_scatters(void)
{
	if (harness_can_scatter())
		return;
	print_message("this kernel's BPF_PROG_TEST_RUN cannot scatter a frame\n");
	skip();
}

/* Runs rows with every first buffer from an empty one to one that holds all their headers. */
static void run_scattered(struct portcullis *program, const struct row *rows, size_t count,
			  uint32_t most)
{
	skip_where_none_scatters();
	for (uint32_t bytes = 0; bytes <= most; bytes += bytes < 64 ? 1 : 7) {
		harness_first_buffer(bytes);
		harness_run(program, rows, count);
	}
	harness_first_buffer(FIRST_BUFFER_FULL);
}

#define scattered_rows(program, rows, most) \
	run_scattered(program, rows, sizeof(rows) / sizeof((rows)[0]), most)

static void test_ports(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp to=443", REASON_PUBLISHED},
		{"ip4 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 udp to=3478 data=9", REASON_PUBLISHED},
		{"ip4 udp to=3479 data=9", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=49152", REASON_PUBLISHED},
		{"ip6 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip6 udp to=50000", REASON_PUBLISHED},
		{"ip6 udp to=3479 data=1", REASON_NOT_PUBLISHED},
		{"ip4 options=40 tcp to=443", REASON_PUBLISHED},
		{"ip4 options=40 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=8100 ip4 udp to=3478", REASON_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip4 options=40 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip6 tcp to=443", REASON_PUBLISHED},
		{"ip4 tcp to=443 doff=15 data=40", REASON_PUBLISHED},
		{"ip4 tcp to=443 pad=6", REASON_PUBLISHED},
	};

	scattered_rows(*state, rows, 110);
}

static void test_large_frames(void **state)
{
	static const struct row rows[] = {
		{"ip4 udp to=3478 data=8972", REASON_PUBLISHED},
		{"ip4 udp to=3479 data=8972", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=443 data=8940", REASON_PUBLISHED},
		{"ip6 tcp to=442 data=8940", REASON_NOT_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip6 udp to=3478 data=8952 pad=9", REASON_PUBLISHED},
		{"ip4 total=9001 udp to=3478 data=8972", REASON_MALFORMED},
		{"ethertype=0806 data=9000", REASON_NON_IP},
	};

	scattered_rows(*state, rows, 90);
}

static void test_servers(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=10.0.1.12 tcp to=8080", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:1::12 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.0.1.13 tcp to=442", REASON_NOT_PUBLISHED}, /* only counted */
		{"ip4 dst=10.9.7.1 tcp to=8080", REASON_PUBLISHED},
		{"ip6 dst=2001:db8:9:7::1 tcp to=443", REASON_NOT_PUBLISHED},
		{"ip4 dst=10.7.7.7 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=198.51.100.9 dst=10.7.7.7 tcp to=22", REASON_MANAGEMENT},
		{"ip6 src=2001:db8:aa::9 dst=2001:db8:7::7 udp to=161", REASON_MANAGEMENT},
		{"ip4 src=127.0.0.1 tcp to=443", REASON_BAD_ADDRESS},
		{"ip4 src=0.0.0.0 udp from=68 to=67", REASON_NOT_PUBLISHED},
		{"ip6 src=:: icmp6=135", REASON_ICMP},
		{"ip6 src=2001:db8:1::11 tcp to=443", REASON_BAD_ADDRESS},
	};

	scattered_rows(*state, rows, 80);
}

static void test_extensions(void **state)
{
	static const struct row rows[] = {
		{"ip6 hop=8 udp to=3478", REASON_PUBLISHED},
		{"ip6 hop=8 dest=16 route=2/0 frag=0/0 ah=24 dest=8 tcp to=443", REASON_PUBLISHED},
		{"ip6 hop=8 dest=16 route=2/0 frag=0/0 ah=24 dest=8 tcp to=442",
		 REASON_NOT_PUBLISHED},
		{"ip4 options=40 ah=24 udp to=3478", REASON_PUBLISHED},
		{"ip4 ah=24 ah=16 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip6 route=0/1 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 hop=8 tcp to=443",
		 REASON_HEADER_CHAIN},
		{"ip6 total=39 hop=8 dest=16 ah=16 tcp to=443", REASON_MALFORMED},
		{"ip6 dest=8 icmp6=138", REASON_ICMP_TYPE},
		{"ip6 hop=2048 dest=2048 tcp to=443", REASON_PUBLISHED},
		{"ip6 hop=2048 dest=2048 tcp to=442", REASON_NOT_PUBLISHED},
	};

	scattered_rows(*state, rows, 200);
}

/* The later fragments find what the first left, in whatever buffers either lies. */
static void test_fragments(void **state)
{
	struct portcullis *program = *state;

	skip_where_none_scatters();
	for (uint32_t bytes = 0; bytes <= 80; bytes++) {
		harness_first_buffer(bytes);
		harness_check(program, REASON_PUBLISHED,
			      "ip4 id=%u fragment=0/1 udp to=3478 length=32 data=16", bytes);
		harness_check(program, REASON_PUBLISHED,
			      "ip6 hop=8 frag=0/1 id=%u udp to=3478 length=32 data=16", bytes);
		harness_first_buffer(80 - bytes);
		harness_check(program, REASON_FRAGMENT_FOLLOWS,
			      "ip4 id=%u fragment=3/0 protocol=17 data=8", bytes);
		harness_check(program, REASON_FRAGMENT_FOLLOWS,
			      "ip6 hop=8 frag=3/0 id=%u protocol=17 data=8", bytes);
		harness_check(program, REASON_FRAGMENT_OVERLAP,
			      "ip6 hop=8 frag=2/0 id=%u protocol=17 data=8", bytes);
		harness_check(program, REASON_FRAGMENT_NO_FIRST,
			      "ip4 id=%u fragment=3/0 protocol=17 data=8", bytes + 1000);
		harness_check(program, REASON_FRAGMENT_SHORT,
			      "ip4 fragment=0/1 tcp to=443 total=36");
		harness_check(program, REASON_NOT_PUBLISHED,
			      "ip4 id=%u fragment=0/1 udp to=3479 length=32 data=16", bytes + 1000);
	}
	harness_first_buffer(FIRST_BUFFER_FULL);
}

static void test_others(void **state)
{
	static const struct row rows[] = {
		{"ethertype=0806 data=28", REASON_NON_IP},
		{"ethertype=8864 data=28", REASON_HIDDEN_IP},
		{"vlan=8100 vlan=8100 vlan=8100 ip4 tcp to=443", REASON_VLAN_DEPTH},
		{"ip4 icmp=8", REASON_ICMP},
		{"ip6 icmp6=138", REASON_ICMP_TYPE},
		{"ip4 protocol=50 data=20", REASON_PROTOCOL},
		{"ip4 tcp to=0", REASON_PORT_ZERO},
	};

	scattered_rows(*state, rows, 60);
}

/* Cut at every byte, they are as malformed as in one buffer. */
static void test_cut(void **state)
{
	skip_where_none_scatters();
	for (uint32_t bytes = 0; bytes < 82; bytes += 7) {
		harness_first_buffer(bytes);
		for (uint32_t size = 14; size < 14 + 20 + 20; size++)
			harness_check(*state, REASON_MALFORMED, "ip4 tcp to=443 cut=%u", size);
		for (uint32_t size = 22; size < 22 + 40 + 8; size++)
			harness_check(*state, REASON_MALFORMED,
				      "vlan=88a8 vlan=8100 ip6 udp to=3478 cut=%u", size);
	}
	harness_first_buffer(FIRST_BUFFER_FULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ports),     cmocka_unit_test(test_large_frames),
		cmocka_unit_test(test_servers),   cmocka_unit_test(test_extensions),
		cmocka_unit_test(test_fragments), cmocka_unit_test(test_others),
		cmocka_unit_test(test_cut),
	};

	return cmocka_run_group_tests(tests, open_site, harness_close);
}
