/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis down: stop enforcing, and say what was counted. */
#include <stdio.h>

#include "audit.h"
#include "blocklist.h"
#include "change.h"
#include "command.h"
#include "gate.h"
#include "output.h"
#include "totals.h"
#include "view.h"

static gboolean all;

static void print_final(struct context *context, const struct gate *gate)
{
	struct messages *unheard = messages_new();
	struct totals *totals = totals_read(gate->directory, unheard);
	struct json_object *json = json_object_new_object();

	if (!totals)
		message_add(context->messages, SEVERITY_WARNING, gate->directory, 0,
			    "the final counters cannot be read");
	if (totals && gate->generation) {
		view_add_stats(json, gate->generation, totals, NULL, 0);
		view_print_stats(json, "port");
	}
	json_object_put(json);
	totals_free(totals);
	messages_free(unheard);
}

/* The block list ends with the gate. */
static void print_forgotten(const struct gate *gate)
{
	struct messages *unheard = messages_new();
	const struct moment now = moment_now();
	struct blocklist list;
	g_autoptr(GArray) blocks = NULL;

	if (gate->generation && blocklist_open(&list, gate->directory, unheard)) {
		blocks = blocklist_read(&list, unheard);
		blocklist_close(&list);
	}
	if (blocks)
		blocks_sweep(blocks, &now);
	if (blocks && blocks->len)
		printf("%u prefix%s no longer blocked\n", blocks->len,
		       blocks->len == 1 ? " is" : "es are");
	messages_free(unheard);
}

static enum exit_code down_all(struct context *context, struct gate *gate)
{
	bool done = gate_detach(gate, context->messages);

	if (!gate->generation && !gate_is_littered(gate)) {
		puts("nothing was enforced");
		return EXIT_RIGHT;
	}
	print_final(context, gate);
	print_forgotten(gate);
	done &= gate_remove(gate, context->messages);
	if (done)
		audit_write(
			gate,
			&(struct audit_change){.event = AUDIT_STOPPED, .before = gate->generation},
			context->messages);
	return done ? EXIT_RIGHT : EXIT_WRONG;
}

/* The others go on with a generation that no longer knows of this one. */
static enum exit_code down_one(struct context *context, struct gate *gate, const char *name)
{
	const struct gate_link *link = gate_link(gate, name);
	bool stray = gate->generation && link && gate_link_is_stray(gate, link);
	bool awaited = gate->generation && choice_awaits(gate->generation->choice, name);
	struct choice *choice;
	struct generation *next;

	if (!gate->generation ||
	    (!choice_interface(gate->generation->choice, name) && !stray && !awaited))
		return wrong(context, "nothing is enforced on '%s'", name);
	if (gate->generation->choice->interfaces->len == 1 && !stray && !awaited)
		return down_all(context, gate);
	if (!change_is_due(context, gate))
		return EXIT_WRONG;
	choice = choice_copy(gate->generation->choice);
	choice_remove_interface(choice, name);
	next = change_recompile(context, gate, choice);
	if (!next)
		return EXIT_WRONG;
	print_final(context, gate);
	return change_apply(context, gate, next);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count > 1 || (count && all))
		return usage(&down_command, "expected one INTERFACE, or --all");
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	if (all || (!count && gate->links->len <= 1))
		code = down_all(context, gate);
	else if (count)
		code = down_one(context, gate, operands[0]);
	else
		code = wrong(context, "%u interfaces are enforced: name one, or say --all",
			     gate->links->len);
	gate_close(gate);
	return code;
}

static const GOptionEntry options[] = {
	{"all", 0, 0, G_OPTION_ARG_NONE, &all, "on every interface; leaves nothing behind", NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command down_command = {
	.name = "down",
	.operands = "[INTERFACE]",
	.summary = "stop enforcing; prints the final counters",
	.options = options,
	.run = run,
};
