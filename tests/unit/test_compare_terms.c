/* SPDX-License-Identifier: GPL-2.0-only */
/* Guards and settings of two sites: what of them differs, and what only looks different. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare_terms.h"
#include "generation_text.h"
#include "json.h"

#define SERVERS                                           \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | voice |\n\n"
#define NETWORK(prefixes) "| Network | Prefixes |\n|---|---|\n| cork | " prefixes " |\n\n"
#define GUARDS                                                               \
	"| Guard | Ports | Sources | Limit | Payload | Profile | Server |\n" \
	"|---|---|---|---|---|---|---|\n"
#define SETTINGS "| Setting | Value |\n|---|---|\n"

/* The text of the list under a key, of two sites; and whether the call told that it holds any. */
static char *compare(const char *key, struct generation *before, struct generation *after)
{
	struct json_object *json = json_object_new_object();
	bool differs = strcmp(key, "guards") ? compare_settings(json, before, after)
					     : compare_guards(json, before->policy, after->policy);
	char *text = g_strdup(json_object_to_json_string_ext(
		json_member(json, key), JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));

	assert_int_equal(differs, json_object_array_length(json_member(json, key)) > 0);
	json_object_put(json);
	generation_free(before);
	generation_free(after);
	return text;
}

static void check(const char *key, const char *before, const char *after, const char *expected)
{
	g_autofree char *text =
		compare(key, compile(choose_site(before)), compile(choose_site(after)));

	assert_string_equal(text, expected);
}

#define NOBODYS    "\"profile\":null,\"server\":null,"
#define NO_SOURCES "\"prefixes\":[],"
#define NAMES_NONE ",\"sources\":null}"

static void tells_guards_that_came_and_went(void **state)
{
	check("guards", SERVERS GUARDS "| a | tcp/443 | 10.0.2.0/24 | | | web | fe01 |\n",
	      SERVERS GUARDS "| b | udp/443, audio | | 5/s | media | | |\n",
	      "[{\"name\":\"a\",\"change\":\"gone\",\"before\":{\"ports\":[\"tcp/443\"],"
	      "\"profile\":\"web\",\"server\":\"fe01\",\"prefixes\":[\"10.0.2.0/24\"],"
	      "\"limit\":null,\"payload\":null,\"sources\":\"10.0.2.0/24\"},\"after\":null},"
	      "{\"name\":\"b\",\"change\":\"added\",\"before\":null,\"after\":"
	      "{\"ports\":[\"udp/443\",\"udp/5000-5999\"]," NOBODYS NO_SOURCES
	      "\"limit\":\"5/s\",\"payload\":\"media\"" NAMES_NONE "}]");
}

static void tells_guards_that_ask_something_else(void **state)
{
	check("guards", SERVERS GUARDS "| a | tcp/443 | | 5/s | | | |\n",
	      SERVERS GUARDS "| A | tcp/443 | | 6/s | | | |\n",
	      "[{\"name\":\"A\",\"change\":\"changed\",\"before\":{\"ports\":[\"tcp/443\"]," NOBODYS
		      NO_SOURCES "\"limit\":\"5/s\",\"payload\":null" NAMES_NONE
	      ",\"after\":{\"ports\":[\"tcp/443\"]," NOBODYS NO_SOURCES
	      "\"limit\":\"6/s\",\"payload\":null" NAMES_NONE "}]");
}

#define FROM(prefixes)                                                                     \
	NOBODYS "\"prefixes\":[" prefixes "],\"limit\":null,\"payload\":null,\"sources\":" \
		"\"cork\"}"

/* The guard's own line says the same as before. */
static void tells_networks_that_a_guard_names(void **state)
{
	check("guards", SERVERS NETWORK("10.0.2.0/24") GUARDS "| a | tcp/443 | cork | | | | |\n",
	      SERVERS NETWORK("10.0.2.0/24, 2001:db8::/32") GUARDS
	      "| a | tcp/443 | cork | | | | |\n",
	      "[{\"name\":\"a\",\"change\":\"changed\",\"before\":{\"ports\":[\"tcp/443\"]," FROM(
		      "\"10.0.2.0/24\"") ",\"after\":{\"ports\":[\"tcp/443\"]," FROM("\"10.0.2.0/"
										     "24\","
										     "\"2001:db8:"
										     ":/32\"") "}"
											       "]");
}

static void passes_over_guards_that_mean_the_same(void **state)
{
	check("guards",
	      SERVERS GUARDS "| a | tcp/443, udp/443 | | 5/s | | | |\n"
			     "| b | tcp/5061 | 10.0.2.0/24 | 5/s | | | |\n",
	      NETWORK("10.0.2.0/24") GUARDS "| b | tcp/5061 | cork | 5/s | | | |\n"
					    "| a | udp/443, tcp/443 | | 5/s | | | |\n\n" SERVERS,
	      "[]");
}

static void tells_each_setting(void **state)
{
	static const struct {
		const char *name, *before, *after, *told;
	} cases[] = {
		{"Interface", "a, b", "a, c", "\"before\":\"a, b\",\"after\":\"a, c\""},
		{"Documents", "x.md", "x.md, y.md", "\"before\":\"x.md\",\"after\":\"x.md, y.md\""},
		{"Mode", "enforce", "monitor", "\"before\":\"enforce\",\"after\":\"monitor\""},
		{"Unlisted", "pass", "drop", "\"before\":\"pass\",\"after\":\"drop\""},
		{"Non-IP", "drop", "pass", "\"before\":\"drop\",\"after\":\"pass\""},
		{"Attach", "auto", "native", "\"before\":\"auto\",\"after\":\"native\""},
		{"Management", "tcp/22", "10.0.9.0/24, tcp/22, udp/161",
		 "\"before\":\"0.0.0.0/0, ::/0, tcp/22\","
		 "\"after\":\"10.0.9.0/24, tcp/22, udp/161\""},
		{"Protocols", "esp", "esp, 89", "\"before\":\"50\",\"after\":\"50, 89\""},
		{"Replies", "off", "on", "\"before\":\"off\",\"after\":\"on\""},
		{"Port counters", "on", "off", "\"before\":\"on\",\"after\":\"off\""},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *before = g_strdup_printf(SERVERS SETTINGS "| %s | %s |\n",
							  cases[i].name, cases[i].before);
		g_autofree char *after = g_strdup_printf(SERVERS SETTINGS "| %s | %s |\n",
							 cases[i].name, cases[i].after);
		g_autofree char *told =
			g_strdup_printf("[{\"name\":\"%s\",%s}]", cases[i].name, cases[i].told);

		check("settings", before, after, told);
		check("settings", before, before, "[]");
	}
	check("settings", SERVERS SETTINGS "| Interface | a, b |\n| Inside | b |\n",
	      SERVERS SETTINGS "| Interface | a, b |\n",
	      "[{\"name\":\"Inside\",\"before\":\"b\",\"after\":null}]");
	check("settings", SERVERS SETTINGS "| Boot | open |\n", SERVERS, "[]");
	check("settings", SERVERS, SERVERS SETTINGS "| Boot | closed |\n",
	      "[{\"name\":\"Boot\",\"before\":\"open\",\"after\":\"closed\"}]");
}

static void passes_over_settings_that_mean_the_same(void **state)
{
	check("settings",
	      SERVERS SETTINGS
	      "| Interface | a, b |\n| Protocols | ospf, esp |\n| Mode | enforce |\n"
	      "| Management | 10.0.9.0/24, 10.0.8.0/24, tcp/22, udp/161 |\n",
	      SERVERS SETTINGS "| Interface | b, a |\n| Protocols | 50, 89 |\n| Replies | on |\n"
			       "| Management | udp/161, 10.0.8.0/24, tcp/22, 10.0.9.0/24 |\n",
	      "[]");
}

/* In interface mode they come from the command line. */
static void tells_options(void **state)
{
	struct choice *choice = choose_profile("web");
	g_autofree char *text = NULL;

	choice->monitor = choice->replies_off = true;
	choice->management = g_strdup("10.0.9.0/24, tcp/22");
	choice->protocols = g_strdup("esp");
	text = compare("settings", compile(choose_profile("web")), compile(choice));
	assert_string_equal(text,
			    "[{\"name\":\"Mode\",\"before\":\"enforce\",\"after\":\"monitor\"},"
			    "{\"name\":\"Management\",\"before\":null,"
			    "\"after\":\"10.0.9.0/24, tcp/22\"},"
			    "{\"name\":\"Protocols\",\"before\":null,\"after\":\"50\"},"
			    "{\"name\":\"Replies\",\"before\":\"on\",\"after\":\"off\"}]");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_guards_that_came_and_went),
		cmocka_unit_test(tells_guards_that_ask_something_else),
		cmocka_unit_test(tells_networks_that_a_guard_names),
		cmocka_unit_test(passes_over_guards_that_mean_the_same),
		cmocka_unit_test(tells_each_setting),
		cmocka_unit_test(passes_over_settings_that_mean_the_same),
		cmocka_unit_test(tells_options),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
