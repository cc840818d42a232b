/* SPDX-License-Identifier: GPL-2.0-only */
/* json-c in the few forms that we use. */
#ifndef PORTCULLIS_JSON_H
#define PORTCULLIS_JSON_H

#include <json-c/json.h>
#include <stdbool.h>
#include <stdint.h>

/* Adds a member; a NULL text becomes null. */
void json_add_string(struct json_object *json, const char *key, const char *text);
void json_add_bool(struct json_object *json, const char *key, bool value);
void json_add_number(struct json_object *json, const char *key, uint64_t value);

/* Adds an empty array or object and returns it; json owns it. */
struct json_object *json_add_array(struct json_object *json, const char *key);
struct json_object *json_add_object(struct json_object *json, const char *key);

/* Appends an empty object to an array and returns it; the array owns it. */
struct json_object *json_append_object(struct json_object *array);

/* A string member; NULL if there is none or it is something else. */
const char *json_string(struct json_object *json, const char *key);

/* A number member; 0 if there is none. */
uint64_t json_number(struct json_object *json, const char *key);

/* A member of any type (NULL if there is none); json still owns it. */
struct json_object *json_member(struct json_object *json, const char *key);

#endif
