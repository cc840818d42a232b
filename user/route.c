/* SPDX-License-Identifier: GPL-2.0-only */
/* Where this host sends what is for an address, by rtnetlink. */
#include "route.h"

#include <linux/rtnetlink.h>
#include <sys/socket.h>

#include "netlink.h"

static int parse_route(const struct nlmsghdr *message, void *out)
{
	struct netlink_attributes route;
	int index;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return MNL_CB_OK;
	netlink_attributes(message, sizeof(struct rtmsg), &route);
	index = (int)netlink_u32(route.of[RTA_OIF]);
	g_array_append_val((GArray *)out, index);
	return MNL_CB_OK;
}

int route_interface(const struct prefix *address)
{
	g_autoptr(GArray) found = g_array_new(FALSE, FALSE, sizeof(int));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETROUTE, 0);
	struct rtmsg *route = mnl_nlmsg_put_extra_header(header, sizeof(*route));
	size_t size = address->family == AF_INET ? 4 : 16;

	route->rtm_family = (unsigned char)address->family;
	route->rtm_dst_len = (unsigned char)(8 * size);
	mnl_attr_put(header, RTA_DST, size, address->bytes);
	if (netlink_run(NETLINK_ROUTE, header, parse_route, found) || !found->len)
		return 0;
	return g_array_index(found, int, 0);
}
