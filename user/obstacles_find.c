/* SPDX-License-Identifier: GPL-2.0-only */
/* Looks at the links, the cards they are on and the policy. */
#include "obstacles_find.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include "interface.h"
#include "load.h"
#include "obstacles.h"

/* A program that the kernel has not compiled has no instructions of the processor's. */
static bool is_interpreted(const struct gate_link *link)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(gate_link_judge(link), &info, &size) && !info.jited_prog_len;
}

/* Whether nothing is dropped: of a site, each server has its own mode. */
static bool is_monitoring(const struct generation *generation)
{
	const GPtrArray *servers = generation->policy->servers;
	bool monitor = true;

	if (generation->choice->monitor || !servers->len)
		return generation->choice->monitor || generation->policy->settings.monitor;
	for (guint i = 0; i < servers->len; i++)
		monitor &= ((const struct server *)servers->pdata[i])->monitor;
	return monitor;
}

static void add_cards(GPtrArray *obstacles, const struct estimate *estimate,
		      const struct machine *machine)
{
	g_autoptr(GArray) all = NULL;

	if (interfaces_read(&all))
		return;
	for (guint i = 0; i < estimate->interfaces->len; i++) {
		const struct estimate_interface *one = estimate->interfaces->pdata[i];
		const struct interface *interface =
			interface_by_index(all, (int)one->link->ifindex);
		struct obstacle_card card = {
			.name = one->choice->name,
			.attach = one->link->attach,
			.wanted = one->choice->attach,
			.mtu = interface ? interface->mtu : 0,
			.cpus = machine->cpus,
		};

		driver_read((int)one->link->ifindex, &card.driver);
		obstacles_add_card(obstacles, &card);
	}
}

GPtrArray *obstacles_find(const struct gate *gate, const struct estimate *estimate,
			  const struct machine *machine)
{
	const struct generation *generation = gate->generation;
	GPtrArray *obstacles = obstacles_new();
	g_autofree char *ours = load_program_digest();
	struct obstacle_gate facts = {
		.other_program = g_strcmp0(generation->program, ours),
		.monitor = is_monitoring(generation),
	};

	for (guint i = 0; i < estimate->interfaces->len; i++) {
		const struct estimate_interface *one = estimate->interfaces->pdata[i];

		facts.interpreted |= is_interpreted(one->link);
	}
	add_cards(obstacles, estimate, machine);
	obstacles_add_gate(obstacles, &facts);
	obstacles_add_parts(obstacles, estimate, generation->policy->blocked->len);
	obstacles_add_machine(obstacles, machine);
	return obstacles;
}
