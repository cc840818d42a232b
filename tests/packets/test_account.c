/* SPDX-License-Identifier: GPL-2.0-only */
/* bpf/account.h: what is counted when, monitor mode, and counters that are not there. */
#include "harness.h"

#include <linux/bpf.h>

static const struct row rows[] = {
	{"ip4 tcp to=443", REASON_PUBLISHED},
	{"ip4 tcp to=442 data=77", REASON_NOT_PUBLISHED},
	{"ip6 udp to=50000 data=1 pad=7", REASON_PUBLISHED},
	{"ip6 udp to=3479", REASON_NOT_PUBLISHED},
	{"ip4 dst=10.0.1.13 tcp to=443", REASON_PUBLISHED},
	{"ip4 dst=10.0.1.13 tcp to=442", REASON_NOT_PUBLISHED},
	{"ip6 dst=2001:db8:1::13 tcp to=442", REASON_NOT_PUBLISHED},
	{"ip6 dst=2001:db8:1::13 icmp6=138", REASON_ICMP_TYPE},
	{"ip4 dst=10.0.1.13 tcp total=30", REASON_MALFORMED},
	{"ip4 tcp total=30", REASON_MALFORMED},
	{"ip4 icmp=5 data=99", REASON_ICMP_TYPE},
	{"ip4 icmp=8 data=99", REASON_ICMP},
	{"ip4 protocol=47 data=99", REASON_PROTOCOL},
	{"ip4 src=127.0.0.1 tcp to=443", REASON_BAD_ADDRESS},
	{"ip4 fragment=1/1 tcp to=443 data=4", REASON_FRAGMENT_NO_FIRST},
	{"ip4 tcp to=0", REASON_PORT_ZERO},
	{"ip4 version=7 tcp to=443", REASON_MALFORMED},
	{"ip6 route=0/1 tcp to=443", REASON_SOURCE_ROUTE},
	{"vlan=8100 vlan=8100 vlan=8100 ip4", REASON_VLAN_DEPTH},
	{"ethertype=8847 data=46", REASON_HIDDEN_IP},
	{"ethertype=88cc data=46", REASON_NON_IP_DROPPED},
	{"ethertype=0806 data=46", REASON_NON_IP},
};

static void run(struct portcullis *program)
{
	program->rodata->non_ip_drop = true;
	harness_load(program);
	harness_rows(program, rows);
	harness_rows(program, rows); /* counters add up */
}

static void test_site(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	run(program);
}

static void test_site_monitor(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->monitor = true;
	run(program);
}

static void test_interface(void **state)
{
	run(*state = harness_open());
}

static void test_interface_monitor(void **state)
{
	struct portcullis *program = *state = harness_open();

	program->rodata->monitor = true;
	program->rodata->everyone |= 1;
	run(program);
}

/* The gate's mode is for what leads to no server; a server's is its own, either way. */
static void test_modes_apart(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->monitor = true;
	program->rodata->everyone = target_make(SERVER_WHOLE_INTERFACE, CLOSED, 0);
	program->rodata->unlisted_drop = true;
	run(program);
	harness_check(program, REASON_NOT_LISTED, "ip4 dst=198.51.100.9 tcp to=443");
	harness_check(program, REASON_ICMP_TYPE, "ip4 dst=198.51.100.9 icmp=5");
}

/* Where ports are not counted, reasons and servers are: of drops, and of would-be drops. */
static void test_ports_uncounted(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_site(program);
	program->rodata->count_ports = false;
	run(program);
}

/* In interface mode nothing is counted by server. */
static void test_interface_counts_no_server(void **state)
{
	struct portcullis *program = *state = harness_open();

	harness_load(program);
	harness_check(program, REASON_PUBLISHED, "ip4 dst=198.51.100.9 tcp to=443");
	harness_check(program, REASON_NOT_PUBLISHED, "ip6 dst=2001:db8:77::1 tcp to=442");
}

/* A counter that does not exist changes no verdict: slots and servers of a second block. */
static void test_counters_missing(void **state)
{
	static const struct {
		const char *text;
		enum xdp_action verdict;
	} cases[] = {
		{"ip4 udp to=50000", XDP_PASS},
		{"ip4 udp to=49999", XDP_DROP},
		{"ip4 dst=10.0.1.13 tcp to=443", XDP_PASS},
		{"ip4 dst=10.0.1.13 tcp to=442", XDP_PASS},
		{"ip4 dst=10.0.1.11 tcp to=442", XDP_DROP},
	};
	struct portcullis *program = *state = harness_open();
	static struct frame frame;

	harness_site(program);
	bpf_map__set_max_entries(program->maps.counters, 1);
	bpf_map__set_max_entries(program->maps.server_counters, 1);
	bpf_map__set_max_entries(program->maps.dropped_ports, 1);
	harness_load(program);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		frame_build(&frame, cases[i].text);
		assert_int_equal(harness_verdict(program, frame.bytes, frame.size),
				 cases[i].verdict);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(test_site, harness_close),
		cmocka_unit_test_teardown(test_site_monitor, harness_close),
		cmocka_unit_test_teardown(test_interface, harness_close),
		cmocka_unit_test_teardown(test_interface_monitor, harness_close),
		cmocka_unit_test_teardown(test_modes_apart, harness_close),
		cmocka_unit_test_teardown(test_ports_uncounted, harness_close),
		cmocka_unit_test_teardown(test_interface_counts_no_server, harness_close),
		cmocka_unit_test_teardown(test_counters_missing, harness_close),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
