/* SPDX-License-Identifier: GPL-2.0-only */
/* One sentence for what is found, one for what to do next. */
#include "obstacles.h"

#include <inttypes.h>
#include <net/ethernet.h>
#include <string.h>

static void obstacle_free(gpointer data)
{
	struct obstacle *obstacle = data;

	g_free(obstacle->interface);
	g_free(obstacle->found);
	g_free(obstacle->next);
	g_free(obstacle);
}

GPtrArray *obstacles_new(void)
{
	return g_ptr_array_new_with_free_func(obstacle_free);
}

/* Takes over found and next. */
static struct obstacle *add(GPtrArray *obstacles, const char *name, const char *interface,
			    char *found, char *next)
{
	struct obstacle *obstacle = g_new0(struct obstacle, 1);

	*obstacle = (struct obstacle){
		.name = name,
		.interface = g_strdup(interface),
		.found = found,
		.next = next,
	};
	g_ptr_array_add(obstacles, obstacle);
	return obstacle;
}

static void add_plain(GPtrArray *obstacles, const char *name, const char *found, const char *next)
{
	add(obstacles, name, NULL, g_strdup(found), g_strdup(next));
}

/* --- a card --- */

/* Why it is not attached in native mode, as far as the driver tells. */
static char *generic_next(const struct obstacle_card *card)
{
	const struct driver *driver = &card->driver;
	bool jumbo = card->mtu > ETH_DATA_LEN;

	if (card->wanted == ATTACH_GENERIC)
		return g_strdup_printf("it was asked for: 'portcullis down %s', then 'up' with "
				       "--mode (a site: its setting Attach) auto",
				       card->name);
	if (driver->tells_xdp && !driver->native)
		return g_strdup("its driver has no native XDP: another card has");
	if (jumbo && (!driver->tells_xdp || !driver->multi_buffer))
		return g_strdup_printf(
			"its driver %s packets in several buffers, as its MTU of %" PRIu32
			" may need: 'ip link set %s mtu %d', 'portcullis down %s', then 'up' again",
			driver->tells_xdp ? "takes no" : "may not take", card->mtu, card->name,
			ETH_DATA_LEN, card->name);
	return g_strdup_printf("'portcullis down %s', then 'up' with --mode (a site: its setting "
			       "Attach) native, tells why",
			       card->name);
}

static void add_joined(GPtrArray *obstacles, const char *name, const struct obstacle_card *card,
		       const char *what, const char *feature)
{
	add(obstacles, name, card->name,
	    g_strdup_printf("%s is on: what the card joins before it is judged is judged and "
			    "counted as one packet",
			    what),
	    g_strdup_printf("'ethtool -K %s %s off'", card->name, feature));
}

static char *queue_next(const struct obstacle_card *card)
{
	const struct driver *driver = &card->driver;

	if (driver->queues_max > 1)
		return g_strdup_printf("'ethtool -L %s %s %ld' gives it more", card->name,
				       driver->combined ? "combined" : "rx",
				       MIN((long)driver->queues_max, card->cpus));
	if (!strcmp(card->attach, "generic"))
		return g_strdup("its driver has no more; RPS (rps_cpus) spreads packets before the "
				"program in this mode");
	return g_strdup("its driver has no more; RPS (rps_cpus) spreads only what has passed");
}

void obstacles_add_card(GPtrArray *obstacles, const struct obstacle_card *card)
{
	if (!strcmp(card->attach, "generic"))
		add(obstacles, "generic-mode", card->name,
		    g_strdup("generic mode: the kernel makes a socket buffer of each packet before "
			     "the program sees it, which costs more than the program"),
		    generic_next(card));
	if (card->driver.lro)
		add_joined(obstacles, "lro", card, "LRO", "lro");
	if (card->driver.gro_hw)
		add_joined(obstacles, "gro-hw", card, "GRO of the hardware", "rx-gro-hw");
	if (card->driver.queues == 1 && card->cpus > 1)
		add(obstacles, "one-queue", card->name,
		    g_strdup_printf("one receive queue: one of %ld processors judges all that "
				    "arrives",
				    card->cpus),
		    queue_next(card));
}

/* --- the machine --- */

static char *joined(const GPtrArray *names)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "", (char *)names->pdata[i]);
	return g_string_free(text, FALSE);
}

void obstacles_add_machine(GPtrArray *obstacles, const struct machine *machine)
{
	g_autofree char *mitigations = joined(machine->mitigations);

	if (machine->hardened)
		add_plain(obstacles, "jit-hardening",
			  "bpf_jit_harden is 2: constants in every program are blinded, which the "
			  "figures include",
			  "'sysctl net.core.bpf_jit_harden=1' blinds those of unprivileged users "
			  "alone, from the next change on");
	if (machine->counts_time)
		add_plain(obstacles, "bpf-statistics",
			  "bpf_stats_enabled is 1: the kernel times each run of a program, which "
			  "the figures include, those of the bare one too",
			  "'sysctl kernel.bpf_stats_enabled=0'");
	if (*mitigations)
		add(obstacles, "mitigations", NULL,
		    g_strdup_printf("the processor's mitigations make calls and returns dearer "
				    "(%s): the figures include what the program pays, not what "
				    "driver and stack do",
				    mitigations),
		    g_strdup("they are what protects it; later processors need fewer"));
}

/* --- the gate --- */

void obstacles_add_gate(GPtrArray *obstacles, const struct obstacle_gate *gate)
{
	if (gate->interpreted)
		add_plain(
			obstacles, "interpreted",
			"the program is interpreted, which costs several times what compiled code "
			"does",
			"'sysctl net.core.bpf_jit_enable=1'; what is loaded stays as it is until "
			"the next change");
	if (gate->other_program)
		add_plain(obstacles, "other-version",
			  "the program in force is of another version than this binary, whose own "
			  "was measured",
			  "'portcullis up' replaces it");
	if (gate->monitor)
		add_plain(obstacles, "monitor",
			  "monitor mode: what would be dropped goes on into the kernel's stack, "
			  "which costs far more than the program",
			  "'portcullis swap --enforce', once only what should be dropped would be");
}

static const struct {
	const char *name, *found, *next;
} parts[PARTS] = {
	[PART_PENDING] = {"unconfirmed",
			  "the change waits to be confirmed: each packet looks at the deadline",
			  "'portcullis confirm' ends it"},
	[PART_WATCH] = {"watched", "somebody looks on: each drop asks whether it is wanted",
			"it ends with 'portcullis drops'"},
	[PART_REPLIES] =
		{"replies", "replies are on: who is refused may answer a server",
		 "'--replies off' (a site: its setting Replies) does without, where servers "
		 "begin nothing themselves"},
	[PART_BLOCKS] = {"block-list", "each source is looked up on the block list",
			 "an empty list costs nothing: 'portcullis blocks' lists it"},
	[PART_SITE_BLOCKS] = {"site-blocks", "each source is looked up among those the site blocks",
			      "a site without Blocked rows pays nothing"},
};

/* How many prefixes a part looks among; 0: it does not. */
static guint prefixes_of(enum part part, const struct estimate *estimate, guint site_blocked)
{
	if (part == PART_BLOCKS)
		return estimate->blocked;
	return part == PART_SITE_BLOCKS ? site_blocked : 0;
}

void obstacles_add_parts(GPtrArray *obstacles, const struct estimate *estimate, guint site_blocked)
{
	for (enum part part = 0; part < PARTS; part++) {
		guint prefixes = prefixes_of(part, estimate, site_blocked);
		char *found;

		if (!(estimate->parts & PART_BIT(part)))
			continue;
		found = prefixes ? g_strdup_printf("%s (%u prefix%s; what is not in the cache is "
						   "dearer)",
						   parts[part].found, prefixes,
						   prefixes == 1 ? "" : "es")
				 : g_strdup(parts[part].found);
		add(obstacles, parts[part].name, NULL, found, g_strdup(parts[part].next))->cost =
			&estimate->part[part];
	}
}
