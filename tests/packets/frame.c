/* SPDX-License-Identifier: GPL-2.0-only */
/* Builds test frames from their description in text. */
#include "frame.h"

#include <arpa/inet.h>
#include <glib.h>
#include <stdlib.h>
#include <string.h>

#define ETHERNET_SIZE 14
#define VLAN_SIZE     4

static void put16(struct frame *frame, size_t at, unsigned int value)
{
	frame->bytes[at] = value >> 8;
	frame->bytes[at + 1] = value;
}

static unsigned int get16(const struct frame *frame, size_t at)
{
	return frame->bytes[at] << 8 | frame->bytes[at + 1];
}

static unsigned int number(const char *value)
{
	return strtoul(value, NULL, 10);
}

/* "OFFSET/MORE", "TYPE/LEFT": the second number. */
static unsigned int second(const char *value)
{
	const char *slash = strchr(value, '/');

	g_assert(slash);
	return number(slash + 1);
}

/* Appends a header of that size, all 0, and returns where it begins. */
static size_t append(struct frame *frame, size_t size)
{
	g_assert(frame->size + size <= FRAME_MAX);
	frame->layer = frame->size;
	memset(frame->bytes + frame->size, 0, size);
	frame->size += size;
	return frame->layer;
}

static void add_vlan(struct frame *frame, const char *value)
{
	put16(frame, frame->next, strtoul(value, NULL, 16));
	append(frame, VLAN_SIZE);
	put16(frame, frame->layer, 0x2064); /* priority 1, VLAN 100 */
	frame->next = frame->layer + 2;
}

static void add_ethertype(struct frame *frame, const char *value)
{
	put16(frame, frame->next, strtoul(value, NULL, 16));
}

static void set_address(struct frame *frame, size_t at4, size_t at6, const char *text)
{
	size_t at = frame->ip + (frame->family == AF_INET ? at4 : at6);

	g_assert(inet_pton(frame->family, text, frame->bytes + at) == 1);
}

static void set_source(struct frame *frame, const char *value)
{
	set_address(frame, 12, 8, value);
}

static void set_destination(struct frame *frame, const char *value)
{
	set_address(frame, 16, 24, value);
}

static void add_ip4(struct frame *frame, const char *value)
{
	put16(frame, frame->next, 0x0800);
	frame->family = AF_INET;
	frame->ip = append(frame, 20);
	frame->bytes[frame->ip] = 0x45;
	frame->bytes[frame->ip + 6] = 0x40; /* don't fragment: no fragment */
	frame->bytes[frame->ip + 8] = 64;
	frame->next = frame->ip + 9;
	set_source(frame, FRAME_SOURCE4);
	set_destination(frame, FRAME_DESTINATION4);
}

static void add_ip6(struct frame *frame, const char *value)
{
	put16(frame, frame->next, 0x86dd);
	frame->family = AF_INET6;
	frame->ip = append(frame, 40);
	frame->bytes[frame->ip] = 0x6a; /* a traffic class beside the version */
	frame->bytes[frame->ip + 7] = 64;
	frame->next = frame->ip + 6;
	set_source(frame, FRAME_SOURCE6);
	set_destination(frame, FRAME_DESTINATION6);
}

static void add_options(struct frame *frame, const char *value)
{
	append(frame, number(value));
	frame->bytes[frame->ip] += number(value) / 4;
	memset(frame->bytes + frame->layer, 1, number(value)); /* no operation */
}

static void set_version(struct frame *frame, const char *value)
{
	frame->bytes[frame->ip] = number(value) << 4 | (frame->bytes[frame->ip] & 15);
}

static void set_ihl(struct frame *frame, const char *value)
{
	frame->bytes[frame->ip] = (frame->bytes[frame->ip] & 0xf0) | number(value);
}

static void set_total(struct frame *frame, const char *value)
{
	put16(frame, frame->ip + (frame->family == AF_INET ? 2 : 4), number(value));
	frame->stated = true;
}

static void set_fragment(struct frame *frame, const char *value)
{
	put16(frame, frame->ip + 6, second(value) << 13 | number(value));
}

/* In IPv6, behind the fragment header whose it is. */
static void set_id(struct frame *frame, const char *value)
{
	put16(frame, frame->family == AF_INET ? frame->ip + 4 : frame->layer + 6, number(value));
}

/* What follows the last header that states what follows it. */
static void add_protocol(struct frame *frame, const char *value)
{
	frame->bytes[frame->next] = number(value);
	frame->layer = frame->size;
}

static void add_header(struct frame *frame, const char *protocol, size_t size)
{
	add_protocol(frame, protocol);
	frame->next = append(frame, size);
	frame->bytes[frame->layer + 1] = size / 8 - 1;
}

static void add_hop(struct frame *frame, const char *value)
{
	add_header(frame, "0", number(value));
}

static void add_destination_options(struct frame *frame, const char *value)
{
	add_header(frame, "60", number(value));
}

static void add_ah(struct frame *frame, const char *value)
{
	add_header(frame, "51", number(value));
	frame->bytes[frame->layer + 1] = number(value) / 4 - 2;
}

static void add_route(struct frame *frame, const char *value)
{
	add_header(frame, "43", 24);
	frame->bytes[frame->layer + 2] = number(value);
	frame->bytes[frame->layer + 3] = second(value);
}

static void add_frag(struct frame *frame, const char *value)
{
	add_header(frame, "44", 8);
	frame->bytes[frame->layer + 1] = 77; /* reserved: ignored, not a length */
	put16(frame, frame->layer + 2, number(value) << 3 | second(value));
}

static void set_units(struct frame *frame, const char *value)
{
	frame->bytes[frame->layer + 1] = number(value);
}

static void set_from(struct frame *frame, const char *value)
{
	put16(frame, frame->layer, number(value));
}

static void set_to(struct frame *frame, const char *value)
{
	put16(frame, frame->layer + 2, number(value));
}

static void add_tcp(struct frame *frame, const char *value)
{
	add_protocol(frame, "6");
	append(frame, 20);
	frame->protocol = IPPROTO_TCP;
	frame->bytes[frame->layer + 12] = 5 << 4;
	frame->bytes[frame->layer + 13] = 2; /* SYN */
	set_from(frame, "40123");
}

static void add_udp(struct frame *frame, const char *value)
{
	add_protocol(frame, "17");
	append(frame, 8);
	frame->protocol = IPPROTO_UDP;
	set_from(frame, "40123");
}

static void add_icmp(struct frame *frame, const char *value)
{
	add_protocol(frame, "1");
	append(frame, 8);
	frame->bytes[frame->layer] = number(value);
}

static void add_icmp6(struct frame *frame, const char *value)
{
	add_protocol(frame, "58");
	append(frame, 8);
	frame->bytes[frame->layer] = number(value);
}

static void set_doff(struct frame *frame, const char *value)
{
	frame->bytes[frame->layer + 12] = number(value) << 4;
}

static void set_flags(struct frame *frame, const char *value)
{
	static const char letters[] = "FSRPAUEC"; /* from the lowest bit on */
	uint8_t flags = 0;

	for (; *value; value++)
		flags |= 1 << (strchr(letters, *value) - letters);
	frame->bytes[frame->layer + 13] = flags;
}

static void set_first(struct frame *frame, const char *value)
{
	g_assert(frame->size > frame->layer + 8);
	frame->bytes[frame->layer + 8] = strtoul(value, NULL, 16);
}

static void set_length(struct frame *frame, const char *value)
{
	put16(frame, frame->layer + 4, number(value));
	frame->measured = true;
}

/* Bytes that would be read as ports of an open segment, were they ever read. */
static void add_data(struct frame *frame, const char *value)
{
	size_t layer = frame->layer;

	memset(frame->bytes + append(frame, number(value)), 0xc4, number(value));
	frame->layer = layer;
}

/* Fills in the lengths that no word has set. */
static void close_lengths(struct frame *frame)
{
	if (frame->closed)
		return;
	frame->closed = true;
	if (frame->protocol == IPPROTO_UDP && !frame->measured)
		put16(frame, frame->layer + 4, frame->size - frame->layer);
	if (frame->stated || !frame->family)
		return;
	if (frame->family == AF_INET)
		put16(frame, frame->ip + 2, frame->size - frame->ip);
	else
		put16(frame, frame->ip + 4, frame->size - frame->ip - 40);
}

static void add_pad(struct frame *frame, const char *value)
{
	close_lengths(frame);
	add_data(frame, value);
}

static void cut(struct frame *frame, const char *value)
{
	close_lengths(frame);
	g_assert(number(value) <= frame->size);
	frame->size = number(value);
}

static const struct word {
	const char *name;
	void (*apply)(struct frame *frame, const char *value);
} words[] = {
	{"ethertype", add_ethertype},
	{"vlan", add_vlan},
	{"ip4", add_ip4},
	{"ip6", add_ip6},
	{"hop", add_hop},
	{"dest", add_destination_options},
	{"ah", add_ah},
	{"route", add_route},
	{"frag", add_frag},
	{"tcp", add_tcp},
	{"udp", add_udp},
	{"icmp", add_icmp},
	{"icmp6", add_icmp6},
	{"protocol", add_protocol},
	{"data", add_data},
	{"src", set_source},
	{"dst", set_destination},
	{"version", set_version},
	{"ihl", set_ihl},
	{"total", set_total},
	{"options", add_options},
	{"fragment", set_fragment},
	{"id", set_id},
	{"from", set_from},
	{"to", set_to},
	{"doff", set_doff},
	{"flags", set_flags},
	{"length", set_length},
	{"first", set_first},
	{"units", set_units},
	{"pad", add_pad},
	{"cut", cut},
};

static void apply(struct frame *frame, char *word)
{
	char *value = strchr(word, '=');

	if (value)
		*value++ = '\0';
	for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
		if (!strcmp(words[i].name, word)) {
			words[i].apply(frame, value);
			return;
		}
	}
	g_error("no word '%s' in the language of test frames", word);
}

void frame_build(struct frame *frame, const char *text)
{
	g_auto(GStrv) list = g_strsplit(text, " ", -1);

	memset(frame, 0, sizeof(*frame));
	append(frame, ETHERNET_SIZE);
	frame->next = ETHERNET_SIZE - 2;
	for (char **word = list; *word; word++) {
		if (**word)
			apply(frame, *word);
	}
	close_lengths(frame);
}

/* The IP length by the header's own word, if that is possible in a frame with `held` bytes. */
static uint32_t stated_length(const struct frame *frame, size_t held)
{
	const uint8_t *ip = frame->bytes + frame->ip;
	uint32_t total;

	if (frame->family == AF_INET) {
		total = held >= 20 ? get16(frame, frame->ip + 2) : 0;
		if (*ip >= 0x45 && *ip <= 0x4f && total >= (*ip & 15) * 4U && total <= held)
			return total;
	} else if (frame->family == AF_INET6) {
		total = held >= 40 ? 40 + get16(frame, frame->ip + 4) : 0;
		if (*ip >> 4 == 6 && total >= 40 && total <= held)
			return total;
	}
	return 0;
}

uint32_t frame_length(const struct frame *frame, bool *holds)
{
	size_t link = ETHERNET_SIZE;
	uint32_t stated;

	for (int tags = 0; tags < 2; tags++) {
		unsigned int type = get16(frame, link - 2);

		if (type == 0x8100 || type == 0x88a8)
			link += VLAN_SIZE;
		if (link > frame->size)
			break;
	}
	*holds = false;
	if (link > frame->size)
		return 0;
	stated = frame->ip == link ? stated_length(frame, frame->size - link) : 0;
	*holds = stated;
	return stated ? stated : frame->size - link;
}

uint16_t frame_destination_port(const struct frame *frame)
{
	return get16(frame, frame->layer + 2);
}
