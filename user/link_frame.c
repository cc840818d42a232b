/* SPDX-License-Identifier: GPL-2.0-only */
/* Puts an Ethernet header in place of others, and zeros in place of what was not captured. */
#include "link_frame.h"

#include <linux/if_arp.h>
#include <netinet/in.h>
#include <string.h>

#define ETHERNET_SIZE 14
#define ETHERTYPE_AT  12
#define MAC_SIZE      6

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_VLAN = 0x8100,
	ETHERTYPE_IPV6 = 0x86dd,
	ETHERTYPE_SERVICE_VLAN = 0x88a8,
};

/* Of a cooked header; the types of packets are those of <linux/if_packet.h>. */
#define COOKED_OUTGOING 4

/* Where its fields are; all but the last two are of 16 bits. */
static const struct cooked {
	size_t size, device, ethertype, type, type_size, address;
} cooked[] = {
	[LINK_COOKED] = {16, 2, 14, 0, 2, 6},
	[LINK_COOKED2] = {20, 8, 0, 10, 1, 12},
};

static uint16_t read16(const uint8_t *at)
{
	return (uint16_t)(at[0] << 8 | at[1]);
}

static void write16(uint8_t *at, size_t value)
{
	at[0] = (uint8_t)(value >> 8);
	at[1] = (uint8_t)value;
}

/* The devices whose packets have something else in the place of the EtherType. */
static bool has_ethertypes(uint16_t device)
{
	switch (device) {
	case ARPHRD_FRAD:
	case ARPHRD_IEEE80211_RADIOTAP:
	case ARPHRD_NETLINK: return false;
	default: return true;
	}
}

static bool read_cooked(const struct cooked *fields, const uint8_t *bytes, size_t captured,
			uint8_t header[ETHERNET_SIZE], enum way *way)
{
	uint16_t type;

	if (captured < fields->size || !has_ethertypes(read16(bytes + fields->device)))
		return false;
	type = fields->type_size == 1 ? bytes[fields->type] : read16(bytes + fields->type);
	*way = type == COOKED_OUTGOING ? WAY_OUT : WAY_IN;
	/* the sender's is the only address that it has */
	memcpy(header + MAC_SIZE, bytes + fields->address, MAC_SIZE);
	memcpy(header + ETHERTYPE_AT, bytes + fields->ethertype, sizeof(type));
	return true;
}

/* What is of neither version the program has to find malformed. */
static bool read_ip(const uint8_t *bytes, size_t captured, uint8_t header[ETHERNET_SIZE])
{
	if (!captured)
		return false;
	write16(header + ETHERTYPE_AT, *bytes >> 4 == 6 ? ETHERTYPE_IPV6 : ETHERTYPE_IPV4);
	return true;
}

bool link_frame_read(enum link_type type, const uint8_t *bytes, size_t captured, size_t length,
		     uint8_t *room, struct link_frame *frame)
{
	uint8_t header[ETHERNET_SIZE] = {};
	size_t skipped = 0, added = ETHERNET_SIZE;
	bool read = true;

	*frame = (struct link_frame){.bytes = bytes, .captured = captured, .length = length};
	switch (type) {
	case LINK_ETHERNET:
		read = captured >= ETHERNET_SIZE;
		added = 0;
		break;
	case LINK_COOKED:
	case LINK_COOKED2:
		skipped = cooked[type].size;
		read = read_cooked(&cooked[type], bytes, captured, header, &frame->way);
		break;
	case LINK_IP: read = read_ip(bytes, captured, header); break;
	}
	if (!read || length < captured || length - skipped + added > LINK_FRAME_MAX)
		return false;
	if (type == LINK_ETHERNET && captured == length)
		return true;
	frame->bytes = room;
	frame->captured = captured - skipped + added;
	frame->length = length - skipped + added;
	memcpy(room, header, added);
	memcpy(room + added, bytes + skipped, captured - skipped);
	memset(room + frame->captured, 0, frame->length - frame->captured);
	return true;
}

/* Where the IP header stands; 0 if there is none. */
static size_t find_ip(const uint8_t *frame, size_t size)
{
	size_t at = ETHERTYPE_AT;
	uint16_t ethertype = read16(frame + at);

	while ((ethertype == ETHERTYPE_VLAN || ethertype == ETHERTYPE_SERVICE_VLAN) &&
	       at + 4 + 2 <= size) {
		at += 4;
		ethertype = read16(frame + at);
	}
	return ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6 ? at + 2 : 0;
}

/* UDP's own length, where it follows at once and in one piece. */
static void trim_udp(uint8_t *udp, size_t size)
{
	if (size >= 8 && read16(udp + 4) > size)
		write16(udp + 4, size);
}

static void trim_ip(uint8_t *ip, size_t size)
{
	size_t header = *ip >> 4 == 6 ? 40 : (*ip & 15) * 4U;
	bool v6 = *ip >> 4 == 6;

	if (size < 40 || header < 20 || header > size)
		return;
	if (v6 && read16(ip + 4) > size - header)
		write16(ip + 4, size - header);
	else if (!v6 && read16(ip + 2) > size)
		write16(ip + 2, size);
	if (ip[v6 ? 6 : 9] == IPPROTO_UDP && (v6 || !(read16(ip + 6) & 0x3fff)))
		trim_udp(ip + header, size - header);
}

void link_frame_trim(struct link_frame *frame, size_t size, uint8_t *room)
{
	size_t ip;

	if (frame->length <= size)
		return;
	if (frame->bytes != room)
		memcpy(room, frame->bytes, size);
	frame->bytes = room;
	frame->length = size;
	frame->captured = frame->captured < size ? frame->captured : size;
	ip = find_ip(room, size);
	if (ip)
		trim_ip(room + ip, size - ip);
}
