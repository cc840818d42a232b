/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis check: reads and compiles as `up` would, and tells all there is to say. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "expectations.h"
#include "generation.h"
#include "image.h"
#include "inputs.h"
#include "json.h"
#include "output.h"

static gboolean strict;
static char *expect;

static void print_summary(struct json_object *json)
{
	uint64_t guards = json_number(json, "guards");

	if (!json_member(json, "rows"))
		return;
	printf("%" G_GUINT64_FORMAT " rows, %" G_GUINT64_FORMAT " roles, %" G_GUINT64_FORMAT
	       " profiles, %" G_GUINT64_FORMAT " servers",
	       json_number(json, "rows"), json_number(json, "roles"), json_number(json, "profiles"),
	       json_number(json, "servers"));
	if (guards)
		printf(", %" G_GUINT64_FORMAT " guards", guards);
	putchar('\n');
	if (json_member(json, "expected"))
		printf("%" G_GUINT64_FORMAT " of %" G_GUINT64_FORMAT " expectations hold\n",
		       json_number(json, "held"), json_number(json, "expected"));
}

static void add_messages(struct json_object *json, const struct messages *messages)
{
	struct json_object *list = json_add_array(json, "messages");

	for (guint i = 0; i < messages->list->len; i++) {
		const struct message *message = messages->list->pdata[i];
		struct json_object *one = json_append_object(list);

		json_add_string(one, "file", message->file);
		json_add_number(one, "line", (uint64_t)message->line);
		json_add_string(one, "severity", severity_name(message->severity));
		json_add_string(one, "message", message->text);
	}
}

static void add_ignored(const struct policy *policy, struct messages *messages)
{
	for (guint i = 0; i < policy->ignored->len; i++) {
		const struct ignored *table = policy->ignored->pdata[i];

		message_add(messages, SEVERITY_NOTE, table->place.file, table->place.line,
			    "the table under '%s' does not speak of ports and is ignored",
			    table->title);
	}
}

static void add_expectations(struct json_object *json, const struct choice *choice,
			     struct messages *messages)
{
	bool standard_input = !strcmp(expect, "-");
	g_autoptr(GError) error = NULL;
	g_autofree char *text = NULL;

	if (g_file_get_contents(standard_input ? "/dev/stdin" : expect, &text, NULL, &error))
		expectations_check(json, choice, expect, text, messages);
	else if (g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
		message_add(messages, SEVERITY_ERROR, expect, 0,
			    "does not exist, expected a file of expectations");
	else
		message_add(messages, SEVERITY_ERROR, expect, 0,
			    "cannot be read: %s, expected a file of expectations", error->message);
}

/* All that `up` would do short of the kernel: a site must also fit into the maps. */
static void compile(struct json_object *json, struct choice *choice, struct messages *messages)
{
	struct generation *generation = generation_new(choice, NULL);

	if (generation_compile(generation, messages)) {
		const struct policy *policy = generation->policy;

		generation_drop_unused(generation, messages);
		add_ignored(policy, messages);
		image_free(image_build(generation, messages));
		json_add_number(json, "rows", policy->rows->len);
		json_add_number(json, "roles", policy->roles->len);
		json_add_number(json, "profiles", policy->profiles->len);
		json_add_number(json, "servers", policy->servers->len);
		json_add_number(json, "guards", policy->guards->len);
		if (expect && !messages->errors)
			add_expectations(json, generation->choice, messages);
	}
	generation_free(generation);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct messages *messages = context->messages;
	struct json_object *json;
	struct choice *choice;
	bool good;

	if (!count)
		return usage(&check_command, "which FILE is missing");
	json = output_new();
	choice = choice_new();
	g_ptr_array_unref(choice->sources);
	choice->sources = inputs_read_any(operands, context->documents, messages);
	if (messages->errors)
		choice_free(choice);
	else
		compile(json, choice, messages);
	add_messages(json, messages);
	good = !messages->errors && !(strict && messages->warnings);
	if (context->json) /* programs have them; they are not said twice */
		g_ptr_array_set_size(messages->list, 0);
	if (expect) /* how many hold is said below those that do not */
		say(messages);
	output_print(json, context->json, print_summary);
	return good ? EXIT_RIGHT : EXIT_WRONG;
}

static const GOptionEntry options[] = {
	{"strict", 0, 0, G_OPTION_ARG_NONE, &strict, "fail on warnings too", NULL},
	{"expect", 0, 0, G_OPTION_ARG_FILENAME, &expect,
	 "compare the verdicts on packets with those that a file expects", "FILE"},
	G_OPTION_ENTRY_NULL,
};

const struct command check_command = {
	.name = "check",
	.operands = "FILE…",
	.summary = "read documents or a site and list every error and warning; needs no privileges",
	.description =
		"--expect: lines 'pass|drop [from A[:PORT]] to B | SERVER tcp/5061 | icmp/8 | "
		"ip/esp'.\nOf documents, PROFILE stands behind pass or drop.",
	.options = options,
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
