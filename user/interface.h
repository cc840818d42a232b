/* SPDX-License-Identifier: GPL-2.0-only */
/* This host's network interfaces, by rtnetlink, and how they are stacked on each other. */
#ifndef PORTCULLIS_INTERFACE_H
#define PORTCULLIS_INTERFACE_H

#include <glib.h>
#include <net/if.h>
#include <stdbool.h>
#include <stdint.h>

#include "netlink.h"

#define INTERFACE_KIND_SIZE 16

enum xdp_place {
	XDP_NATIVE,
	XDP_GENERIC,
	XDP_HARDWARE,
	XDP_PLACES,
};

struct interface {
	int index;
	char name[IFNAMSIZ];
	char kind[INTERFACE_KIND_SIZE]; /* "veth", "vlan", "bridge", …; "" for a card */
	uint16_t type;                  /* ARPHRD_* */
	bool loopback;
	bool up;      /* as the administrator says; not whether there is a carrier */
	uint32_t mtu; /* bytes, without the Ethernet header */
	int master;   /* the index of what it is a port of; 0: of nothing */
	int link;     /* the index of the device beneath it; 0: none in this namespace */
	uint32_t xdp[XDP_PLACES]; /* ids of the programs attached; 0: none */
};

/*
 * All interfaces of this network namespace as struct interface, to be freed with g_array_unref().
 * 0 or -errno.
 */
int interfaces_read(GArray **out);

/* One message of the kernel's answer, appended to out (GArray of struct interface). */
int interface_parse(const struct nlmsghdr *message, void *out);

/* By index; by name, failing that by alternative name; NULL where there is none. */
const struct interface *interface_by_index(const GArray *all, int index);
const struct interface *interface_by_name(const GArray *all, const char *name);

/*
 * The indexes (int) of the interfaces whose packets enter this host by the one of the given index:
 * itself, the VLAN and MAC-VLAN devices on it, and what any of these is a port of.
 */
GArray *interface_stack(const GArray *all, int index);
bool interface_in_stack(const GArray *stack, int index);

#endif
