/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/driver.c: messages as the kernel sends them, and this host's loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>

#include "driver.h"

/* linux/netdev.h, which this system's headers may not have */
#define NETDEV_IFINDEX      1
#define NETDEV_XDP_FEATURES 3

/* A message of a family of generic netlink, to which a test adds attributes. */
static struct nlmsghdr *generic_message(struct netlink_request *buffer)
{
	struct nlmsghdr *message = netlink_prepare(buffer, GENL_MIN_ID + 5, 0);

	mnl_nlmsg_put_extra_header(message, GENL_HDRLEN);
	return message;
}

static struct driver parse(const struct nlmsghdr *message, mnl_cb_t how)
{
	g_autoptr(GArray) out = g_array_new(FALSE, TRUE, sizeof(struct driver));

	g_array_set_size(out, 1);
	assert_int_equal(how(message, out), MNL_CB_OK);
	assert_int_equal(out->len, 1);
	return g_array_index(out, struct driver, 0);
}

/* A set of features that are on, in a group of all that there are. */
static void put_features(struct nlmsghdr *message, uint16_t group, const char *const names[])
{
	struct nlattr *set = mnl_attr_nest_start(message, group);
	struct nlattr *bits;

	mnl_attr_put(message, ETHTOOL_A_BITSET_NOMASK, 0, NULL);
	mnl_attr_put_u32(message, ETHTOOL_A_BITSET_SIZE, 60);
	bits = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS);
	for (uint32_t i = 0; names[i]; i++) {
		struct nlattr *bit = mnl_attr_nest_start(message, ETHTOOL_A_BITSET_BITS_BIT);

		mnl_attr_put_u32(message, ETHTOOL_A_BITSET_BIT_INDEX, i);
		mnl_attr_put_strz(message, ETHTOOL_A_BITSET_BIT_NAME, names[i]);
		mnl_attr_nest_end(message, bit);
	}
	mnl_attr_nest_end(message, bits);
	mnl_attr_nest_end(message, set);
}

static void reads_features(void **state)
{
	static const char *const all[] = {"rx-lro", "rx-gro-hw", NULL};
	static const struct {
		const char *active[4];
		bool lro, gro_hw;
	} rows[] = {
		{{NULL}, false, false},
		{{"rx-gro", "tx-lro", "rx-lro-x", NULL}, false, false},
		{{"rx-gro", "rx-lro", NULL}, true, false},
		{{"rx-gro-hw", "rx-gro", NULL}, false, true},
		{{"rx-gro-hw", "rx-gro", "rx-lro", NULL}, true, true},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct netlink_request buffer;
		struct nlmsghdr *message = generic_message(&buffer);
		struct driver driver;

		put_features(message, ETHTOOL_A_FEATURES_HW, all);
		put_features(message, ETHTOOL_A_FEATURES_ACTIVE, rows[i].active);
		driver = parse(message, driver_parse_features);
		assert_int_equal(driver.lro, rows[i].lro);
		assert_int_equal(driver.gro_hw, rows[i].gro_hw);
	}
}

static void reads_no_features(void **state)
{
	struct netlink_request buffer;
	struct driver driver = parse(generic_message(&buffer), driver_parse_features);

	assert_false(driver.lro || driver.gro_hw);
}

static void reads_channels(void **state)
{
	struct netlink_request buffer;
	struct nlmsghdr *message = generic_message(&buffer);
	struct driver driver;

	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_COMBINED_MAX, 8);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_OTHER_COUNT, 1);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_COMBINED_COUNT, 3);
	driver = parse(message, driver_parse_channels);
	assert_int_equal(driver.queues, 3);
	assert_int_equal(driver.queues_max, 8);
	assert_true(driver.combined);
	message = generic_message(&buffer);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_RX_MAX, 4);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_TX_MAX, 9);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_RX_COUNT, 1);
	mnl_attr_put_u32(message, ETHTOOL_A_CHANNELS_TX_COUNT, 9);
	driver = parse(message, driver_parse_channels);
	assert_int_equal(driver.queues, 1);
	assert_int_equal(driver.queues_max, 4);
	assert_false(driver.combined);
}

static void reads_xdp(void **state)
{
	static const struct {
		uint64_t can;
		bool native, multi_buffer;
	} rows[] = {
		{0, false, false},    {1, true, false},   {1 | 2 | 4, true, false},
		{1 | 32, true, true}, {0x7f, true, true},
	};

	for (guint i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct netlink_request buffer;
		struct nlmsghdr *message = generic_message(&buffer);
		struct driver driver;

		mnl_attr_put_u32(message, NETDEV_IFINDEX, 7);
		mnl_attr_put_u64(message, NETDEV_XDP_FEATURES, rows[i].can);
		driver = parse(message, driver_parse_xdp);
		assert_true(driver.tells_xdp);
		assert_int_equal(driver.native, rows[i].native);
		assert_int_equal(driver.multi_buffer, rows[i].multi_buffer);
	}
}

static void reads_no_xdp(void **state)
{
	struct netlink_request buffer;

	assert_false(parse(generic_message(&buffer), driver_parse_xdp).tells_xdp);
}

/* It joins nothing and has no channels, and where the kernel tells, it has no native XDP. */
static void asks_this_host(void **state)
{
	struct driver driver;

	assert_int_equal(driver_read(1, &driver), 0);
	assert_false(driver.lro || driver.gro_hw || driver.native || driver.multi_buffer);
	assert_int_equal(driver.queues, 0);
}

static void asks_for_what_is_not_there(void **state)
{
	struct driver driver;

	assert_int_equal(driver_read(0x7ffffffe, &driver), -ENODEV);
	assert_int_equal(driver.queues, 0);
	assert_false(driver.tells_xdp);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_features),
		cmocka_unit_test(reads_no_features),
		cmocka_unit_test(reads_channels),
		cmocka_unit_test(reads_xdp),
		cmocka_unit_test(reads_no_xdp),
		cmocka_unit_test(asks_this_host),
		cmocka_unit_test(asks_for_what_is_not_there),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
