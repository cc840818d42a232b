/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings, services and guards as JSON, and as people read them. */
#include "view.h"

#include <linux/types.h>

#include "json.h"
#include "layout.h"

void view_add_services(struct json_object *json, const GPtrArray *rows)
{
	struct json_object *services = json_add_array(json, "services");

	for (guint i = 0; i < rows->len; i++) {
		const struct row *row = rows->pdata[i];
		struct json_object *service = json_append_object(services);

		json_add_string(service, "role", row->role);
		json_add_string(service, "service", row->service);
		json_add_string(service, "file", row->place.file);
		json_add_number(service, "line", (uint64_t)row->place.line);
	}
}

void view_add_opening(struct json_object *json, const struct opening *opening)
{
	json_add_string(json, "protocol", transport_name(opening->transport));
	json_add_number(json, "first", opening->first);
	json_add_number(json, "last", opening->last);
	json_add_bool(json, "media", opening->media);
	view_add_services(json, opening->rows);
}

char *view_services(struct json_object *services)
{
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(services); i++) {
		struct json_object *one = json_object_array_get_idx(services, i);
		const char *role = json_string(one, "role"), *service = json_string(one, "service");
		char *name = service && *service ? g_strdup_printf("%s: %s", role, service)
						 : g_strdup(role);

		if (g_hash_table_contains(seen, name)) {
			g_free(name);
			continue;
		}
		g_string_append_printf(text, "%s%s", text->len ? ", " : "", name);
		g_hash_table_add(seen, name);
	}
	return g_string_free(text, FALSE);
}

char *view_places(struct json_object *services)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(services); i++) {
		struct json_object *one = json_object_array_get_idx(services, i);

		g_string_append_printf(text, "%s%s:%" G_GUINT64_FORMAT, i ? " " : "",
				       json_string(one, "file"), json_number(one, "line"));
	}
	return g_string_free(text, FALSE);
}

static const struct {
	const char *key;
	const char *before, *after; /* what is asked, about what is written */
} asked[GUARD_KINDS] = {
	[GUARD_SOURCES] = {"sources", "from ", " only"},
	[GUARD_LIMIT] = {"limit", "if it is within the limit of ", " for its source"},
	[GUARD_PAYLOAD] = {"payload", "if it is ", ""},
};

static void add_guard(struct json_object *json, const struct guarding *guarding,
		      const struct guard_rule *guard)
{
	json_add_string(json, "name", guard->name);
	json_add_string(json, "file", guard->place.file);
	json_add_number(json, "line", (uint64_t)guard->place.line);
	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++)
		json_add_string(json, asked[kind].key,
				guarding->by[kind] == guard ? guard->asks[kind] : NULL);
}

/* Each once, with all that it decides: one guard may ask several things. */
void view_add_guards(struct json_object *json, const struct guarding *guarding)
{
	struct json_object *guards = json_add_array(json, "guards");

	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++) {
		const struct guard_rule *guard = guarding->by[kind];
		bool seen = false;

		for (unsigned int before = 0; before < kind; before++)
			seen |= guarding->by[before] == guard;
		if (guard && !seen)
			add_guard(json_append_object(guards), guarding, guard);
	}
}

char *view_guard(struct json_object *guard)
{
	GString *text = g_string_new(NULL);

	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++) {
		const char *written = json_string(guard, asked[kind].key);

		if (written)
			g_string_append_printf(text, "%s%s%s%s", text->len ? ", " : "",
					       asked[kind].before, written, asked[kind].after);
	}
	return g_string_free(text, FALSE);
}
