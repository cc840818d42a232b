/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Conversations: a server, a peer and two ports, between which frames go back and forth in any
 * order; some are of another conversation that is nearly the same one.
 */
#include "making.h"

#include <string.h>
#include <sys/socket.h>

#define TCP 6
#define UDP 17

struct talk {
	int family;
	const char *server, *peer;
	uint8_t protocol;
	uint16_t server_port, peer_port;
	bool slow; /* time passes */
};

/* With servers of all profiles: what they ask, what they are asked; who is asked has a low port. */
static const struct subject {
	uint8_t protocol;
	uint16_t server_port, peer_port;
} subjects[] = {
	{TCP, 40123, 443},   {TCP, 40123, 80},    {TCP, 40123, 8443},  {TCP, 40123, 40122},
	{TCP, 40123, 40123}, {TCP, 40123, 50001}, {TCP, 40123, 1},     {TCP, 40123, 1023},
	{TCP, 40123, 1024},  {UDP, 40123, 53},    {UDP, 40123, 123},   {UDP, 40123, 5353},
	{UDP, 40123, 1},     {UDP, 40123, 1023},  {UDP, 40123, 1024},  {UDP, 123, 123},
	{TCP, 443, 40123},   {TCP, 443, 442},     {TCP, 442, 40123},   {TCP, 442, 441},
	{TCP, 22, 40123},    {TCP, 22, 21},       {UDP, 161, 40123},   {UDP, 161, 162},
	{UDP, 3478, 40123},  {UDP, 3478, 53},     {UDP, 55000, 50002}, {UDP, 3479, 40123},
	{UDP, 3479, 0},      {UDP, 68, 67},       {UDP, 546, 547},     {UDP, 67, 68},
	{TCP, 8080, 40123},  {TCP, 8080, 80},     {TCP, 50000, 443},
};

/* With the server whose ports are guarded. */
static const struct subject guarded[] = {
	{TCP, 5061, 40123},  {TCP, 5061, 443},   {TCP, 8443, 40123},  {TCP, 8443, 443},
	{TCP, 5060, 40123},  {UDP, 5060, 40123}, {UDP, 5060, 5060},   {UDP, 5060, 53},
	{UDP, 50000, 40123}, {UDP, 50099, 3478}, {UDP, 50050, 50050}, {UDP, 50000, 53},
	{UDP, 51000, 40123}, {UDP, 51000, 3478}, {UDP, 3478, 40123},  {TCP, 443, 40123},
	{UDP, 49999, 40123}, {UDP, 50100, 53},   {TCP, 40123, 443},
};

static const char *const servers4[] = {"10.0.1.11", "10.0.1.11",  "10.0.1.12", "10.0.1.13",
				       "10.0.1.13", "10.0.1.14",  "10.9.7.1",  "10.9.6.1",
				       "10.0.1.21", "192.0.2.200"};
static const char *const servers6[] = {"2001:db8:1::11",  "2001:db8:1::11",  "2001:db8:1::12",
				       "2001:db8:1::13",  "2001:db8:1::13",  "2001:db8:1::14",
				       "2001:db8:9:7::1", "2001:db8:9:6::1", "2001:db8:1::21",
				       "2001:db8:f::200"};
static const char *const guarded4[] = {"10.0.1.21", "10.0.1.21", "10.9.21.1"};
static const char *const guarded6[] = {"2001:db8:1::21", "2001:db8:1::21", "2001:db8:9:21::1"};

/* Among them those that guards and Management name, and their neighbours. */
static const char *const peers4[] = {"192.0.2.7",      "192.0.2.7",    "192.0.2.7",
				     "192.0.2.8",      "198.51.100.7", "198.51.100.127",
				     "198.51.100.128", "203.0.113.9",  "203.0.113.255",
				     "203.0.114.0",    "10.0.1.12"};
static const char *const peers6[] = {"2001:db8:f::7",
				     "2001:db8:f::7",
				     "2001:db8:f::8",
				     "2001:db8:f:0:1::7",
				     "2001:db8:f:1::7",
				     "2001:db8:aa::7",
				     "2001:db8:aa:8000::7",
				     "2001:db8:cc:ffff::9",
				     "2001:db8:cd::",
				     "2001:db8:1::12",
				     "fe80::7"};

/* Nobody is there to talk to. */
static const char *const nobody4[] = {"224.0.0.18", "239.1.2.3", "240.0.0.1", "255.255.255.255",
				      "127.0.0.1",  "0.0.0.0",   "0.1.2.3"};
static const char *const nobody6[] = {"ff02::1", "ff0e::7", "::1", "::", "::ffff:192.0.2.7"};

static const char *a_server(struct making *chance, int family)
{
	return family == AF_INET ? PICK(chance, servers4) : PICK(chance, servers6);
}

static const char *a_peer(struct making *chance, int family)
{
	if (percent(chance, 4))
		return family == AF_INET ? PICK(chance, nobody4) : PICK(chance, nobody6);
	return family == AF_INET ? PICK(chance, peers4) : PICK(chance, peers6);
}

static struct talk begin_talk(struct making *chance)
{
	bool guards = percent(chance, 35);
	const struct subject *subject = guards ? &PICK(chance, guarded) : &PICK(chance, subjects);
	struct talk talk = {
		.family = percent(chance, 50) ? AF_INET : AF_INET6,
		.protocol = subject->protocol,
		.server_port = subject->server_port,
		.peer_port = subject->peer_port,
	};

	talk.server = a_server(chance, talk.family);
	if (guards)
		talk.server =
			talk.family == AF_INET ? PICK(chance, guarded4) : PICK(chance, guarded6);
	talk.peer = a_peer(chance, talk.family);
	talk.slow = percent(chance, 25);
	return talk;
}

/* As someone beside it would be. */
static uint16_t beside(struct making *chance, uint16_t port)
{
	static const int by[] = {1, -1, 256, 2};

	return port + PICK(chance, by);
}

/* Another address of the same host's 64 bits, where it is of a host that talks often. */
static const char *privately(const char *peer)
{
	static const char *const addresses[] = {"2001:db8:f::7", "2001:db8:f::8"};

	return !strcmp(peer, addresses[0])   ? addresses[1]
	       : !strcmp(peer, addresses[1]) ? addresses[0]
					     : peer;
}

static void stray(struct making *chance, struct talk *talk)
{
	uint16_t port = talk->server_port;

	switch (below(chance, 6)) {
	case 0: talk->server = a_server(chance, talk->family); break;
	case 1: talk->peer = a_peer(chance, talk->family); break;
	case 2: talk->server_port = beside(chance, talk->server_port); break;
	case 3: talk->peer_port = beside(chance, talk->peer_port); break;
	case 4: talk->protocol = talk->protocol == TCP ? UDP : TCP; break;
	case 5:
		talk->server_port = talk->peer_port;
		talk->peer_port = port;
		break;
	}
}

static uint8_t some_flags(struct making *chance)
{
	static const uint8_t flags[] = {0x02, 0x02, 0x02, 0x02, 0x12, 0x12, 0x10,
					0x10, 0x10, 0x18, 0x18, 0x11, 0x11, 0x14,
					0x04, 0xc2, 0x00, 0x01, 0x03, 0x06, 0x13};

	return percent(chance, 95) ? PICK(chance, flags) : any(chance);
}

/* The ends of what RFC 7983 tells apart. */
static uint8_t some_first(struct making *chance)
{
	static const uint8_t firsts[] = {0,  3,  4,  15,  16,  19,  20,  63,
					 64, 79, 80, 127, 128, 191, 192, 255};

	return percent(chance, 80) ? PICK(chance, firsts) : any(chance);
}

/*
 * Flows live 120, 240 and 7440 seconds. Time passes in steps of 50, so that none ends within 20
 * seconds of a frame, and the machine may take its time.
 */
static uint32_t some_age(struct making *chance, const struct talk *talk)
{
	static const uint16_t ages[] = {50, 50, 50, 50, 100, 100, 150, 200, 250, 7300, 7450};

	return talk->slow && percent(chance, 20) ? PICK(chance, ages) : 0;
}

static void put_ends(struct turn *turn, const struct talk *talk)
{
	bool enters = turn->way == GENERATED_ENTERS;

	turn->family = talk->family;
	turn->protocol = talk->protocol;
	turn->source = enters ? talk->peer : talk->server;
	turn->destination = enters ? talk->server : talk->peer;
	turn->from = enters ? talk->peer_port : talk->server_port;
	turn->to = enters ? talk->server_port : talk->peer_port;
}

static void draw(struct making *chance, struct turn *turn, const struct talk *talk)
{
	static const uint8_t ways[] = {GENERATED_SENT, GENERATED_SENT, GENERATED_SENT,
				       GENERATED_FORWARDED, GENERATED_RETURNED};

	turn->way = percent(chance, 45) ? PICK(chance, ways) : GENERATED_ENTERS;
	turn->flags = some_flags(chance);
	turn->first = some_first(chance);
	turn->age = some_age(chance, talk);
}

/* Parts the chances of a conversation, of a turn in it and of the frame. */
#define OF_TALKS 0x7461c6b5d3a2ULL
#define OF_TURNS 0x2b7e151628aeULL

bool take_turn(struct turn *turn, uint64_t seed, uint64_t number)
{
	uint64_t lane = number % GENERATED_TURN, step = number / GENERATED_TURN;
	uint64_t which = step / GENERATED_TALK * GENERATED_TURN + lane;
	struct making chance = begin(NULL, seed ^ OF_TALKS, which);
	struct talk talk;

	if (percent(&chance, 50))
		return false;
	talk = begin_talk(&chance);
	chance = begin(NULL, seed ^ OF_TURNS, number);
	if (percent(&chance, 20))
		stray(&chance, &talk);
	if (percent(&chance, 20))
		talk.peer = privately(talk.peer);
	draw(&chance, turn, &talk);
	put_ends(turn, &talk);
	return true;
}
