/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis bench: what packets cost the policy in force on this machine, and what is in the way.
 */
#include <bpf/bpf.h>
#include <string.h>

#include "command.h"
#include "driver.h"
#include "estimate.h"
#include "gate.h"
#include "interface.h"
#include "json.h"
#include "load.h"
#include "machine.h"
#include "obstacles.h"
#include "output.h"
#include "view_estimate.h"

/* A program that the kernel has not compiled has no instructions of the processor's. */
static bool is_interpreted(const struct gate_link *link)
{
	struct bpf_prog_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(gate_link_judge(link), &info, &size) && !info.jited_prog_len;
}

/* Whether nothing is dropped that the policy would drop. */
static bool is_monitoring(const struct generation *generation)
{
	const GPtrArray *servers = generation->policy->servers;
	bool monitor = generation->choice->monitor || generation->policy->settings.monitor;

	for (guint i = 0; !generation->choice->monitor && i < servers->len; i++)
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

static GPtrArray *find_obstacles(const struct gate *gate, const struct estimate *estimate,
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
	obstacles_add_machine(obstacles, machine);
	obstacles_add_parts(obstacles, estimate, generation->policy->blocked->len);
	return obstacles;
}

static enum exit_code show(struct context *context, const struct gate *gate, guint interface)
{
	struct estimate *estimate = estimate_new(gate, interface, context->messages);
	g_autoptr(GPtrArray) obstacles = NULL;
	struct json_object *json;
	struct machine machine;

	if (!estimate)
		return EXIT_WRONG;
	machine_read("", &machine);
	obstacles = find_obstacles(gate, estimate, &machine);
	json = output_new();
	json_add_number(json, "generation", gate->generation->number);
	view_add_estimate(json, estimate, &machine);
	view_add_obstacles(json, obstacles);
	output_print(json, context->json, view_print_estimate);
	machine_clear(&machine);
	estimate_free(estimate);
	return EXIT_RIGHT;
}

static enum exit_code bench(struct context *context, const struct gate *gate, const char *name)
{
	guint interface = ESTIMATE_ALL;

	if (!gate->generation)
		return wrong(context, "nothing is enforced here: 'portcullis up' starts");
	if (name) {
		const GPtrArray *interfaces = gate->generation->choice->interfaces;

		interface = 0;
		while (interface < interfaces->len &&
		       strcmp(((const struct choice_interface *)interfaces->pdata[interface])->name,
			      name))
			interface++;
		if (interface == interfaces->len || !gate_link(gate, name))
			return wrong(context, "nothing is enforced on '%s'", name);
	}
	return show(context, gate, interface);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count > 1)
		return usage(&bench_command, "'%s' is one operand too many", operands[1]);
	gate = gate_open(context->bpffs, GATE_READ, context->messages);
	if (!gate)
		return EXIT_WRONG;
	code = bench(context, gate, count ? operands[0] : NULL);
	gate_close(gate);
	return code;
}

const struct command bench_command = {
	.name = "bench",
	.operands = "[INTERFACE]",
	.summary = "estimate what a packet costs on this machine, and what is in the way",
	.description = "Nothing that is enforced notices: programs of its own are measured.",
	.has_json = true,
	.run = run,
};
