/* SPDX-License-Identifier: GPL-2.0-only */
/* Judgements as JSON: who judged, why, and by which lines. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "json.h"
#include "view.h"

#define SITE                                                                  \
	"| Server | Address | Profile | Mode |\n|---|---|---|---|\n"          \
	"| a | 10.0.0.1 | narrow | |\n| b | 10.0.0.2 | voice | monitor |\n\n" \
	"| Guard | Ports | Sources |\n|---|---|---|\n| g | tcp/443 | 10.9.0.0/16 |\n"

static void check_from(const char *source, const char *destination, uint16_t port,
		       const char *expected)
{
	struct generation *generation = compile(choose_site(SITE));
	struct question question = {
		.kind = QUESTION_PORT, .transport = TRANSPORT_TCP, .port = port};
	struct json_object *json = json_object_new_object();
	struct judgement judgement;

	assert_int_equal(prefix_parse(destination, &question.destination), 0);
	assert_int_equal(prefix_parse(source, &question.source), 0);
	judgement = judge(generation, &question);
	view_add_judgement(json, &judgement);
	assert_string_equal(json_object_to_json_string_ext(
				    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			    expected);
	json_object_put(json);
	generation_free(generation);
}

static void check(const char *destination, uint16_t port, const char *expected)
{
	check_from("192.0.2.7", destination, port, expected);
}

#define PAGES(line)                                                                              \
	"\"services\":[{\"role\":\"Web\",\"service\":\"pages\",\"file\":\"d.md\",\"line\":" line \
	"}]"

static void shows_the_row_that_opens(void **state)
{
	check("10.0.0.1", 8000,
	      "{\"verdict\":\"pass\",\"reason\":\"published\",\"meaning\":\"a row of the document "
	      "opens the port\",\"mode\":\"enforce\",\"profile\":\"narrow\",\"server\":\"a\","
	      "\"segment\":{\"protocol\":\"tcp\",\"first\":8000,\"last\":8004,\"media\":"
	      "false," PAGES("3") "},\"guards\":[]}");
}

static void shows_the_guard_that_refuses(void **state)
{
	check("10.0.0.1", 443,
	      "{\"verdict\":\"drop\",\"reason\":\"source-not-allowed\",\"meaning\":\"a guard's "
	      "Sources do not name the source\",\"mode\":\"enforce\",\"profile\":\"narrow\","
	      "\"server\":\"a\",\"segment\":{\"protocol\":\"tcp\",\"first\":443,\"last\":443,"
	      "\"media\":false," PAGES("3") "},\"guards\":[{\"name\":\"g\",\"file\":\"s.md\","
					    "\"line\":8,\"sources\":\"10.9.0.0/"
					    "16\",\"limit\":null,\"payload\":null}]}");
}

/* The port is open, but that is not what decided. */
static void shows_no_row_that_did_not_decide(void **state)
{
	check_from(
		"10.0.0.2", "10.0.0.1", 8000,
		"{\"verdict\":\"drop\",\"reason\":\"forged-source\",\"meaning\":\"the address of a "
		"guarded server as source, where no server is reached\",\"mode\":\"enforce\","
		"\"profile\":\"narrow\",\"server\":\"a\",\"segment\":null,\"guards\":[]}");
}

static void shows_the_except_that_closes(void **state)
{
	check("10.0.0.1", 8005,
	      "{\"verdict\":\"drop\",\"reason\":\"not-published\",\"meaning\":\"no row of the "
	      "profile opens the port\",\"mode\":\"enforce\",\"profile\":\"narrow\",\"server\":"
	      "\"a\",\"segment\":null,\"guards\":[],\"excepted\":{\"protocol\":\"tcp\",\"first\":"
	      "8005,\"last\":8005,\"profile\":\"narrow\",\"file\":\"d.md\",\"line\":14," PAGES(
		      "3") "}}");
}

static void shows_mode_and_nobody(void **state)
{
	check("10.0.0.2", 1,
	      "{\"verdict\":\"drop\",\"reason\":\"not-published\",\"meaning\":\"no row of the "
	      "profile opens the "
	      "port\",\"mode\":\"monitor\",\"profile\":\"voice\",\"server\":\"b\","
	      "\"segment\":null,\"guards\":[]}");
	check("10.0.0.3", 1,
	      "{\"verdict\":\"pass\",\"reason\":\"unlisted\",\"meaning\":\"the destination is no "
	      "server of the site\",\"mode\":\"enforce\",\"profile\":null,\"server\":null,"
	      "\"segment\":null,\"guards\":[]}");
}

static void shows_each_reason(void **state)
{
	static const struct {
		const char *name, *verdict;
	} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, #verdict},
		PORTCULLIS_REASONS(REASON)
#undef REASON
	};

	for (unsigned int i = 0; i < REASON_COUNT; i++) {
		struct json_object *json = json_object_new_object();

		view_add_reason(json, i);
		assert_string_equal(json_string(json, "reason"), reasons[i].name);
		assert_int_equal(
			g_ascii_strcasecmp(json_string(json, "verdict"), reasons[i].verdict), 0);
		json_object_put(json);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_the_row_that_opens),
		cmocka_unit_test(shows_the_guard_that_refuses),
		cmocka_unit_test(shows_no_row_that_did_not_decide),
		cmocka_unit_test(shows_the_except_that_closes),
		cmocka_unit_test(shows_mode_and_nobody),
		cmocka_unit_test(shows_each_reason),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
