/* SPDX-License-Identifier: GPL-2.0-only */
/* Whatever judges packets in the bench, attached to nothing. */
#ifndef PORTCULLIS_BENCH_CONTENDERS_H
#define PORTCULLIS_BENCH_CONTENDERS_H

#include <linux/types.h>
#include <stdbool.h>

#include "load.h"

#define COPIES 4 /* of each program: where the kernel puts it makes it faster or slower */

/* Ports of the profile front-end, and of the profiles of many ranges. */
#define OPEN   5061 /* tcp */
#define CLOSED 5069 /* tcp, udp */
#define MEDIA  50000

/* Those that POLICY_GUARDED guards: by sources (tcp), a limit never reached and media (udp). */
#define GUARDED_SOURCES OPEN
#define GUARDED_LIMIT   1434
#define GUARDED_MEDIA   MEDIA
#define UNGUARDED       443 /* tcp */

enum contender_id {
	/* bare programs, of the bench's own */
	POLICY_BARE,
	POLICY_BARE_PASS,
	POLICY_CALIBRATE,
	POLICY_TRIE_1000, /* drops what is in an LPM trie of so many prefixes */
	POLICY_TRIE_100000,
	POLICY_TRIE_1000000,
	/* the product's */
	POLICY_INTERFACE, /* one profile for the whole interface */
	POLICY_SERVERS_1, /* sites of so many servers, all of the profile front-end */
	POLICY_SERVERS_10,
	POLICY_SERVERS_100,
	POLICY_SERVERS_1000,
	POLICY_SERVERS_10000,
	POLICY_SERVERS_100000,
	POLICY_UNCOUNTED_100000, /* without counters per server */
	POLICY_PROFILES_15,      /* 10,000 servers, every shipped profile in use */
	POLICY_RANGES_1,         /* one profile of so many tcp ranges */
	POLICY_RANGES_10,
	POLICY_RANGES_100,
	POLICY_RANGES_1000,
	/* what follows has 10,000 servers */
	POLICY_REPLIES,
	POLICY_REPLIES_ASKED, /* servers once asked everybody */
	POLICY_GUARDED,
	POLICY_MONITOR,
	POLICY_PORTS_UNCOUNTED,
	POLICY_UNCONFIRMED,
	POLICY_WATCHED,
	POLICY_WATCHED_PORT,   /* drops at another port are wanted */
	POLICY_WATCHED_SOURCE, /* drops from another source */
	POLICY_BLOCKED_1000,
	POLICY_BLOCKED_100000,
	POLICY_BLOCKED_1000000,
	CONTENDERS,
};

struct contender {
	const char *name;
	__u32 servers; /* neighbours from SERVER4 and SERVER6 on */
	int programs[COPIES];
	struct load *loads[COPIES]; /* NULL of bare programs */
	int count;
	__u32 blocked; /* prefixes */
};

/* Loads it at the first call, and reports how long that took and what memory the kernel gave. */
const struct contender *contender_get(enum contender_id id);
const char *contender_name(enum contender_id id);

#endif
