/* SPDX-License-Identifier: GPL-2.0-only */
/* A choice as JSON and back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "choice.h"
#include "policy_text.h"

#define TEXT_FLAGS (JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE)

#define SOURCE "{\"file\":\"d.md\",\"kind\":\"document\",\"text\":\"x\"}"

static struct choice *parse(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct choice *choice = choice_from_json(json);

	json_object_put(json);
	return choice;
}

static void becomes_json(void **state)
{
	struct choice *choice = choice_new();
	struct json_object *json;

	add_text(choice->sources, "/etc/d.md", SOURCE_DOCUMENT, "a\n");
	add_text(choice->sources, "-", SOURCE_SITE, "b");
	choice_set_interface(choice, "eth0", "web + extra", ATTACH_NATIVE);
	choice_set_interface(choice, "eth1", NULL, ATTACH_AUTO);
	choice_set_swap(choice, "fe01", "voice");
	choice->protocols = g_strdup("esp");
	json = choice_to_json(choice);
	assert_string_equal(
		json_object_to_json_string_ext(json, TEXT_FLAGS),
		"{\"sources\":[{\"file\":\"/etc/d.md\",\"kind\":\"document\",\"text\":\"a\\n\"},"
		"{\"file\":\"-\",\"kind\":\"site\",\"text\":\"b\"}],"
		"\"interfaces\":[{\"name\":\"eth0\",\"profile\":\"web + "
		"extra\",\"attach\":\"native\"},"
		"{\"name\":\"eth1\",\"profile\":null,\"attach\":\"auto\"}],"
		"\"swaps\":[{\"server\":\"fe01\",\"profile\":\"voice\"}],"
		"\"monitor\":false,\"replies_off\":false,\"management\":null,\"protocols\":"
		"\"esp\"}");
	json_object_put(json);
	choice_free(choice);
}

static void comes_back(void **state)
{
	static const char text[] =
		"{\"sources\":[{\"file\":\"s.md\",\"kind\":\"site\",\"text\":\"x\"}],"
		"\"interfaces\":[{\"name\":\"eth0\",\"profile\":null,\"attach\":\"generic\"}],"
		"\"swaps\":[{\"server\":\"fe01\",\"profile\":\"voice\"}],"
		"\"monitor\":true,\"replies_off\":true,\"management\":\"tcp/"
		"22\",\"protocols\":null}";
	struct choice *choice = parse(text);
	struct json_object *json;

	assert_non_null(choice);
	assert_true(choice->monitor);
	assert_true(choice->replies_off);
	assert_string_equal(choice->management, "tcp/22");
	assert_null(choice->protocols);
	assert_true(choice_is_site(choice));
	assert_string_equal(choice_swapped(choice, "fe01"), "voice");
	assert_int_equal(choice_interface(choice, "eth0")->attach, ATTACH_GENERIC);
	json = choice_to_json(choice);
	assert_string_equal(json_object_to_json_string_ext(json, TEXT_FLAGS), text);
	json_object_put(json);
	choice_free(choice);
}

/* Only there if it says something: what is in force without is the same. */
static void keeps_what_is_awaited(void **state)
{
	static const char text[] =
		"{\"sources\":[" SOURCE "],"
		"\"interfaces\":[{\"name\":\"eth0\",\"profile\":\"web\",\"attach\":\"auto\"}],"
		"\"swaps\":[],"
		"\"awaited\":[{\"name\":\"eth1\",\"profile\":\"web\",\"attach\":\"native\"}],"
		"\"monitor\":false,\"replies_off\":false,\"management\":null,\"protocols\":null}";
	struct choice *choice = parse(text);
	struct json_object *json;

	assert_non_null(choice);
	assert_int_equal(choice->interfaces->len, 1);
	assert_true(choice_awaits(choice, "eth1"));
	json = choice_to_json(choice);
	assert_string_equal(json_object_to_json_string_ext(json, TEXT_FLAGS), text);
	json_object_put(json);
	choice_free(choice);
}

/* The text of a source is kept byte by byte: its digest is what tells whether a file changed. */
static void keeps_texts_whole(void **state)
{
	static const char text[] = "a\0\t\"\\/\x7f\n\xc3\xa9\xf0\x9f\x92\xa9 z";
	struct choice *choice = choice_new(), *copy;
	const struct source *one, *other;
	struct json_object *json;

	g_ptr_array_add(choice->sources,
			source_new("d.md", SOURCE_DOCUMENT, text, sizeof(text) - 1));
	json = choice_to_json(choice);
	copy = parse(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	assert_non_null(copy);
	one = choice->sources->pdata[0];
	other = copy->sources->pdata[0];
	assert_int_equal(one->size, other->size);
	assert_memory_equal(one->text, other->text, one->size);
	assert_string_equal(one->digest, other->digest);
	json_object_put(json);
	choice_free(choice);
	choice_free(copy);
}

#define EMPTY "\"sources\": [], \"interfaces\": [], \"swaps\": []"

static void refuses_other_json(void **state)
{
	static const char *const cases[] = {
		"null",
		"1",
		"true",
		"\"x\"",
		"[]",
		"{}",
		"{\"sources\": [], \"interfaces\": []}",
		"{\"sources\": [], \"swaps\": []}",
		"{\"interfaces\": [], \"swaps\": []}",
		"{\"sources\": {}, \"interfaces\": [], \"swaps\": []}",
		"{\"sources\": [1], \"interfaces\": [], \"swaps\": []}",
		"{\"sources\": [null], \"interfaces\": [], \"swaps\": []}",
		"{\"sources\": [{}], \"interfaces\": [], \"swaps\": []}",
		"{\"sources\": [{\"file\": \"d.md\", \"kind\": \"document\"}], \"interfaces\": [], "
		"\"swaps\": []}",
		"{\"sources\": [{\"file\": \"d.md\", \"kind\": 1, \"text\": \"x\"}], "
		"\"interfaces\": [], "
		"\"swaps\": []}",
		"{\"sources\": [{\"file\": null, \"kind\": \"site\", \"text\": \"x\"}], "
		"\"interfaces\": [], "
		"\"swaps\": []}",
		"{\"sources\": [{\"file\": \"d.md\", \"kind\": \"site\", \"text\": 5}], "
		"\"interfaces\": [], "
		"\"swaps\": []}",
		"{\"sources\": [], \"interfaces\": \"eth0\", \"swaps\": []}",
		"{\"sources\": [], \"interfaces\": [\"eth0\"], \"swaps\": []}",
		"{\"sources\": [], \"interfaces\": [{\"profile\": \"web\", \"attach\": \"auto\"}], "
		"\"swaps\": []}",
		"{\"sources\": [], \"interfaces\": [{\"name\": \"eth0\", \"profile\": \"web\"}], "
		"\"swaps\": []}",
		"{\"sources\": [], \"interfaces\": [{\"name\": \"eth0\", \"profile\": \"web\", "
		"\"attach\": \"best\"}], \"swaps\": []}",
		/* without a site, an interface without a profile says nothing */
		"{\"sources\": [" SOURCE
		"], \"interfaces\": [{\"name\": \"eth0\", \"profile\": null, "
		"\"attach\": \"auto\"}], \"swaps\": []}",
		"{\"sources\": [" SOURCE "], \"interfaces\": [{\"name\": \"eth0\", \"profile\": 7, "
		"\"attach\": \"auto\"}], \"swaps\": []}",
		"{\"sources\": [], \"interfaces\": [], \"swaps\": [{\"server\": \"fe01\"}]}",
		"{\"sources\": [], \"interfaces\": [], \"swaps\": [{\"profile\": \"web\"}]}",
		"{\"sources\": [], \"interfaces\": [], \"swaps\": [[]]}",
		"{\"sources\": [], \"interfaces\": [], \"swaps\": [], \"awaited\": 1}",
		"{\"sources\": [], \"interfaces\": [], \"swaps\": [], \"awaited\": [{}]}",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++)
		if (parse(cases[i]))
			fail_msg("taken for a choice: %s", cases[i]);
}

/* What a later version may leave out, or say in another way. */
static void takes_defaults(void **state)
{
	static const char *const cases[] = {
		"{" EMPTY "}",
		"{" EMPTY ", \"monitor\": null, \"management\": 5, \"protocols\": []}",
		"{" EMPTY ", \"monitor\": [], \"management\": {}, \"more\": 1}",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct choice *choice = parse(cases[i]);

		assert_non_null(choice);
		assert_false(choice->monitor);
		assert_false(choice->replies_off);
		assert_null(choice->management);
		assert_null(choice->protocols);
		choice_free(choice);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(becomes_json),          cmocka_unit_test(comes_back),
		cmocka_unit_test(keeps_what_is_awaited), cmocka_unit_test(keeps_texts_whole),
		cmocka_unit_test(refuses_other_json),    cmocka_unit_test(takes_defaults),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
