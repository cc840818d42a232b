/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/netlink.c, by requests about the loopback interface, which every host has. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "netlink.h"

#define LOOPBACK_INDEX 1 /* in every network namespace */
#define NO_INDEX       0x7ffffffe

static unsigned int calls, interruptions;

static int take_index(const struct nlmsghdr *message, void *out)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);

	calls++;
	g_array_append_val(out, info->ifi_index);
	if (calls > interruptions)
		return MNL_CB_OK;
	errno = EINTR; /* as libmnl does for a dump that changed meanwhile */
	return MNL_CB_ERROR;
}

static int ask(int bus, int index, unsigned int interrupt, GArray *out)
{
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETLINK, index ? 0 : NLM_F_DUMP);
	struct ifinfomsg *info = mnl_nlmsg_put_extra_header(header, sizeof(*info));

	calls = 0;
	interruptions = interrupt;
	info->ifi_index = index;
	return netlink_run(bus, header, take_index, out);
}

/* An array that holds one number already, which must stay what it is. */
static GArray *array_with_seven(void)
{
	GArray *array = g_array_new(false, false, sizeof(int));
	int seven = 7;

	g_array_append_val(array, seven);
	return array;
}

static void test_one(void **state)
{
	g_autoptr(GArray) out = array_with_seven();

	assert_int_equal(ask(NETLINK_ROUTE, LOOPBACK_INDEX, 0, out), 0);
	assert_int_equal(out->len, 2);
	assert_int_equal(g_array_index(out, int, 0), 7);
	assert_int_equal(g_array_index(out, int, 1), LOOPBACK_INDEX);
}

static void test_dump(void **state)
{
	g_autoptr(GArray) out = array_with_seven();

	assert_int_equal(ask(NETLINK_ROUTE, 0, 0, out), 0);
	assert_true(out->len >= 2);
	assert_int_equal(g_array_index(out, int, 1), LOOPBACK_INDEX);
}

static void test_errors(void **state)
{
	g_autoptr(GArray) out = array_with_seven();

	assert_int_equal(ask(NETLINK_ROUTE, NO_INDEX, 0, out), -ENODEV);
	assert_int_equal(ask(MAX_LINKS, LOOPBACK_INDEX, 0, out), -EPROTONOSUPPORT);
	assert_int_equal(out->len, 1);
}

static void test_interrupted(void **state)
{
	g_autoptr(GArray) out = array_with_seven();

	assert_int_equal(ask(NETLINK_ROUTE, LOOPBACK_INDEX, 3, out), 0);
	assert_int_equal(calls, 4);
	assert_int_equal(out->len, 2); /* nothing of the first three is kept */
	assert_int_equal(ask(NETLINK_ROUTE, LOOPBACK_INDEX, 1000, out), -EINTR);
	assert_int_equal(calls, 10);
	assert_int_equal(out->len, 2);
}

static void test_address(void **state)
{
	static const struct {
		const char *in, *out;
		uint8_t family, length;
	} rows[] = {
		{"10.0.0.1", "10.0.0.1", AF_INET, 32},
		{"2001:db8::1", "2001:db8::1", AF_INET6, 128},
		{"::ffff:192.0.2.7", "192.0.2.7", AF_INET, 32},
		{"::ffff:0.0.0.0", "0.0.0.0", AF_INET, 32},
		{"::", "::", AF_INET6, 128},
		{"::192.0.2.7", "::192.0.2.7", AF_INET6, 128},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		int family = strchr(rows[i].in, ':') ? AF_INET6 : AF_INET;
		char text[INET6_ADDRSTRLEN];
		struct in6_addr bytes;
		struct prefix prefix;

		memset(&prefix, 0xff, sizeof(prefix));
		assert_int_equal(inet_pton(family, rows[i].in, &bytes), 1);
		netlink_address((uint8_t)family, &bytes, &prefix);
		assert_int_equal(prefix.family, rows[i].family);
		assert_int_equal(prefix.length, rows[i].length);
		inet_ntop(prefix.family, prefix.bytes, text, sizeof(text));
		assert_string_equal(text, rows[i].out);
		for (size_t past = rows[i].length / 8; past < sizeof(prefix.bytes); past++)
			assert_int_equal(prefix.bytes[past], 0);
	}
}

static void test_attributes(void **state)
{
	struct netlink_attributes outer, inner;
	struct netlink_request request;
	struct nlmsghdr *message = netlink_prepare(&request, RTM_NEWLINK, 0);
	struct nlattr *nest;

	mnl_nlmsg_put_extra_header(message, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(message, 63, 17);
	mnl_attr_put_u32(message, 64, 18); /* newer than this program */
	mnl_attr_put_u32(message, 1000, 19);
	nest = mnl_attr_nest_start(message, 2);
	mnl_attr_put_strz(message, 1, "veth");
	mnl_attr_nest_end(message, nest);

	netlink_attributes(message, sizeof(struct ifinfomsg), &outer);
	assert_int_equal(netlink_u32(outer.of[63]), 17);
	assert_null(outer.of[1]);
	assert_int_equal(netlink_u32(outer.of[1]), 0);
	netlink_nested(outer.of[2], &inner);
	assert_string_equal(netlink_text(inner.of[1]), "veth");
	assert_null(inner.of[63]);
	netlink_nested(NULL, &inner);
	assert_null(inner.of[1]);
	assert_string_equal(netlink_text(inner.of[1]), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one),     cmocka_unit_test(test_dump),
		cmocka_unit_test(test_errors),  cmocka_unit_test(test_interrupted),
		cmocka_unit_test(test_address), cmocka_unit_test(test_attributes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
