/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds addresses and ports in the beginning of a frame. */
#include "headers.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#define ETHERTYPE_AT 12 /* behind two MAC addresses */

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_SERVICE_VLAN = 0x88a8,
};

/* What is left to be read. */
struct rest {
	const uint8_t *at;
	size_t size;
};

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* False if there are not so many bytes. */
static bool skip(struct rest *rest, size_t size)
{
	if (rest->size < size)
		return false;
	rest->at += size;
	rest->size -= size;
	return true;
}

static struct prefix address(int family, const uint8_t *bytes)
{
	struct prefix prefix = {.family = (uint8_t)family, .length = family == AF_INET ? 32 : 128};

	memcpy(prefix.bytes, bytes, prefix.length / 8);
	return prefix;
}

static bool read_link(struct rest *rest, struct headers *headers)
{
	if (!skip(rest, ETHERTYPE_AT) || rest->size < 2)
		return false;
	headers->ethertype = read16(rest->at);
	while (headers->ethertype == ETHERTYPE_VLAN ||
	       headers->ethertype == ETHERTYPE_SERVICE_VLAN) {
		if (!skip(rest, 4) || rest->size < 2)
			return false;
		headers->ethertype = read16(rest->at);
	}
	return skip(rest, 2);
}

/* True if a transport header follows. */
static bool read_ipv4(struct rest *rest, struct headers *headers)
{
	const uint8_t *ip = rest->at;
	bool later;

	if (rest->size < 20)
		return false;
	headers->source = address(AF_INET, ip + 12);
	headers->destination = address(AF_INET, ip + 16);
	headers->protocol = ip[9];
	later = read16(ip + 6) & 0x1fff;
	return !later && (ip[0] & 15) >= 5 && skip(rest, (ip[0] & 15) * 4U);
}

static bool read_ipv6(struct rest *rest, struct headers *headers)
{
	const uint8_t *ip = rest->at;

	if (!skip(rest, 40))
		return false;
	headers->source = address(AF_INET6, ip + 8);
	headers->destination = address(AF_INET6, ip + 24);
	headers->protocol = ip[6];
	return true;
}

/* The length of an extension header (of IPv4: AH alone); 0: it is none. */
static size_t extension_length(const struct headers *headers, const uint8_t *header)
{
	bool v6 = headers->source.family == AF_INET6;

	switch (headers->protocol) {
	case IPPROTO_AH: return (header[1] + 2U) * 4;
	case IPPROTO_FRAGMENT: return v6 ? 8 : 0;
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS: return v6 ? (header[1] + 1U) * 8 : 0;
	default: return 0;
	}
}

/* True if a transport header follows. */
static bool read_extensions(struct rest *rest, struct headers *headers)
{
	size_t length;

	while (rest->size >= 8 && (length = extension_length(headers, rest->at))) {
		const uint8_t *header = rest->at;
		bool later = headers->protocol == IPPROTO_FRAGMENT && read16(header + 2) & 0xfff8;

		headers->protocol = header[0];
		if (later || !skip(rest, length))
			return false;
	}
	return true;
}

static void read_transport(const struct rest *rest, struct headers *headers)
{
	bool icmp = headers->protocol ==
		    (headers->source.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	if (icmp && rest->size)
		headers->icmp_type = rest->at[0];
	if ((headers->protocol != IPPROTO_TCP && headers->protocol != IPPROTO_UDP) ||
	    rest->size < 4)
		return;
	headers->has_ports = true;
	headers->source_port = read16(rest->at);
	headers->destination_port = read16(rest->at + 2);
}

void headers_read(const uint8_t *frame, size_t size, struct headers *headers)
{
	struct rest rest = {frame, size};
	bool follows;

	*headers = (struct headers){.ethertype = -1, .protocol = -1, .icmp_type = -1};
	if (!read_link(&rest, headers))
		return;
	switch (headers->ethertype) {
	case ETHERTYPE_IPV4: follows = read_ipv4(&rest, headers); break;
	case ETHERTYPE_IPV6: follows = read_ipv6(&rest, headers); break;
	default: return;
	}
	if (follows && read_extensions(&rest, headers))
		read_transport(&rest, headers);
}
