/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON in which one thing after the other is of another type, or no number that one expects. */
#ifndef PORTCULLIS_JSON_SHAPES_H
#define PORTCULLIS_JSON_SHAPES_H

#include <glib.h>
#include <json-c/json.h>

static const char *const shapes[] = {
	"null", "true", "-1", "18446744073709551616", "1e300", "\"x\"", "\"\"", "[]", "[[]]", "{}"};

/* What is walked through, and what each variant's text is given to. */
struct shape_walk {
	struct json_object *whole;
	void (*try)(const char *text);
};

static inline void walk_shapes(const struct shape_walk *walk, struct json_object *json);

static inline void try_whole(const struct shape_walk *walk)
{
	walk->try(json_object_to_json_string_ext(walk->whole, JSON_C_TO_STRING_PLAIN));
}

static inline void walk_member(const struct shape_walk *walk, struct json_object *json,
			       const char *key)
{
	struct json_object *kept = json_object_get(json_object_object_get(json, key));

	for (unsigned int i = 0; i < G_N_ELEMENTS(shapes); i++) {
		json_object_object_add(json, key, json_tokener_parse(shapes[i]));
		try_whole(walk);
	}
	json_object_object_add(json, key, kept);
	walk_shapes(walk, kept);
}

static inline void walk_element(const struct shape_walk *walk, struct json_object *json, size_t at)
{
	struct json_object *kept = json_object_get(json_object_array_get_idx(json, at));

	for (unsigned int i = 0; i < G_N_ELEMENTS(shapes); i++) {
		json_object_array_put_idx(json, at, json_tokener_parse(shapes[i]));
		try_whole(walk);
	}
	json_object_array_put_idx(json, at, kept);
	walk_shapes(walk, kept);
}

static inline void walk_shapes(const struct shape_walk *walk, struct json_object *json)
{
	g_autoptr(GPtrArray) keys = g_ptr_array_new_with_free_func(g_free);

	if (json_object_is_type(json, json_type_object)) {
		json_object_object_foreach (json, key, value) {
			(void)value;
			g_ptr_array_add(keys, g_strdup(key));
		}
	}
	for (guint i = 0; i < keys->len; i++)
		walk_member(walk, json, keys->pdata[i]);
	if (!json_object_is_type(json, json_type_array))
		return;
	for (size_t i = 0; i < json_object_array_length(json); i++)
		walk_element(walk, json, i);
}

/* Gives try every text that differs from this one in the shape of one member or element. */
static inline void try_other_shapes(const char *text, void (*try)(const char *text))
{
	struct json_object *json = json_tokener_parse(text);
	const struct shape_walk walk = {json, try};

	walk_shapes(&walk, json);
	json_object_put(json);
}

#endif
