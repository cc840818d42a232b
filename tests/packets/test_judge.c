/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/judge.h: ports, Management, DHCP, ICMP types, other protocols, frames that are no IP. */
#include "harness.h"

#include <string.h>

static int open_site(void **state)
{
	struct portcullis *program = harness_open();

	harness_site(program);
	program->rodata->have_management4 = true;
	program->rodata->have_management6 = true;
	harness_load(program);
	*state = program;
	return 0;
}

static void test_ports(void **state)
{
	static const struct {
		const char *transport;
		unsigned int port;
		enum reason reason;
	} ports[] = {
		{"tcp", 5061, REASON_PUBLISHED},
		{"tcp", 5060, REASON_NOT_PUBLISHED},
		{"tcp", 5062, REASON_NOT_PUBLISHED},
		{"udp", 5061, REASON_NOT_PUBLISHED},
		{"tcp", 49151, REASON_NOT_PUBLISHED},
		{"tcp", 49152, REASON_PUBLISHED},
		{"tcp", 57500, REASON_PUBLISHED},
		{"tcp", 57501, REASON_NOT_PUBLISHED},
		{"udp", 49999, REASON_NOT_PUBLISHED},
		{"udp", 50000, REASON_PUBLISHED},
		{"udp", 59999, REASON_PUBLISHED},
		{"udp", 60000, REASON_NOT_PUBLISHED},
		{"udp", 3478, REASON_PUBLISHED},
		{"tcp", 3478, REASON_NOT_PUBLISHED},
		/* 3478 and 443 with their bytes swapped */
		{"udp", 38413, REASON_NOT_PUBLISHED},
		{"tcp", 47873, REASON_NOT_PUBLISHED},
		{"tcp", 1, REASON_NOT_PUBLISHED},
		{"udp", 65535, REASON_NOT_PUBLISHED},
		/* a segment of a kind that this program does not know */
		{"tcp", 9, REASON_NOT_PUBLISHED},
		/* an entry that `segments` does not have */
		{"tcp", 10, REASON_NOT_PUBLISHED},
	};

	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		harness_check(*state, ports[i].reason, "ip4 %s to=%u", ports[i].transport,
			      ports[i].port);
		harness_check(*state, ports[i].reason, "ip6 %s to=%u data=9", ports[i].transport,
			      ports[i].port);
		/* ports of the other end open nothing */
		harness_check(*state, REASON_NOT_PUBLISHED, "ip4 %s from=%u to=442",
			      ports[i].transport, ports[i].port);
	}
}

static void test_port_zero(void **state)
{
	static const struct row rows[] = {
		{"ip4 tcp from=0 to=443", REASON_PORT_ZERO},
		{"ip4 tcp from=0 to=442", REASON_PORT_ZERO},
		{"ip4 tcp to=0", REASON_PORT_ZERO},
		{"ip4 tcp from=0 to=0", REASON_PORT_ZERO},
		{"ip4 udp to=0", REASON_PORT_ZERO},
		{"ip4 udp from=0 to=0", REASON_PORT_ZERO},
		{"ip4 udp from=0 to=3478", REASON_PUBLISHED},
		{"ip4 udp from=0 to=3479", REASON_NOT_PUBLISHED},
		{"ip6 tcp from=0 to=443", REASON_PORT_ZERO},
		{"ip6 tcp to=0", REASON_PORT_ZERO},
		{"ip6 udp to=0", REASON_PORT_ZERO},
		{"ip6 udp from=0 to=3478", REASON_PUBLISHED},
		{"ip6 dest=8 tcp to=0", REASON_PORT_ZERO},
	};

	harness_rows(*state, rows);
}

static void test_management(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=198.51.100.0 tcp to=22", REASON_MANAGEMENT},
		{"ip4 src=198.51.100.255 udp to=161", REASON_MANAGEMENT},
		{"ip4 src=198.51.99.255 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip4 src=198.51.101.0 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip4 src=100.51.198.7 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip4 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip4 src=198.51.100.7 udp to=22", REASON_NOT_PUBLISHED},
		{"ip4 src=198.51.100.7 tcp to=442", REASON_NOT_PUBLISHED},
		{"ip4 src=198.51.100.7 tcp to=443", REASON_PUBLISHED},
		{"ip4 src=198.51.100.7 ah=24 tcp to=22", REASON_MANAGEMENT},
		{"ip4 src=198.51.100.7 dst=10.0.1.12 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip6 src=2001:db8:aa:: tcp to=22", REASON_MANAGEMENT},
		{"ip6 src=2001:db8:aa:ffff:ffff::1 udp to=161", REASON_MANAGEMENT},
		{"ip6 src=2001:db8:ab::1 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip6 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip6 src=2001:db8:aa::7 dest=8 tcp to=22", REASON_MANAGEMENT},
	};

	harness_rows(*state, rows);
}

static void test_management_off(void **state)
{
	static const struct row rows[] = {
		{"ip4 src=198.51.100.7 tcp to=22", REASON_NOT_PUBLISHED},
		{"ip6 src=2001:db8:aa::7 tcp to=22", REASON_MANAGEMENT},
	};
	struct portcullis *program = *state = harness_open();

	program->rodata->have_management6 = true;
	harness_load(program);
	harness_rows(program, rows);
}

static void test_dhcp(void **state)
{
	static const struct row rows[] = {
		{"ip4 udp from=67 to=68", REASON_DHCP},
		{"ip4 udp from=68 to=68", REASON_NOT_PUBLISHED},
		{"ip4 udp from=17152 to=68", REASON_NOT_PUBLISHED}, /* 67 with its bytes swapped */
		{"ip4 udp from=547 to=68", REASON_NOT_PUBLISHED},
		{"ip4 udp from=547 to=546", REASON_NOT_PUBLISHED},
		{"ip4 tcp from=67 to=68", REASON_NOT_PUBLISHED},
		{"ip4 udp from=67 to=69", REASON_NOT_PUBLISHED},
		{"ip6 udp from=547 to=546", REASON_DHCP},
		{"ip6 udp from=546 to=546", REASON_NOT_PUBLISHED},
		{"ip6 udp from=67 to=546", REASON_NOT_PUBLISHED},
		{"ip6 udp from=67 to=68", REASON_NOT_PUBLISHED},
		{"ip6 tcp from=547 to=546", REASON_NOT_PUBLISHED},
	};

	harness_rows(*state, rows);
}

static bool listed(int type, const int *types)
{
	while (*types != -1 && *types != type)
		types++;
	return *types == type;
}

static void test_icmp_types(void **state)
{
	static const int icmp[] = {0, 3, 8, 11, 12, -1};
	static const int icmp6[] = {1,   2,   3,   4,   128, 129, 130, 131, 132, 133, 134,
				    135, 136, 141, 142, 143, 148, 149, 151, 152, 153, -1};

	for (int type = 0; type < 256; type++) {
		harness_check(*state, listed(type, icmp) ? REASON_ICMP : REASON_ICMP_TYPE,
			      "ip4 icmp=%d data=20", type);
		harness_check(*state, listed(type, icmp6) ? REASON_ICMP : REASON_ICMP_TYPE,
			      "ip6 icmp6=%d data=20", type);
	}
	/* the other family's: a protocol like any */
	harness_check(*state, REASON_PROTOCOL, "ip4 icmp6=135");
	harness_check(*state, REASON_PROTOCOL, "ip6 icmp=8");
}

/* Protocols that the program looks into, and so are not judged by number. */
static const int known4[] = {1, 6, 17, 51, -1};
static const int known6[] = {0, 6, 17, 43, 44, 51, 58, 60, -1};

static void check_protocols(struct portcullis *program, const int *allowed)
{
	for (int protocol = 0; protocol < 256; protocol++) {
		enum reason reason =
			listed(protocol, allowed) ? REASON_PROTOCOL_ALLOWED : REASON_PROTOCOL;

		if (!listed(protocol, known4))
			harness_check(program, reason, "ip4 protocol=%d data=40", protocol);
		if (!listed(protocol, known6))
			harness_check(program, reason, "ip6 protocol=%d data=40", protocol);
	}
}

static void test_protocols(void **state)
{
	static const int none[] = {-1};

	check_protocols(*state, none);
}

static void test_protocols_allowed(void **state)
{
	static const int allowed[] = {1, 47, 50, 64, 127, 128, 255, -1};
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	for (const int *protocol = allowed; *protocol != -1; protocol++)
		program->rodata->protocols[*protocol / 64] |= 1ULL << *protocol % 64;
	harness_load(program);
	check_protocols(program, allowed);
	/* what is looked into stays so */
	harness_check(program, REASON_ICMP_TYPE, "ip4 icmp=5");
	harness_check(program, REASON_PROTOCOL_ALLOWED, "ip6 dest=8 protocol=50 data=8");
	harness_check(program, REASON_PROTOCOL_ALLOWED, "ip4 fragment=0/1 protocol=47 data=8");
}

/* What keeps a host itself alive; a server behind the edge has no use for it. */
static void test_protocols_of_host(void **state)
{
	static const int host[] = {2, 112, -1};
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	check_protocols(program, host);
	harness_check(program, REASON_PROTOCOL_ALLOWED, "ip4 dst=224.0.0.18 protocol=112 data=20");
	harness_check(program, REASON_PROTOCOL_ALLOWED, "ip4 ah=24 protocol=112 data=20");
}

static const struct row frames[] = {
	{"ethertype=0806 data=46", REASON_NON_IP},
	{"ethertype=88cc data=46", REASON_NON_IP}, /* LLDP */
	{"ethertype=8809 data=46", REASON_NON_IP}, /* LACP */
	{"ethertype=0026 data=46", REASON_NON_IP}, /* STP: a length, no EtherType */
	{"ethertype=05ff data=46", REASON_NON_IP},
	{"ethertype=0000", REASON_NON_IP},
	{"ethertype=0008 data=46", REASON_NON_IP}, /* IPv4 with its bytes swapped */
	{"ethertype=dd86 data=46", REASON_NON_IP},
	{"ethertype=8035 data=46", REASON_NON_IP}, /* RARP */
	{"ethertype=8863 data=46", REASON_NON_IP}, /* PPPoE discovery */
	{"ethertype=8846 data=46", REASON_NON_IP},
	{"ethertype=8849 data=46", REASON_NON_IP},
	{"ethertype=8865 data=46", REASON_NON_IP},
	{"vlan=8100 ethertype=88cc data=46", REASON_NON_IP},
	{"vlan=88a8 vlan=8100 ethertype=0806 data=46", REASON_NON_IP},
	{"ethertype=8864 data=46", REASON_HIDDEN_IP},
	{"ethertype=8847 data=46", REASON_HIDDEN_IP},
	{"ethertype=8848 data=46", REASON_HIDDEN_IP},
	{"ethertype=9100 data=46", REASON_HIDDEN_IP},
	{"vlan=8100 ethertype=8864 data=46", REASON_HIDDEN_IP},
	{"vlan=88a8 vlan=8100 ethertype=8847 data=46", REASON_HIDDEN_IP},
};

static void test_non_ip(void **state)
{
	harness_rows(*state, frames);
}

static void test_non_ip_drop(void **state)
{
	struct portcullis *program = *state = harness_open();

	program->rodata->non_ip_drop = true;
	harness_load(program);
	for (size_t i = 0; i < sizeof(frames) / sizeof(frames[0]); i++) {
		bool arp = strstr(frames[i].frame, "ethertype=0806");

		harness_check(program,
			      frames[i].reason == REASON_NON_IP && !arp ? REASON_NON_IP_DROPPED
									: frames[i].reason,
			      "%s", frames[i].frame);
	}
}

int main(void)
{
	const struct CMUnitTest site[] = {
		cmocka_unit_test(test_ports),      cmocka_unit_test(test_port_zero),
		cmocka_unit_test(test_management), cmocka_unit_test(test_dhcp),
		cmocka_unit_test(test_icmp_types), cmocka_unit_test(test_protocols),
		cmocka_unit_test(test_non_ip),
	};
	const struct CMUnitTest others[] = {
		cmocka_unit_test_teardown(test_management_off, harness_close),
		cmocka_unit_test_teardown(test_protocols_allowed, harness_close),
		cmocka_unit_test_teardown(test_protocols_of_host, harness_close),
		cmocka_unit_test_teardown(test_non_ip_drop, harness_close),
	};

	return cmocka_run_group_tests(site, open_site, harness_close) +
	       cmocka_run_group_tests(others, NULL, NULL);
}
