/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes frames layer by layer, then has some of them spoilt: a length, a bit, the end. */
#include "making.h"

#include <sys/socket.h>

#define ETHERNET_SIZE 14
#define LEAVES_MAX    3500

size_t append(struct making *making, size_t size, bool noise)
{
	struct generated *frame = making->frame;
	size_t at = frame->size;

	if (size > GENERATED_MAX - at)
		size = GENERATED_MAX - at;
	for (size_t i = 0; i < size; i++)
		frame->bytes[at + i] = noise ? any(making) : 0;
	frame->size += size;
	return at;
}

static void add_tags(struct making *making)
{
	static const uint16_t kinds[] = {0x8100, 0x8100, 0x8100, 0x88a8, 0x88a8, 0x88a8};
	static const uint8_t counts[] = {0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 2, 2};

	int tags = percent(making, 5) ? 3 + percent(making, 30) : PICK(making, counts);

	for (; tags > 0; tags--) {
		put16(making, making->next, percent(making, 98) ? PICK(making, kinds) : 0x9100);
		making->next = append(making, 4, true) + 2;
	}
}

static void add_other(struct making *making)
{
	static const uint16_t types[] = {0x0806, 0x88cc, 0x8809, 0x0026, 0x05ff, 0x8863, 0x8864,
					 0x8847, 0x8848, 0x8035, 0x8846, 0x8849, 0x8865, 0x0008,
					 0xdd86, 0x9100, 0x86dc, 0x0801, 0x0000, 0xffff};

	put16(making, making->next, percent(making, 90) ? PICK(making, types) : any(making));
	append(making, below(making, 80), true);
}

static void add_ip4(struct making *making)
{
	uint8_t *bytes = making->frame->bytes;
	size_t options = percent(making, 70) ? 0 : 4 * below(making, 11);
	unsigned int flags = 0x4000;

	put16(making, making->next, 0x0800);
	making->family = AF_INET;
	making->ip = append(making, 20, true);
	bytes[making->ip] = 0x45 + options / 4;
	if (percent(making, 12)) {
		static const uint16_t fragments[] = {0x2000, 0x2000, 0x2000, 0x2000, 0x2001,
						     0x0001, 0x1fff, 0x3fff, 0x1000, 0x0100,
						     0x8000, 0xc000, 0x6000};
		flags = percent(making, 80) ? PICK(making, fragments) : any(making);
	}
	put16(making, making->ip + 6, flags);
	making->next = making->ip + 9;
	put_addresses(making);
	append(making, options, true);
	making->stated = making->ip + 6;
	making->part = flags & 0x3fff ? making->frame->size : 0;
}

static void add_ip6(struct making *making)
{
	put16(making, making->next, 0x86dd);
	making->family = AF_INET6;
	making->ip = append(making, 40, true);
	making->frame->bytes[making->ip] = 0x60 | below(making, 16);
	making->next = making->ip + 6;
	put_addresses(making);
}

static void follow(struct making *making, uint8_t protocol)
{
	making->frame->bytes[making->next] = protocol;
	making->protocol = protocol;
}

static void add_extension(struct making *making, uint8_t protocol)
{
	static const uint16_t offsets[] = {0, 0, 0, 1, 1,     1,      1,     2,
					   4, 6, 8, 9, 0x100, 0xfff8, 0x8001};
	uint8_t *bytes = making->frame->bytes;
	size_t units = percent(making, 95) ? below(making, 4) : below(making, 256);
	size_t size = protocol == 51 ? 12 + 4 * units : protocol == 44 ? 8 : 8 * (units + 1);

	follow(making, protocol);
	making->extension = making->next = append(making, size, true);
	if (protocol != 44)
		bytes[making->extension + 1] = protocol == 51 ? units + 1 : units;
	if (protocol == 44) {
		put16(making, making->extension + 2, PICK(making, offsets));
		making->stated = making->extension + 2;
		making->part = making->frame->size;
	}
	if (protocol == 43) {
		bytes[making->extension + 2] = below(making, 6);
		bytes[making->extension + 3] = percent(making, 70) ? 0 : below(making, 256);
	}
}

static void add_chain(struct making *making)
{
	static const uint8_t kinds[] = {60, 60, 60, 51, 51, 43, 44, 44, 44, 0};
	uint32_t count = percent(making, 60)   ? 0
			 : percent(making, 80) ? 1 + below(making, 3)
					       : 6 + below(making, 5);

	if (making->family == AF_INET || making->turn)
		count = percent(making, 85) ? 0 : count;
	if (making->family == AF_INET6 && making->turn && percent(making, 12))
		add_extension(making, 44);
	for (uint32_t i = 0; i < count; i++) {
		if (making->family == AF_INET && percent(making, 95))
			add_extension(making, 51);
		else if (i == 0 && percent(making, 40))
			add_extension(making, 0);
		else if (count > 4 && percent(making, 90))
			add_extension(making, 60);
		else
			add_extension(making, PICK(making, kinds));
	}
}

static void add_data(struct making *making)
{
	size_t size = percent(making, 70)   ? below(making, 40)
		      : percent(making, 97) ? below(making, 1500)
					    : below(making, 9000);

	append(making, size, true);
}

static void add_tcp(struct making *making)
{
	size_t options = percent(making, 70) ? 0 : 4 * below(making, 11);

	follow(making, 6);
	making->transport = append(making, 20, true);
	put_ports(making);
	making->frame->bytes[making->transport + 12] = (5 + options / 4) << 4 | below(making, 16);
	if (making->turn)
		making->frame->bytes[making->transport + 13] = making->turn->flags;
	append(making, options, true);
	if (percent(making, 80))
		add_data(making);
}

/* The length of a datagram of a conversation leaves some of its bytes out, at times all. */
static size_t some_length(struct making *making)
{
	size_t whole = making->frame->size - making->transport;

	if (making->turn && percent(making, 5))
		return percent(making, 50) ? 8 : 8 + below(making, whole - 7);
	return whole;
}

static void add_udp(struct making *making)
{
	follow(making, 17);
	making->transport = append(making, 8, true);
	put_ports(making);
	if (percent(making, 80))
		add_data(making);
	if (making->turn && making->frame->size > making->transport + 8)
		making->frame->bytes[making->transport + 8] = making->turn->first;
	put16(making, making->transport + 4, some_length(making));
}

static void add_icmp(struct making *making)
{
	static const uint8_t types4[] = {0, 3, 8, 11, 12, 1, 2, 4, 5, 9, 10, 13, 14, 17, 18, 30};
	static const uint8_t types6[] = {1,   2,   3,   4,   128, 129, 130, 131, 132, 133, 134, 135,
					 136, 141, 142, 143, 148, 149, 151, 152, 153, 0,   5,   127,
					 137, 138, 140, 144, 147, 150, 154, 255, 200, 100};
	bool is4 = (making->family == AF_INET) == percent(making, 97);
	uint8_t type = is4 ? PICK(making, types4) : PICK(making, types6);

	follow(making, is4 ? 1 : 58);
	making->transport = append(making, 8, true);
	making->frame->bytes[making->transport] = percent(making, 90) ? type : any(making);
	add_data(making);
}

static void add_protocol(struct making *making)
{
	static const uint8_t protocols[] = {50,  47, 132, 33, 4,   41,  255, 2,
					    112, 59, 135, 89, 139, 140, 253, 46};

	follow(making, percent(making, 80) ? PICK(making, protocols) : any(making));
	add_data(making);
}

static void add_transport(struct making *making)
{
	uint32_t which = below(making, 100);

	if (making->turn)
		which = making->turn->protocol == 6 ? 0 : 50;
	if (which < 40)
		add_tcp(making);
	else if (which < 75)
		add_udp(making);
	else if (which < 90)
		add_icmp(making);
	else if (which < 98)
		add_protocol(making);
}

void close_lengths(struct making *making)
{
	size_t size = making->frame->size - making->ip;

	if (making->family == AF_INET)
		put16(making, making->ip + 2, size);
	else
		put16(making, making->ip + 4, size - 40);
}

/* Whole units of a part, where it is one; the lengths; what stands behind the packet. */
static void close_packet(struct making *making)
{
	if (making->part && percent(making, 90))
		append(making, -(making->frame->size - making->part) % 8, true);
	close_lengths(making);
	if (percent(making, 20))
		append(making, below(making, 60), true);
}

static bool is_ip4(struct making *making)
{
	return making->turn ? making->turn->family == AF_INET : percent(making, 50);
}

/* What goes wrong with a frame of a conversation is mostly that it is the wrong one. */
static uint32_t share(const struct making *making, uint32_t of_single)
{
	return making->turn ? of_single / 3 : of_single;
}

static void make(struct making *making)
{
	append(making, ETHERNET_SIZE, false);
	if (!making->turn || percent(making, 30))
		add_tags(making);
	if (!making->turn && percent(making, 5)) {
		add_other(making);
		return;
	}
	if (is_ip4(making))
		add_ip4(making);
	else
		add_ip6(making);
	add_chain(making);
	add_transport(making);
	close_packet(making);
	if (percent(making, share(making, 20)))
		spoil(making);
}

/* A frame that stands by itself enters, but for a few. */
static void send_off(struct making *making)
{
	static const uint8_t ways[] = {GENERATED_SENT, GENERATED_SENT, GENERATED_FORWARDED,
				       GENERATED_RETURNED};
	struct generated *frame = making->frame;

	frame->age = making->turn ? making->turn->age : 0;
	if (making->turn)
		frame->way = making->turn->way;
	else
		frame->way = percent(making, 10) ? PICK(making, ways) : GENERATED_ENTERS;
}

/* The kernel makes no skb of more than a page, nor of an IP header that is cut short. */
static bool can_leave(const struct generated *frame)
{
	uint16_t type = frame->bytes[12] << 8 | frame->bytes[13];
	size_t header = type == 0x0800 ? 20 : type == 0x86dd ? 40 : 1;

	return frame->size >= ETHERNET_SIZE + header && frame->size <= LEAVES_MAX;
}

/*
 * Where chance begins: splitmix64 (Steele, Lea, Flood, 2014). A policy gets the numbers of one
 * remainder, so numbers that have something in common must begin as differently as any.
 */
static uint64_t mix(uint64_t seed, uint64_t number)
{
	uint64_t mixed = seed * 0xd1342543de82ef95ULL + number * 0x9e3779b97f4a7c15ULL;

	mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9ULL;
	mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111ebULL;
	return mixed ^ mixed >> 31;
}

struct making begin(struct generated *frame, uint64_t seed, uint64_t number)
{
	return (struct making){
		.frame = frame,
		.state = mix(seed, number) | 1,
		.next = ETHERNET_SIZE - 2,
	};
}

/* As it comes out of the workshop, whole or with one thing wrong. */
static struct making begin_and_make(struct generated *frame, uint64_t seed, uint64_t number,
				    struct turn *turn)
{
	struct making making = begin(frame, seed, number);

	frame->size = 0;
	making.turn = take_turn(turn, seed, number) ? turn : NULL;
	make(&making);
	send_off(&making);
	return making;
}

void generate(struct generated *frame, uint64_t seed, uint64_t number)
{
	struct turn turn;
	struct making making;
	bool follows = false;

	if (number / GENERATED_TURN % 2) {
		making = begin_and_make(frame, seed, number - GENERATED_TURN, &turn);
		follows = making.part && making.part < frame->size;
	}
	if (follows) {
		follow_up(&making);
		frame->age = 0;
	} else {
		making = begin_and_make(frame, seed, number, &turn);
	}
	if (percent(&making, share(&making, 12)))
		frame->size = ETHERNET_SIZE + below(&making, frame->size - ETHERNET_SIZE + 1);
	if (percent(&making, share(&making, 12)))
		mutate(&making);
	if (!can_leave(frame))
		frame->way = GENERATED_ENTERS;
}
