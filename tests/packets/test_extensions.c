/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/extensions.h: IPv6 extension headers, and AH in IPv4, alone and in chains. */
#include "harness.h"

static int open_site(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_load(program);
	*state = program;
	return 0;
}

/* Chains behind which ports are judged as if they were not there. */
static void test_chains(void **state)
{
	static const char *const chains[] = {
		"ip6 hop=8",
		"ip6 hop=16",
		"ip6 hop=2048",
		"ip6 dest=8",
		"ip6 dest=264",
		"ip6 ah=16",
		"ip6 ah=24",
		"ip6 ah=1028",
		"ip6 route=2/0",
		"ip6 route=4/0",
		"ip6 route=255/0",
		"ip6 frag=0/0",
		"ip6 hop=8 dest=16 route=2/0 frag=0/0 ah=24 dest=8",
		"ip6 hop=24 dest=8 dest=8 dest=8 ah=12 dest=8 dest=8 dest=8",
		"ip6 frag=0/0 frag=0/0",
		"vlan=88a8 vlan=8100 ip6 hop=8 dest=8",
		"ip4 ah=12",
		"ip4 ah=24",
		"ip4 ah=1028",
		"ip4 ah=24 ah=16",
		"ip4 options=40 ah=24",
	};

	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		harness_check(*state, REASON_PUBLISHED, "%s tcp to=443", chains[i]);
		harness_check(*state, REASON_NOT_PUBLISHED, "%s tcp to=442", chains[i]);
		harness_check(*state, REASON_PUBLISHED, "%s udp to=3478 data=5", chains[i]);
		harness_check(*state, REASON_NOT_PUBLISHED, "%s udp to=3479 pad=5", chains[i]);
		harness_check(*state, REASON_PROTOCOL, "%s protocol=50 data=20", chains[i]);
	}
}

static void test_icmp_behind_chain(void **state)
{
	static const struct row rows[] = {
		{"ip6 hop=8 icmp6=143", REASON_ICMP},
		{"ip6 dest=8 icmp6=128", REASON_ICMP},
		{"ip6 dest=8 icmp6=138", REASON_ICMP_TYPE},
		{"ip4 ah=24 icmp=8", REASON_ICMP},
		{"ip4 ah=24 icmp=5", REASON_ICMP_TYPE},
		{"ip6 dest=8 icmp6=128 total=15", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

static void test_length_of_chain(void **state)
{
	static const char *const kinds[] = {"hop=8", "dest=8", "ah=16", "route=2/0", "frag=0/0"};

	harness_check(*state, REASON_PUBLISHED,
		      "ip6 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 tcp to=443");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		harness_check(*state, REASON_HEADER_CHAIN,
			      "ip6 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 dest=8 %s "
			      "tcp to=443",
			      kinds[i]);
	harness_check(*state, REASON_HEADER_CHAIN,
		      "ip4 ah=12 ah=12 ah=12 ah=12 ah=12 ah=12 ah=12 ah=12 ah=12 tcp to=443");
}

static void test_refused_headers(void **state)
{
	static const struct row rows[] = {
		{"ip6 route=0/0 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 route=0/1 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 route=2/1 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 route=4/255 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 hop=8 route=3/2 tcp to=443", REASON_SOURCE_ROUTE},
		/* begins in the packet and ends in what is only padding */
		{"ip6 total=4 route=0/1 tcp to=443", REASON_MALFORMED},
		{"ip6 frag=1/0 udp to=3478 data=16", REASON_FRAGMENT_NO_FIRST},
		{"ip6 frag=4096/1 tcp to=443 data=4", REASON_FRAGMENT_NO_FIRST},
		{"ip6 hop=8 dest=8 frag=32/0 tcp to=443", REASON_FRAGMENT_NO_FIRST},
		/* the two bits between are reserved: no fragment */
		{"ip6 frag=0/2 tcp to=443", REASON_PUBLISHED},
		{"ip6 frag=0/4 tcp to=443", REASON_PUBLISHED},
		{"ip6 frag=0/6 tcp to=442", REASON_NOT_PUBLISHED},
	};

	harness_rows(*state, rows);
}

/* These kinds are extension headers in IPv6 only. */
static void test_ip4_protocols(void **state)
{
	static const struct row rows[] = {
		{"ip4 hop=8 tcp to=443", REASON_PROTOCOL},
		{"ip4 route=2/0 tcp to=443", REASON_PROTOCOL},
		{"ip4 frag=0/0 tcp to=443", REASON_PROTOCOL},
		{"ip4 dest=8 tcp to=443", REASON_PROTOCOL},
		{"ip4 ah=24 hop=8 tcp to=443", REASON_PROTOCOL},
		{"ip6 protocol=59", REASON_PROTOCOL},
		{"ip6 dest=8 protocol=59 data=8", REASON_PROTOCOL},
		{"ip6 protocol=135 data=8", REASON_PROTOCOL},
	};

	harness_rows(*state, rows);
}

static void test_header_cut(void **state)
{
	/* the packet ends in each header in turn: hop to 8, dest to 24, AH to 40, TCP to 60 */
	for (int size = 0; size < 60; size++)
		harness_check(*state, REASON_MALFORMED,
			      "ip6 total=%d hop=8 dest=16 ah=16 tcp to=443", size);
	harness_check(*state, REASON_PUBLISHED, "ip6 total=60 hop=8 dest=16 ah=16 tcp to=443");
	for (int size = 0; size < 28; size++)
		harness_check(*state, REASON_MALFORMED, "ip4 total=%d ah=20 udp to=3478",
			      20 + size);
	for (int size = 54; size < 114; size++)
		harness_check(*state, REASON_MALFORMED, "ip6 hop=8 dest=16 ah=16 tcp to=443 cut=%d",
			      size);
}

static void test_stated_length(void **state)
{
	static const struct row rows[] = {
		{"ip6 dest=8 units=1 tcp to=443", REASON_MALFORMED},
		{"ip6 dest=8 units=3 tcp to=443", REASON_MALFORMED},
		{"ip6 hop=8 units=255 tcp to=443", REASON_MALFORMED},
		{"ip6 ah=16 units=255 tcp to=443", REASON_MALFORMED},
		{"ip4 ah=16 units=255 tcp to=443", REASON_MALFORMED},
		/* AH has 12 bytes at least */
		{"ip6 ah=16 units=0 tcp to=443", REASON_MALFORMED},
		{"ip4 ah=16 units=0 tcp to=443", REASON_MALFORMED},
		/* a header that states less than it was made with: what follows is read too early
		 */
		{"ip6 dest=16 units=0 tcp to=443", REASON_MALFORMED},
		{"ip6 hop=8", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

/* Chains that end in another buffer than they begin in. */
static void test_beyond_first_buffer(void **state)
{
	static const struct row rows[] = {
		{"ip6 hop=1504 dest=1504 udp to=3478 data=4000", REASON_PUBLISHED},
		{"ip6 hop=2048 dest=2048 udp to=3478 data=4000", REASON_PUBLISHED},
		{"ip6 hop=2048 dest=2048 udp to=3479 data=4000", REASON_NOT_PUBLISHED},
		{"ip6 hop=2048 dest=1416 udp to=3478 data=4000", REASON_PUBLISHED},
		{"ip6 hop=2048 dest=1416 udp to=3479 data=4000", REASON_NOT_PUBLISHED},
		{"ip6 dest=2048 dest=2048 dest=2048 dest=2048 dest=2048 dest=2048 dest=2048 tcp "
		 "to=443",
		 REASON_PUBLISHED},
		{"ip6 dest=2048 dest=2048 dest=2048 route=0/1 tcp to=443", REASON_SOURCE_ROUTE},
		{"ip6 hop=2048 dest=2048 frag=0/1 tcp to=443 total=4120", REASON_FRAGMENT_SHORT},
	};

	harness_rows(*state, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_chains),          cmocka_unit_test(test_icmp_behind_chain),
		cmocka_unit_test(test_length_of_chain), cmocka_unit_test(test_refused_headers),
		cmocka_unit_test(test_ip4_protocols),   cmocka_unit_test(test_header_cut),
		cmocka_unit_test(test_stated_length),   cmocka_unit_test(test_beyond_first_buffer),
	};

	return cmocka_run_group_tests(tests, open_site, harness_close);
}
