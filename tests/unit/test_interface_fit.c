/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/interface_fit.c on a host with one interface of every kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>

#include <net/if_arp.h>
#include <string.h>

#include "interface_fit.h"

static const struct interface host[] = {
	{.index = 1, .name = "lo", .type = ARPHRD_LOOPBACK, .loopback = true},
	{.index = 2, .name = "eth0", .type = ARPHRD_ETHER},
	{.index = 3, .name = "eth1", .type = ARPHRD_ETHER, .master = 10},
	{.index = 4, .name = "eth2", .type = ARPHRD_ETHER, .master = 11},
	{.index = 5, .name = "eth3", .type = ARPHRD_ETHER, .master = 12},
	{.index = 6, .name = "eth4", .type = ARPHRD_ETHER, .master = 13},
	{.index = 7, .name = "vf0", .type = ARPHRD_ETHER, .master = 2},
	{.index = 8, .name = "eth5", .type = ARPHRD_ETHER, .master = 15},
	{.index = 10, .name = "br0", .kind = "bridge", .type = ARPHRD_ETHER},
	{.index = 11, .name = "bond0", .kind = "bond", .type = ARPHRD_ETHER},
	{.index = 12, .name = "team0", .kind = "team", .type = ARPHRD_ETHER},
	{.index = 13, .name = "blue", .kind = "vrf", .type = ARPHRD_ETHER},
	{.index = 15, .name = "bond1", .kind = "bond", .type = ARPHRD_ETHER, .master = 10},
	{.index = 20, .name = "eth0.100", .kind = "vlan", .type = ARPHRD_ETHER, .link = 2},
	{.index = 21, .name = "eth0.100.5", .kind = "vlan", .type = ARPHRD_ETHER, .link = 20},
	{.index = 22, .name = "bond0.7", .kind = "vlan", .type = ARPHRD_ETHER, .link = 11},
	{.index = 23, .name = "far.9", .kind = "vlan", .type = ARPHRD_ETHER},
	{.index = 24, .name = "eth2.9", .kind = "vlan", .type = ARPHRD_ETHER, .link = 4},
	{.index = 30, .name = "wg0", .kind = "wireguard", .type = ARPHRD_NONE},
	{.index = 31, .name = "veth0", .kind = "veth", .type = ARPHRD_ETHER, .link = 2},
};

#define ALL_FIT "one of 'eth0', 'eth4', 'br0', 'bond0', 'team0', 'veth0'" /* in the order above */

static GArray *host_new(size_t count)
{
	GArray *all = g_array_new(false, false, sizeof(struct interface));

	return g_array_append_vals(all, host, (guint)count);
}

/* Compares a message that is freed here; NULL: there must be none. */
static void assert_message(char *message, const char *expected)
{
	g_autofree char *text = message;

	if (!expected)
		assert_null(text);
	else
		assert_string_equal(text ? text : "(none)", expected);
}

static void test_refusal(void **state)
{
	static const struct {
		const char *name, *message;
	} rows[] = {
		{"eth0", NULL},
		{"br0", NULL},
		{"bond0", NULL},
		{"team0", NULL},
		{"veth0", NULL},
		{"eth4", NULL}, /* a VRF's port */
		{"lo", "'lo' is the loopback device, which no packet from outside enters by: "
		       "attach to " ALL_FIT},
		{"wg0", "'wg0' carries no Ethernet frames: attach to " ALL_FIT},
		{"blue", "'blue' is a VRF, which no packet enters by itself: attach to " ALL_FIT},
		{"eth0.100", "'eth0.100' is a VLAN device on 'eth0': attach to 'eth0', "
			     "the policy looks inside tags"},
		{"eth0.100.5", "'eth0.100.5' is a VLAN device on 'eth0.100': attach to 'eth0', "
			       "the policy looks inside tags"},
		{"bond0.7", "'bond0.7' is a VLAN device on 'bond0': attach to 'bond0', "
			    "the policy looks inside tags"},
		{"eth2.9", "'eth2.9' is a VLAN device on 'eth2': attach to 'bond0', "
			   "which sees what all its ports receive"},
		{"far.9", "'far.9' is a VLAN device on an interface of another network "
			  "namespace: attach to that one, there"},
		{"eth1", "'eth1' is a port of bridge 'br0': attach to 'br0', "
			 "which sees what this host receives or routes, not what it bridges"},
		{"eth2", "'eth2' is a port of bond 'bond0': attach to 'bond0', "
			 "which sees what all its ports receive"},
		{"eth3", "'eth3' is a port of team 'team0': attach to 'team0', "
			 "which sees what all its ports receive"},
		{"vf0", "'vf0' is a port of 'eth0': attach to 'eth0', "
			"which sees what all its ports receive"},
		{"eth5", "'eth5' is a port of bond 'bond1': attach to 'br0', "
			 "which sees what this host receives or routes, not what it bridges"},
	};
	g_autoptr(GArray) all = host_new(G_N_ELEMENTS(host));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		const struct interface *interface = interface_by_name(all, rows[i].name);

		assert_non_null(interface);
		assert_message(interface_refusal(all, interface), rows[i].message);
	}
}

static void test_candidates(void **state)
{
	g_autoptr(GArray) none = host_new(1), one = host_new(2), many = host_new(2);

	assert_message(interface_refusal(none, &host[0]),
		       "'lo' is the loopback device, which no packet from outside enters by: "
		       "attach to an Ethernet interface, of which there is none here");
	assert_message(interface_refusal(one, &host[0]),
		       "'lo' is the loopback device, which no packet from outside enters by: "
		       "attach to 'eth0'");
	for (int i = 0; i < 8; i++) {
		struct interface more = {.index = 50 + i, .type = ARPHRD_ETHER};

		g_snprintf(more.name, sizeof(more.name), "v%d", i);
		g_array_append_val(many, more);
	}
	assert_message(interface_refusal(many, &host[0]),
		       "'lo' is the loopback device, which no packet from outside enters by: "
		       "attach to one of 'eth0', 'v0', 'v1', 'v2', 'v3', 'v4', 'v5', 'v6', …");
}

static void test_missing(void **state)
{
	g_autoptr(GArray) all = host_new(2);

	assert_message(interface_missing(all, "eth9"), "no interface 'eth9', did you mean 'eth0'?");
	assert_message(interface_missing(all, "front-end"),
		       "no interface 'front-end', expected 'eth0'");
}

static void test_caution(void **state)
{
	g_autoptr(GArray) all = host_new(G_N_ELEMENTS(host));

	assert_message(interface_caution(interface_by_name(all, "eth0")), NULL);
	assert_message(interface_caution(interface_by_name(all, "bond0")), NULL);
	assert_message(interface_caution(interface_by_name(all, "br0")),
		       "'br0' is a bridge: packets for this host or routed by it are judged, "
		       "those bridged between its ports are not");
}

static void test_native_refusal(void **state)
{
	struct interface card = {.name = "eth0", .mtu = 9000};

	assert_message(interface_native_refusal(&card, EOPNOTSUPP), "Operation not supported");
	assert_message(interface_native_refusal(&card, EINVAL),
		       "Invalid argument: its MTU of 9000 may be more than the driver takes for "
		       "native XDP");
	card.mtu = 1500;
	assert_message(interface_native_refusal(&card, EINVAL), "Invalid argument");
	assert_message(interface_native_refusal(NULL, EINVAL), "Invalid argument");
}

static void test_conflict(void **state)
{
	struct interface card = {.name = "eth0"};

	assert_message(interface_conflict(&card, 0), NULL);
	card.xdp[XDP_NATIVE] = 42;
	assert_message(interface_conflict(&card, 42), NULL);
	assert_message(interface_conflict(&card, 0),
		       "'eth0' has another XDP program, id 42 (native mode): detach it first");
	card.xdp[XDP_HARDWARE] = 43;
	assert_message(interface_conflict(&card, 42),
		       "'eth0' has another XDP program, id 43 (hardware mode): detach it first");
	card = (struct interface){.name = "eth0", .xdp = {[XDP_GENERIC] = 7}};
	assert_message(interface_conflict(&card, 8),
		       "'eth0' has another XDP program, id 7 (generic mode): detach it first");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusal),        cmocka_unit_test(test_candidates),
		cmocka_unit_test(test_missing),        cmocka_unit_test(test_caution),
		cmocka_unit_test(test_native_refusal), cmocka_unit_test(test_conflict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
