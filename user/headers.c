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
	bool cut; /* it ended before what was looked for */
};

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

/* Whether there are so many bytes. */
static bool has(struct rest *rest, size_t size)
{
	rest->cut |= rest->size < size;
	return rest->size >= size;
}

static bool skip(struct rest *rest, size_t size)
{
	if (!has(rest, size))
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
	if (!skip(rest, ETHERTYPE_AT) || !has(rest, 2))
		return false;
	headers->ethertype = read16(rest->at);
	while (headers->ethertype == ETHERTYPE_VLAN ||
	       headers->ethertype == ETHERTYPE_SERVICE_VLAN) {
		if (!skip(rest, 4) || !has(rest, 2))
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

	if (!has(rest, 20))
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

/* Whether an extension header follows (of IPv4: AH alone). */
static bool is_extension(const struct headers *headers)
{
	bool v6 = headers->source.family == AF_INET6;

	switch (headers->protocol) {
	case IPPROTO_AH: return true;
	case IPPROTO_FRAGMENT:
	case IPPROTO_HOPOPTS:
	case IPPROTO_ROUTING:
	case IPPROTO_DSTOPTS: return v6;
	default: return false;
	}
}

static size_t extension_length(const struct headers *headers, const uint8_t *header)
{
	switch (headers->protocol) {
	case IPPROTO_AH: return (header[1] + 2U) * 4;
	case IPPROTO_FRAGMENT: return 8;
	default: return (header[1] + 1U) * 8;
	}
}

/* True if a transport header follows. */
static bool read_extensions(struct rest *rest, struct headers *headers)
{
	while (is_extension(headers) && has(rest, 8)) {
		const uint8_t *header = rest->at;
		size_t length = extension_length(headers, header);
		bool later = headers->protocol == IPPROTO_FRAGMENT && read16(header + 2) & 0xfff8;

		headers->protocol = header[0];
		if (later || !skip(rest, length))
			return false;
	}
	return !is_extension(headers);
}

/* How many bytes a program may read that judges by ports: of TCP up to its flags. */
static size_t transport_size(const struct rest *rest, const struct headers *headers)
{
	if (headers->protocol == IPPROTO_TCP)
		return 14;
	return rest->size >= 6 && read16(rest->at + 4) <= 8 ? 8 : 9;
}

static void read_transport(struct rest *rest, struct headers *headers)
{
	bool icmp = headers->protocol ==
		    (headers->source.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6);

	if (icmp && has(rest, 1))
		headers->icmp_type = rest->at[0];
	if (headers->protocol != IPPROTO_TCP && headers->protocol != IPPROTO_UDP)
		return;
	has(rest, transport_size(rest, headers));
	if (rest->size < 4)
		return;
	headers->has_ports = true;
	headers->source_port = read16(rest->at);
	headers->destination_port = read16(rest->at + 2);
}

void headers_read(const uint8_t *frame, size_t size, struct headers *headers)
{
	struct rest rest = {.at = frame, .size = size};
	bool follows = false;

	*headers = (struct headers){.ethertype = -1, .protocol = -1, .icmp_type = -1};
	if (read_link(&rest, headers)) {
		switch (headers->ethertype) {
		case ETHERTYPE_IPV4: follows = read_ipv4(&rest, headers); break;
		case ETHERTYPE_IPV6: follows = read_ipv6(&rest, headers); break;
		}
	}
	if (follows && read_extensions(&rest, headers))
		read_transport(&rest, headers);
	headers->whole = !rest.cut;
}
