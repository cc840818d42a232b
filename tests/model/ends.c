/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and ports: as a conversation says, else good ones and those beside them. */
#include "making.h"

#include <arpa/inet.h>

static void put_address(struct making *making, size_t at4, size_t at6, const char *text)
{
	size_t at = making->ip + (making->family == AF_INET ? at4 : at6);

	inet_pton(making->family, text, making->frame->bytes + at);
}

static const char *const sources4[] = {
	"192.0.2.7",       "192.0.2.7",       "198.51.100.0", "198.51.100.255",  "198.51.99.255",
	"198.51.101.0",    "0.0.0.0",         "0.0.0.0",      "0.0.0.1",         "0.255.255.255",
	"1.0.0.0",         "126.255.255.255", "127.0.0.0",    "127.0.0.1",       "127.255.255.255",
	"128.0.0.0",       "223.255.255.255", "224.0.0.0",    "239.255.255.255", "240.0.0.0",
	"255.255.255.254", "255.255.255.255", "10.0.1.11",    "10.0.1.12",
};
static const char *const sources6[] = {
	"2001:db8:f::7",
	"2001:db8:aa::",
	"2001:db8:aa:ffff:ffff::1",
	"2001:db8:ab::1",
	"::",
	"::",
	"::1",
	"::2",
	"ff00::",
	"ff02::1",
	"feff:ffff::1",
	"fe80::1",
	"::ffff:0:0",
	"::ffff:10.0.1.1",
	"::fffe:ffff:1",
	"::1:0:0",
	"::1:ffff:1:1",
	"0:0:0:1::1",
	"1::",
	"2001:db8:1::11",
	"ffff::",
	"::100:0:0:0",
	"::ffff:ffff:ffff",
	"2001:db8:1::12",
};
static const char *const destinations4[] = {
	"10.0.1.11",       "10.0.1.11", "10.0.1.12",  "10.0.1.13",  "10.0.1.14",  "10.9.0.0",
	"10.9.255.255",    "10.9.7.0",  "10.9.7.255", "10.9.6.255", "10.9.8.0",   "10.8.255.255",
	"10.10.0.0",       "10.0.1.15", "11.1.0.10",  "192.0.2.7",  "224.0.0.18", "239.1.2.3",
	"255.255.255.255", "0.0.0.0",   "0.1.2.3",    "127.0.0.1",  "1.0.0.0",    "126.255.255.255",
	"128.0.0.0",       "240.0.0.1",
};
static const char *const destinations6[] = {
	"2001:db8:1::11",
	"2001:db8:1::11",
	"2001:db8:1::12",
	"2001:db8:1::13",
	"2001:db8:1::14",
	"2001:db8:9::",
	"2001:db8:9:7::",
	"2001:db8:9:7:ffff:ffff:ffff:ffff",
	"2001:db8:9:6::1",
	"2001:db8:9:8::",
	"2001:db8:a::",
	"2001:db8:8:ffff:ffff::1",
	"2001:db8:1::15",
	"2001:db8:1:1::11",
	"ff02::1:ff00:11",
	"ff02::16",
	"::",
	"::1",
	"::2",
	"::ffff:10.0.1.11",
	"::fffe:10.0.1.11",
	"2001:db8:f::7",
};

/* Half of them between a plain source and a server, so that what else is wrong comes to be seen. */
void put_addresses(struct making *making)
{
	const struct turn *turn = making->turn;
	bool is4 = making->family == AF_INET;
	const char *source = is4 ? sources4[0] : sources6[0];
	const char *destination = is4 ? destinations4[0] : destinations6[0];

	if (percent(making, 40))
		source = is4 ? PICK(making, sources4) : PICK(making, sources6);
	if (percent(making, 40))
		destination = is4 ? PICK(making, destinations4) : PICK(making, destinations6);
	if (percent(making, 5))
		source = is4 ? "198.51.100.7" : "2001:db8:aa::7"; /* Management's */
	put_address(making, 12, 8, turn ? turn->source : source);
	put_address(making, 16, 24, turn ? turn->destination : destination);
}

static uint16_t port(struct making *making)
{
	static const uint16_t ports[] = {
		443,   443,   443,   442,   444,   5061,  5060,  5062,  3478,  3477, 3479, 49152,
		49151, 57500, 57501, 50000, 49999, 59999, 60000, 22,    161,   68,   67,   546,
		547,   8080,  0,     1,     9,     10,    65535, 38413, 47873, 40123};

	if (percent(making, 30))
		return making->protocol == 6 ? 443 : 3478;
	if (percent(making, 10))
		return making->protocol == 6 ? 22 : 161;
	return percent(making, 95) ? PICK(making, ports) : any(making);
}

void put_ports(struct making *making)
{
	static const uint16_t froms[] = {40123, 40123, 67, 68, 546, 547, 0};
	static const uint16_t dhcp[][2] = {{67, 68}, {68, 67}, {547, 546}, {546, 547}};
	uint16_t from = PICK(making, froms), to = port(making);

	if (percent(making, 5)) {
		const uint16_t *pair = PICK(making, dhcp);

		from = pair[0];
		to = pair[1];
	}
	if (making->turn) {
		from = making->turn->from;
		to = making->turn->to;
	}
	put16(making, making->transport, from);
	put16(making, making->transport + 2, to);
}
