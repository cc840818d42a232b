/* SPDX-License-Identifier: GPL-2.0-only */
/* One netlink request and its answer: a socket of its own each time, by libmnl. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "netlink.h"

#define ANSWER_SIZE (32 * 1024) /* the largest piece of a dump that the kernel sends at once */
#define TRIES       10          /* of a dump that changes while it is being read */
#define SEQUENCE    1           /* any will do: every request has a socket of its own */

struct nlmsghdr *netlink_prepare(struct netlink_request *request, uint16_t type, uint16_t flags)
{
	struct nlmsghdr *header = mnl_nlmsg_put_header(request->bytes);

	header->nlmsg_type = type;
	/* Without a dump's end, an acknowledgement is what tells that the answer is complete. */
	header->nlmsg_flags = NLM_F_REQUEST | (flags ? flags : NLM_F_ACK);
	header->nlmsg_seq = SEQUENCE;
	return header;
}

static int receive(struct mnl_socket *socket, mnl_cb_t each, GArray *out)
{
	g_autofree char *answer = g_malloc(ANSWER_SIZE);
	int more;

	do {
		ssize_t size = mnl_socket_recvfrom(socket, answer, ANSWER_SIZE);

		if (size < 0)
			return -errno;
		more = mnl_cb_run(answer, (size_t)size, SEQUENCE, mnl_socket_get_portid(socket),
				  each, out);
	} while (more > MNL_CB_STOP);
	return more < 0 ? -errno : 0;
}

static int run_once(int bus, struct nlmsghdr *request, mnl_cb_t each, GArray *out)
{
	struct mnl_socket *socket = mnl_socket_open2(bus, SOCK_CLOEXEC);
	int err;

	if (!socket)
		return -errno;
	if (mnl_socket_bind(socket, 0, MNL_SOCKET_AUTOPID) ||
	    mnl_socket_sendto(socket, request, request->nlmsg_len) < 0)
		err = -errno;
	else
		err = receive(socket, each, out);
	mnl_socket_close(socket);
	return err;
}

int netlink_run(int bus, struct nlmsghdr *request, mnl_cb_t each, GArray *out)
{
	const guint start = out->len;
	int err = 0;

	for (int i = 0; i < TRIES; i++) {
		err = run_once(bus, request, each, out);
		if (!err)
			return 0;
		g_array_set_size(out, start);
		if (err != -EINTR)
			break;
	}
	return err;
}

static int keep_attribute(const struct nlattr *attribute, void *data)
{
	struct netlink_attributes *out = data;
	uint16_t type = mnl_attr_get_type(attribute);

	if (type < G_N_ELEMENTS(out->of))
		out->of[type] = attribute;
	return MNL_CB_OK;
}

void netlink_attributes(const struct nlmsghdr *message, size_t fixed,
			struct netlink_attributes *out)
{
	*out = (struct netlink_attributes){0};
	mnl_attr_parse(message, (unsigned int)fixed, keep_attribute, out);
}

void netlink_nested(const struct nlattr *nest, struct netlink_attributes *out)
{
	*out = (struct netlink_attributes){0};
	if (nest)
		mnl_attr_parse_nested(nest, keep_attribute, out);
}

uint32_t netlink_u32(const struct nlattr *attribute)
{
	return attribute ? mnl_attr_get_u32(attribute) : 0;
}

const char *netlink_text(const struct nlattr *attribute)
{
	return attribute ? mnl_attr_get_str(attribute) : "";
}

void netlink_address(uint8_t family, const void *bytes, struct prefix *out)
{
	const struct in6_addr *address = bytes;

	*out = (struct prefix){.family = family};
	if (family == AF_INET6 && IN6_IS_ADDR_V4MAPPED(address)) {
		out->family = AF_INET;
		bytes = &address->s6_addr[12];
	}
	out->length = out->family == AF_INET ? 32 : 128;
	memcpy(out->bytes, bytes, out->length / 8);
}
