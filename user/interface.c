/* SPDX-License-Identifier: GPL-2.0-only */
/* This host's network interfaces, by rtnetlink, and how they are stacked on each other. */
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <net/if_arp.h>
#include <string.h>

#include "interface.h"

#define ALTERNATIVE_NAME_SIZE 128 /* the kernel's ALTIFNAMSIZ */

/* --- what the kernel says --- */

static void parse_kind(const struct nlattr *info, struct interface *out)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute,
				 info) if (mnl_attr_get_type(attribute) == IFLA_INFO_KIND)
		g_strlcpy(out->kind, mnl_attr_get_str(attribute), sizeof(out->kind));
}

static void parse_xdp(const struct nlattr *xdp, struct interface *out)
{
	const struct nlattr *attribute;

	mnl_attr_for_each_nested(attribute, xdp) switch (mnl_attr_get_type(attribute))
	{
	case IFLA_XDP_DRV_PROG_ID: out->xdp[XDP_NATIVE] = mnl_attr_get_u32(attribute); break;
	case IFLA_XDP_SKB_PROG_ID: out->xdp[XDP_GENERIC] = mnl_attr_get_u32(attribute); break;
	case IFLA_XDP_HW_PROG_ID: out->xdp[XDP_HARDWARE] = mnl_attr_get_u32(attribute); break;
	}
}

static void parse_attribute(const struct nlattr *attribute, struct interface *out)
{
	switch (mnl_attr_get_type(attribute)) {
	case IFLA_IFNAME:
		g_strlcpy(out->name, mnl_attr_get_str(attribute), sizeof(out->name));
		break;
	case IFLA_MTU: out->mtu = mnl_attr_get_u32(attribute); break;
	case IFLA_MASTER: out->master = (int)mnl_attr_get_u32(attribute); break;
	case IFLA_LINK: out->link = (int)mnl_attr_get_u32(attribute); break;
	case IFLA_LINKINFO: parse_kind(attribute, out); break;
	case IFLA_XDP: parse_xdp(attribute, out); break;
	}
}

int interface_parse(const struct nlmsghdr *message, void *out)
{
	const struct ifinfomsg *info = mnl_nlmsg_get_payload(message);
	struct interface interface = {
		.index = info->ifi_index,
		.type = info->ifi_type,
		.loopback = info->ifi_flags & IFF_LOOPBACK,
		.up = info->ifi_flags & IFF_UP,
	};
	const struct nlattr *attribute;
	bool elsewhere = false;

	mnl_attr_for_each(attribute, message, sizeof(*info))
	{
		parse_attribute(attribute, &interface);
		elsewhere |= mnl_attr_get_type(attribute) == IFLA_LINK_NETNSID;
	}
	if (elsewhere) /* an index there says nothing here */
		interface.link = 0;
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
