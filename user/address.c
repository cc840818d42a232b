/* SPDX-License-Identifier: GPL-2.0-only */
/* This host's own addresses and its routes, by rtnetlink. */
#include <linux/rtnetlink.h>
#include <string.h>

#include "address.h"
#include "interface.h"

int address_parse(const struct nlmsghdr *message, void *out)
{
	const struct ifaddrmsg *info = mnl_nlmsg_get_payload(message);
	struct address address = {.index = (int)info->ifa_index};
	struct netlink_attributes attributes;
	const struct nlattr *local;

	if (info->ifa_family != AF_INET && info->ifa_family != AF_INET6)
		return MNL_CB_OK;
	netlink_attributes(message, sizeof(*info), &attributes);
	/* IFA_ADDRESS is the other end's on a point-to-point interface, else the same. */
	local = attributes.of[IFA_LOCAL];
	if (!local)
		local = attributes.of[IFA_ADDRESS];
	if (local) {
		netlink_address(info->ifa_family, mnl_attr_get_payload(local), &address.address);
		g_array_append_val(out, address);
	}
	return MNL_CB_OK;
}

int addresses_read(const GArray *interfaces, GArray **out)
{
	g_autoptr(GArray) addresses = g_array_new(false, false, sizeof(struct address));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETADDR, NLM_F_DUMP);
	int err;

	mnl_nlmsg_put_extra_header(header, sizeof(struct ifaddrmsg));
	err = netlink_run(NETLINK_ROUTE, header, address_parse, addresses);
	if (err)
		return err;
	for (guint i = 0; i < addresses->len; i++) {
		struct address *address = &g_array_index(addresses, struct address, i);
		const struct interface *on = interface_by_index(interfaces, address->index);

		address->anywhere = on && (on->loopback || !strcmp(on->kind, "dummy"));
	}
	*out = g_steal_pointer(&addresses);
	return 0;
}

static int parse_route(const struct nlmsghdr *message, void *out)
{
	struct netlink_attributes attributes;
	int index;

	netlink_attributes(message, sizeof(struct rtmsg), &attributes);
	index = (int)netlink_u32(attributes.of[RTA_OIF]);
	g_array_append_val(out, index);
	return MNL_CB_OK;
}

static int route(const struct prefix *to, const struct prefix *source)
{
	g_autoptr(GArray) indexes = g_array_new(false, false, sizeof(int));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETROUTE, 0);
	struct rtmsg *message = mnl_nlmsg_put_extra_header(header, sizeof(*message));

	message->rtm_family = to->family;
	message->rtm_dst_len = to->length;
	mnl_attr_put(header, RTA_DST, to->length / 8, to->bytes);
	if (source) {
		message->rtm_src_len = source->length;
		mnl_attr_put(header, RTA_SRC, source->length / 8, source->bytes);
	}
	if (netlink_run(NETLINK_ROUTE, header, parse_route, indexes) || !indexes->len)
		return 0;
	return g_array_index(indexes, int, 0);
}

int address_route(const struct prefix *to, const struct prefix *source)
{
	int index = route(to, source);

	/* A transparent proxy's source is not this host's: the kernel knows no route from there. */
	return index ? index : route(to, NULL);
}
