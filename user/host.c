/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of a generation are told of this host: interfaces, secret, clock. */
#include "host.h"

#include <bpf/bpf.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "interface.h"
#include "program.h"
#include "settings.h"

/*
 * An interface and all that is stacked on it, each once: the kernel says which of them a packet
 * entered by.
 */
static void add_stack(GArray *gated, const GArray *all, int index)
{
	g_autoptr(GArray) stack = interface_stack(all, index);

	for (guint i = 0; i < stack->len; i++) {
		int one = g_array_index(stack, int, i);

		if (!interface_in_stack(gated, one))
			g_array_append_val(gated, one);
	}
}

/* The indexes (int) of a generation's interfaces, and of those by which outsiders enter (__u32). */
static void add_interfaces(GArray *indexes, GArray *gated, const struct generation *generation,
			   const GArray *all)
{
	const struct settings *settings = &generation->policy->settings;
	const GPtrArray *chosen = generation->choice->interfaces;

	for (guint i = 0; i < chosen->len; i++) {
		const struct choice_interface *choice = chosen->pdata[i];
		const struct interface *interface = interface_by_name(all, choice->name);
		int index = interface ? interface->index : 0;

		g_array_append_val(indexes, index);
		if (index && !settings_is_inside(settings, choice->name))
			add_stack(gated, all, index);
	}
}

bool host_describe(const struct generation *generation, const struct shared *shared,
		   struct load_host *host, struct messages *messages)
{
	g_autoptr(GArray) all = NULL;
	int error = interfaces_read(&all);

	*host = (struct load_host){
		.pickup_until = generation->pickup_until,
		.generation = generation->number,
		.indexes = g_array_new(FALSE, TRUE, sizeof(int)),
		.gated = g_array_new(FALSE, TRUE, sizeof(__u32)),
	};
	if (error) {
		message_add(messages, SEVERITY_ERROR, "netlink", 0,
			    "cannot read this host's interfaces: %s", strerror(-error));
		return false;
	}
	add_interfaces(host->indexes, host->gated, generation, all);
	return shared_secret(shared, host->secret, messages);
}

void host_clear(struct load_host *host)
{
	g_clear_pointer(&host->indexes, g_array_unref);
	g_clear_pointer(&host->gated, g_array_unref);
}

/* Whether a map of interfaces has just these. */
static bool holds_just(int map, const GArray *indexes)
{
	__u32 key, *previous = NULL;
	guint keys = 0;
	__u8 value;

	for (guint i = 0; i < indexes->len; i++)
		if (bpf_map_lookup_elem(map, &g_array_index(indexes, __u32, i), &value))
			return false;
	while (!bpf_map_get_next_key(map, previous, &key)) {
		previous = &key;
		keys++;
	}
	return keys == indexes->len;
}

static bool knows(const struct gate_link *link, const GArray *gated)
{
	__u32 id = 0;
	int map = -1;
	bool known;

	if (!link->learns)
		return true; /* that alone has it loaded again */
	if (!program_find_map(gate_link_learner(link), "gated", &id) && id)
		map = bpf_map_get_fd_by_id(id);
	known = map >= 0 && holds_just(map, gated);
	if (map >= 0)
		close(map);
	return known;
}

bool host_is_known(const struct gate *gate)
{
	g_autoptr(GArray) indexes = g_array_new(FALSE, TRUE, sizeof(int));
	g_autoptr(GArray) gated = g_array_new(FALSE, TRUE, sizeof(__u32));
	g_autoptr(GArray) all = NULL;
	bool known = true;

	if (interfaces_read(&all))
		return false;
	add_interfaces(indexes, gated, gate->generation, all);
	for (guint i = 0; i < gate->links->len; i++)
		known &= knows(gate->links->pdata[i], gated);
	return known;
}

uint32_t host_seconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint32_t)now.tv_sec;
}
