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

/* The attributes of a message or of a nest, by type; NULL what is not there. */
struct netlink_attributes {
	const struct nlattr *of[64]; /* types beyond are passed over */
};

/* Those of a message after its fixed part of a size; those within an attribute, which may be NULL.
 */
void netlink_attributes(const struct nlmsghdr *message, size_t fixed,
			struct netlink_attributes *out);
void netlink_nested(const struct nlattr *nest, struct netlink_attributes *out);

/* What an attribute holds; 0 and "" for NULL. */
uint32_t netlink_u32(const struct nlattr *attribute);
const char *netlink_text(const struct nlattr *attribute);

/* An address (network byte order) as a prefix of full length; ::ffff:a.b.c.d becomes IPv4. */
void netlink_address(uint8_t family, const void *bytes, struct prefix *out);

#endif
