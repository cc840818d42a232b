/* SPDX-License-Identifier: GPL-2.0-only */
/* Openings, services and guards as JSON and as text. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "json.h"
#include "view.h"

#define SHARED_PORTS                                                                  \
	"| Role | Service | Port | Protocol |\n|---|---|---|---|\n"                   \
	"| A | one | 443 | TCP |\n| A | two | 440-450 | TCP |\n| B | | 443 | TCP |\n" \
	"| A | one | 443 | UDP |\n| B | audio | 5000-5019 | UDP |\n\n"                \
	"| Profile | Roles |\n|---|---|\n| ab | A, B |\n"

/* The JSON of the opening that a port of SHARED_PORTS stands in. */
static void check_opening(unsigned int transport, uint16_t port, const char *expected)
{
	struct reading_result result = read_right(SHARED_PORTS, NULL);
	struct compiled *compiled = profile_compile(result.policy, "ab");
	struct json_object *json = json_object_new_object();

	view_add_opening(json, compiled_find(compiled, transport, port));
	assert_string_equal(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN), expected);
	json_object_put(json);
	compiled_free(compiled);
	free_result(&result);
}

static void shows_openings(void **state)
{
	check_opening(
		TRANSPORT_TCP, 440,
		"{\"protocol\":\"tcp\",\"first\":440,\"last\":442,\"media\":false,\"services\":["
		"{\"role\":\"A\",\"service\":\"two\",\"file\":\"d.md\",\"line\":4}]}");
	check_opening(
		TRANSPORT_TCP, 443,
		"{\"protocol\":\"tcp\",\"first\":443,\"last\":443,\"media\":false,\"services\":["
		"{\"role\":\"A\",\"service\":\"one\",\"file\":\"d.md\",\"line\":3},"
		"{\"role\":\"A\",\"service\":\"two\",\"file\":\"d.md\",\"line\":4},"
		"{\"role\":\"B\",\"service\":\"\",\"file\":\"d.md\",\"line\":5}]}");
	check_opening(
		TRANSPORT_UDP, 5019,
		"{\"protocol\":\"udp\",\"first\":5000,\"last\":5019,\"media\":true,\"services\":["
		"{\"role\":\"B\",\"service\":\"audio\",\"file\":\"d.md\",\"line\":7}]}");
}

static void shows_services(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{"[]", ""},
		{"[{\"role\": \"A\", \"service\": \"one\"}]", "A: one"},
		{"[{\"role\": \"A\", \"service\": \"\"}]", "A"},
		{"[{\"role\": \"A\"}]", "A"},
		{"[{\"role\": \"A\", \"service\": \"one\"}, {\"role\": \"B\", \"service\": \"\"}]",
		 "A: one, B"},
		/* a role with several lines for one service is named once */
		{"[{\"role\": \"A\", \"service\": \"one\", \"line\": 1}, {\"role\": \"B\", "
		 "\"service\": \"one\"}, {\"role\": \"A\", \"service\": \"one\", \"line\": 2}]",
		 "A: one, B: one"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct json_object *json = json_tokener_parse(cases[i].json);
		g_autofree char *text = view_services(json);

		assert_string_equal(text, cases[i].text);
		json_object_put(json);
	}
}

static void shows_places(void **state)
{
	struct json_object *json = json_tokener_parse("[{\"file\": \"d.md\", \"line\": 5}, "
						      "{\"file\": \"e.md\", \"line\": 12}]");
	char *text = view_places(json);

	assert_string_equal(text, "d.md:5 e.md:12");
	g_free(text);
	json_object_put(json);
	json = json_tokener_parse("[]");
	text = view_places(json);
	assert_string_equal(text, "");
	g_free(text);
	json_object_put(json);
}

static void adds_no_services(void **state)
{
	g_autoptr(GPtrArray) rows = g_ptr_array_new();
	struct json_object *json = json_object_new_object();

	view_add_services(json, rows);
	assert_int_equal(json_object_array_length(json_member(json, "services")), 0);
	json_object_put(json);
}

#define GUARDS                                                                                \
	"| Server | Address | Profile |\n|---|---|---|\n| s | 10.0.0.1 | web |\n\n"           \
	"| Guard | Ports | Server | Sources | Limit | Payload |\n|---|---|---|---|---|---|\n" \
	"| a | udp/443 | | 10.0.0.0/8 | 5/s burst 9 | media |\n| b | udp/443 | s | | 1/h | |\n"

static void shows_guards(void **state)
{
	static const struct {
		const char *server; /* NULL: another */
		uint16_t port;
		const char *json, *text[2];
	} cases[] = {
		{NULL,
		 443,
		 "{\"guards\":[{\"name\":\"a\",\"file\":\"s.md\",\"line\":7,\"sources\":"
		 "\"10.0.0.0/8\",\"limit\":\"5/s burst 9\",\"payload\":\"media\"}]}",
		 {"from 10.0.0.0/8 only, if it is within the limit of 5/s burst 9 for its source, "
		  "if it is media"}},
		{"s",
		 443,
		 "{\"guards\":[{\"name\":\"a\",\"file\":\"s.md\",\"line\":7,\"sources\":"
		 "\"10.0.0.0/8\",\"limit\":null,\"payload\":\"media\"},"
		 "{\"name\":\"b\",\"file\":\"s.md\",\"line\":8,\"sources\":null,"
		 "\"limit\":\"1/h\",\"payload\":null}]}",
		 {"from 10.0.0.0/8 only, if it is media",
		  "if it is within the limit of 1/h for its source"}},
		{"s", 444, "{\"guards\":[]}", {NULL}},
	};
	struct reading_result result = read_right(DOCUMENT, GUARDS);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct server *server =
			cases[i].server ? policy_server(result.policy, cases[i].server) : NULL;
		g_autoptr(GPtrArray) guards = guards_of(result.policy, "web", server);
		struct guarding guarding = guarding_at(guards, TRANSPORT_UDP, cases[i].port);
		struct json_object *json = json_object_new_object(), *list;

		view_add_guards(json, &guarding);
		assert_string_equal(
			json_object_to_json_string_ext(
				json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			cases[i].json);
		list = json_member(json, "guards");
		for (size_t j = 0; j < json_object_array_length(list); j++) {
			g_autofree char *text = view_guard(json_object_array_get_idx(list, j));

			assert_string_equal(text, cases[i].text[j]);
		}
		json_object_put(json);
	}
	free_result(&result);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_openings), cmocka_unit_test(shows_services),
		cmocka_unit_test(shows_places),   cmocka_unit_test(adds_no_services),
		cmocka_unit_test(shows_guards),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
