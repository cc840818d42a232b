/* SPDX-License-Identifier: GPL-2.0-only */
#include "contenders.h"

#include <bpf/bpf.h>
#include <time.h>

#include "bare.h"
#include "blocklist.h"
#include "events.h"
#include "frame.h"
#include "memory.h"
#include "must.h"
#include "report.h"
#include "site.h"
#include "standby.h"

#define CHANGE_ROUNDS 7
#define NS_PER_DAY    (24ULL * 3600 * 1000000000)

enum watching {
	WATCH_NOTHING,
	WATCH_ALL,
	WATCH_OTHER_PORT,
	WATCH_OTHER_SOURCE,
};

static const struct recipe {
	const char *name;
	struct site site;
	int (*bare)(__u32 prefixes); /* loads a program of the bench's own */
	bool unconfirmed;
	bool asked; /* as if servers had once asked everybody: no packet is spared the look-up */
	bool uncounted;
	enum watching watching;
	__u32 blocked;
	int copies; /* 0: COPIES */
} RECIPES[CONTENDERS] = {
	[POLICY_BARE] = {"a bare XDP_DROP", .bare = bare_drop},
	[POLICY_BARE_PASS] = {"a bare XDP_PASS", .bare = bare_pass},
	[POLICY_CALIBRATE] = {"64 multiplications", .bare = bare_calibrate},
	[POLICY_TRIE_1000] = {"LPM trie of 1,000", .bare = bare_trie, .blocked = 1000},
	[POLICY_TRIE_100000] = {"LPM trie of 100,000", .bare = bare_trie, .blocked = 100000},
	[POLICY_TRIE_1000000] = {"LPM trie of 1,000,000", .bare = bare_trie, .blocked = 1000000},
	[POLICY_INTERFACE] = {"one profile for the interface", .site = {.profile = "front-end"}},
	[POLICY_SERVERS_1] = {"1 server", .site = {.servers = 1}},
	[POLICY_SERVERS_10] = {"10 servers", .site = {.servers = 10}},
	[POLICY_SERVERS_100] = {"100 servers", .site = {.servers = 100}},
	[POLICY_SERVERS_1000] = {"1,000 servers", .site = {.servers = 1000}},
	[POLICY_SERVERS_10000] = {"10,000 servers", .site = {.servers = 10000}},
	[POLICY_SERVERS_100000] = {"100,000 servers", .site = {.servers = 100000}, .copies = 2},
	[POLICY_UNCOUNTED_100000] = {"100,000 servers, not counted one by one",
				     .site = {.servers = 100000}, .uncounted = true, .copies = 2},
	[POLICY_PROFILES_15] = {"10,000 servers, 15 profiles",
				.site = {.servers = 10000, .every_profile = true}},
	[POLICY_RANGES_1] = {"1 range", .site = {.profile = "many", .ranges = 1}},
	[POLICY_RANGES_10] = {"10 ranges", .site = {.profile = "many", .ranges = 10}},
	[POLICY_RANGES_100] = {"100 ranges", .site = {.profile = "many", .ranges = 100}},
	[POLICY_RANGES_1000] = {"1,000 ranges", .site = {.profile = "many", .ranges = 1000}},
	[POLICY_REPLIES] = {"replies on", .site = {.servers = 10000, .replies = true}},
	[POLICY_REPLIES_ASKED] = {"replies on, everybody was asked",
				  .site = {.servers = 10000, .replies = true}, .asked = true},
	[POLICY_GUARDED] = {"guards on", .site = {.servers = 10000, .guarded = true}},
	[POLICY_MONITOR] = {"monitor mode", .site = {.servers = 10000, .monitor = true}},
	[POLICY_PORTS_UNCOUNTED] = {"port counters off",
				    .site = {.servers = 10000, .ports_uncounted = true}},
	[POLICY_UNCONFIRMED] = {"an unconfirmed change pending", .site = {.servers = 10000},
				.unconfirmed = true},
	[POLICY_WATCHED] = {"drops watched", .site = {.servers = 10000}, .watching = WATCH_ALL},
	[POLICY_WATCHED_PORT] = {"drops watched at another port", .site = {.servers = 10000},
				 .watching = WATCH_OTHER_PORT},
	[POLICY_WATCHED_SOURCE] = {"drops watched from another source", .site = {.servers = 10000},
				   .watching = WATCH_OTHER_SOURCE},
	[POLICY_BLOCKED_1000] = {"1,000 prefixes blocked", .site = {.servers = 10000},
				 .blocked = 1000, .copies = 2},
	[POLICY_BLOCKED_100000] = {"100,000 prefixes blocked", .site = {.servers = 10000},
				   .blocked = 100000, .copies = 2},
	[POLICY_BLOCKED_1000000] = {"1,000,000 prefixes blocked", .site = {.servers = 10000},
				    .blocked = 1000000, .copies = 1},
};

static struct contender contenders[CONTENDERS];

static void ask_everybody(const struct load *load)
{
	static struct flow_peers all;
	__u32 key = 0;

	memset(&all, 0xff, sizeof(all));
	must(!bpf_map_update_elem(load_shared_fd(load, SHARED_FLOW_PEERS), &key, &all, BPF_ANY),
	     "fill a map");
}

/* As if somebody looked on, and had taken as many samples as there is room for. */
static void watch(const struct load *load, enum watching watching)
{
	const struct control control = {.watching = 1};
	struct watch wanted = {
		.lease = ~0ULL, .reasons = ~0ULL, .transports = 7, .last_port = G_MAXUINT16};
	__u32 key = 0;

	wanted.every = watching == WATCH_ALL;
	if (watching == WATCH_OTHER_PORT)
		wanted.last_port = CLOSED - 1;
	if (watching == WATCH_OTHER_SOURCE) {
		wanted.source_version = 4;
		wanted.source_mask[0] = ~0U;
	}
	must(!bpf_map_update_elem(load_shared_fd(load, SHARED_WATCH), &key, &wanted, BPF_ANY) &&
		     !bpf_map_update_elem(load_shared_fd(load, SHARED_CONTROL), &key, &control,
					  BPF_ANY),
	     "fill a map");
}

static double now_ms(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (double)time.tv_sec * 1e3 + (double)time.tv_nsec / 1e6;
}

static void report_change(const char *list, const char *what, double ms)
{
	g_autofree char *row = g_strdup_printf("%s: %s", list, what);

	report_value("load", "block list", row, "ms", ms);
}

/* Fills the list, and reports how long it takes to change it. */
static void block(const struct load *load, const struct recipe *recipe)
{
	static const struct {
		const char *prefix, *what;
	} CHANGES[] = {
		{"198.51.100.7", "an address more or less"},
		{"198.51.100.0/24", "a /24 more or less"},
		{"198.51.96.0/20", "a /20 more or less"},
		{"198.0.0.0/8", "a /8 more or less"},
	};
	g_autoptr(GArray) blocks = blocklist_random(recipe->blocked);
	double start = now_ms();

	blocklist_fill(load, blocks);
	report_change(recipe->name, "all of them at once", now_ms() - start);
	for (size_t i = 0; i < G_N_ELEMENTS(CHANGES); i++)
		for (int round = 0; round < CHANGE_ROUNDS; round++)
			report_change(recipe->name, CHANGES[i].what,
				      blocklist_change(load, CHANGES[i].prefix));
}

static void prepare(const struct recipe *recipe, const struct load *load)
{
	if (recipe->asked)
		ask_everybody(load);
	if (recipe->watching)
		watch(load, recipe->watching);
	if (recipe->unconfirmed)
		must(!standby_set_deadline(load_program_fd(load, 0), standby_now() + NS_PER_DAY),
		     "set a deadline");
	if (recipe->blocked)
		block(load, recipe);
}

static void report_memory(const char *name, const struct load *load)
{
	static const char *const TABLES[] = {"servers4", "servers6", "server_counters"};
	struct memory memory = memory_of_load(load);

	report_value("load", "memory", name, "fixed", memory.fixed / 1048576);
	report_value("load", "memory", name, "per CPU", memory.per_cpu / 1048576);
	for (size_t i = 0; i < G_N_ELEMENTS(TABLES); i++)
		report_value("load", "tables", name, TABLES[i],
			     memory_of_map(load, TABLES[i]) / 1048576);
}

static void load_copies(struct contender *contender, const struct recipe *recipe)
{
	double start;

	for (int i = 0; i < contender->count; i++) {
		start = now_ms();
		contender->loads[i] =
			site_load(&recipe->site, recipe->unconfirmed, recipe->uncounted);
		contender->programs[i] = load_program_fd(contender->loads[i], 0);
		report_value("load", "time", recipe->name, "ms", now_ms() - start);
		prepare(recipe, contender->loads[i]);
	}
	report_memory(recipe->name, contender->loads[0]);
}

const char *contender_name(enum contender_id id)
{
	return RECIPES[id].name;
}

const struct contender *contender_get(enum contender_id id)
{
	const struct recipe *recipe = &RECIPES[id];
	struct contender *contender = &contenders[id];

	if (contender->count)
		return contender;
	fprintf(stderr, "bench: loading %s\n", recipe->name);
	contender->name = recipe->name;
	contender->servers = (__u32)recipe->site.servers;
	contender->count = recipe->bare ? 1 : recipe->copies ? recipe->copies : COPIES;
	contender->blocked = recipe->blocked;
	if (recipe->bare)
		contender->programs[0] = recipe->bare(recipe->blocked);
	else
		load_copies(contender, recipe);
	return contender;
}
