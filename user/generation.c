/* SPDX-License-Identifier: GPL-2.0-only */
/* A generation: from a choice to compiled profiles, and to the catalog's text and back. */
#include "generation.h"

#include <linux/types.h>
#include <string.h>

#include "guarding.h"
#include "json.h"
#include "layout.h"

struct generation *generation_new(struct choice *choice, const struct generation *previous)
{
	struct generation *generation = g_new0(struct generation, 1);

	generation->number = previous ? previous->number + 1 : 1;
	generation->choice = choice;
	generation->profiles = g_ptr_array_new_with_free_func((GDestroyNotify)compiled_free);
	if (previous) {
		generation->slots = slots_copy(previous->slots);
		generation->counting_since = g_strdup(previous->counting_since);
		generation->pickup_until = previous->pickup_until;
	} else {
		generation->slots = slots_new();
	}
	return generation;
}

void generation_free(struct generation *generation)
{
	if (!generation)
		return;
	g_free(generation->since);
	g_free(generation->counting_since);
	g_free(generation->by);
	g_free(generation->command);
	g_free(generation->program);
	choice_free(generation->choice);
	slots_free(generation->slots);
	g_ptr_array_unref(generation->profiles);
	policy_unref(generation->policy);
	g_free(generation);
}

/* Options of the command line stand for settings of the same names; they were checked when given.
 */
static void apply_options(struct generation *generation, struct messages *messages)
{
	struct settings *settings = &generation->policy->settings;
	const struct choice *choice = generation->choice;
	char *error = NULL;

	if (choice->management &&
	    management_parse(generation->policy, choice->management, &settings->management, &error))
		message_add(messages, SEVERITY_ERROR, "--management", 0, "%s", error);
	g_clear_pointer(&error, g_free);
	settings->replies_off |= choice->replies_off;
	if (choice->protocols && protocols_parse(choice->protocols, settings->protocols, &error))
		message_add(messages, SEVERITY_ERROR, "--protocols", 0, "%s", error);
	g_free(error);
}

/*
 * Compiles a profile, once. Returns its canonical name; NULL, with a message, if the policy lacks
 * it (as a swap of yesterday's may) or it cannot stand alone.
 */
static const char *put_in_force(struct generation *generation, const char *profile,
				const char *where, struct messages *messages)
{
	g_autofree char *error = NULL;
	g_autofree char *canonical = profile_canonical(generation->policy, profile, false, &error);
	struct compiled *compiled;
	int index;

	if (!canonical) {
		message_add(messages, SEVERITY_ERROR, where, 0, "%s", error);
		return NULL;
	}
	index = generation_profile_index(generation, canonical);
	if (index >= 0)
		return ((struct compiled *)generation->profiles->pdata[index])->name;
	compiled = profile_compile(generation->policy, canonical);
	g_ptr_array_add(generation->profiles, compiled);
	for (guint i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		slots_segment(generation->slots, compiled->name, opening->transport, opening->first,
			      opening->last);
	}
	return compiled->name;
}

static void put_interfaces_in_force(struct generation *generation, struct messages *messages)
{
	const GPtrArray *interfaces = generation->choice->interfaces;

	for (guint i = 0; i < interfaces->len; i++) {
		struct choice_interface *interface = interfaces->pdata[i];
		const char *canonical;

		if (!interface->profile)
			continue;
		canonical = put_in_force(generation, interface->profile, interface->name, messages);
		if (canonical && strcmp(canonical, interface->profile)) {
			g_free(interface->profile);
			interface->profile = g_strdup(canonical);
		}
	}
}

static void put_servers_in_force(struct generation *generation, struct messages *messages)
{
	const GPtrArray *servers = generation->policy->servers;

	for (guint i = 0; i < servers->len; i++) {
		const struct server *server = servers->pdata[i];
		const char *swapped = choice_swapped(generation->choice, server->name);
		const char *canonical =
			put_in_force(generation, generation_server_profile(generation, server),
				     server->name, messages);

		if (canonical && swapped && strcmp(canonical, swapped))
			choice_set_swap(generation->choice, server->name, canonical);
		slots_server(generation->slots, server->name);
	}
}

void generation_share_policy(struct generation *generation, const struct generation *previous)
{
	generation->policy = policy_ref(previous->policy);
}

bool generation_compile(struct generation *generation, struct messages *messages)
{
	if (!generation->policy) {
		generation->policy = policy_read(generation->choice->sources, messages);
		if (!messages->errors)
			apply_options(generation, messages);
	}
	if (messages->errors)
		return false;
	put_interfaces_in_force(generation, messages);
	put_servers_in_force(generation, messages);
	if (!messages->errors)
		guarding_review(generation, messages);
	return !messages->errors;
}

/* Whether a file is a document, rather than a part of the site. */
static bool is_document(const struct generation *generation, const char *file)
{
	const GPtrArray *sources = generation->choice->sources;

	for (guint i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];

		if (!strcmp(source->file, file))
			return source->kind == SOURCE_DOCUMENT;
	}
	return false;
}

/* Whether a row that stands there is in force. */
static bool is_in_force(const struct compiled *compiled, const struct message *message)
{
	for (guint i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		for (guint j = 0; j < opening->rows->len; j++) {
			const struct row *row = opening->rows->pdata[j];

			if (row->place.line == message->line &&
			    !strcmp(row->place.file, message->file))
				return true;
		}
	}
	return false;
}

void generation_drop_unused(const struct generation *generation, struct messages *messages)
{
	for (guint i = messages->list->len; generation->profiles->len && i-- > 0;) {
		const struct message *message = messages->list->pdata[i];
		bool drop = message->severity != SEVERITY_ERROR &&
			    is_document(generation, message->file);

		for (guint j = 0; drop && j < generation->profiles->len; j++)
			drop = !is_in_force(generation->profiles->pdata[j], message);
		if (!drop)
			continue;
		messages->warnings -= message->severity == SEVERITY_WARNING;
		g_ptr_array_remove_index(messages->list, i);
	}
}

const char *generation_server_profile(const struct generation *generation,
				      const struct server *server)
{
	const char *swapped = choice_swapped(generation->choice, server->name);

	return swapped ? swapped : server->profile;
}

int generation_profile_index(const struct generation *generation, const char *canonical)
{
	for (guint i = 0; i < generation->profiles->len; i++) {
		const struct compiled *compiled = generation->profiles->pdata[i];

		if (!strcmp(compiled->name, canonical))
			return (int)i;
	}
	return -1;
}

bool generation_same(const struct generation *a, const struct generation *b)
{
	struct json_object *left = choice_to_json(a->choice);
	struct json_object *right = choice_to_json(b->choice);
	bool same = !g_strcmp0(a->program, b->program) && json_object_equal(left, right);

	json_object_put(left);
	json_object_put(right);
	return same;
}

static void previous_to_json(const struct generation *generation, struct json_object *json)
{
	struct json_object *list = json_add_array(json, "previous");

	for (int i = 0; i < GENERATIONS_KEPT && generation->previous[i]; i++)
		json_object_array_add(list, json_object_new_int64(generation->previous[i]));
}

static void previous_from_json(struct json_object *json, struct generation *generation)
{
	struct json_object *list = json_member(json, "previous");
	size_t count =
		json_object_is_type(list, json_type_array) ? json_object_array_length(list) : 0;

	for (size_t i = 0; i < MIN(count, GENERATIONS_KEPT); i++)
		generation->previous[i] =
			(unsigned int)json_object_get_int64(json_object_array_get_idx(list, i));
}

char *generation_to_text(const struct generation *generation)
{
	struct json_object *json = json_object_new_object();
	char *text;

	json_add_number(json, "layout", LAYOUT_VERSION);
	json_add_number(json, "generation", generation->number);
	previous_to_json(generation, json);
	json_add_number(json, "restores", generation->restores);
	json_add_number(json, "confirm", generation->confirm);
	json_add_string(json, "since", generation->since);
	json_add_string(json, "counting_since", generation->counting_since);
	json_add_number(json, "pickup_until", generation->pickup_until);
	json_add_string(json, "by", generation->by);
	json_add_string(json, "command", generation->command);
	json_add_string(json, "program", generation->program);
	json_object_object_add(json, "choice", choice_to_json(generation->choice));
	json_object_object_add(json, "slots", slots_to_json(generation->slots));
	text = g_strdup(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
	return text;
}

static struct generation *from_json(struct json_object *json)
{
	struct choice *choice = choice_from_json(json_member(json, "choice"));
	struct slots *slots = slots_from_json(json_member(json, "slots"));
	struct generation *generation;

	if (!choice || !slots) {
		choice_free(choice);
		slots_free(slots);
		return NULL;
	}
	generation = generation_new(choice, NULL);
	slots_free(generation->slots);
	generation->slots = slots;
	generation->number = (unsigned int)json_number(json, "generation");
	previous_from_json(json, generation);
	generation->restores = (unsigned int)json_number(json, "restores");
	generation->confirm = (unsigned int)json_number(json, "confirm");
	generation->since = g_strdup(json_string(json, "since"));
	generation->counting_since = g_strdup(json_string(json, "counting_since"));
	generation->pickup_until = (uint32_t)json_number(json, "pickup_until");
	generation->by = g_strdup(json_string(json, "by"));
	generation->command = g_strdup(json_string(json, "command"));
	generation->program = g_strdup(json_string(json, "program"));
	return generation;
}

struct generation *generation_from_text(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct generation *generation = NULL;

	if (json_number(json, "layout") == LAYOUT_VERSION)
		generation = from_json(json);
	json_object_put(json);
	return generation;
}
