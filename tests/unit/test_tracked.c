/* SPDX-License-Identifier: GPL-2.0-only */
/* Forwarded SSH connections, from messages as conntrack writes them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/netfilter/nf_conntrack_tcp.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netfilter/nfnetlink_conntrack.h>

#include "tracked.h"

/* What a message says; a state of 0: the protocol has none. */
struct entry {
	uint8_t family, state;
	uint16_t port;
};

static void put_tuple(struct nlmsghdr *message, const struct entry *entry)
{
	static const uint8_t v6[16] = {0x20, 0x01, 0x0d, 0xb8, [15] = 1};
	struct nlattr *tuple = mnl_attr_nest_start(message, CTA_TUPLE_ORIG);
	struct nlattr *ip = mnl_attr_nest_start(message, CTA_TUPLE_IP);
	struct nlattr *protocol;

	if (entry->family == AF_INET) {
		mnl_attr_put_u32(message, CTA_IP_V4_SRC, htonl(0x0a090909));
		mnl_attr_put_u32(message, CTA_IP_V4_DST, htonl(0x0a00010b));
	} else {
		mnl_attr_put(message, CTA_IP_V6_SRC, sizeof(v6), v6);
		mnl_attr_put(message, CTA_IP_V6_DST, sizeof(v6), v6);
	}
	mnl_attr_nest_end(message, ip);
	protocol = mnl_attr_nest_start(message, CTA_TUPLE_PROTO);
	mnl_attr_put_u8(message, CTA_PROTO_NUM, 6);
	mnl_attr_put_u16(message, CTA_PROTO_SRC_PORT, htons(51514));
	mnl_attr_put_u16(message, CTA_PROTO_DST_PORT, htons(entry->port));
	mnl_attr_nest_end(message, protocol);
	mnl_attr_nest_end(message, tuple);
}

static void put_state(struct nlmsghdr *message, uint8_t state)
{
	struct nlattr *information = mnl_attr_nest_start(message, CTA_PROTOINFO);
	struct nlattr *tcp = mnl_attr_nest_start(message, CTA_PROTOINFO_TCP);

	mnl_attr_put_u8(message, CTA_PROTOINFO_TCP_STATE, state);
	mnl_attr_nest_end(message, tcp);
	mnl_attr_nest_end(message, information);
}

/* How many connections a message tells of, and the last of them; the caller frees the text. */
static guint parse(const struct entry *entry, char **text)
{
	g_autoptr(GArray) found = g_array_new(false, false, sizeof(struct tracked));
	_Alignas(struct nlmsghdr) char bytes[512] = {};
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);

	mnl_nlmsg_put_extra_header(message, sizeof(struct nfgenmsg));
	if (entry->family)
		put_tuple(message, entry);
	if (entry->state)
		put_state(message, entry->state);
	assert_int_equal(tracked_parse(message, found), MNL_CB_OK);
	if (found->len)
		*text = tracked_describe(&g_array_index(found, struct tracked, 0));
	return found->len;
}

static void tells_established_ssh(void **state)
{
	const struct entry v4 = {AF_INET, TCP_CONNTRACK_ESTABLISHED, 22};
	const struct entry v6 = {AF_INET6, TCP_CONNTRACK_ESTABLISHED, 22};
	g_autofree char *one = NULL, *other = NULL;

	assert_int_equal(parse(&v4, &one), 1);
	assert_string_equal(one, "tcp 10.0.1.11:22 from 10.9.9.9:51514");
	assert_int_equal(parse(&v6, &other), 1);
	assert_string_equal(other, "tcp [2001:db8::1]:22 from [2001:db8::1]:51514");
}

static void passes_over_the_rest(void **state)
{
	static const struct entry entries[] = {
		{AF_INET, TCP_CONNTRACK_ESTABLISHED, 443}, {AF_INET, TCP_CONNTRACK_SYN_SENT, 22},
		{AF_INET, TCP_CONNTRACK_TIME_WAIT, 22},    {AF_INET6, 0, 22}, /* no TCP */
		{0, TCP_CONNTRACK_ESTABLISHED, 22},
	};
	char *text = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(entries); i++)
		assert_int_equal(parse(&entries[i], &text), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_established_ssh),
		cmocka_unit_test(passes_over_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
