/* SPDX-License-Identifier: GPL-2.0-only */
/* Gives entries of the shared counters to segments and servers, for good. */
#include "slots.h"

#include <linux/types.h>

#include "layout.h"
#include "ports.h"

struct slots *slots_new(void)
{
	struct slots *slots = g_new0(struct slots, 1);

	slots->segments = g_ptr_array_new_with_free_func(g_free);
	slots->servers = g_ptr_array_new_with_free_func(g_free);
	slots->segment_slots = g_hash_table_new(g_str_hash, g_str_equal);
	slots->server_numbers = g_hash_table_new(g_str_hash, g_str_equal);
	return slots;
}

void slots_free(struct slots *slots)
{
	if (!slots)
		return;
	g_hash_table_destroy(slots->segment_slots);
	g_hash_table_destroy(slots->server_numbers);
	g_ptr_array_unref(slots->segments);
	g_ptr_array_unref(slots->servers);
	g_free(slots);
}

/* The number of name in names, counted from first; appended if it is new. */
static uint32_t number_of(GPtrArray *names, GHashTable *numbers, const char *name, uint32_t first)
{
	gpointer found = g_hash_table_lookup(numbers, name);
	char *copy;

	if (found)
		return GPOINTER_TO_UINT(found);
	copy = g_strdup(name);
	g_ptr_array_add(names, copy);
	g_hash_table_insert(numbers, copy, GUINT_TO_POINTER(names->len - 1 + first));
	return names->len - 1 + first;
}

uint32_t slots_segment(struct slots *slots, const char *profile, unsigned int transport,
		       uint16_t first, uint16_t last)
{
	g_autofree char *range = port_range_format(transport, first, last);
	g_autofree char *name = g_strdup_printf("%s %s", range, profile);

	return number_of(slots->segments, slots->segment_slots, name, 1);
}

uint32_t slots_server(struct slots *slots, const char *name)
{
	return number_of(slots->servers, slots->server_numbers, name, SERVER_FIRST);
}

static struct json_object *names_to_json(const GPtrArray *names)
{
	struct json_object *list = json_object_new_array_ext(names->len);

	for (guint i = 0; i < names->len; i++)
		json_object_array_add(list, json_object_new_string(names->pdata[i]));
	return list;
}

struct json_object *slots_to_json(const struct slots *slots)
{
	struct json_object *json = json_object_new_object();

	json_object_object_add(json, "segments", names_to_json(slots->segments));
	json_object_object_add(json, "servers", names_to_json(slots->servers));
	return json;
}

/* Every name must be a string that stands there once. */
static bool names_from_json(struct json_object *list, GPtrArray *names, GHashTable *numbers,
			    uint32_t first)
{
	if (!json_object_is_type(list, json_type_array))
		return false;
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *name = json_object_array_get_idx(list, i);

		if (!json_object_is_type(name, json_type_string))
			return false;
		if (number_of(names, numbers, json_object_get_string(name), first) != i + first)
			return false;
	}
	return true;
}

struct slots *slots_from_json(struct json_object *json)
{
	struct slots *slots = slots_new();

	if (names_from_json(json_object_object_get(json, "segments"), slots->segments,
			    slots->segment_slots, 1) &&
	    names_from_json(json_object_object_get(json, "servers"), slots->servers,
			    slots->server_numbers, SERVER_FIRST))
		return slots;
	slots_free(slots);
	return NULL;
}

struct slots *slots_copy(const struct slots *slots)
{
	struct json_object *json = slots_to_json(slots);
	struct slots *copy = slots_from_json(json);

	json_object_put(json);
	return copy;
}
