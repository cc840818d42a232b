/* SPDX-License-Identifier: GPL-2.0-only */
/* One netlink request and its answer, for what the loader asks about this host's network. */
#ifndef PORTCULLIS_NETLINK_H
#define PORTCULLIS_NETLINK_H

#include <glib.h>
#include <libmnl/libmnl.h>
#include <stdint.h>

#include "number.h"

/* Room for the requests that are made here: a header, a fixed part, a few attributes. */
struct netlink_request {
	_Alignas(struct nlmsghdr) char bytes[512];
};

/* Starts a request; flags beyond NLM_F_REQUEST: NLM_F_DUMP or 0. */
struct nlmsghdr *netlink_prepare(struct netlink_request *request, uint16_t type, uint16_t flags);

/*
 * Sends a request on a bus (NETLINK_ROUTE, …) of this network namespace and calls each for every
 * message of the answer, with out as its data: it appends what it reads and gives MNL_CB_OK. What
 * the kernel changed while it was being read is read again from the start. 0 or -errno (the
 * kernel's own errors among them), out then as it was.
 */
int netlink_run(int bus, struct nlmsghdr *request, mnl_cb_t each, GArray *out);

/* An address (network byte order) as a prefix of full length; ::ffff:a.b.c.d becomes IPv4. */
void netlink_address(uint8_t family, const void *bytes, struct prefix *out);

#endif
