/* SPDX-License-Identifier: GPL-2.0-only */
/* This host's network interfaces, by rtnetlink, and how they are stacked on each other. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#include "interface.h"

#define ALTERNATIVE_NAME_SIZE 128 /* the kernel's ALTIFNAMSIZ */

/* --- what the kernel says --- */

int interface_parse(const struct nlmsghdr *message, void *out)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct netlink_attributes link, kind, xdp;
	struct interface interface = {
		.index = info->ifi_index,
		.type = info->ifi_type,
		.loopback = info->ifi_flags & IFF_LOOPBACK,
		.up = info->ifi_flags & IFF_UP,
	};

	netlink_attributes(message, sizeof(*info), &link);
	netlink_nested(link.of[IFLA_LINKINFO], &kind);
	netlink_nested(link.of[IFLA_XDP], &xdp);
	g_strlcpy(interface.name, netlink_text(link.of[IFLA_IFNAME]), sizeof(interface.name));
	g_strlcpy(interface.kind, netlink_text(kind.of[IFLA_INFO_KIND]), sizeof(interface.kind));
	interface.mtu = netlink_u32(link.of[IFLA_MTU]);
	interface.master = (int)netlink_u32(link.of[IFLA_MASTER]);
	if (!link.of[IFLA_LINK_NETNSID]) /* an index of another namespace says nothing here */
		interface.link = (int)netlink_u32(link.of[IFLA_LINK]);
	interface.xdp[XDP_NATIVE] = netlink_u32(xdp.of[IFLA_XDP_DRV_PROG_ID]);
	interface.xdp[XDP_GENERIC] = netlink_u32(xdp.of[IFLA_XDP_SKB_PROG_ID]);
	interface.xdp[XDP_HARDWARE] = netlink_u32(xdp.of[IFLA_XDP_HW_PROG_ID]);
	g_array_append_val(out, interface);
	return MNL_CB_OK;
}

int interfaces_read(GArray **out)
{
	g_autoptr(GArray) all = g_array_new(false, false, sizeof(struct interface));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETLINK, NLM_F_DUMP);
	int err;

	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	mnl_attr_put_u32(header, IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
	err = netlink_run(NETLINK_ROUTE, header, interface_parse, all);
	if (!err)
		*out = g_steal_pointer(&all);
	return err;
}

static const struct interface *ask_by_name(const GArray *all, const char *name)
{
	g_autoptr(GArray) found = g_array_new(false, false, sizeof(struct interface));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(&request, RTM_GETLINK, 0);

	mnl_nlmsg_put_extra_header(header, sizeof(struct ifinfomsg));
	mnl_attr_put_strz(header, IFLA_ALT_IFNAME, name);
	if (netlink_run(NETLINK_ROUTE, header, interface_parse, found) || !found->len)
		return NULL;
	return interface_by_index(all, g_array_index(found, struct interface, 0).index);
}

/* --- what follows from it --- */

const struct interface *interface_by_index(const GArray *all, int index)
{
	for (guint i = 0; i < all->len; i++) {
		const struct interface *interface = &g_array_index(all, struct interface, i);

		if (interface->index == index)
			return interface;
	}
	return NULL;
}

const struct interface *interface_by_name(const GArray *all, const char *name)
{
	for (guint i = 0; i < all->len; i++) {
		const struct interface *interface = &g_array_index(all, struct interface, i);

		if (!strcmp(interface->name, name))
			return interface;
	}
	if (!*name || strlen(name) >= ALTERNATIVE_NAME_SIZE)
		return NULL;
	return ask_by_name(all, name);
}

/* Devices that get their packets from the one beneath them as that received them. */
static bool is_transparent(const char *kind)
{
	static const char *const kinds[] = {"vlan", "macvlan", "macvtap", "ipvlan", "ipvtap"};

	for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
		if (!strcmp(kind, kinds[i]))
			return true;
	return false;
}

bool interface_in_stack(const GArray *stack, int index)
{
	for (guint i = 0; i < stack->len; i++)
		if (g_array_index(stack, int, i) == index)
			return true;
	return false;
}

/* Whether packets that enter by lower may be handed up to interface next. */
static bool is_above(const struct interface *interface, const struct interface *lower)
{
	return interface->index == lower->master ||
	       (interface->link == lower->index && is_transparent(interface->kind));
}

GArray *interface_stack(const GArray *all, int index)
{
	GArray *stack = g_array_new(false, false, sizeof(int));

	g_array_append_val(stack, index);
	for (guint done = 0; done < stack->len; done++) {
		const struct interface *lower =
			interface_by_index(all, g_array_index(stack, int, done));

		for (guint i = 0; lower && i < all->len; i++) {
			const struct interface *upper = &g_array_index(all, struct interface, i);

			if (is_above(upper, lower) && !interface_in_stack(stack, upper->index))
				g_array_append_val(stack, upper->index);
		}
	}
	return stack;
}
