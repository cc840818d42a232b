/* SPDX-License-Identifier: GPL-2.0-only */
/* A choice as the catalog keeps it: JSON, so that the next version can read and extend it. */
#include <string.h>

#include "choice.h"
#include "json.h"

static struct json_object *source_to_json(const struct source *source)
{
	struct json_object *json = json_object_new_object();

	json_add_string(json, "file", source->file);
	json_add_string(json, "kind", source->kind == SOURCE_SITE ? "site" : "document");
	json_object_object_add(json, "text",
			       json_object_new_string_len(source->text, (int)source->size));
	return json;
}

static struct json_object *interface_to_json(const struct choice_interface *interface)
{
	struct json_object *json = json_object_new_object();

	json_add_string(json, "name", interface->name);
	json_add_string(json, "profile", interface->profile);
	json_add_string(json, "attach", attach_mode_name(interface->attach));
	return json;
}

static struct json_object *swap_to_json(const struct choice_swap *swap)
{
	struct json_object *json = json_object_new_object();

	json_add_string(json, "server", swap->server);
	json_add_string(json, "profile", swap->profile);
	return json;
}

struct json_object *choice_to_json(const struct choice *choice)
{
	struct json_object *json = json_object_new_object();
	struct json_object *sources = json_add_array(json, "sources");
	struct json_object *interfaces = json_add_array(json, "interfaces");
	struct json_object *swaps = json_add_array(json, "swaps");
	struct json_object *awaited = NULL;

	for (guint i = 0; i < choice->sources->len; i++)
		json_object_array_add(sources, source_to_json(choice->sources->pdata[i]));
	for (guint i = 0; i < choice->interfaces->len; i++)
		json_object_array_add(interfaces, interface_to_json(choice->interfaces->pdata[i]));
	if (choice->awaited->len)
		awaited = json_add_array(json, "awaited");
	for (guint i = 0; i < choice->awaited->len; i++)
		json_object_array_add(awaited, interface_to_json(choice->awaited->pdata[i]));
	for (guint i = 0; i < choice->swaps->len; i++)
		json_object_array_add(swaps, swap_to_json(choice->swaps->pdata[i]));
	json_add_bool(json, "monitor", choice->monitor);
	json_add_bool(json, "replies_off", choice->replies_off);
	json_add_string(json, "management", choice->management);
	json_add_string(json, "protocols", choice->protocols);
	return json;
}

static bool source_from_json(struct json_object *json, struct choice *choice)
{
	const char *file = json_string(json, "file");
	const char *kind = json_string(json, "kind");
	struct json_object *text = json_object_object_get(json, "text");

	if (!file || !kind || !json_object_is_type(text, json_type_string))
		return false;
	g_ptr_array_add(choice->sources,
			source_new(file, !strcmp(kind, "site") ? SOURCE_SITE : SOURCE_DOCUMENT,
				   json_object_get_string(text),
				   (size_t)json_object_get_string_len(text)));
	return true;
}

static bool interface_from_json(struct json_object *json, struct choice *choice)
{
	const char *name = json_string(json, "name");
	const char *profile = json_string(json, "profile");
	const char *attach = json_string(json, "attach");
	enum attach_mode mode;

	if (!name || !attach || attach_mode_parse(attach, &mode))
		return false;
	if (!profile && !choice_is_site(choice))
		return false;
	choice_set_interface(choice, name, profile, mode);
	return true;
}

static bool awaited_from_json(struct json_object *json, struct choice *choice)
{
	const char *name = json_string(json, "name");

	if (!interface_from_json(json, choice))
		return false;
	choice_await(choice, name);
	return true;
}

static bool swap_from_json(struct json_object *json, struct choice *choice)
{
	const char *server = json_string(json, "server");
	const char *profile = json_string(json, "profile");

	if (!server || !profile)
		return false;
	choice_set_swap(choice, server, profile);
	return true;
}

static bool each(struct json_object *json, const char *key, struct choice *choice,
		 bool (*read)(struct json_object *, struct choice *))
{
	struct json_object *list = json_object_object_get(json, key);

	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!read(json_object_array_get_idx(list, i), choice))
			return false;
	return true;
}

struct choice *choice_from_json(struct json_object *json)
{
	struct choice *choice = choice_new();

	if (!each(json, "sources", choice, source_from_json) ||
	    !each(json, "interfaces", choice, interface_from_json) ||
	    (json_member(json, "awaited") && !each(json, "awaited", choice, awaited_from_json)) ||
	    !each(json, "swaps", choice, swap_from_json)) {
		choice_free(choice);
		return NULL;
	}
	choice->monitor = json_object_get_boolean(json_object_object_get(json, "monitor"));
	choice->replies_off = json_object_get_boolean(json_object_object_get(json, "replies_off"));
	choice->management = g_strdup(json_string(json, "management"));
	choice->protocols = g_strdup(json_string(json, "protocols"));
	return choice;
}
