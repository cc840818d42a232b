/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis bench: what packets cost the policy in force on this machine, and what is in the way.
 */
#include <string.h>

#include "command.h"
#include "estimate.h"
#include "gate.h"
#include "json.h"
#include "machine.h"
#include "obstacles_find.h"
#include "output.h"
#include "view_estimate.h"

/* For measuring; loading comes on top. */
#define SECONDS 3

static enum exit_code show(struct context *context, const struct gate *gate, guint interface)
{
	struct estimate *estimate = estimate_new(gate, interface, SECONDS, context->messages);
	g_autoptr(GPtrArray) obstacles = NULL;
	struct json_object *json;
	struct machine machine;

	if (!estimate)
		return EXIT_WRONG;
	machine_read("", &machine);
	obstacles = obstacles_find(gate, estimate, &machine);
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
