/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis reload: the site as it is now, in one step. */
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "admission.h"
#include "boot.h"
#include "change.h"
#include "command.h"
#include "compare.h"
#include "gate.h"
#include "output.h"

static gboolean dry_run;

/* The file or folder that the site in force was read from; NULL: from standard input. */
static const char *site_in_force(const struct generation *generation)
{
	const GPtrArray *sources = generation->choice->sources;

	for (guint i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];

		if (source->kind == SOURCE_SITE)
			return strcmp(source->file, "-") ? source->file : NULL;
	}
	return NULL;
}

/* Whoever brought up a file of another name hardly meant the usual one, least of all by mistake. */
static enum exit_code no_default(struct context *context, const struct generation *generation)
{
	const char *file = site_in_force(generation);

	if (file)
		return wrong(context,
			     "there is no " SITE_DEFAULT "; what is in force was read from %s: "
			     "'portcullis reload %s'",
			     file, file);
	return wrong(context, "there is no " SITE_DEFAULT ", expected 'portcullis reload SITE'");
}

static enum exit_code preview(struct context *context, const struct gate *gate,
			      struct generation *next)
{
	struct json_object *json = output_new();

	compare_generations(json, gate->generation, next);
	output_print(json, context->json, compare_print);
	generation_free(next);
	return EXIT_RIGHT;
}

/* Monitoring that was asked for on the command line goes on: a reload begins to drop nothing. */
static enum exit_code reload(struct context *context, struct gate *gate, const char *site)
{
	struct choice *choice = change_choose_site(context, site, NULL);
	struct generation *next = NULL;

	if (choice) {
		choice->monitor = gate->generation->choice->monitor;
		admission_use_real_names(choice);
		boot_leave_out(choice, gate->generation->choice, context->messages);
		next = change_compile(context, gate, choice);
	}
	if (!next)
		return EXIT_WRONG;
	if (!change_is_admitted(context, gate, next)) {
		generation_free(next);
		return EXIT_WRONG;
	}
	return dry_run ? preview(context, gate, next) : change_apply(context, gate, next);
}

static enum exit_code check_and_reload(struct context *context, struct gate *gate, const char *site)
{
	struct stat found;

	if (!gate->generation)
		return wrong(context, "nothing is enforced here: 'portcullis up SITE' starts");
	if (!choice_is_site(gate->generation->choice))
		return wrong(context, "a profile is enforced, no site: 'portcullis up SITE' puts "
				      "a site in its place");
	if (!site && stat(SITE_DEFAULT, &found))
		return no_default(context, gate->generation);
	return reload(context, gate, site ? site : SITE_DEFAULT);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count > 1)
		return usage(&reload_command, "'%s' is one operand too many", operands[1]);
	if (context->json && !dry_run)
		return usage(&reload_command, "--json goes with --dry-run");
	gate = dry_run ? gate_open(context->bpffs, GATE_READ, context->messages)
		       : change_open(context);
	if (!gate)
		return EXIT_WRONG;
	code = check_and_reload(context, gate, operands[0]);
	gate_close(gate);
	return code;
}

static const GOptionEntry options[] = {
	{"dry-run", 0, 0, G_OPTION_ARG_NONE, &dry_run, "print what would change, change nothing",
	 NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command reload_command = {
	.name = "reload",
	.operands = "[SITE]",
	.summary = "read the site again and enforce it, in one step",
	.description =
		"A SITE is a file, a folder of *.md, or '-' for standard input; without one it\n"
		"is " SITE_DEFAULT ". Profiles swapped since are the site's again; monitoring\n"
		"that 'up' or 'swap' began goes on until 'swap --enforce'.",
	.options = options,
	.reads_documents = true,
	.has_json = true,
	.changes = true,
	.run = run,
};
