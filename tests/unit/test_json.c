/* SPDX-License-Identifier: GPL-2.0-only */
/* JSON in the few forms that are used, and members that are missing or of another type. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>

#include "json.h"

static const char *text_of(struct json_object *json)
{
	return json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
}

static void adds_members(void **state)
{
	struct json_object *json = json_object_new_object();
	struct json_object *array, *object;

	json_add_string(json, "text", "a \"b\"\n");
	json_add_string(json, "nothing", NULL);
	json_add_bool(json, "yes", true);
	json_add_bool(json, "no", false);
	json_add_number(json, "most", UINT64_MAX);
	array = json_add_array(json, "array");
	object = json_add_object(json, "object");
	json_add_number(json_append_object(array), "one", 1);
	json_append_object(array);
	json_add_number(object, "zero", 0);
	assert_string_equal(
		text_of(json),
		"{\"text\":\"a \\\"b\\\"\\n\",\"nothing\":null,\"yes\":true,\"no\":false,"
		"\"most\":18446744073709551615,\"array\":[{\"one\":1},{}],"
		"\"object\":{\"zero\":0}}");
	json_object_put(json);
}

static void replaces_members(void **state)
{
	struct json_object *json = json_object_new_object();

	json_add_number(json, "n", 1);
	json_add_number(json, "n", 2);
	assert_string_equal(text_of(json), "{\"n\":2}");
	json_object_put(json);
}

#define ALL                                                                                       \
	"{\"text\": \"a\", \"empty\": \"\", \"number\": 7, \"negative\": -7, \"most\": "          \
	"18446744073709551615, \"more\": 18446744073709551616, \"huge\": 1e300, \"null\": null, " \
	"\"true\": true, \"array\": [1, \"a\"], \"object\": {\"text\": \"a\"}}"

static void reads_strings(void **state)
{
	static const struct {
		const char *key, *value;
	} cases[] = {
		{"text", "a"},    {"empty", ""},     {"number", NULL},
		{"null", NULL},   {"true", NULL},    {"array", NULL},
		{"object", NULL}, {"missing", NULL}, {"huge", NULL},
	};
	struct json_object *json = json_tokener_parse(ALL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const char *value = json_string(json, cases[i].key);

		if (g_strcmp0(value, cases[i].value))
			fail_msg("%s is %s", cases[i].key, value);
	}
	json_object_put(json);
}

static void reads_numbers(void **state)
{
	static const struct {
		const char *key;
		uint64_t value;
	} cases[] = {
		{"number", 7}, {"negative", 0}, {"most", UINT64_MAX}, {"more", UINT64_MAX},
		{"null", 0},   {"text", 0},     {"empty", 0},         {"array", 0},
		{"object", 0}, {"missing", 0},
	};
	struct json_object *json = json_tokener_parse(ALL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++)
		if (json_number(json, cases[i].key) != cases[i].value)
			fail_msg("%s is not %lu", cases[i].key, cases[i].value);
	json_number(json, "huge"); /* any number */
	json_object_put(json);
}

static void reads_members(void **state)
{
	struct json_object *json = json_tokener_parse(ALL);

	assert_true(json_object_is_type(json_member(json, "array"), json_type_array));
	assert_string_equal(json_string(json_member(json, "object"), "text"), "a");
	assert_null(json_member(json, "null"));
	assert_null(json_member(json, "missing"));
	json_object_put(json);
}

static void finds_nothing_in_what_is_no_object(void **state)
{
	static const char *const cases[] = {"null", "1", "\"text\"", "[\"text\"]", "true", "1.5"};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct json_object *json = json_tokener_parse(cases[i]);

		assert_null(json_member(json, "text"));
		assert_null(json_string(json, "text"));
		assert_int_equal(json_number(json, "text"), 0);
		json_object_put(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_members),
		cmocka_unit_test(replaces_members),
		cmocka_unit_test(reads_strings),
		cmocka_unit_test(reads_numbers),
		cmocka_unit_test(reads_members),
		cmocka_unit_test(finds_nothing_in_what_is_no_object),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
