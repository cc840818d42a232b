/* SPDX-License-Identifier: GPL-2.0-only */
/* Which interface a policy can be attached to, and what to say where it cannot. */
#include <errno.h>
#include <inttypes.h>
#include <linux/if_ether.h>
#include <net/if_arp.h>
#include <string.h>

#include "interface_fit.h"
#include "nearest.h"

#define CANDIDATES 8 /* how many names a message lists at most */
#define DEPTH      8 /* devices stacked on each other: the kernel's own limit */

/* What makes an interface unfit, what to say of it, and what of the one to attach to instead. */
enum unfit {
	FIT,
	LOOPBACK,
	NOT_ETHERNET,
	VRF,
	VLAN,
	BRIDGE_PORT,
	PORT,
};

static const char *const what[] = {
	[LOOPBACK] = "is the loopback device, which no packet from outside enters by",
	[NOT_ETHERNET] = "carries no Ethernet frames",
	[VRF] = "is a VRF, which no packet enters by itself",
};

static const char *const advice[] = {
	[VLAN] = "the policy looks inside tags",
	[BRIDGE_PORT] = "which sees what this host receives or routes, not what it bridges",
	[PORT] = "which sees what all its ports receive",
};

/* Masters that do not receive what their ports do: there the port is the place to attach to. */
static bool is_grouping(const char *kind)
{
	return !strcmp(kind, "vrf") || !strcmp(kind, "openvswitch");
}

static enum unfit unfit(const GArray *all, const struct interface *interface)
{
	const struct interface *master = interface_by_index(all, interface->master);

	if (interface->loopback)
		return LOOPBACK;
	if (interface->type != ARPHRD_ETHER)
		return NOT_ETHERNET;
	if (!strcmp(interface->kind, "vrf"))
		return VRF;
	if (!strcmp(interface->kind, "vlan"))
		return VLAN;
	if (!master || is_grouping(master->kind))
		return FIT;
	return strcmp(master->kind, "bridge") ? PORT : BRIDGE_PORT;
}

/* The interface directly beneath a VLAN device or above a port. */
static const struct interface *next(const GArray *all, const struct interface *interface)
{
	bool vlan = unfit(all, interface) == VLAN;

	return interface_by_index(all, vlan ? interface->link : interface->master);
}

/* "'eth0'", "one of 'eth0', 'eth1'": what can be attached to. */
static char *candidates(const GArray *all)
{
	g_autoptr(GString) names = g_string_new("");
	unsigned int count = 0;

	for (guint i = 0; i < all->len; i++) {
		const struct interface *interface = &g_array_index(all, struct interface, i);

		if (unfit(all, interface) != FIT)
			continue;
		if (count++ < CANDIDATES)
			g_string_append_printf(names, "%s'%s'", count > 1 ? ", " : "",
					       interface->name);
	}
	if (!count)
		return g_strdup("an Ethernet interface, of which there is none here");
	return g_strdup_printf("%s%s%s", count > 1 ? "one of " : "", names->str,
			       count > CANDIDATES ? ", …" : "");
}

char *interface_missing(const GArray *all, const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL, *other = NULL;

	for (guint i = 0; i < all->len; i++)
		g_ptr_array_add(names, g_array_index(all, struct interface, i).name);
	near = nearest(name, names);
	if (near)
		return g_strdup_printf("no interface '%s', did you mean %s?", name, near);
	other = candidates(all);
	return g_strdup_printf("no interface '%s', expected %s", name, other);
}

static char *refuse_stacked(const GArray *all, const struct interface *interface)
{
	const struct interface *beside = next(all, interface), *instead = beside;
	enum unfit why = unfit(all, interface);
	const char *is = why == VLAN ? "VLAN device on" : "port of";
	const char *kind = why == VLAN || !*beside->kind ? "" : beside->kind;

	for (int i = 0; i < DEPTH && unfit(all, instead) >= VLAN && next(all, instead); i++) {
		why = unfit(all, instead);
		instead = next(all, instead);
	}
	return g_strdup_printf("'%s' is a %s%s%s '%s': attach to '%s', %s", interface->name, is,
			       *kind ? " " : "", kind, beside->name, instead->name, advice[why]);
}

char *interface_refusal(const GArray *all, const struct interface *interface)
{
	const enum unfit why = unfit(all, interface);
	g_autofree char *other = NULL;

	if (why == FIT)
		return NULL;
	if (why >= VLAN && !next(all, interface))
		return g_strdup_printf("'%s' is a VLAN device on an interface of another network "
				       "namespace: attach to that one, there",
				       interface->name);
	if (why >= VLAN)
		return refuse_stacked(all, interface);
	other = candidates(all);
	return g_strdup_printf("'%s' %s: attach to %s", interface->name, what[why], other);
}

char *interface_caution(const struct interface *interface)
{
	if (strcmp(interface->kind, "bridge"))
		return NULL;
	return g_strdup_printf("'%s' is a bridge: packets for this host or routed by it are "
			       "judged, those bridged between its ports are not",
			       interface->name);
}

char *interface_native_refusal(const struct interface *interface, int error)
{
	if (!interface || error != EINVAL || interface->mtu <= ETH_DATA_LEN)
		return g_strdup(g_strerror(error));
	return g_strdup_printf("%s: its MTU of %" PRIu32 " may be more than the driver takes for "
			       "native XDP",
			       g_strerror(error), interface->mtu);
}

char *interface_conflict(const struct interface *interface, uint32_t ours)
{
	static const char *const places[] = {
		[XDP_NATIVE] = "native",
		[XDP_GENERIC] = "generic",
		[XDP_HARDWARE] = "hardware",
	};

	for (int i = 0; i < XDP_PLACES; i++)
		if (interface->xdp[i] && interface->xdp[i] != ours)
			return g_strdup_printf("'%s' has another XDP program, id %" PRIu32
					       " (%s mode): detach it first",
					       interface->name, interface->xdp[i], places[i]);
	return NULL;
}
