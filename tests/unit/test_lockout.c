/* SPDX-License-Identifier: GPL-2.0-only */
/* Tests of user/lockout.c on a host with two cards, a VLAN device and an address on loopback. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <linux/types.h>
#include <string.h>

#include "address.h"
#include "interface.h"
#include "layout.h"
#include "lockout.h"

enum {
	LO = 1,
	ETH0, /* the one to attach to */
	ETH1,
	VLAN, /* on eth0 */
};

static struct prefix ip(const char *text)
{
	struct prefix prefix = {.family = strchr(text, ':') ? AF_INET6 : AF_INET};

	prefix.length = prefix.family == AF_INET6 ? 128 : 32;
	assert_int_equal(inet_pton(prefix.family, text, prefix.bytes), 1);
	return prefix;
}

static GArray *stack_new(void)
{
	static const int indexes[] = {ETH0, VLAN};
	GArray *stack = g_array_new(false, false, sizeof(int));

	return g_array_append_vals(stack, indexes, G_N_ELEMENTS(indexes));
}

static GArray *addresses_new(void)
{
	static const struct {
		int index;
		const char *text;
	} rows[] = {
		{LO, "127.0.0.1"},     {LO, "::1"},        {LO, "192.0.2.1"}, {ETH0, "10.0.0.1"},
		{ETH0, "2001:db8::1"}, {ETH1, "10.1.0.1"}, {ETH1, "fe80::1"}, {ETH0, "fe80::1"},
		{VLAN, "10.5.0.1"},    {ETH0, "fe80::2"},  {ETH1, "fe80::2"},
	};
	GArray *addresses = g_array_new(false, false, sizeof(struct address));

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct address address = {rows[i].index, ip(rows[i].text), rows[i].index == LO};

		g_array_append_val(addresses, address);
	}
	return addresses;
}

/* 10.8/16 is behind eth0, all other peers behind eth1. */
static int route(const struct prefix *to, const struct prefix *source)
{
	return to->family == AF_INET && to->bytes[0] == 10 && to->bytes[1] == 8 ? ETH0 : ETH1;
}

/* The policy opens tcp 443 to anyone and tcp 2022 to 10.8.0.9. */
static bool is_open(void *context, const struct host_socket *socket)
{
	const struct prefix manager = ip("10.8.0.9");

	assert_string_equal(context, "context");
	if (socket->transport != TRANSPORT_TCP)
		return false;
	if (socket->local_port == 2022)
		return socket_is_listening(socket) ||
		       !memcmp(&socket->remote, &manager, sizeof(manager));
	return socket->local_port == 443;
}

static GArray *cut(const GArray *sockets)
{
	g_autoptr(GArray) stack = stack_new();
	g_autoptr(GArray) addresses = addresses_new();
	const struct arrival arrival = {stack, addresses, route};

	return lockout_among(sockets, &arrival, is_open, "context");
}

/* Whether one socket is cut off, and comes out as it went in. */
static bool is_cut(const struct host_socket *socket)
{
	g_autoptr(GArray) sockets = g_array_new(false, false, sizeof(*socket));
	g_autoptr(GArray) found = NULL;

	g_array_append_vals(sockets, socket, 1);
	found = cut(sockets);
	if (found->len)
		assert_memory_equal(found->data, socket, sizeof(*socket));
	return found->len == 1;
}

static void test_listening(void **state)
{
	static const struct {
		const char *local;
		uint16_t port;
		uint8_t transport;
		uint32_t interface;
		bool cut;
	} rows[] = {
		{"0.0.0.0", 22, TRANSPORT_TCP, 0, true},
		{"::", 22, TRANSPORT_TCP, 0, true},
		{"0.0.0.0", 443, TRANSPORT_TCP, 0, false},
		{"0.0.0.0", 443, TRANSPORT_UDP, 0, true},
		{"0.0.0.0", 2022, TRANSPORT_TCP, 0, false}, /* someone may */
		{"10.0.0.1", 22, TRANSPORT_TCP, 0, true},
		{"2001:db8::1", 22, TRANSPORT_TCP, 0, true},
		{"10.5.0.1", 22, TRANSPORT_TCP, 0, true},  /* inside a tag */
		{"10.1.0.1", 22, TRANSPORT_TCP, 0, false}, /* the other card's */
		{"127.0.0.1", 22, TRANSPORT_TCP, 0, false},
		{"127.0.0.53", 53, TRANSPORT_UDP, 0, false},
		{"::1", 22, TRANSPORT_TCP, 0, false},
		{"192.0.2.1", 53, TRANSPORT_UDP, 0, true}, /* a service address on loopback */
		{"224.0.0.251", 5353, TRANSPORT_UDP, 0, true},
		{"10.0.0.99", 22, TRANSPORT_TCP, 0, true}, /* not held at the moment */
		{"fe80::1", 22, TRANSPORT_TCP, 0, true},   /* on both cards */
		{"fe80::2", 22, TRANSPORT_TCP, 0, true},
		{"fe80::1", 22, TRANSPORT_TCP, ETH1, false},
		{"0.0.0.0", 22, TRANSPORT_TCP, ETH0, true},
		{"0.0.0.0", 22, TRANSPORT_TCP, VLAN, true},
		{"0.0.0.0", 22, TRANSPORT_TCP, ETH1, false},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct host_socket socket = {.local = ip(rows[i].local),
					     .local_port = rows[i].port,
					     .transport = rows[i].transport,
					     .interface = rows[i].interface};

		if (is_cut(&socket) != rows[i].cut)
			fail_msg("row %zu: %s port %u", i, rows[i].local, rows[i].port);
	}
}

static void test_connected(void **state)
{
	static const struct {
		const char *local, *remote;
		uint16_t port;
		uint32_t interface;
		bool cut;
	} rows[] = {
		{"10.0.0.1", "10.8.0.7", 22, 0, true},
		{"10.0.0.1", "10.9.0.7", 22, 0, true}, /* our address counts, not the way back */
		{"10.0.0.1", "10.8.0.7", 443, 0, false},
		{"10.0.0.1", "10.8.0.9", 2022, 0, false},
		{"10.0.0.1", "10.8.0.7", 2022, 0, true},
		{"10.1.0.1", "10.9.0.7", 22, 0, false},
		{"10.1.0.1", "10.8.0.7", 22, 0, true}, /* the other card's address, this way */
		{"192.0.2.1", "10.8.0.7", 22, 0, true},
		{"192.0.2.1", "10.9.0.7", 22, 0, false},
		{"198.51.100.1", "10.8.0.7", 80, 0, true}, /* a transparent proxy */
		{"127.0.0.1", "127.0.0.1", 22, 0, false},
		{"::1", "::1", 22, 0, false},
		{"10.0.0.1", "10.0.0.1", 22, 0, false}, /* to itself, over loopback */
		{"10.0.0.1", "10.1.0.1", 22, 0, false},
		{"10.0.0.1", "192.0.2.1", 22, 0, false},
		{"2001:db8::1", "2001:db8::9", 22, 0, true},
		{"10.0.0.1", "10.8.0.7", 22, ETH1, false},
		{"192.0.2.1", "10.9.0.7", 22, ETH0, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct host_socket socket = {.local = ip(rows[i].local),
					     .local_port = rows[i].port,
					     .remote = ip(rows[i].remote),
					     .remote_port = 50000,
					     .interface = rows[i].interface};

		if (is_cut(&socket) != rows[i].cut)
			fail_msg("row %zu: %s port %u from %s", i, rows[i].local, rows[i].port,
				 rows[i].remote);
	}
}

static void test_order(void **state)
{
	/* local port, remote port, SSH; kept in order but for SSH connections */
	static const struct {
		uint16_t local, remote;
		bool ssh;
	} rows[] = {
		{22, 0, true},       {80, 0, false},    {22, 50001, true},
		{443, 50002, false}, {22, 50003, true}, {80, 50004, false},
	};
	static const uint16_t expected[][2] = {
		{22, 50001}, {22, 50003}, {22, 0}, {80, 0}, {80, 50004}};
	g_autoptr(GArray) sockets = g_array_new(false, false, sizeof(struct host_socket));
	g_autoptr(GArray) found = NULL;

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct host_socket socket = {.local = ip("10.0.0.1"),
					     .remote = ip("10.8.0.7"),
					     .local_port = rows[i].local,
					     .remote_port = rows[i].remote,
					     .ssh = rows[i].ssh};

		g_array_append_val(sockets, socket);
	}
	found = cut(sockets);
	assert_int_equal(found->len, G_N_ELEMENTS(expected));
	for (guint i = 0; i < found->len; i++) {
		const struct host_socket *socket = &g_array_index(found, struct host_socket, i);

		assert_int_equal(socket->local_port, expected[i][0]);
		assert_int_equal(socket->remote_port, expected[i][1]);
		assert_int_equal(lockout_is_ssh(socket), i < 2);
	}
}

static bool all_open(void *context, const struct host_socket *socket)
{
	return true;
}

static void test_this_host(void **state)
{
	g_autoptr(GArray) interfaces = NULL, found = NULL;

	assert_int_equal(interfaces_read(&interfaces), 0);
	assert_int_equal(lockout_read(interfaces, 1, all_open, NULL, &found), 0);
	assert_int_equal(found->len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_listening),
		cmocka_unit_test(test_connected),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_this_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
