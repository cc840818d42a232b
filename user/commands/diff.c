/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis diff: two profiles, documents or sites, compared by what they open. */
#include <string.h>

#include "command.h"
#include "compare.h"
#include "inputs.h"
#include "json.h"
#include "output.h"

enum kind {
	KIND_PROFILE,
	KIND_DOCUMENT,
	KIND_SITE,
};

static const char *const kind_names[] = {
	[KIND_PROFILE] = "profile",
	[KIND_DOCUMENT] = "document",
	[KIND_SITE] = "site",
};

/* One of the two: what was named, and what it compiles to. */
struct side {
	const char *operand;
	enum kind kind;
	struct generation *generation;
};

static struct choice *choose_profile(GPtrArray *sources, const char *profile)
{
	struct choice *choice = choice_new();

	g_ptr_array_unref(choice->sources);
	choice->sources = g_ptr_array_ref(sources);
	/* Without a name: it stands for any. */
	choice_set_interface(choice, "", profile, ATTACH_AUTO);
	return choice;
}

static struct choice *choose_file(struct context *context, const char *operand)
{
	struct choice *choice = choice_new();
	char *paths[] = {(char *)operand, NULL};

	g_ptr_array_unref(choice->sources);
	choice->sources = inputs_read_any(paths, context->documents, context->messages);
	return choice;
}

/* What the operand names; NULL with a message. */
static struct choice *choose(struct context *context, const char *operand)
{
	g_autoptr(GPtrArray) sources = inputs_read(context->documents, NULL, context->messages);
	struct messages *unheard = messages_new();
	struct policy *policy = policy_read(sources, unheard);
	g_autofree char *error = NULL;
	g_autofree char *canonical = profile_canonical(policy, operand, false, &error);
	bool is_file = !strcmp(operand, "-") || g_file_test(operand, G_FILE_TEST_EXISTS);
	struct choice *choice = NULL;

	if (canonical)
		choice = choose_profile(sources, canonical);
	else if (is_file)
		choice = choose_file(context, operand);
	else if (unheard->errors) /* they will be heard when it is compiled */
		choice = choose_profile(sources, operand);
	else
		wrong(context, "no file '%s', and %s", operand, error);
	policy_unref(policy);
	messages_free(unheard);
	return choice;
}

static enum kind kind_of(const struct choice *choice)
{
	if (choice_is_site(choice))
		return KIND_SITE;
	return choice->interfaces->len ? KIND_PROFILE : KIND_DOCUMENT;
}

static bool read_side(struct context *context, struct side *side)
{
	struct choice *choice = choose(context, side->operand);

	if (!choice)
		return false;
	side->kind = kind_of(choice);
	side->generation = generation_new(choice, NULL);
	if (!context->messages->errors)
		generation_compile(side->generation, context->messages);
	messages_keep_errors(context->messages);
	return !context->messages->errors;
}

static enum exit_code compare(struct context *context, const struct side *before,
			      const struct side *after)
{
	struct json_object *json;
	bool same;

	if (before->kind != after->kind)
		return wrong(context, "'%s' is a %s and '%s' a %s, expected two of a kind",
			     before->operand, kind_names[before->kind], after->operand,
			     kind_names[after->kind]);
	json = output_new();
	json_add_string(json, "before", before->operand);
	json_add_string(json, "after", after->operand);
	same = compare_generations(json, before->generation, after->generation);
	output_print(json, context->json, compare_print);
	return same ? EXIT_RIGHT : EXIT_WRONG;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct side before = {}, after = {};
	enum exit_code code = EXIT_WRONG;

	if (count < 2)
		return usage(&diff_command, "two profiles, documents or sites are needed");
	if (count > 2)
		return usage(&diff_command,
			     "'%s' is one operand too many; quote 'PROFILE + PROFILE'",
			     operands[2]);
	before.operand = operands[0];
	after.operand = operands[1];
	if (read_side(context, &before) && read_side(context, &after))
		code = compare(context, &before, &after);
	generation_free(before.generation);
	generation_free(after.generation);
	return code;
}

const struct command diff_command = {
	.name = "diff",
	.operands = "A B",
	.summary =
		"compare two profiles, documents or sites by what they open; exit 1 if it differs",
	.description =
		"A and B are profiles ('front-end + cms' in quotes), files or folders, both of "
		"a kind.",
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
