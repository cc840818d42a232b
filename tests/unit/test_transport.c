/* SPDX-License-Identifier: GPL-2.0-only */
/* Protocol cells as vendors write them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/types.h>

#include "layout.h"
#include "ports.h"

#define TCP TRANSPORT_BIT(TRANSPORT_TCP)
#define UDP TRANSPORT_BIT(TRANSPORT_UDP)

static void reads_protocols(void **state)
{
	static const struct {
		const char *cell;
		enum protocol_meaning meaning;
		unsigned int transports;
	} rows[] = {
		{"TCP", PROTOCOL_TRANSPORTS, TCP},
		{"udp", PROTOCOL_TRANSPORTS, UDP},
		{"TCP/UDP", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"UDP & TCP", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"TCP or UDP", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"TCP (TLS)", PROTOCOL_TRANSPORTS, TCP},
		{"UDP (STUN/MSTURN)", PROTOCOL_TRANSPORTS, UDP},
		{"HTTPS\nTCP", PROTOCOL_TRANSPORTS, TCP},
		{"TCP - roots for clients of UDP phones", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"UDP (HTTP)", PROTOCOL_TRANSPORTS, UDP},
		{"TCP, ICMP", PROTOCOL_TRANSPORTS, TCP},
		{"HTTP", PROTOCOL_TRANSPORTS, TCP},
		{"https (from a proxy)", PROTOCOL_TRANSPORTS, TCP},
		{"TLS 1.3", PROTOCOL_TRANSPORTS, TCP},
		{"MTLS", PROTOCOL_TRANSPORTS, TCP},
		{"SIP/TLS", PROTOCOL_TRANSPORTS, TCP},
		{"DCOM and remote procedure call (RPC)", PROTOCOL_TRANSPORTS, TCP},
		{"DHCP", PROTOCOL_TRANSPORTS, UDP},
		{"QUIC", PROTOCOL_TRANSPORTS, UDP},
		{"HTTPS, QUIC", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"Both", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"Any", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"All", PROTOCOL_TRANSPORTS, TCP | UDP},
		{"Any TCP", PROTOCOL_TRANSPORTS, TCP},
		{"All HTTPS traffic", PROTOCOL_TRANSPORTS, TCP},
		{"IP protocol 6", PROTOCOL_TRANSPORTS, TCP},
		{"IP 17", PROTOCOL_TRANSPORTS, UDP},
		{"", PROTOCOL_EMPTY, 0},
		{" \t", PROTOCOL_EMPTY, 0},
		{"ICMP", PROTOCOL_NEITHER, 0},
		{"ICMPv6", PROTOCOL_NEITHER, 0},
		{"ESP (50)", PROTOCOL_NEITHER, 0},
		{"AH", PROTOCOL_NEITHER, 0},
		{"GRE", PROTOCOL_NEITHER, 0},
		{"SCTP", PROTOCOL_NEITHER, 0},
		{"IP 50", PROTOCOL_NEITHER, 0},
		{"Protocol 89", PROTOCOL_NEITHER, 0},
		{"IP", PROTOCOL_UNKNOWN, 0},
		{"IP 256", PROTOCOL_UNKNOWN, 0},
		{"6", PROTOCOL_UNKNOWN, 0},
		{"SIP", PROTOCOL_UNKNOWN, 0},
		{"TCPdump", PROTOCOL_UNKNOWN, 0},
		{"xUDP", PROTOCOL_UNKNOWN, 0},
		{"-", PROTOCOL_UNKNOWN, 0},
		{"*", PROTOCOL_UNKNOWN, 0},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		unsigned int transports = 0;

		print_message("'%s'\n", rows[i].cell);
		assert_int_equal(protocol_parse(rows[i].cell, &transports), rows[i].meaning);
		assert_int_equal(transports, rows[i].transports);
	}
}

static void names_transports(void **state)
{
	assert_string_equal(transport_name(TRANSPORT_TCP), "tcp");
	assert_string_equal(transport_name(TRANSPORT_UDP), "udp");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_protocols),
		cmocka_unit_test(names_transports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
