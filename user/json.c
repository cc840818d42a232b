/* SPDX-License-Identifier: GPL-2.0-only */
/* json-c in the few forms that we use. */
#include "json.h"

void json_add_string(struct json_object *json, const char *key, const char *text)
{
	json_object_object_add(json, key, text ? json_object_new_string(text) : NULL);
}

void json_add_bool(struct json_object *json, const char *key, bool value)
{
	json_object_object_add(json, key, json_object_new_boolean(value));
}

void json_add_number(struct json_object *json, const char *key, uint64_t value)
{
	json_object_object_add(json, key, json_object_new_uint64(value));
}

struct json_object *json_add_array(struct json_object *json, const char *key)
{
	struct json_object *array = json_object_new_array();

	json_object_object_add(json, key, array);
	return array;
}

struct json_object *json_add_object(struct json_object *json, const char *key)
{
	struct json_object *object = json_object_new_object();

	json_object_object_add(json, key, object);
	return object;
}

struct json_object *json_append_object(struct json_object *array)
{
	struct json_object *object = json_object_new_object();

	json_object_array_add(array, object);
	return object;
}

struct json_object *json_member(struct json_object *json, const char *key)
{
	return json_object_is_type(json, json_type_object) ? json_object_object_get(json, key)
							   : NULL;
}

const char *json_string(struct json_object *json, const char *key)
{
	struct json_object *member = json_member(json, key);

	return json_object_is_type(member, json_type_string) ? json_object_get_string(member)
							     : NULL;
}

uint64_t json_number(struct json_object *json, const char *key)
{
	return json_object_get_uint64(json_member(json, key));
}
