/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as JSON: each beside what it counts, with rates where there is a before. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "json.h"
#include "made_totals.h"
#include "view.h"

/* The text of one member of what is shown. */
static char *show(const struct generation *generation, const char *member, const struct totals *now,
		  const struct totals *before, double seconds)
{
	struct json_object *json = json_object_new_object();
	char *text;

	view_add_stats(json, generation, now, before, seconds);
	text = g_strdup(
		json_object_to_json_string_ext(json_member(json, member), JSON_C_TO_STRING_PLAIN));
	json_object_put(json);
	return text;
}

static void check_shown(const struct generation *generation, const char *member,
			const struct totals *now, const char *expected)
{
	g_autofree char *text = show(generation, member, now, NULL, 0);

	assert_string_equal(text, expected);
}

#define VOICE_SIGNALLING \
	"{\"role\":\"Voice\",\"service\":\"signalling\",\"file\":\"d.md\",\"line\":5}"
#define VOICE_AUDIO "{\"role\":\"Voice\",\"service\":\"audio\",\"file\":\"d.md\",\"line\":6}"

static void shows_ports(void **state)
{
	struct generation *generation = compile(choose_profile("voice"));
	struct totals *totals = totals_new();

	/* Nothing was counted yet: the maps are shorter than the slots are many. */
	check_shown(generation, "ports", totals,
		    "[{\"profile\":\"voice\",\"protocol\":\"tcp\",\"first\":5061,\"last\":5061,"
		    "\"in_force\":true,\"services\":[" VOICE_SIGNALLING
		    "],\"packets\":0,\"bytes\":0},"
		    "{\"profile\":\"voice\",\"protocol\":\"udp\",\"first\":5000,\"last\":5999,"
		    "\"in_force\":true,\"services\":[" VOICE_AUDIO "],\"packets\":0,\"bytes\":0}]");
	set_slot(totals, 0, 99, 99); /* belongs to no segment */
	set_slot(totals, 1, 7, 700);
	set_slot(totals, 2, 18446744073709551615ULL, 1);
	check_shown(generation, "ports", totals,
		    "[{\"profile\":\"voice\",\"protocol\":\"tcp\",\"first\":5061,\"last\":5061,"
		    "\"in_force\":true,\"services\":[" VOICE_SIGNALLING
		    "],\"packets\":7,\"bytes\":700},"
		    "{\"profile\":\"voice\",\"protocol\":\"udp\",\"first\":5000,\"last\":5999,"
		    "\"in_force\":true,\"services\":[" VOICE_AUDIO
		    "],\"packets\":18446744073709551615,\"bytes\":1}]");
	totals_free(totals);
	generation_free(generation);
}

/* What is not in force any more stays listed: its profile may be in the documents, or not. */
static void shows_retired_ports(void **state)
{
	struct generation *first = compile(choose_profile("voice"));
	struct generation *second;
	struct totals *totals = totals_new();

	slots_segment(first->slots, "gone", TRANSPORT_UDP, 1, 2);
	slots_segment(first->slots, "voice", TRANSPORT_TCP, 5061, 5062); /* as it once was */
	second = compile_after(choose_profile("extra + narrow"), first);
	set_slot(totals, 1, 7, 700);
	set_slot(totals, 3, 3, 300);
	check_shown(
		second, "ports", totals,
		"[{\"profile\":\"voice\",\"protocol\":\"tcp\",\"first\":5061,\"last\":5061,"
		"\"in_force\":false,\"services\":[" VOICE_SIGNALLING
		"],\"packets\":7,\"bytes\":700},"
		"{\"profile\":\"voice\",\"protocol\":\"udp\",\"first\":5000,\"last\":5999,"
		"\"in_force\":false,\"services\":[" VOICE_AUDIO "],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"gone\",\"protocol\":\"udp\",\"first\":1,\"last\":2,"
		"\"in_force\":false,\"services\":[],\"packets\":3,\"bytes\":300},"
		"{\"profile\":\"voice\",\"protocol\":\"tcp\",\"first\":5061,\"last\":5062,"
		"\"in_force\":false,\"services\":[],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"narrow + extra\",\"protocol\":\"tcp\",\"first\":443,\"last\":443,"
		"\"in_force\":true,\"services\":[{\"role\":\"Web\",\"service\":\"pages\",\"file\":"
		"\"d.md\",\"line\":3}],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"narrow + extra\",\"protocol\":\"tcp\",\"first\":8000,\"last\":8004,"
		"\"in_force\":true,\"services\":[{\"role\":\"Web\",\"service\":\"pages\",\"file\":"
		"\"d.md\",\"line\":3}],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"narrow + extra\",\"protocol\":\"tcp\",\"first\":8006,\"last\":8009,"
		"\"in_force\":true,\"services\":[{\"role\":\"Web\",\"service\":\"pages\",\"file\":"
		"\"d.md\",\"line\":3}],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"narrow + extra\",\"protocol\":\"tcp\",\"first\":8443,\"last\":8443,"
		"\"in_force\":true,\"services\":[{\"role\":\"Extra\",\"service\":\"console\","
		"\"file\":\"d.md\",\"line\":7}],\"packets\":0,\"bytes\":0},"
		"{\"profile\":\"narrow + extra\",\"protocol\":\"udp\",\"first\":443,\"last\":443,"
		"\"in_force\":true,\"services\":[{\"role\":\"Web\",\"service\":\"pages\",\"file\":"
		"\"d.md\",\"line\":4}],\"packets\":0,\"bytes\":0}]");
	totals_free(totals);
	generation_free(first);
	generation_free(second);
}

/* Names in a catalog that say nothing are passed over. */
static void passes_over_odd_slots(void **state)
{
	static const char *const odd[] = {"", "x", "tcp/0 web", "web tcp/1", "tcp/1"};
	struct generation *generation = compile(choose_profile("closed"));
	struct totals *totals = totals_new();

	for (unsigned int i = 0; i < G_N_ELEMENTS(odd); i++)
		g_ptr_array_add(generation->slots->segments, g_strdup(odd[i]));
	check_shown(generation, "ports", totals, "[]");
	totals_free(totals);
	generation_free(generation);
}

static void shows_reasons(void **state)
{
	static const struct {
		const char *name;
		enum verdict verdict;
	} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, VERDICT_##verdict},
		PORTCULLIS_REASONS(REASON)
#undef REASON
	};
	struct generation *generation = compile(choose_profile("web"));
	struct totals *totals = totals_new();
	GString *expected = g_string_new("[");

	/* All that is enforced, counted or not; of what is monitored, what was counted. */
	for (unsigned int i = 0; i < REASON_COUNT; i++) {
		totals->reasons.enforced[i] = (struct count){i, 100 * i};
		g_string_append_printf(
			expected,
			"%s{\"reason\":\"%s\",\"verdict\":\"%s\",\"packets\":%u,\"bytes\":%u}",
			i ? "," : "", reasons[i].name,
			reasons[i].verdict == VERDICT_PASS ? "pass" : "drop", i, 100 * i);
	}
	totals->reasons.monitored[REASON_PUBLISHED] = (struct count){5, 50};
	totals->reasons.monitored[REASON_NOT_PUBLISHED] = (struct count){6, 60};
	g_string_append(
		expected,
		",{\"reason\":\"published\",\"verdict\":\"pass\",\"packets\":5,\"bytes\":50},"
		"{\"reason\":\"not-published\",\"verdict\":\"would-drop\",\"packets\":6,"
		"\"bytes\":60}]");
	check_shown(generation, "reasons", totals, expected->str);
	g_string_free(expected, TRUE);
	totals_free(totals);
	generation_free(generation);
}

static void shows_most_dropped_ports(void **state)
{
	struct generation *generation = compile(choose_profile("web"));
	struct totals *totals = totals_new();
	GString *expected = g_string_new("[");

	check_shown(generation, "dropped_ports", totals, "[]");
	set_dropped(totals, TRANSPORT_TCP, 23, 5);
	set_dropped(totals, TRANSPORT_UDP, 0, 7);
	set_dropped(totals, TRANSPORT_UDP, 65535, 5);
	set_dropped(totals, TRANSPORT_TCP, 22, 1);
	check_shown(generation, "dropped_ports", totals,
		    "[{\"protocol\":\"udp\",\"port\":0,\"packets\":7},"
		    "{\"protocol\":\"tcp\",\"port\":23,\"packets\":5},"
		    "{\"protocol\":\"udp\",\"port\":65535,\"packets\":5},"
		    "{\"protocol\":\"tcp\",\"port\":22,\"packets\":1}]");

	/* A scan: the twenty most, and no more. */
	for (guint port = 0; port < 65536; port++)
		set_dropped(totals, TRANSPORT_TCP, port, 1000000 + port);
	for (guint port = 65535; port > 65515; port--)
		g_string_append_printf(expected,
				       "%s{\"protocol\":\"tcp\",\"port\":%u,\"packets\":%u}",
				       port == 65535 ? "" : ",", port, 1000000 + port);
	g_string_append_c(expected, ']');
	check_shown(generation, "dropped_ports", totals, expected->str);
	g_string_free(expected, TRUE);
	totals_free(totals);
	generation_free(generation);
}

#define SITE                                              \
	"| Server | Address | Profile |\n|---|---|---|\n" \
	"| fe01 | 10.0.1.11 | web |\n| fe02 | 10.0.1.12 | web |\n"

static void shows_servers(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	struct totals *totals = totals_new();

	set_server(totals, SERVER_WHOLE_INTERFACE, (struct server_count){{9, 9}, {9, 9}});
	set_server(totals, SERVER_FIRST, (struct server_count){{1, 100}, {2, 200}});
	check_shown(generation, "servers", totals,
		    "[{\"name\":\"fe01\",\"passed_packets\":1,\"passed_bytes\":100,"
		    "\"dropped_packets\":2,\"dropped_bytes\":200},"
		    "{\"name\":\"fe02\",\"passed_packets\":0,\"passed_bytes\":0,"
		    "\"dropped_packets\":0,\"dropped_bytes\":0}]");
	totals_free(totals);
	generation_free(generation);
}

/* --- rates --- */

/* A member of the first element of a list. */
static double first_rate(struct json_object *stats, const char *list, const char *within,
			 const char *key)
{
	struct json_object *first = json_object_array_get_idx(json_member(stats, list), 0);

	if (within)
		first = json_member(first, within);
	assert_non_null(json_member(first, key));
	return json_object_get_double(json_member(first, key));
}

static void shows_rates(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	struct totals *before = totals_new(), *now = totals_new();
	struct json_object *json = json_object_new_object();

	set_slot(before, 1, 100, 1000);
	set_slot(now, 1, 150, 3000);
	now->reasons.enforced[0] = (struct count){30, 60};
	before->reasons.enforced[0] = (struct count){10, 20};
	set_server(now, SERVER_FIRST,
		   (struct server_count){{10, 100}, {20, 200}}); /* none before */
	set_dropped(now, TRANSPORT_TCP, 22, 6);                  /* likewise */
	view_add_stats(json, generation, now, before, 4);
	assert_true(first_rate(json, "ports", NULL, "packets_per_second") == 12.5);
	assert_true(first_rate(json, "ports", NULL, "bits_per_second") == 4000);
	assert_true(first_rate(json, "reasons", NULL, "packets_per_second") == 5);
	assert_true(first_rate(json, "reasons", NULL, "bits_per_second") == 80);
	assert_true(first_rate(json, "servers", "passed_rates", "packets_per_second") == 2.5);
	assert_true(first_rate(json, "servers", "dropped_rates", "bits_per_second") == 400);
	assert_true(first_rate(json, "dropped_ports", NULL, "packets_per_second") == 1.5);
	json_object_put(json);
	totals_free(before);
	totals_free(now);
	generation_free(generation);
}

/* The gate was taken down and brought up between the readings: rates are never negative. */
static void shows_rates_of_counters_that_went_back(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	struct totals *before = totals_new(), *now = totals_new();
	struct json_object *json = json_object_new_object();

	set_slot(before, 1, 100, 1000);
	set_slot(now, 1, 10, 200);
	set_dropped(before, TRANSPORT_TCP, 22, 100);
	set_dropped(now, TRANSPORT_TCP, 22, 6);
	view_add_stats(json, generation, now, before, 4);
	assert_true(first_rate(json, "ports", NULL, "packets_per_second") == 2.5);
	assert_true(first_rate(json, "ports", NULL, "bits_per_second") == 400);
	assert_true(first_rate(json, "dropped_ports", NULL, "packets_per_second") == 1.5);
	json_object_put(json);
	totals_free(before);
	totals_free(now);
	generation_free(generation);
}

static void shows_no_rates_at_first(void **state)
{
	struct generation *generation = compile(choose_site(SITE));
	struct totals *totals = totals_new();
	struct json_object *json = json_object_new_object();

	generation->counting_since = g_strdup("2026-11-22T10:00:00Z");
	view_add_stats(json, generation, totals, NULL, 0);
	assert_string_equal(json_string(json, "since"), "2026-11-22T10:00:00Z");
	assert_null(strstr(json_object_to_json_string(json), "_per_second"));
	json_object_put(json);
	totals_free(totals);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(shows_ports),
		cmocka_unit_test(shows_retired_ports),
		cmocka_unit_test(passes_over_odd_slots),
		cmocka_unit_test(shows_reasons),
		cmocka_unit_test(shows_most_dropped_ports),
		cmocka_unit_test(shows_servers),
		cmocka_unit_test(shows_rates),
		cmocka_unit_test(shows_rates_of_counters_that_went_back),
		cmocka_unit_test(shows_no_rates_at_first),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
