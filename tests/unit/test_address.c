/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/address.c: messages as the kernel sends them, and this host's loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include "address.h"
#include "interface.h"

static const char *text(const struct prefix *prefix)
{
	static char buffer[PREFIX_TEXT_SIZE];

	return prefix_format(prefix, buffer);
}

static void put_address(struct nlmsghdr *message, uint16_t type, int family, const char *address)
{
	struct in6_addr bytes;

	assert_int_equal(inet_pton(family, address, &bytes), 1);
	mnl_attr_put(message, type, family == AF_INET ? 4 : 16, &bytes);
}

/* A message in the kernel's order, which is IFA_LOCAL first in IPv6 alone; either may be missing.
 */
static GArray *parse(int family, const char *address, const char *local)
{
	GArray *out = g_array_new(false, false, sizeof(struct address));
	struct netlink_request buffer;
	struct nlmsghdr *message = netlink_prepare(&buffer, RTM_NEWADDR, 0);
	struct ifaddrmsg *info = mnl_nlmsg_put_extra_header(message, sizeof(*info));

	info->ifa_family = (uint8_t)family;
	info->ifa_index = 3;
	if (local && family == AF_INET6)
		put_address(message, IFA_LOCAL, AF_INET6, local);
	if (address)
		put_address(message, IFA_ADDRESS, family == AF_INET6 ? AF_INET6 : AF_INET, address);
	if (local && family == AF_INET)
		put_address(message, IFA_LOCAL, AF_INET, local);
	mnl_attr_put_strz(message, IFA_LABEL, "eth0");
	assert_int_equal(address_parse(message, out), MNL_CB_OK);
	return out;
}

static void test_parse(void **state)
{
	static const struct {
		int family;
		const char *address, *local, *expected;
	} rows[] = {
		{AF_INET, "10.0.0.1", "10.0.0.1", "10.0.0.1"},
		{AF_INET, "10.0.0.2", "10.0.0.1", "10.0.0.1"}, /* point-to-point */
		{AF_INET6, "2001:db8::1", NULL, "2001:db8::1"},
		{AF_INET6, "2001:db8::2", "2001:db8::1", "2001:db8::1"},
		{AF_INET, NULL, NULL, NULL},
		{AF_BRIDGE, "10.0.0.1", NULL, NULL},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		g_autoptr(GArray) out = parse(rows[i].family, rows[i].address, rows[i].local);
		const struct address *address = &g_array_index(out, struct address, 0);

		assert_int_equal(out->len, rows[i].expected ? 1 : 0);
		if (!rows[i].expected)
			continue;
		assert_string_equal(text(&address->address), rows[i].expected);
		assert_int_equal(address->index, 3);
		assert_false(address->anywhere);
	}
}

static void test_this_host(void **state)
{
	g_autoptr(GArray) interfaces = NULL, addresses = NULL;
	const struct interface *lo;
	bool found = false;

	assert_int_equal(interfaces_read(&interfaces), 0);
	assert_int_equal(addresses_read(interfaces, &addresses), 0);
	lo = interface_by_name(interfaces, "lo");
	for (guint i = 0; i < addresses->len; i++) {
		const struct address *address = &g_array_index(addresses, struct address, i);

		if (address->index != lo->index)
			continue;
		assert_true(address->anywhere);
		found |= !g_strcmp0(text(&address->address), "127.0.0.1");
	}
	assert_true(found);
}

static void test_route(void **state)
{
	const struct prefix loopback = {AF_INET, 32, {127, 0, 0, 1}};
	const struct prefix foreign = {AF_INET, 32, {192, 0, 2, 77}}; /* RFC 5737 */
	const struct prefix no_family = {AF_UNIX, 32, {0}};

	assert_int_equal(address_route(&loopback, &loopback), 1);
	/* A source that this host has not is left out. */
	assert_int_equal(address_route(&loopback, &foreign), 1);
	assert_int_equal(address_route(&no_family, &no_family), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_this_host),
		cmocka_unit_test(test_route),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
