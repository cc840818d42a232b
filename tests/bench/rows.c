/* SPDX-License-Identifier: GPL-2.0-only */
#include "rows.h"

/* The closed ports, in front-end, that random packets go to, and its media ports. */
#define FIRST_CLOSED 10000
#define CLOSED_PORTS 32768
#define FIRST_MEDIA  50000
#define MEDIA_PORTS  15000

/* Kinds of packets: bits, so that a row can have several. */
enum {
	DROP = 1 << 0,
	DROP_UDP = 1 << 1,
	PASS = 1 << 2,
	PASS_OTHER = 1 << 3,
	LIMITED = 1 << 4,
	PASS_MEDIA = 1 << 5,
	RANDOM = 1 << 6,
	RANDOM_PORTS = 1 << 7,
	RANDOM_MEDIA = 1 << 8,
	LISTED = 1 << 9,
	WOULD_DROP = 1 << 10,
	USUAL = DROP | PASS | PASS_MEDIA,
};

static const struct kind {
	unsigned int bit;
	const char *name;
	bool udp;
	uint16_t port;
	enum expectation expected;
	struct variation variation; /* servers, listed: 1 stands for all there are */
} KINDS[] = {
	{DROP, "drop", false, CLOSED, EXPECT_DROP, {}},
	{DROP_UDP, "drop of UDP", true, CLOSED, EXPECT_DROP, {}},
	{WOULD_DROP, "would-be drop", false, CLOSED, EXPECT_PASS, {}},
	{PASS, "pass", false, OPEN, EXPECT_PASS, {}},
	{PASS_OTHER, "pass, another port", false, UNGUARDED, EXPECT_PASS, {}},
	{LIMITED, "pass, limited", true, GUARDED_LIMIT, EXPECT_PASS, {}},
	{PASS_MEDIA, "pass of media", true, MEDIA, EXPECT_PASS, {}},
	{RANDOM_PORTS,
	 "drop, random ports",
	 true,
	 CLOSED,
	 EXPECT_DROP,
	 {.first_port = FIRST_CLOSED, .ports = CLOSED_PORTS}},
	{RANDOM,
	 "drop, random servers, ports and sources",
	 true,
	 CLOSED,
	 EXPECT_DROP,
	 {.servers = 1, .first_port = FIRST_CLOSED, .ports = CLOSED_PORTS, .any_source = 1}},
	{RANDOM_MEDIA,
	 "pass of media, random servers, ports and sources",
	 true,
	 MEDIA,
	 EXPECT_PASS,
	 {.servers = 1, .first_port = FIRST_MEDIA, .ports = MEDIA_PORTS, .any_source = 1}},
	{LISTED,
	 "drop, half of the sources listed",
	 true,
	 CLOSED,
	 EXPECT_HALF_BLOCKED,
	 {.listed = 1}},
};

enum {
	IPV4 = 1,
	IPV6 = 2,
	BOTH = IPV4 | IPV6,
	TAGGED = 4, /* with a VLAN tag */
	QUICK = 8,  /* `make bench-quick` looks at it, too */
};

/* Each row's packets are judged by a policy, and beside it by another. */
static const struct measured {
	const char *section;
	enum contender_id policy, beside;
	unsigned int kinds, options;
} ROWS[] = {
	{"bare", POLICY_BARE_PASS, POLICY_BARE, PASS, BOTH},
	{"bare", POLICY_CALIBRATE, POLICY_BARE, DROP, IPV4 | QUICK},

	{"policies", POLICY_INTERFACE, POLICY_BARE, USUAL | RANDOM_PORTS, BOTH},
	{"policies", POLICY_SERVERS_1, POLICY_BARE, USUAL | RANDOM_PORTS, BOTH},
	{"policies", POLICY_SERVERS_10, POLICY_BARE, USUAL | RANDOM, BOTH},
	{"policies", POLICY_SERVERS_100, POLICY_BARE, USUAL | RANDOM, BOTH},
	{"policies", POLICY_SERVERS_1000, POLICY_BARE, USUAL | RANDOM, BOTH},
	{"policies", POLICY_SERVERS_10000, POLICY_BARE, USUAL | DROP_UDP, BOTH | QUICK},
	{"policies", POLICY_SERVERS_10000, POLICY_BARE, USUAL, BOTH | TAGGED},
	{"policies", POLICY_SERVERS_10000, POLICY_BARE, RANDOM_PORTS | RANDOM | RANDOM_MEDIA, BOTH},
	{"policies", POLICY_REPLIES, POLICY_BARE, USUAL, BOTH | QUICK},
	{"policies", POLICY_PROFILES_15, POLICY_BARE, USUAL, BOTH},
	{"policies", POLICY_SERVERS_100000, POLICY_BARE, USUAL | RANDOM | RANDOM_MEDIA, BOTH},
	{"policies", POLICY_UNCOUNTED_100000, POLICY_BARE, RANDOM | RANDOM_MEDIA, BOTH},

	{"ranges", POLICY_RANGES_1, POLICY_BARE, DROP | PASS, BOTH},
	{"ranges", POLICY_RANGES_10, POLICY_BARE, DROP | PASS, BOTH},
	{"ranges", POLICY_RANGES_100, POLICY_BARE, DROP | PASS, BOTH},
	{"ranges", POLICY_RANGES_1000, POLICY_BARE, DROP | PASS, BOTH},

	{"features", POLICY_REPLIES, POLICY_SERVERS_10000, DROP | DROP_UDP | PASS, BOTH},
	{"features", POLICY_REPLIES, POLICY_SERVERS_10000, RANDOM, BOTH},
	{"features", POLICY_REPLIES_ASKED, POLICY_SERVERS_10000, DROP_UDP | RANDOM, BOTH},
	{"features", POLICY_GUARDED, POLICY_SERVERS_10000,
	 DROP | PASS | PASS_OTHER | LIMITED | PASS_MEDIA, BOTH},
	{"features", POLICY_MONITOR, POLICY_SERVERS_10000, WOULD_DROP | PASS, BOTH},
	{"features", POLICY_PORTS_UNCOUNTED, POLICY_SERVERS_10000, DROP | PASS | RANDOM_PORTS,
	 BOTH},
	{"features", POLICY_UNCONFIRMED, POLICY_SERVERS_10000, USUAL, BOTH},
	{"features", POLICY_WATCHED, POLICY_SERVERS_10000, DROP | PASS, BOTH},
	{"features", POLICY_WATCHED_PORT, POLICY_SERVERS_10000, DROP, BOTH},
	{"features", POLICY_WATCHED_SOURCE, POLICY_SERVERS_10000, DROP, BOTH},

	{"block list", POLICY_BLOCKED_1000, POLICY_SERVERS_10000, DROP | PASS | LISTED, IPV4},
	{"block list", POLICY_BLOCKED_100000, POLICY_SERVERS_10000, DROP | PASS | LISTED, IPV4},
	{"block list", POLICY_BLOCKED_1000000, POLICY_SERVERS_10000, DROP | PASS | LISTED, IPV4},
	{"block list", POLICY_TRIE_1000, POLICY_BARE, LISTED, IPV4},
	{"block list", POLICY_TRIE_100000, POLICY_BARE, LISTED, IPV4},
	{"block list", POLICY_TRIE_1000000, POLICY_BARE, LISTED, IPV4},
};

static struct reading *make_reading(const struct measured *row, const struct kind *kind, bool v6)
{
	const struct contender *contender = contender_get(row->policy);
	const bool tagged = row->options & TAGGED;
	struct reading *reading = g_new0(struct reading, 1);

	*reading = (struct reading){.section = row->section,
				    .policy = row->policy,
				    .beside = row->beside,
				    .kind = {.v6 = v6,
					     .udp = kind->udp,
					     .media = kind->port == MEDIA,
					     .vlan = tagged,
					     .port = kind->port},
				    .expected = kind->expected,
				    .variation = kind->variation};
	reading->varies =
		kind->variation.servers || kind->variation.ports || kind->variation.listed;
	if (kind->variation.servers)
		reading->variation.servers = contender->servers;
	if (kind->variation.listed)
		reading->variation.listed = contender->blocked;
	reading->variation.first4 = SERVER4_NUMBER;
	reading->variation.first6 = SERVER6_NUMBER;
	return reading;
}

static void add_reading(GPtrArray *readings, const char *pattern, const struct measured *row,
			const struct kind *kind, bool v6)
{
	g_autofree char *name =
		g_strdup_printf("%s, IPv%d%s: %s", contender_name(row->policy), v6 ? 6 : 4,
				row->options & TAGGED ? ", VLAN" : "", kind->name);
	g_autofree char *whole = g_strdup_printf("%s: %s", row->section, name);
	struct reading *reading;

	if (pattern && !g_pattern_match_simple(pattern, whole))
		return;
	contender_get(row->beside);
	reading = make_reading(row, kind, v6);
	reading->name = g_steal_pointer(&name);
	g_ptr_array_add(readings, reading);
}

GPtrArray *rows_readings(const char *pattern, bool main_ones)
{
	GPtrArray *readings = g_ptr_array_new();

	for (size_t i = 0; i < G_N_ELEMENTS(ROWS); i++)
		for (int v6 = 0; v6 < 2; v6++)
			for (size_t n = 0; n < G_N_ELEMENTS(KINDS); n++)
				if (ROWS[i].kinds & KINDS[n].bit &&
				    ROWS[i].options & (v6 ? IPV6 : IPV4) &&
				    (!main_ones || ROWS[i].options & QUICK))
					add_reading(readings, pattern, &ROWS[i], &KINDS[n], v6);
	return readings;
}
