/* SPDX-License-Identifier: GPL-2.0-only */
/* SSH connections that this host forwards, by ctnetlink. */
#include "tracked.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>
#include <netinet/in.h>

#define SSH_PORT 22

static void read_address(const struct netlink_attributes *ip, uint16_t v4, uint16_t v6,
			 struct prefix *out)
{
	if (ip->of[v4])
		netlink_address(AF_INET, mnl_attr_get_payload(ip->of[v4]), out);
	else if (ip->of[v6])
		netlink_address(AF_INET6, mnl_attr_get_payload(ip->of[v6]), out);
}

static uint16_t read_port(const struct nlattr *attribute)
{
	return attribute ? ntohs(mnl_attr_get_u16(attribute)) : 0;
}

/* A TCP connection that both ends have agreed on; other protocols have no such part. */
static bool is_established(const struct nlattr *information)
{
	struct netlink_attributes outer, tcp;
	const struct nlattr *state;

	netlink_nested(information, &outer);
	netlink_nested(outer.of[CTA_PROTOINFO_TCP], &tcp);
	state = tcp.of[CTA_PROTOINFO_TCP_STATE];
	return state && mnl_attr_get_u8(state) == TCP_CONNTRACK_ESTABLISHED;
}

int tracked_parse(const struct nlmsghdr *message, void *out)
{
	struct netlink_attributes all, tuple, ip, protocol;
	struct tracked connection = {};

	netlink_attributes(message, sizeof(struct nfgenmsg), &all);
	netlink_nested(all.of[CTA_TUPLE_ORIG], &tuple);
	netlink_nested(tuple.of[CTA_TUPLE_IP], &ip);
	netlink_nested(tuple.of[CTA_TUPLE_PROTO], &protocol);
	read_address(&ip, CTA_IP_V4_SRC, CTA_IP_V6_SRC, &connection.source);
	read_address(&ip, CTA_IP_V4_DST, CTA_IP_V6_DST, &connection.destination);
	connection.source_port = read_port(protocol.of[CTA_PROTO_SRC_PORT]);
	if (read_port(protocol.of[CTA_PROTO_DST_PORT]) == SSH_PORT && connection.source.family &&
	    connection.destination.family && is_established(all.of[CTA_PROTOINFO]))
		g_array_append_val((GArray *)out, connection);
	return MNL_CB_OK;
}

int tracked_read(GArray **out)
{
	g_autoptr(GArray) connections = g_array_new(false, false, sizeof(struct tracked));
	struct netlink_request request;
	struct nlmsghdr *header = netlink_prepare(
		&request, NFNL_SUBSYS_CTNETLINK << 8 | IPCTNL_MSG_CT_GET, NLM_F_DUMP);
	struct nfgenmsg *wanted = mnl_nlmsg_put_extra_header(header, sizeof(*wanted));
	int err;

	wanted->nfgen_family = AF_UNSPEC;
	wanted->version = NFNETLINK_V0;
	err = netlink_run(NETLINK_NETFILTER, header, tracked_parse, connections);
	/* what the kernel answers without the bus, or without conntrack on it */
	if (err == -EPROTONOSUPPORT || err == -EINVAL || err == -EOPNOTSUPP)
		err = 0;
	if (!err)
		*out = g_steal_pointer(&connections);
	return err;
}

char *tracked_describe(const struct tracked *connection)
{
	char source[PREFIX_TEXT_SIZE], destination[PREFIX_TEXT_SIZE];
	bool v6 = connection->source.family == AF_INET6;

	prefix_format(&connection->source, source);
	prefix_format(&connection->destination, destination);
	return g_strdup_printf(v6 ? "tcp [%s]:%u from [%s]:%u" : "tcp %s:%u from %s:%u",
			       destination, SSH_PORT, source, connection->source_port);
}
