/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/interface.c: messages as the kernel sends them, and this host's loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#include "interface.h"

/* A link message to which a test adds attributes. */
static struct nlmsghdr *link_message(struct netlink_request *buffer, int index, unsigned int flags)
{
	struct nlmsghdr *message = netlink_prepare(buffer, RTM_NEWLINK, 0);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->ifi_index = index;
	info->ifi_type = ARPHRD_ETHER;
	info->ifi_flags = flags;
	return message;
}

static void put_kind(struct nlmsghdr *message, const char *kind)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IFLA_LINKINFO);

	mnl_attr_put_strz(message, IFLA_INFO_KIND, kind);
	mnl_attr_put_strz(message, IFLA_INFO_SLAVE_KIND, "bridge");
	mnl_attr_nest_end(message, nest);
}

static struct interface parse(const struct nlmsghdr *message)
{
	g_autoptr(GArray) out = g_array_new(false, false, sizeof(struct interface));

	assert_int_equal(interface_parse(message, out), MNL_CB_OK);
	assert_int_equal(out->len, 1);
	return g_array_index(out, struct interface, 0);
}

static void test_parse_vlan(void **state)
{
	struct netlink_request buffer;
	struct nlmsghdr *message = link_message(&buffer, 7, IFF_UP);
	struct interface vlan;

	mnl_attr_put_strz(message, IFLA_IFNAME, "eth0.100");
	mnl_attr_put_u32(message, IFLA_MTU, 1496);
	mnl_attr_put_u32(message, IFLA_LINK, 2);
	mnl_attr_put_u32(message, IFLA_MASTER, 9);
	put_kind(message, "vlan");
	vlan = parse(message);
	assert_int_equal(vlan.index, 7);
	assert_string_equal(vlan.name, "eth0.100");
	assert_string_equal(vlan.kind, "vlan");
	assert_int_equal(vlan.type, ARPHRD_ETHER);
	assert_true(vlan.up);
	assert_false(vlan.loopback);
	assert_int_equal(vlan.mtu, 1496);
	assert_int_equal(vlan.link, 2);
	assert_int_equal(vlan.master, 9);
	for (int i = 0; i < XDP_PLACES; i++)
		assert_int_equal(vlan.xdp[i], 0);
}

static void test_parse_link_elsewhere(void **state)
{
	struct netlink_request buffer;
	struct nlmsghdr *message = link_message(&buffer, 7, 0);
	struct interface veth;

	mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 0);
	mnl_attr_put_u32(message, IFLA_LINK, 2);
	put_kind(message, "veth");
	veth = parse(message);
	assert_string_equal(veth.kind, "veth");
	assert_int_equal(veth.link, 0);
	assert_false(veth.up);
}

static void test_parse_xdp(void **state)
{
	struct netlink_request buffer;
	struct nlmsghdr *message = link_message(&buffer, 2, IFF_UP);
	struct nlattr *nest = mnl_attr_nest_start(message, IFLA_XDP);
	struct interface card;

	mnl_attr_put_u8(message, IFLA_XDP_ATTACHED, XDP_ATTACHED_MULTI);
	mnl_attr_put_u32(message, IFLA_XDP_DRV_PROG_ID, 41);
	mnl_attr_put_u32(message, IFLA_XDP_SKB_PROG_ID, 42);
	mnl_attr_put_u32(message, IFLA_XDP_HW_PROG_ID, 43);
	mnl_attr_nest_end(message, nest);
	card = parse(message);
	assert_int_equal(card.xdp[XDP_NATIVE], 41);
	assert_int_equal(card.xdp[XDP_GENERIC], 42);
	assert_int_equal(card.xdp[XDP_HARDWARE], 43);
	assert_string_equal(card.kind, "");
}

static void test_this_host(void **state)
{
	g_autoptr(GArray) all = NULL;
	const struct interface *loopback;

	assert_int_equal(interfaces_read(&all), 0);
	loopback = interface_by_name(all, "lo");
	assert_non_null(loopback);
	assert_true(loopback->loopback);
	assert_int_equal(loopback->type, ARPHRD_LOOPBACK);
	assert_true(loopback->mtu > 0);
	assert_ptr_equal(loopback, interface_by_index(all, loopback->index));
}

static void test_absent(void **state)
{
	g_autoptr(GArray) all = NULL;
	char long_name[300] = "";

	memset(long_name, 'x', sizeof(long_name) - 1);
	assert_int_equal(interfaces_read(&all), 0);
	assert_null(interface_by_name(all, ""));
	assert_null(interface_by_name(all, "no-such-card"));
	assert_null(interface_by_name(all, "no-such-card-with-a-long-name"));
	assert_null(interface_by_name(all, long_name));
	assert_null(interface_by_index(all, 0));
	assert_null(interface_by_index(all, 0x7ffffffe));
}

static void test_stack(void **state)
{
	static const struct interface rows[] = {
		{.index = 1, .name = "lo", .loopback = true},
		{.index = 2, .name = "eth0", .master = 20},
		{.index = 3, .name = "eth1"},
		{.index = 4, .name = "eth0.5", .kind = "vlan", .link = 2},
		{.index = 5, .name = "eth0.5.6", .kind = "vlan", .link = 4, .master = 10},
		{.index = 6, .name = "eth1.5", .kind = "vlan", .link = 3},
		{.index = 7, .name = "guest", .kind = "macvlan", .link = 2, .master = 10},
		{.index = 8, .name = "veth0", .kind = "veth", .link = 2},
		{.index = 9, .name = "gre1", .kind = "gre", .link = 2},
		{.index = 10, .name = "br0", .kind = "bridge"},
		{.index = 20, .name = "blue", .kind = "vrf"},
	};
	static const int expected[] = {2, 4, 7, 20, 5, 10};
	g_autoptr(GArray) all = g_array_new(false, false, sizeof(struct interface));
	g_autoptr(GArray) stack = NULL;

	g_array_append_vals(all, rows, G_N_ELEMENTS(rows));
	stack = interface_stack(all, 2);
	assert_int_equal(stack->len, G_N_ELEMENTS(expected));
	assert_memory_equal(stack->data, expected, sizeof(expected));
	assert_true(interface_in_stack(stack, 10));
	assert_false(interface_in_stack(stack, 3));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse_vlan), cmocka_unit_test(test_parse_link_elsewhere),
		cmocka_unit_test(test_parse_xdp),  cmocka_unit_test(test_this_host),
		cmocka_unit_test(test_absent),     cmocka_unit_test(test_stack),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
