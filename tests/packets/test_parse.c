/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/parse.h: link headers, IP headers, lengths, transport headers cut at every byte. */
#include "harness.h"

static int open_site(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	harness_load(program);
	*state = program;
	return 0;
}

static void test_link_headers(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp to=443", REASON_PUBLISHED},
		{"ip4 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=443", REASON_PUBLISHED},
		{"ip6 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=8100 ip4 tcp to=443", REASON_PUBLISHED},
		{"vlan=8100 ip4 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=8100 ip6 tcp to=443", REASON_PUBLISHED},
		{"vlan=8100 ip6 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=88a8 ip4 tcp to=443", REASON_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip4 tcp to=443", REASON_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip4 tcp to=442", REASON_NOT_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip6 udp to=3478", REASON_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip6 udp to=3479", REASON_NOT_PUBLISHED},
		{"vlan=8100 vlan=8100 ip4 tcp to=443", REASON_PUBLISHED},
		{"vlan=88a8 vlan=88a8 ip4 tcp to=443", REASON_PUBLISHED},
		{"vlan=8100 vlan=8100 vlan=8100 ip4 tcp to=443", REASON_VLAN_DEPTH},
		{"vlan=88a8 vlan=8100 vlan=88a8 ip4 tcp to=443", REASON_VLAN_DEPTH},
		{"vlan=88a8 vlan=88a8 vlan=8100 ip6 tcp to=443", REASON_VLAN_DEPTH},
		{"vlan=8100 vlan=8100 vlan=8100 vlan=8100 ip4 tcp to=443", REASON_VLAN_DEPTH},
		{"vlan=9100 ip4 tcp to=443", REASON_HIDDEN_IP},
		{"vlan=8100 vlan=9100 ip4 tcp to=443", REASON_HIDDEN_IP},
		{"vlan=8100 vlan=8100 vlan=9100 ip4 tcp to=443", REASON_HIDDEN_IP},
	};

	harness_rows(*state, rows);
}

static void test_link_header_cut(void **state)
{
	for (int size = 14; size < 18; size++) {
		harness_check(*state, REASON_MALFORMED, "vlan=8100 ip4 tcp to=443 cut=%d", size);
		harness_check(*state, REASON_MALFORMED, "vlan=88a8 ip6 tcp to=443 cut=%d", size);
		harness_check(*state, REASON_MALFORMED, "vlan=88a8 vlan=8100 ip4 tcp to=443 cut=%d",
			      size + 4);
	}
	/* the third tag is told by the second, so its own bytes need not be there */
	harness_check(*state, REASON_VLAN_DEPTH, "vlan=8100 vlan=8100 vlan=8100 ip4 cut=22");
}

static void test_ip_header_cut(void **state)
{
	for (int size = 14; size < 14 + 20 + 20; size++)
		harness_check(*state, REASON_MALFORMED, "ip4 tcp to=443 cut=%d", size);
	for (int size = 14; size < 14 + 40 + 20; size++)
		harness_check(*state, REASON_MALFORMED, "ip6 tcp to=443 cut=%d", size);
	for (int size = 22; size < 22 + 40 + 8; size++)
		harness_check(*state, REASON_MALFORMED,
			      "vlan=88a8 vlan=8100 ip6 udp to=3478 cut=%d", size);
	for (int size = 22; size < 22 + 24 + 20; size++)
		harness_check(*state, REASON_MALFORMED,
			      "vlan=88a8 vlan=8100 ip4 options=4 tcp to=443 cut=%d", size);
}

static void test_ip_version(void **state)
{
	for (int version = 0; version < 16; version++) {
		harness_check(*state, version == 4 ? REASON_PUBLISHED : REASON_MALFORMED,
			      "ip4 version=%d tcp to=443", version);
		harness_check(*state, version == 6 ? REASON_PUBLISHED : REASON_MALFORMED,
			      "ip6 version=%d tcp to=443", version);
	}
}

static void test_ip4_options(void **state)
{
	for (int size = 4; size <= 40; size += 4) {
		harness_check(*state, REASON_PUBLISHED, "ip4 options=%d tcp to=443", size);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip4 options=%d tcp to=442", size);
		harness_check(*state, REASON_PUBLISHED, "ip4 options=%d udp to=3478", size);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip4 options=%d udp to=3479", size);
	}
	for (int ihl = 0; ihl < 5; ihl++)
		harness_check(*state, REASON_MALFORMED, "ip4 ihl=%d tcp to=443", ihl);
	/* a header that reaches behind the packet, and one that ends in the middle of TCP */
	harness_check(*state, REASON_MALFORMED, "ip4 ihl=11 tcp to=443");
	harness_check(*state, REASON_MALFORMED, "ip4 ihl=10 tcp to=443");
	harness_check(*state, REASON_MALFORMED, "ip4 options=40 total=59 tcp to=443");
}

static void test_ip_length(void **state)
{
	static const struct row rows[] = {
		{"ip4 total=0 tcp to=443", REASON_MALFORMED},
		{"ip4 total=19 tcp to=443", REASON_MALFORMED},
		{"ip4 total=41 tcp to=443", REASON_MALFORMED},
		{"ip4 total=65535 tcp to=443", REASON_MALFORMED},
		{"ip6 total=21 tcp to=443", REASON_MALFORMED},
		{"ip6 total=65535 tcp to=443", REASON_MALFORMED},
		/* what Ethernet pads to its least size */
		{"ip4 tcp to=443 pad=6", REASON_PUBLISHED},
		{"ip4 tcp to=442 pad=6", REASON_NOT_PUBLISHED},
		{"ip4 udp to=3478 pad=18", REASON_PUBLISHED},
		{"ip6 tcp to=443 pad=1", REASON_PUBLISHED},
		{"ip6 udp to=3479 pad=100", REASON_NOT_PUBLISHED},
		/* a jumbogram: no length, and no IP packet of more than 65,535 bytes here */
		{"ip6 total=0 tcp to=443", REASON_MALFORMED},
		{"ip6 total=0 udp to=3478", REASON_MALFORMED},
		{"ip6 hop=8 total=0 tcp to=443", REASON_MALFORMED},
		{"ip6 hop=8 total=0 udp to=3478 length=0", REASON_MALFORMED},
	};

	harness_rows(*state, rows);
}

/* Bytes behind the IP packet's end are padding, whatever they look like. */
static void test_transport_header_cut(void **state)
{
	for (int size = 0; size < 20; size++) {
		harness_check(*state, REASON_MALFORMED, "ip4 total=%d tcp to=443", 20 + size);
		harness_check(*state, REASON_MALFORMED, "ip4 options=8 total=%d tcp to=443",
			      28 + size);
		harness_check(*state, REASON_MALFORMED, "ip6 total=%d tcp to=443", size);
	}
	for (int size = 0; size < 8; size++) {
		harness_check(*state, REASON_MALFORMED, "ip4 total=%d udp to=3478", 20 + size);
		harness_check(*state, REASON_MALFORMED, "ip6 total=%d udp to=3478", size);
		harness_check(*state, REASON_MALFORMED, "ip4 total=%d icmp=8", 20 + size);
		harness_check(*state, REASON_MALFORMED, "ip6 total=%d icmp6=128", size);
	}
	harness_check(*state, REASON_PUBLISHED, "ip4 total=40 tcp to=443 data=9");
	harness_check(*state, REASON_PUBLISHED, "ip6 total=20 tcp to=443 data=9");
	harness_check(*state, REASON_ICMP, "ip4 total=28 icmp=8 data=9");
	harness_check(*state, REASON_ICMP, "ip6 total=8 icmp6=128 data=9");
}

static void test_tcp_data_offset(void **state)
{
	for (int doff = 0; doff < 5; doff++) {
		harness_check(*state, REASON_MALFORMED, "ip4 tcp to=443 doff=%d data=60", doff);
		harness_check(*state, REASON_MALFORMED, "ip6 tcp to=443 doff=%d data=60", doff);
	}
	for (int doff = 5; doff < 16; doff++) {
		int options = doff * 4 - 20;

		harness_check(*state, REASON_PUBLISHED, "ip4 tcp to=443 doff=%d data=%d", doff,
			      options);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip6 tcp to=442 doff=%d data=%d", doff,
			      options);
		if (!options)
			continue;
		harness_check(*state, REASON_MALFORMED, "ip4 tcp to=443 doff=%d data=%d", doff,
			      options - 1);
		harness_check(*state, REASON_MALFORMED, "ip6 tcp to=443 doff=%d data=%d pad=1",
			      doff, options - 1);
	}
}

static void test_udp_length(void **state)
{
	for (int length = 0; length < 8; length++) {
		harness_check(*state, REASON_MALFORMED, "ip4 udp to=3478 length=%d data=9", length);
		harness_check(*state, REASON_MALFORMED, "ip6 udp to=3478 length=%d data=9", length);
	}
	for (int length = 8; length <= 17; length++) {
		harness_check(*state, REASON_PUBLISHED, "ip4 udp to=3478 length=%d data=9", length);
		harness_check(*state, REASON_NOT_PUBLISHED, "ip6 udp to=3479 length=%d data=9",
			      length);
	}
	harness_check(*state, REASON_MALFORMED, "ip4 udp to=3478 length=18 data=9");
	harness_check(*state, REASON_MALFORMED, "ip6 udp to=3478 length=18 data=9 pad=9");
	harness_check(*state, REASON_MALFORMED, "ip4 udp to=3478 length=65535 data=9");
}

static void test_ip4_fragments(void **state)
{
	static const struct row rows[] = {
		{"ip4 fragment=1/0 udp to=3478 data=16", REASON_FRAGMENT_NO_FIRST},
		{"ip4 fragment=2/1 udp to=3478 data=16", REASON_FRAGMENT_NO_FIRST},
		{"ip4 fragment=4096/0 tcp to=443", REASON_FRAGMENT_NO_FIRST},
		{"ip4 fragment=256/0 protocol=6 data=3", REASON_FRAGMENT_NO_FIRST},
		{"ip4 fragment=0/0 udp to=3478 data=16", REASON_PUBLISHED},
		/* the bit beside more-fragments is reserved, the one above it is not to fragment */
		{"ip4 fragment=0/2 udp to=3478", REASON_PUBLISHED},
		{"ip4 fragment=0/4 udp to=3478", REASON_PUBLISHED},
	};

	harness_rows(*state, rows);
}

/* Frames in several buffers: all headers are in the first, which holds about a page. */
static void test_large_frames(void **state)
{
	static const struct row rows[] = {
		{"ip4 udp to=3478 data=3478", REASON_PUBLISHED},
		{"ip4 udp to=3478 data=3479", REASON_PUBLISHED},
		{"ip4 udp to=3478 data=8972", REASON_PUBLISHED},
		{"ip4 udp to=3479 data=8972", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=443 data=8940", REASON_PUBLISHED},
		{"ip6 tcp to=442 data=8940", REASON_NOT_PUBLISHED},
		{"vlan=88a8 vlan=8100 ip6 tcp to=443 data=8940 pad=9", REASON_PUBLISHED},
		{"ip4 total=9001 udp to=3478 data=8972", REASON_MALFORMED},
		{"ip4 total=9000 udp to=3478 data=8972", REASON_PUBLISHED},
		{"ip6 total=8961 tcp to=443 data=8940", REASON_MALFORMED},
		{"vlan=8100 ip6 total=8961 tcp to=443 data=8940", REASON_MALFORMED},
		{"vlan=8100 ip6 total=8960 tcp to=443 data=8940", REASON_PUBLISHED},
		{"ip4 udp to=3478 length=8981 data=8972", REASON_MALFORMED},
		{"ethertype=0806 data=9000", REASON_NON_IP},
	};

	harness_rows(*state, rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_link_headers),         cmocka_unit_test(test_link_header_cut),
		cmocka_unit_test(test_ip_header_cut),        cmocka_unit_test(test_ip_version),
		cmocka_unit_test(test_ip4_options),          cmocka_unit_test(test_ip_length),
		cmocka_unit_test(test_transport_header_cut), cmocka_unit_test(test_tcp_data_offset),
		cmocka_unit_test(test_udp_length),           cmocka_unit_test(test_ip4_fragments),
		cmocka_unit_test(test_large_frames),
	};

	return cmocka_run_group_tests(tests, open_site, harness_close);
}
