/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/addresses.h: sources and destinations that no packet on the wire may have. */
#include "harness.h"

static int open_site(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_load(program);
	*state = program;
	return 0;
}

static int open_interface(void **state)
{
	harness_load(*state = harness_open());
	return 0;
}

static void test_sources4(void **state)
{
	static const char *const bad[] = {"0.0.0.1",     "0.255.255.255",   "127.0.0.0",
					  "127.0.0.1",   "127.255.255.255", "224.0.0.0",
					  "224.0.0.251", "239.255.255.255", "255.255.255.255"};
	static const char *const good[] = {"1.0.0.0",         "126.255.255.255", "128.0.0.0",
					   "223.255.255.255", "240.0.0.1",       "254.255.255.255",
					   "255.255.255.254", "10.0.1.12",       "11.1.0.10"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		harness_check(*state, REASON_BAD_ADDRESS, "ip4 src=%s tcp to=443", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip4 src=%s udp from=68 to=67", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip4 src=%s icmp=8", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip4 src=%s tcp total=20", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip4 src=%s fragment=4/1 udp", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		harness_check(*state, REASON_PUBLISHED, "ip4 src=%s tcp to=443", good[i]);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip4 src=%s tcp to=442", good[i]);
	}
}

static void test_sources6(void **state)
{
	static const char *const bad[] = {"::1",          "ff00::",
					  "ff02::1",      "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
					  "::ffff:0:0",   "::ffff:192.0.2.7",
					  "::ffff:ffff:1"};
	static const char *const good[] = {
		"::2",        "::1:0:0",    "::fffe:c000:207", "::1:ffff:c000:207",
		"0:0:0:1::1", "1::",        "::100",           "1::ffff:c000:207",
		"64:ff9b::1", "100::1",     "fe80::1",         "fc00::1",
		"feff::1",    "2001:db8::", "8000::1",         "::8000:0:0:0"};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=%s tcp to=443", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=%s icmp6=135", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=%s frag=4/1 udp", bad[i]);
		harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=%s route=0/1 tcp", bad[i]);
	}
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		harness_check(*state, REASON_PUBLISHED, "ip6 src=%s tcp to=443", good[i]);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip6 src=%s tcp to=442", good[i]);
	}
}

static void test_source_is_destination(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=10.0.1.11 tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 src=2001:db8:1::11 tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 src=2001:db8:1::11 hop=8 icmp6=128", REASON_BAD_ADDRESS},
		/* only half of it */
		{"ip6 src=2001:db8:f::11 tcp to=443", REASON_PUBLISHED},
		{"ip6 src=2001:db8:1::7 tcp to=443", REASON_PUBLISHED},
		/* not ours to judge */
		{"ip4 src=192.0.2.9 dst=192.0.2.9 tcp to=443", REASON_UNLISTED},
		{"ip4 src=127.0.0.1 dst=192.0.2.9 tcp to=443", REASON_UNLISTED},
		{"ip6 src=::1 dst=2001:db8:ffff::1 tcp to=443", REASON_UNLISTED},
	};

	harness_rows(*state, rows);
}

/* From 0.0.0.0, only a DHCP client to a server, which then goes on to the ports. */
static void test_unspecified4(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=0.0.0.0 dst=10.0.1.12 udp from=68 to=67", REASON_PUBLISHED},
		{"ip4 src=0.0.0.0 udp from=68 to=67", REASON_NOT_PUBLISHED},
		{"ip4 src=0.0.0.0 icmp=8", REASON_BAD_ADDRESS},
		{"ip4 src=0.0.0.0 protocol=2 data=8", REASON_BAD_ADDRESS},
		{"ip4 src=0.0.0.0 fragment=0/1 udp from=68 to=67", REASON_NOT_PUBLISHED},
		{"ip4 src=0.0.0.0 fragment=9/0 udp from=68 to=67", REASON_BAD_ADDRESS},
		{"ip4 src=0.0.0.0 total=24 udp from=68 to=67", REASON_BAD_ADDRESS},
	};

	harness_rows(*state, rows);
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip4 src=0.0.0.0 tcp to=443");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip4 src=0.0.0.0 tcp from=68 to=67");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip4 src=0.0.0.0 udp from=67 to=68");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip4 src=0.0.0.0 udp from=68 to=3478");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip4 src=0.0.0.0 udp from=67 to=67");
}

/* From ::, only what finds an address and its neighbours. */
static void test_unspecified6(void **state)
{
	for (int type = 0; type < 256; type++) {
		enum reason reason = (type >= 130 && type <= 133) || type == 135 || type == 143
					     ? REASON_ICMP
					     : REASON_BAD_ADDRESS;

		harness_check(*state, reason, "ip6 src=:: icmp6=%d", type);
		harness_check(*state, reason, "ip6 src=:: hop=8 icmp6=%d", type);
	}
	harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=:: total=7 icmp6=135");
	harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=:: frag=0/1 icmp6=135");
	harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=:: route=0/1 icmp6=135");
	harness_check(*state, REASON_BAD_ADDRESS, "ip6 src=:: protocol=50 data=8");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip6 src=:: tcp to=443");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip6 src=:: udp from=68 to=67");
	harness_check_port(*state, REASON_BAD_ADDRESS, "ip6 src=:: udp from=547 to=546");
}

/* With one profile for a whole interface, destinations are what comes. */
static void test_destinations(void **state)
{
	static const struct row rows[] = {
		{"ip4 dst=0.0.0.0 tcp to=443", REASON_BAD_ADDRESS},
		{"ip4 dst=0.1.2.3 tcp to=443", REASON_BAD_ADDRESS},
		{"ip4 dst=127.0.0.1 tcp to=443", REASON_BAD_ADDRESS},
		{"ip4 dst=127.255.255.255 udp to=3478", REASON_BAD_ADDRESS},
		{"ip6 dst=:: tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 dst=::1 tcp to=443", REASON_BAD_ADDRESS},
		{"ip6 dst=::ffff:10.0.1.11 tcp to=443", REASON_BAD_ADDRESS},
		{"ip4 dst=1.0.0.1 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=128.0.0.1 tcp to=443", REASON_PUBLISHED},
		{"ip4 dst=224.0.0.251 udp to=3478", REASON_PUBLISHED},
		{"ip4 dst=224.0.0.251 udp to=5353", REASON_NOT_PUBLISHED},
		{"ip4 dst=255.255.255.255 udp from=67 to=68", REASON_DHCP},
		{"ip6 dst=ff02::1 udp to=3478", REASON_PUBLISHED},
		{"ip6 dst=ff02::fb udp to=5353", REASON_NOT_PUBLISHED},
		{"ip6 dst=ff02::1:ff00:11 icmp6=135", REASON_ICMP},
		{"ip6 src=:: dst=ff02::1:ff00:11 icmp6=135", REASON_ICMP},
		{"ip6 src=:: dst=ff02::16 hop=8 icmp6=143", REASON_ICMP},
		{"ip4 src=0.0.0.0 dst=255.255.255.255 udp from=68 to=67", REASON_NOT_PUBLISHED},
	};

	harness_rows(*state, rows);
}

int main(void)
{
	const struct CMUnitTest site[] = {
		cmocka_unit_test(test_sources4),
		cmocka_unit_test(test_sources6),
		cmocka_unit_test(test_source_is_destination),
		cmocka_unit_test(test_unspecified4),
		cmocka_unit_test(test_unspecified6),
	};
	const struct CMUnitTest interface[] = {cmocka_unit_test(test_destinations)};

	return cmocka_run_group_tests(site, open_site, harness_close) +
	       cmocka_run_group_tests(interface, open_interface, harness_close);
}
