/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis swap: another profile, while traffic flows. */
#include <string.h>

#include "change.h"
#include "command.h"
#include "gate.h"
#include "nearest.h"

static char *interface;
static gboolean monitor, enforce;

/* The interface that is meant: the one named, or the only one there is. */
static struct choice_interface *which_interface(struct context *context, struct choice *choice)
{
	struct choice_interface *found;

	if (interface) {
		found = choice_interface(choice, interface);
		if (!found)
			wrong(context, "nothing is enforced on '%s'", interface);
		return found;
	}
	if (choice->interfaces->len == 1)
		return choice->interfaces->pdata[0];
	wrong(context, "%u interfaces are enforced: say which, with --interface",
	      choice->interfaces->len);
	return NULL;
}

static enum exit_code choose_profile(struct context *context, const struct policy *policy,
				     struct choice *choice, char **operands)
{
	g_autofree char *expression = g_strjoinv(" ", operands);
	g_autofree char *error = NULL;
	g_autofree char *canonical = NULL;
	struct choice_interface *chosen;

	if (!*operands)
		return EXIT_RIGHT;
	canonical = profile_canonical(policy, expression, false, &error);
	if (!canonical)
		return wrong(context, "%s", error);
	chosen = which_interface(context, choice);
	if (!chosen)
		return EXIT_WRONG;
	choice_set_interface(choice, chosen->name, canonical, chosen->attach);
	return EXIT_RIGHT;
}

static enum exit_code unknown_server(struct context *context, const struct policy *policy,
				     const char *name)
{
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	for (guint i = 0; i < policy->servers->len; i++)
		g_ptr_array_add(names, (char *)((struct server *)policy->servers->pdata[i])->name);
	near = nearest(name, names);
	if (near)
		return wrong(context, "no server '%s' in the site, did you mean %s?", name, near);
	return wrong(context,
		     "no server '%s' in the site, expected 'portcullis swap SERVER PROFILE'", name);
}

static enum exit_code choose_server(struct context *context, const struct policy *policy,
				    struct choice *choice, char **operands)
{
	g_autofree char *expression = NULL;
	g_autofree char *error = NULL;
	g_autofree char *canonical = NULL;
	const struct server *server;

	if (!*operands)
		return EXIT_RIGHT;
	server = policy_server(policy, operands[0]);
	if (!server)
		return unknown_server(context, policy, operands[0]);
	if (!operands[1])
		return wrong(context, "which profile? 'portcullis swap %s PROFILE'", operands[0]);
	expression = g_strjoinv(" ", operands + 1);
	canonical = profile_canonical(policy, expression, false, &error);
	if (!canonical)
		return wrong(context, "%s", error);
	choice_set_swap(choice, server->name,
			strcmp(canonical, server->profile) ? canonical : NULL);
	return EXIT_RIGHT;
}

/* What swap cannot change: only reading the site again can. */
static bool check_site(struct context *context, const struct generation *current)
{
	if (!choice_is_site(current->choice))
		return true;
	if (interface)
		wrong(context, "a site's servers have their profiles on every interface: leave out "
			       "--interface");
	else if (enforce && current->policy->settings.monitor)
		wrong(context, "the site's Mode is monitor: change that setting, then "
			       "'portcullis up' the site again");
	else
		return true;
	return false;
}

static enum exit_code swap(struct context *context, struct gate *gate, char **operands)
{
	struct choice *choice = choice_copy(gate->generation->choice);
	const struct policy *policy = gate->generation->policy;
	struct generation *next;
	enum exit_code code = choice_is_site(choice)
				      ? choose_server(context, policy, choice, operands)
				      : choose_profile(context, policy, choice, operands);

	if (code != EXIT_RIGHT) {
		choice_free(choice);
		return code;
	}
	if (monitor || enforce)
		choice->monitor = monitor;
	next = change_recompile(context, gate, choice);
	if (!next)
		return EXIT_WRONG;
	if (!change_is_admitted(context, gate, next)) {
		generation_free(next);
		return EXIT_WRONG;
	}
	return change_apply(context, gate, next);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (!count && !monitor && !enforce)
		return usage(&swap_command, "a PROFILE, or a SERVER and a PROFILE, are missing");
	if (monitor && enforce)
		return usage(&swap_command, "--monitor and --enforce exclude each other");
	if (!count && interface)
		return usage(&swap_command, "--interface goes with a PROFILE, which is missing");
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	if (!gate->generation)
		code = wrong(context, "nothing is enforced here: 'portcullis up' starts");
	else if (!check_site(context, gate->generation))
		code = EXIT_WRONG;
	else
		code = swap(context, gate, operands);
	gate_close(gate);
	return code;
}

static const GOptionEntry options[] = {
	{"interface", 0, 0, G_OPTION_ARG_STRING, &interface,
	 "whose profile is replaced, if several interfaces are enforced", "INTERFACE"},
	{"monitor", 0, 0, G_OPTION_ARG_NONE, &monitor, "from now on count, drop nothing", NULL},
	{"enforce", 0, 0, G_OPTION_ARG_NONE, &enforce, "from now on drop", NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command swap_command = {
	.name = "swap",
	.operands = "[PROFILE | SERVER PROFILE]",
	.summary = "replace the profile of an interface or of a site's server",
	.description = "Counters are kept, and the mode unless --monitor or --enforce is given.\n"
		       "The documents are those read by 'up'.",
	.options = options,
	.changes = true,
	.run = run,
};
