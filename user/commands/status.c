/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis status: what is enforced, since when, by whom, from which documents. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gate.h"
#include "inputs.h"
#include "json.h"
#include "output.h"

static void add_interface(struct json_object *list, const struct gate *gate,
			  const struct choice_interface *interface)
{
	const struct gate_link *link = gate_link(gate, interface->name);
	struct json_object *json = json_append_object(list);

	json_add_string(json, "name", interface->name);
	json_add_bool(json, "attached", link != NULL);
	json_add_string(json, "attach", link ? link->attach : NULL);
	json_add_string(json, "profile", interface->profile);
	json_add_number(json, "generation", link ? link->generation : 0);
}

static void add_server(struct json_object *list, const struct generation *generation,
		       const struct server *server)
{
	struct json_object *json = json_append_object(list);
	struct json_object *addresses;
	bool monitor = server->monitor || generation->choice->monitor;
	const char *profile = generation_server_profile(generation, server);

	json_add_string(json, "name", server->name);
	addresses = json_add_array(json, "addresses");
	for (guint i = 0; i < server->addresses->len; i++) {
		char text[PREFIX_TEXT_SIZE];

		prefix_format(&g_array_index(server->addresses, struct prefix, i), text);
		json_object_array_add(addresses, json_object_new_string(text));
	}
	json_add_string(json, "profile", profile);
	if (strcmp(profile, server->profile))
		json_add_string(json, "site_profile", server->profile);
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
}

/* Whether a file, or what this binary ships under that name, still is what was read. */
static bool is_changed(const struct source *source)
{
	struct messages *messages = messages_new();
	g_autoptr(GPtrArray) now = sources_new();
	bool changed = true;

	if (!strcmp(source->file, "-")) {
		messages_free(messages);
		return false;
	}
	if (inputs_is_shipped(source->file))
		inputs_add_shipped(now);
	else
		source_read(source->file, source->kind, now, messages);
	for (guint i = 0; i < now->len; i++) {
		const struct source *other = now->pdata[i];

		if (!strcmp(other->file, source->file))
			changed = strcmp(other->digest, source->digest);
	}
	messages_free(messages);
	return changed;
}

static void add_document(struct json_object *list, const struct source *source)
{
	struct json_object *json = json_append_object(list);

	json_add_string(json, "file", source->file);
	json_add_string(json, "digest", source->digest);
	json_add_bool(json, "changed", is_changed(source));
}

static void add_status(struct json_object *json, const struct gate *gate)
{
	const struct generation *generation = gate->generation;
	const struct choice *choice = generation->choice;
	const GPtrArray *servers = generation->policy->servers;
	bool monitor = choice->monitor || generation->policy->settings.monitor;
	struct json_object *list;

	json_add_number(json, "generation", generation->number);
	json_add_string(json, "since", generation->since);
	json_add_string(json, "by", generation->by);
	json_add_string(json, "command", generation->command);
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
	json_add_bool(json, "enforcing", gate_is_whole(gate));
	list = json_add_array(json, "interfaces");
	for (guint i = 0; i < choice->interfaces->len; i++)
		add_interface(list, gate, choice->interfaces->pdata[i]);
	list = json_add_array(json, "servers");
	for (guint i = 0; i < servers->len; i++)
		add_server(list, generation, servers->pdata[i]);
	list = json_add_array(json, "documents");
	for (guint i = 0; i < choice->sources->len; i++)
		add_document(list, choice->sources->pdata[i]);
}

static void print_interfaces(struct json_object *list, uint64_t generation)
{
	struct listing *listing = listing_new("INTERFACE|ATTACHED|PROFILE|");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool attached = json_object_get_boolean(json_member(one, "attached"));
		const char *profile = json_string(one, "profile");
		char *remark = NULL;

		if (!attached)
			remark = g_strdup("NOT ENFORCED: 'portcullis up' attaches it again");
		else if (json_number(one, "generation") != generation)
			remark = g_strdup_printf("enforces generation %" G_GUINT64_FORMAT
						 ": a change was cut short, repeat it",
						 json_number(one, "generation"));
		listing_add(listing, g_strdup(json_string(one, "name")),
			    g_strdup(attached ? json_string(one, "attach") : "no"),
			    g_strdup(profile ? profile : "(by server)"), remark);
	}
	listing_print(listing);
}

static void print_servers(struct json_object *list)
{
	struct listing *listing = listing_new("SERVER|ADDRESSES|PROFILE|MODE|");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		struct json_object *addresses = json_member(one, "addresses");
		const char *site = json_string(one, "site_profile");
		GString *text = g_string_new(NULL);

		for (size_t j = 0; j < json_object_array_length(addresses); j++)
			g_string_append_printf(
				text, "%s%s", j ? " " : "",
				json_object_get_string(json_object_array_get_idx(addresses, j)));
		listing_add(listing, g_strdup(json_string(one, "name")), g_string_free(text, FALSE),
			    g_strdup(json_string(one, "profile")),
			    g_strdup(json_string(one, "mode")),
			    site ? g_strdup_printf("swapped: the site says '%s'", site) : NULL);
	}
	listing_print(listing);
}

static void print(struct json_object *json)
{
	g_autofree char *since = output_time(json_string(json, "since"));
	struct json_object *documents = json_member(json, "documents");
	struct listing *listing = listing_new("DOCUMENT|SHA-256|");

	if (!json_member(json, "generation")) {
		puts("nothing is enforced");
		return;
	}
	printf("generation %" G_GUINT64_FORMAT " since %s, by %s: %s\n",
	       json_number(json, "generation"), since, json_string(json, "by"),
	       json_string(json, "command"));
	if (!strcmp(json_string(json, "mode"), "monitor"))
		puts("mode monitor: packets are judged and counted, none is dropped");
	print_interfaces(json_member(json, "interfaces"), json_number(json, "generation"));
	print_servers(json_member(json, "servers"));
	for (size_t i = 0; i < json_object_array_length(documents); i++) {
		struct json_object *one = json_object_array_get_idx(documents, i);
		bool changed = json_object_get_boolean(json_member(one, "changed"));

		listing_add(listing, g_strdup(json_string(one, "file")),
			    g_strndup(json_string(one, "digest"), 12),
			    changed ? g_strdup("changed since") : NULL);
	}
	listing_print(listing);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	struct json_object *json;
	enum exit_code code = EXIT_RIGHT;

	if (count)
		return usage(&status_command, "'%s' is one operand too many", operands[0]);
	gate = gate_open(context->bpffs, GATE_READ, context->messages);
	if (!gate)
		return EXIT_WRONG;
	json = output_new();
	if (gate->generation) {
		add_status(json, gate);
	} else {
		json_add_bool(json, "enforcing", false);
		json_add_array(json, "interfaces");
		json_add_array(json, "servers");
		json_add_array(json, "documents");
	}
	output_print(json, context->json, print);
	if (gate->generation && !gate_is_whole(gate))
		code = wrong(context, "not every interface enforces generation %u",
			     gate->generation->number);
	else if (!gate->generation && gate_is_littered(gate))
		code = wrong(context,
			     "%s holds pins but no link that can be read: what was "
			     "enforced is not; 'portcullis up' starts anew",
			     gate->directory);
	gate_close(gate);
	return code;
}

const struct command status_command = {
	.name = "status",
	.operands = "",
	.summary = "show what is enforced; exit 1 if something that should be is not",
	.has_json = true,
	.run = run,
};
