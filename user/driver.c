/* SPDX-License-Identifier: GPL-2.0-only */
/* Three questions to the kernel about an interface, each of which an older one may not answer. */
#include <errno.h>
#include <linux/ethtool_netlink.h>
#include <linux/genetlink.h>
#include <string.h>

#include "driver.h"

#define LRO    "rx-lro"
#define GRO_HW "rx-gro-hw"

/* The family netdev, which this system's headers may not know yet (linux/netdev.h). */
#define NETDEV_FAMILY              "netdev"
#define NETDEV_GET                 1
#define NETDEV_IFINDEX             1
#define NETDEV_XDP_FEATURES        3
#define NETDEV_XDP_BASIC           (1 << 0)
#define NETDEV_XDP_RECEIVE_BUFFERS (1 << 5)

/* --- what the kernel says --- */

static void note_feature(struct driver *driver, const char *name)
{
	driver->lro |= !strcmp(name, LRO);
	driver->gro_hw |= !strcmp(name, GRO_HW);
}

/* The features that are on: a set without mask has just these. */
int driver_parse_features(const struct nlmsghdr *message, void *out)
{
	struct netlink_attributes all, set, bit;
	const struct nlattr *each;

	netlink_attributes(message, GENL_HDRLEN, &all);
	netlink_nested(all.of[ETHTOOL_A_FEATURES_ACTIVE], &set);
	if (!set.of[ETHTOOL_A_BITSET_BITS])
		return MNL_CB_OK;
	mnl_attr_for_each_nested(each, set.of[ETHTOOL_A_BITSET_BITS])
	{
		netlink_nested(each, &bit);
		note_feature(&g_array_index((GArray *)out, struct driver, 0),
			     netlink_text(bit.of[ETHTOOL_A_BITSET_BIT_NAME]));
	}
	return MNL_CB_OK;
}

int driver_parse_channels(const struct nlmsghdr *message, void *out)
{
	struct driver *driver = &g_array_index((GArray *)out, struct driver, 0);
	struct netlink_attributes all;

	netlink_attributes(message, GENL_HDRLEN, &all);
	driver->queues = netlink_u32(all.of[ETHTOOL_A_CHANNELS_RX_COUNT]) +
			 netlink_u32(all.of[ETHTOOL_A_CHANNELS_COMBINED_COUNT]);
	driver->queues_max = netlink_u32(all.of[ETHTOOL_A_CHANNELS_RX_MAX]) +
			     netlink_u32(all.of[ETHTOOL_A_CHANNELS_COMBINED_MAX]);
	driver->combined = netlink_u32(all.of[ETHTOOL_A_CHANNELS_COMBINED_MAX]);
	return MNL_CB_OK;
}

int driver_parse_xdp(const struct nlmsghdr *message, void *out)
{
	struct driver *driver = &g_array_index((GArray *)out, struct driver, 0);
	struct netlink_attributes all;
	uint64_t can;

	netlink_attributes(message, GENL_HDRLEN, &all);
	if (!all.of[NETDEV_XDP_FEATURES])
		return MNL_CB_OK;
	can = mnl_attr_get_u64(all.of[NETDEV_XDP_FEATURES]);
	driver->tells_xdp = true;
	driver->native = can & NETDEV_XDP_BASIC;
	driver->multi_buffer = can & NETDEV_XDP_RECEIVE_BUFFERS;
	return MNL_CB_OK;
}

/* --- asking --- */

static struct nlmsghdr *prepare(struct netlink_request *request, uint16_t family, uint8_t command)
{
	struct nlmsghdr *header = netlink_prepare(request, family, 0);
	struct genlmsghdr *generic = mnl_nlmsg_put_extra_header(header, sizeof(*generic));

	generic->cmd = command;
	generic->version = 1;
	return header;
}

static int parse_family(const struct nlmsghdr *message, void *out)
{
	struct netlink_attributes all;
	uint16_t id = 0;

	netlink_attributes(message, GENL_HDRLEN, &all);
	if (all.of[CTRL_ATTR_FAMILY_ID])
		id = mnl_attr_get_u16(all.of[CTRL_ATTR_FAMILY_ID]);
	g_array_append_val((GArray *)out, id);
	return MNL_CB_OK;
}

/* The number of a family: 0 if the kernel does not have it, or -errno. */
static int find_family(const char *name)
{
	g_autoptr(GArray) ids = g_array_new(FALSE, FALSE, sizeof(uint16_t));
	struct netlink_request request;
	struct nlmsghdr *header = prepare(&request, GENL_ID_CTRL, CTRL_CMD_GETFAMILY);
	int error;

	mnl_attr_put_strz(header, CTRL_ATTR_FAMILY_NAME, name);
	error = netlink_run(NETLINK_GENERIC, header, parse_family, ids);
	if (error)
		return error == -ENOENT ? 0 : error;
	return ids->len ? g_array_index(ids, uint16_t, 0) : 0;
}

/* What a driver does not do, it does not answer. */
static int settle(int error)
{
	return error == -EOPNOTSUPP ? 0 : error;
}

static int ask_ethtool(int family, uint8_t command, int index, mnl_cb_t parse, GArray *out)
{
	struct netlink_request request;
	struct nlmsghdr *header = prepare(&request, (uint16_t)family, command);
	/* the first attribute of every request is the header */
	struct nlattr *nest = mnl_attr_nest_start(header, ETHTOOL_A_FEATURES_HEADER);

	mnl_attr_put_u32(header, ETHTOOL_A_HEADER_DEV_INDEX, (uint32_t)index);
	mnl_attr_nest_end(header, nest);
	return settle(netlink_run(NETLINK_GENERIC, header, parse, out));
}

static int ask_netdev(int family, int index, GArray *out)
{
	struct netlink_request request;
	struct nlmsghdr *header = prepare(&request, (uint16_t)family, NETDEV_GET);

	mnl_attr_put_u32(header, NETDEV_IFINDEX, (uint32_t)index);
	return settle(netlink_run(NETLINK_GENERIC, header, driver_parse_xdp, out));
}

int driver_read(int index, struct driver *driver)
{
	g_autoptr(GArray) out = g_array_new(FALSE, TRUE, sizeof(struct driver));
	int ethtool = find_family(ETHTOOL_GENL_NAME), netdev = find_family(NETDEV_FAMILY);
	int error = ethtool < 0 ? ethtool : MIN(netdev, 0);

	g_array_set_size(out, 1);
	if (!error && ethtool)
		error = ask_ethtool(ethtool, ETHTOOL_MSG_FEATURES_GET, index, driver_parse_features,
				    out);
	if (!error && ethtool)
		error = ask_ethtool(ethtool, ETHTOOL_MSG_CHANNELS_GET, index, driver_parse_channels,
				    out);
	if (!error && netdev)
		error = ask_netdev(netdev, index, out);
	*driver = g_array_index(out, struct driver, 0);
	return error;
}
