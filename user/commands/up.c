/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis up: start enforcing, a profile on an interface or a site. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admission.h"
#include "change.h"
#include "command.h"
#include "gate.h"
#include "inputs.h"

static gboolean monitor;
static char *mode, *management, *protocols, *replies;

/* Interface mode: what is enforced on other interfaces stays; this one is added or replaced. */
static struct choice *choose_interface(struct context *context, const struct gate *gate,
				       const char *interface, const char *profile)
{
	const struct choice *current = gate->generation ? gate->generation->choice : NULL;
	struct choice *choice = choice_new();
	enum attach_mode attach = ATTACH_AUTO;

	if (mode)
		attach_mode_parse(mode, &attach);
	if (current && !choice_is_site(current)) {
		for (guint i = 0; i < current->interfaces->len; i++) {
			const struct choice_interface *other = current->interfaces->pdata[i];

			choice_set_interface(choice, other->name, other->profile, other->attach);
		}
	}
	g_ptr_array_unref(choice->sources);
	choice->sources = inputs_read(context->documents, NULL, context->messages);
	choice_set_interface(choice, interface, profile, attach);
	choice->monitor = monitor;
	choice->replies_off = replies   ? !strcmp(replies, "off")
			      : current ? current->replies_off
					: false;
	choice->management = g_strdup(management ? management
				      : current  ? current->management
						 : NULL);
	choice->protocols = g_strdup(protocols ? protocols : current ? current->protocols : NULL);
	return choice;
}

static enum exit_code enforce(struct context *context, struct gate *gate, struct choice *choice)
{
	struct generation *next;

	admission_use_real_names(choice);
	next = change_compile(context, gate, choice);
	if (!next)
		return EXIT_WRONG;
	if (!change_is_admitted(context, gate, next)) {
		generation_free(next);
		return EXIT_WRONG;
	}
	return change_apply(context, gate, next);
}

static enum exit_code up_interface(struct context *context, struct gate *gate, char **operands)
{
	g_autofree char *profile = g_strjoinv(" ", operands + 1);
	const struct generation *current = gate->generation;
	struct choice *choice;

	if (current && choice_is_site(current->choice))
		return wrong(context,
			     "a site is enforced: name '%s' in its Interface setting, or "
			     "'portcullis down --all' first",
			     operands[0]);
	if (current && current->choice->monitor && !monitor &&
	    (current->choice->interfaces->len > 1 ||
	     !choice_interface(current->choice, operands[0])))
		return wrong(context,
			     "other interfaces are in monitor mode and would enforce too: say "
			     "--monitor here, or 'portcullis swap --enforce' first");
	choice = choose_interface(context, gate, operands[0], profile);
	if (!context->messages->errors)
		return enforce(context, gate, choice);
	choice_free(choice);
	return EXIT_WRONG;
}

static bool is_profile(const struct context *context, const char *name)
{
	struct messages *unheard = messages_new();
	g_autoptr(GPtrArray) sources = inputs_read(context->documents, NULL, unheard);
	struct policy *policy = policy_read(sources, unheard);
	bool found = policy_profile(policy, name);

	policy_unref(policy);
	messages_free(unheard);
	return found;
}

static enum exit_code up_site(struct context *context, struct gate *gate, const char *site)
{
	struct stat found;
	struct choice *choice;

	if (strcmp(site, "-") && stat(site, &found) && admission_is_interface(site))
		return wrong(context,
			     "'%s' is an interface: say which profile it is to enforce, "
			     "'portcullis up %s PROFILE'",
			     site, site);
	if (strcmp(site, "-") && stat(site, &found) && is_profile(context, site))
		return wrong(
			context,
			"'%s' is a profile: say on which interface, 'portcullis up INTERFACE %s'",
			site, site);
	choice = change_choose_site(context, site, mode);
	if (choice)
		choice->monitor = monitor;
	return choice ? enforce(context, gate, choice) : EXIT_WRONG;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	enum attach_mode attach;
	struct gate *gate;
	enum exit_code code;

	if (!count)
		return usage(&up_command, "an INTERFACE and a PROFILE, or a SITE, are missing");
	if (mode && attach_mode_parse(mode, &attach))
		return usage(&up_command, "--mode '%s', expected native, generic or auto", mode);
	if (replies && strcmp(replies, "on") && strcmp(replies, "off"))
		return usage(&up_command, "--replies '%s', expected on or off", replies);
	if (count == 1 && (management || protocols || replies))
		return usage(&up_command,
			     "a site has settings for --management, --protocols and --replies");
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	code = count == 1 ? up_site(context, gate, operands[0])
			  : up_interface(context, gate, operands);
	gate_close(gate);
	return code;
}

static const GOptionEntry options[] = {
	{"mode", 0, 0, G_OPTION_ARG_STRING, &mode,
	 "how to attach; auto (default): native if the driver can", "native|generic|auto"},
	{"monitor", 0, 0, G_OPTION_ARG_NONE, &monitor, "judge and count, but drop nothing", NULL},
	{"management", 0, 0, G_OPTION_ARG_STRING, &management,
	 "who may reach which ports of this host whatever the profile says: '10.0.9.0/24, tcp/22'",
	 "LIST"},
	{"protocols", 0, 0, G_OPTION_ARG_STRING, &protocols,
	 "further IP protocols that pass: 'esp, ospf'", "LIST"},
	{"replies", 0, 0, G_OPTION_ARG_STRING, &replies,
	 "whether answers to what guarded hosts begin themselves pass: on (default), off",
	 "on|off"},
	G_OPTION_ENTRY_NULL,
};

const struct command up_command = {
	.name = "up",
	.operands = "INTERFACE PROFILE | SITE",
	.summary = "start enforcing",
	.description = "A SITE is a file, a folder of *.md, or '-' for standard input.\n"
		       "What is enforced already is replaced in one step.",
	.options = options,
	.reads_documents = true,
	.changes = true,
	.run = run,
};
