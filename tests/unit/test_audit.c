/* SPDX-License-Identifier: GPL-2.0-only */
/* What is kept of a change. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit.h"
#include "generation_text.h"
#include "json.h"

static struct requester tom = {
	.name = (char *)"tom",
	.login_uid = 1000,
	.sudo_user = (char *)"tom",
	.from = (char *)"192.0.2.7",
};

static struct requester system_itself = {.name = (char *)"root", .login_uid = REQUESTER_NO_LOGIN};

#define NO_BLOCKS ",\"prefix\":null,\"added\":null,\"prolonged\":null,\"removed\":null"

/* The entry's text of a change, without its ports. */
static void check_entry(const struct audit_change *change, const struct requester *requester,
			const char *expected)
{
	struct json_object *json = audit_entry(change, requester);

	json_object_object_del(json, "opened");
	json_object_object_del(json, "closed");
	assert_string_equal(json_object_to_json_string_ext(
				    json, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE),
			    expected);
	json_object_put(json);
}

static struct generation *numbered(const char *profile, unsigned int number)
{
	struct generation *generation = compile(choose_profile(profile));

	generation->number = number;
	return generation;
}

static void tells_of_changes(void **state)
{
	struct generation *web = numbered("web", 7), *voice = numbered("voice", 8);
	struct audit_change change = {
		.event = AUDIT_ENFORCED, .before = web, .after = voice, .when = 1767225600};

	audit_begin("swap voice");
	voice->confirm = 60;
	check_entry(&change, &tom,
		    "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"enforced\",\"message\":"
		    "\"generation 8 in force instead of generation 7, to be confirmed within 60 "
		    "seconds (portcullis swap voice, by tom from 192.0.2.7)\",\"old\":7,"
		    "\"generation\":8,\"confirm\":60,\"by\":\"tom\",\"login_uid\":1000,"
		    "\"sudo_user\":\"tom\",\"from\":\"192.0.2.7\",\"command\":\"swap voice\","
		    "\"reason\":null" NO_BLOCKS "}");
	change.event = AUDIT_CONFIRMED;
	change.before = voice;
	check_entry(&change, &system_itself,
		    "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"confirmed\",\"message\":"
		    "\"generation 8 confirmed (portcullis swap voice, by root)\",\"old\":8,"
		    "\"generation\":8,\"confirm\":null,\"by\":\"root\",\"login_uid\":null,"
		    "\"sudo_user\":null,\"from\":null,\"command\":\"swap voice\","
		    "\"reason\":null" NO_BLOCKS "}");
	generation_free(web);
	generation_free(voice);
}

/* Whoever happens to see it has not done it. */
static void tells_whose_change_was_undone(void **state)
{
	struct generation *web = numbered("web", 7);
	const struct audit_change change = {.event = AUDIT_UNDONE,
					    .before = web,
					    .command = "up card0 web",
					    .by = "eve",
					    .when = 1767225600};

	audit_begin("swap voice");
	check_entry(&change, &tom,
		    "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"undone\",\"message\":"
		    "\"generation 7 was not confirmed: nothing is enforced again (portcullis up "
		    "card0 web, by eve)\",\"old\":7,\"generation\":null,\"confirm\":null,"
		    "\"by\":\"eve\",\"login_uid\":null,\"sudo_user\":null,\"from\":null,"
		    "\"command\":\"up card0 web\",\"reason\":null" NO_BLOCKS "}");
	generation_free(web);
}

/* The generation stays what it was. */
static void tells_of_the_block_list(void **state)
{
	struct generation *web = numbered("web", 7);
	const struct audit_blocks blocks = {.added = 1, .prefix = "192.0.2.1/32"};
	const struct audit_change change = {.event = AUDIT_BLOCKED,
					    .before = web,
					    .after = web,
					    .blocks = &blocks,
					    .when = 1767225600};

	web->confirm = 60; /* which says nothing of this change */
	audit_begin("block 192.0.2.1");
	check_entry(&change, &tom,
		    "{\"time\":\"2026-01-01T00:00:00Z\",\"event\":\"blocked\",\"message\":"
		    "\"192.0.2.1/32 blocked (portcullis block 192.0.2.1, by tom from 192.0.2.7)\","
		    "\"old\":7,\"generation\":7,\"confirm\":null,\"by\":\"tom\","
		    "\"login_uid\":1000,\"sudo_user\":\"tom\",\"from\":\"192.0.2.7\","
		    "\"command\":\"block 192.0.2.1\",\"reason\":null,"
		    "\"prefix\":\"192.0.2.1/32\",\"added\":1,\"prolonged\":0,\"removed\":0}");
	generation_free(web);
}

static void check_message(const struct audit_change *change, const char *expected)
{
	struct json_object *json = audit_entry(change, &system_itself);

	assert_string_equal(json_string(json, "message"), expected);
	json_object_put(json);
}

static void says_what_happened(void **state)
{
	struct generation *web = numbered("web", 1), *voice = numbered("voice", 2);

	audit_begin("x");
	check_message(&(struct audit_change){.event = AUDIT_ENFORCED, .after = web},
		      "generation 1 in force (portcullis x, by root)");
	voice->confirm = 5;
	check_message(
		&(struct audit_change){.event = AUDIT_PROLONGED, .before = voice, .after = voice},
		"generation 2 given more time to be confirmed, to be confirmed within 5 "
		"seconds (portcullis x, by root)");
	check_message(&(struct audit_change){.event = AUDIT_FELL_BACK, .after = web, .reason = "r"},
		      "generation 1 in force instead of what was asked for: r (portcullis x, by "
		      "root)");
	check_message(
		&(struct audit_change){.event = AUDIT_ROLLED_BACK, .before = voice, .after = web},
		"generation 2 undone: generation 1 in force again (portcullis x, by root)");
	check_message(&(struct audit_change){.event = AUDIT_STOPPED, .before = web},
		      "nothing is enforced any more (portcullis x, by root)");
	check_message(&(struct audit_change){.event = AUDIT_REFUSED, .reason = "no"},
		      "refused: no (portcullis x, by root)");
	generation_free(web);
	generation_free(voice);
}

/* No text of the command line's, however long or wrong, is too much for the log. */
static void fits_into_the_log(void **state)
{
	g_autofree char *line = g_strnfill(100000, '"');
	const struct requester unknown = {.name = line, .sudo_user = line};
	struct generation *web = numbered("web", 1);
	const struct audit_change change = {
		.event = AUDIT_REFUSED, .after = web, .command = line, .reason = line};
	struct json_object *json, *read;

	line[3] = '\xff';
	line[4] = '\n';
	json = audit_entry(&change, &unknown);
	read = json_tokener_parse(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN));
	assert_in_range(strlen(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN)), 1000,
			LOG_TEXT_SIZE - 1);
	assert_true(g_str_has_prefix(json_string(read, "command"), "\"\"\"\xef\xbf\xbd \"\""));
	json_object_put(read);
	json_object_put(json);
	generation_free(web);
}

static void has_words_for_people(void **state)
{
	assert_string_equal(audit_event_words("enforced"), "in force");
	assert_string_equal(audit_event_words("undone"), "not confirmed");
	assert_string_equal(audit_event_words("of a later version"), "of a later version");
	assert_null(audit_event_words(NULL));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_of_changes),
		cmocka_unit_test(tells_whose_change_was_undone),
		cmocka_unit_test(tells_of_the_block_list),
		cmocka_unit_test(says_what_happened),
		cmocka_unit_test(fits_into_the_log),
		cmocka_unit_test(has_words_for_people),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
