/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings and services as JSON, and as people read them. */
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
