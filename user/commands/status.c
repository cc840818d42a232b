/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis status: what is enforced, since when, by whom, from which documents. */
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "gate.h"
#include "host.h"
#include "inputs.h"
#include "json.h"
#include "kept.h"
#include "output.h"
#include "standby.h"

static void add_interface(struct json_object *list, const struct gate *gate,
			  const struct choice_interface *interface)
{
	const struct gate_link *link = gate_link(gate, interface->name);
	bool replies_off = gate->generation->policy->settings.replies_off;
	struct json_object *json = json_append_object(list);

	json_add_string(json, "name", interface->name);
	json_add_bool(json, "attached", link != NULL);
	json_add_string(json, "attach", link ? link->attach : NULL);
	json_add_bool(json, "learns_replies",
		      link && (link->learns || (replies_off && link->is_filtered)));
	json_add_string(json, "profile", interface->profile);
	json_add_number(json, "generation", link ? link->generation : 0);
}

/* What a change that was cut short has left in force. */
static void add_strays(struct json_object *list, const struct gate *gate)
{
	for (guint i = 0; i < gate->links->len; i++) {
		struct gate_link *link = gate->links->pdata[i];

		if (gate_link_is_stray(gate, link))
			add_interface(list, gate, &(struct choice_interface){.name = link->name});
	}
}

/* Those that were left out at boot. Returns whether there are any. */
static bool add_awaited(struct json_object *list, const struct gate *gate)
{
	const GPtrArray *awaited = gate->generation->choice->awaited;

	for (guint i = 0; i < awaited->len; i++)
		add_interface(list, gate, awaited->pdata[i]);
	return awaited->len;
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

static void add_pending(struct json_object *json, const struct gate *gate)
{
	const __u64 deadline = gate_deadline(gate);
	struct json_object *pending = deadline ? json_object_new_object() : NULL;

	if (pending) {
		json_add_number(pending, "seconds", standby_seconds(deadline));
		json_add_number(pending, "falls_back_to", gate->generation->previous[0]);
		json_add_bool(pending, "stands_by", gate_can_undo(gate));
	}
	json_object_object_add(json, "pending", pending);
}

/* The last change, if it was not confirmed in time. */
static void add_undone(struct json_object *json, const struct gate *gate)
{
	bool undone = gate->undone > (gate->generation ? gate->generation->number : 0);

	json_object_object_add(json, "undone", undone ? json_object_new_int64(gate->undone) : NULL);
}

/* Those that 'rollback' knows, the newest first. */
static void add_kept(struct json_object *json, const struct gate *gate)
{
	g_autoptr(GArray) numbers = kept_numbers(gate->directory);
	struct json_object *list = json_add_array(json, "kept");

	for (guint i = numbers->len; i-- > 0;) {
		struct messages *unheard = messages_new();
		struct generation *kept = kept_read(
			gate->directory, g_array_index(numbers, unsigned int, i), unheard);

		if (kept && kept->number != gate->generation->number) {
			struct json_object *one = json_append_object(list);

			json_add_number(one, "generation", kept->number);
			json_add_string(one, "since", kept->since);
			json_add_string(one, "by", kept->by);
			json_add_string(one, "command", kept->command);
		}
		generation_free(kept);
		messages_free(unheard);
	}
}

/* Returns whether an interface is awaited. */
static bool add_status(struct json_object *json, const struct gate *gate)
{
	const struct generation *generation = gate->generation;
	const struct choice *choice = generation->choice;
	const GPtrArray *servers = generation->policy->servers;
	bool monitor = choice->monitor || generation->policy->settings.monitor;
	struct json_object *list;
	bool awaited;

	json_add_number(json, "generation", generation->number);
	json_add_string(json, "since", generation->since);
	json_add_string(json, "by", generation->by);
	json_add_string(json, "command", generation->command);
	add_pending(json, gate);
	add_undone(json, gate);
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
	json_add_string(json, "replies", generation->policy->settings.replies_off ? "off" : "on");
	json_add_bool(json, "enforcing", gate_is_whole(gate));
	list = json_add_array(json, "interfaces");
	for (guint i = 0; i < choice->interfaces->len; i++)
		add_interface(list, gate, choice->interfaces->pdata[i]);
	add_strays(list, gate);
	awaited = add_awaited(list, gate);
	list = json_add_array(json, "servers");
	for (guint i = 0; i < servers->len; i++)
		add_server(list, generation, servers->pdata[i]);
	list = json_add_array(json, "documents");
	for (guint i = 0; i < choice->sources->len; i++)
		add_document(list, choice->sources->pdata[i]);
	add_kept(json, gate);
	return awaited;
}

/* What is not as it should be with an interface; NULL if nothing. */
static char *interface_remark(struct json_object *one, uint64_t generation, bool replies)
{
	if (!json_object_get_boolean(json_member(one, "attached")))
		return g_strdup("NOT ENFORCED: 'portcullis up' attaches it again");
	if (json_number(one, "generation") != generation)
		return g_strdup_printf("enforces generation %" G_GUINT64_FORMAT
				       ": a change was cut short, repeat it",
				       json_number(one, "generation"));
	if (replies != json_object_get_boolean(json_member(one, "learns_replies")))
		return g_strdup_printf("LEARNS %sREPLIES: 'portcullis up' mends its filter",
				       replies ? "NO " : "");
	return NULL;
}

static void print_interfaces(struct json_object *json)
{
	struct json_object *list = json_member(json, "interfaces");
	bool replies = !strcmp(json_string(json, "replies"), "on");
	struct listing *listing = listing_new("INTERFACE|ATTACHED|PROFILE|");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		bool attached = json_object_get_boolean(json_member(one, "attached"));
		const char *profile = json_string(one, "profile");

		listing_add(listing, g_strdup(json_string(one, "name")),
			    g_strdup(attached ? json_string(one, "attach") : "no"),
			    g_strdup(profile ? profile : "(by server)"),
			    interface_remark(one, json_number(json, "generation"), replies));
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

static void print_pending(struct json_object *json)
{
	struct json_object *pending = json_member(json, "pending");
	uint64_t seconds = json_number(pending, "seconds");
	uint64_t before = json_number(pending, "falls_back_to");

	if (json_member(json, "undone"))
		printf("generation %" G_GUINT64_FORMAT " was not confirmed, and is undone\n",
		       json_number(json, "undone"));
	if (!pending)
		return;
	if (!json_object_get_boolean(json_member(pending, "stands_by"))) {
		puts("NOT CONFIRMED, and nobody stands by any more (a pin was removed): it stays "
		     "in "
		     "force unless 'portcullis rollback' follows");
		return;
	}
	printf("NOT CONFIRMED: in %" G_GUINT64_FORMAT " second%s ", seconds,
	       seconds == 1 ? "" : "s");
	if (before)
		printf("generation %" G_GUINT64_FORMAT " is in force again", before);
	else
		fputs("nothing is enforced again", stdout);
	puts(", unless 'portcullis confirm' follows");
}

static void print_kept(struct json_object *list)
{
	struct listing *listing = listing_new("ROLLBACK TO|SINCE|BY|COMMAND");

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		listing_add(listing,
			    g_strdup_printf("%" G_GUINT64_FORMAT, json_number(one, "generation")),
			    output_time(json_string(one, "since")),
			    g_strdup(json_string(one, "by")),
			    g_strdup(json_string(one, "command")));
	}
	listing_print_below(listing);
}

static void print(struct json_object *json)
{
	g_autofree char *since = output_time(json_string(json, "since"));
	struct json_object *documents = json_member(json, "documents");
	struct listing *listing = listing_new("DOCUMENT|SHA-256|");

	if (!json_member(json, "generation")) {
		puts("nothing is enforced");
		print_pending(json);
		return;
	}
	printf("generation %" G_GUINT64_FORMAT " since %s, by %s: %s\n",
	       json_number(json, "generation"), since, json_string(json, "by"),
	       json_string(json, "command"));
	print_pending(json);
	if (!strcmp(json_string(json, "mode"), "monitor"))
		puts("mode monitor: packets are judged and counted, none is dropped");
	if (!strcmp(json_string(json, "replies"), "off"))
		puts("replies off: answers to what servers begin are judged like any other packet");
	print_interfaces(json);
	print_servers(json_member(json, "servers"));
	for (size_t i = 0; i < json_object_array_length(documents); i++) {
		struct json_object *one = json_object_array_get_idx(documents, i);
		bool changed = json_object_get_boolean(json_member(one, "changed"));

		listing_add(listing, g_strdup(json_string(one, "file")),
			    g_strndup(json_string(one, "digest"), 12),
			    changed ? g_strdup("changed since") : NULL);
	}
	listing_print(listing);
	print_kept(json_member(json, "kept"));
}

/* How long a half-done change is taken for one that a writer is just making. */
#define TRIES_MAX   200
#define PAUSE_MICRO 2000

/* Opens the gate; not in the middle of a change, which puts its programs in place one by one. */
static struct gate *open_settled(struct context *context)
{
	bool quiet = false;

	for (int tries = 0;; tries++) {
		struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
		bool changing;

		if (!gate || !gate->generation || gate_is_whole(gate))
			return gate;
		changing = gate_is_changing(gate);
		if ((quiet && !changing) || tries == TRIES_MAX || context->messages->errors)
			return gate;
		quiet = !changing; /* it may have ended as we were reading: once more */
		gate_close(gate);
		g_usleep(PAUSE_MICRO);
	}
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	struct json_object *json;
	enum exit_code code = EXIT_RIGHT;
	bool awaited = false;

	if (count)
		return usage(&status_command, "'%s' is one operand too many", operands[0]);
	gate = open_settled(context);
	if (!gate)
		return EXIT_WRONG;
	json = output_new();
	if (gate->generation) {
		awaited = add_status(json, gate);
	} else {
		json_add_bool(json, "enforcing", false);
		add_undone(json, gate);
		json_add_array(json, "interfaces");
		json_add_array(json, "servers");
		json_add_array(json, "documents");
	}
	output_print(json, context->json, print);
	if (gate->generation && !gate_is_whole(gate))
		code = wrong(context, "not every interface enforces generation %u",
			     gate->generation->number);
	else if (gate->generation && !host_is_known(gate))
		code = wrong(context, "what is stacked on the interfaces has changed since: "
				      "'portcullis up' makes it known to what learns replies");
	else if (awaited)
		code = wrong(context, "an interface was not here at boot: "
				      "'portcullis boot' enforces on it once it is there");
	else if (!gate->generation && !gate->loaded && gate_is_littered(gate))
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
