/* SPDX-License-Identifier: GPL-2.0-only */
/* What is to be blocked, by lines and by JSON, and what is wrong with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "block_input.h"
#include "policy_text.h"

#define SECOND UINT64_C(1000000000)
#define NOW    1795514400 /* 2026-11-24T10:00:00Z */

static const struct block_defaults defaults = {.now = {.boot = 7 * SECOND, .unix_time = NOW}};

/* "PREFIX SECONDS ADDED REASON" for each request, and what was said. */
static char *read_text(const char *text, const struct block_defaults *by)
{
	struct messages *messages = messages_new();
	struct block_input input;
	GString *out = g_string_new(NULL);
	g_autofree char *said = NULL;

	block_input_read(&input, text, by, messages);
	for (guint i = 0; i < input.requests->len; i++) {
		const struct block_request *request =
			&g_array_index(input.requests, struct block_request, i);
		const struct blocked *value = &request->block.value;
		char prefix[PREFIX_TEXT_SIZE];
		bool for_good = value->expires == BLOCKED_FOR_GOOD;

		g_string_append_printf(
			out, "%d/%u %s %s%lld %lld '%s'\n", request->line, request->number,
			prefix_format(&request->block.prefix, prefix), for_good ? "for good " : "",
			for_good ? 0LL : (long long)((value->expires - by->now.boot) / SECOND),
			(long long)value->added - NOW, value->reason);
	}
	if (input.expired || input.sites)
		g_string_append_printf(out, "%u expired, %u sites\n", input.expired, input.sites);
	said = all_messages(messages);
	g_string_append(out, said);
	block_input_clear(&input);
	messages_free(messages);
	return g_string_free(out, FALSE);
}

struct text_case {
	const char *text, *expected;
};

static void check_texts(const struct text_case *cases, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		g_autofree char *found = read_text(cases[i].text, &defaults);

		if (strcmp(found, cases[i].expected))
			fail_msg("'%s'\n--- expected\n%s--- read\n%s---", cases[i].text,
				 cases[i].expected, found);
	}
}

static void reads_lines(void **state)
{
	static const struct text_case cases[] = {
		{"", ""},
		{"\n \t\n# 10.0.0.1\n  # more\n", ""},
		{"192.0.2.7", "1/0 192.0.2.7 for good 0 0 ''\n"},
		{"192.0.2.0/24 for 10min\r\n\n2001:db8::/32\treason  two  words \n",
		 "1/0 192.0.2.0/24 600 0 ''\n3/0 2001:db8::/32 for good 0 0 'two  words'\n"},
		{"10.0.0.1 for 2h reason for 7 reasons", "1/0 10.0.0.1 7200 0 'for 7 reasons'\n"},
		{"10.0.0.1 reason", "1/0 10.0.0.1 for good 0 0 ''\n"},
	};

	check_texts(cases, G_N_ELEMENTS(cases));
}

static void says_what_is_wrong_with_lines(void **state)
{
	static const struct text_case cases[] = {
		{"10.0.0.1\nfe01\n10.0.0.2\n",
		 "1/0 10.0.0.1 for good 0 0 ''\n3/0 10.0.0.2 for good 0 0 ''\n"
		 "-:2: error: 'fe01' is not an address, expected an IPv4 or IPv6 address or "
		 "prefix\n"},
		{"10.0.0.1/24", "-:1: error: '10.0.0.1/24' has bits set past its length, expected "
				"'10.0.0.0/24'\n"},
		{"10.0.0.0/33",
		 "-:1: error: the length of '10.0.0.0/33' is out of range, expected 0-32\n"},
		{"10.0.0.1 10.0.0.2", "-:1: error: '10.0.0.2' behind the prefix, expected 'for' "
				      "and a duration, or 'reason' and a text\n"},
		{"10.0.0.1 for",
		 "-:1: error: 'for ' is no duration, expected one such as 30s, 10min, 2h or 7d\n"},
		{"10.0.0.1 for 10",
		 "-:1: error: 'for 10' is no duration, expected one such as 30s, 10min, 2h or "
		 "7d\n"},
		{"10.0.0.1 reason 123456789012345678901234567890123456789012345678",
		 "-:1: error: the reason has 48 bytes, expected no more than 47\n"},
		{"10.0.0.1 reason \x1b[2J",
		 "-:1: error: the reason has a control character, expected plain text\n"},
	};

	check_texts(cases, G_N_ELEMENTS(cases));
}

static void reads_json(void **state)
{
	static const struct text_case cases[] = {
		{"{\"version\": 1, \"blocks\": []}", ""},
		{" [{\"prefix\": \"10.0.0.1\"}]", "0/1 10.0.0.1 for good 0 0 ''\n"},
		{"{\"blocks\": [{\"prefix\": \"10.0.0.0/8\", \"owner\": \"live\", "
		 "\"since\": \"2026-11-24T09:59:00Z\", \"expires\": \"2026-11-24T10:01:00Z\", "
		 "\"reason\": \"r\", \"file\": null}, "
		 "{\"prefix\": \"10.0.0.1\", \"owner\": \"site\"}, "
		 "{\"prefix\": \"10.0.0.2\", \"expires\": \"2026-11-24T10:00:00Z\"}, "
		 "{\"prefix\": \"2001:db8::\", \"expires\": null, \"reason\": null}]}",
		 "0/1 10.0.0.0/8 60 -60 'r'\n0/4 2001:db8:: for good 0 0 ''\n1 expired, 1 sites\n"},
		{"{\"prefix\": \"10.0.0.1\"}\n{\"prefix\": \"10.0.0.2\"}\n",
		 "0/1 10.0.0.1 for good 0 0 ''\n0/2 10.0.0.2 for good 0 0 ''\n"},
	};

	check_texts(cases, G_N_ELEMENTS(cases));
}

static void says_what_is_wrong_with_json(void **state)
{
	static const struct text_case cases[] = {
		{"{\"prefix\": \"10.0.0.1\"", "-: error: is no JSON behind block 0: it ends too "
					      "early\n"},
		{"[{\"prefix\": \"10.0.0.1\"}] 7x",
		 "0/1 10.0.0.1 for good 0 0 ''\n"
		 "-: error: block 2: has no prefix, expected an object with one\n"
		 "-: error: is no JSON behind block 2: unexpected character\n"},
		{"[{\"prefix\": 7}, {\"Prefix\": \"10.0.0.1\"}, 8]",
		 "-: error: block 1: has no prefix, expected an object with one\n"
		 "-: error: block 2: has no prefix, expected an object with one\n"
		 "-: error: block 3: has no prefix, expected an object with one\n"},
		{"[{\"prefix\": \"10.0.0.1/8\"}]",
		 "-: error: block 1: '10.0.0.1/8' has bits set past its length, expected "
		 "'10.0.0.0/8'\n"},
		{"[{\"prefix\": \"10.0.0.1\", \"expires\": \"soon\"}]",
		 "-: error: block 1: 'soon' of expires is no time, expected one such as "
		 "2026-11-22T10:00:00Z\n"},
		{"[{\"prefix\": \"10.0.0.1\", \"expires\": 7}]",
		 "-: error: block 1: '' of expires is no time, expected one such as "
		 "2026-11-22T10:00:00Z\n"},
		{"[{\"prefix\": \"10.0.0.1\", \"expires\": \"2086-11-24T10:00:00Z\"}]",
		 "-: error: block 1: expires in more than ten years, expected less, or null for "
		 "good\n"},
		{"[{\"prefix\": \"10.0.0.1\", \"reason\": \"a\\nb\"}]",
		 "-: error: block 1: the reason has a control character, expected plain text\n"},
	};

	check_texts(cases, G_N_ELEMENTS(cases));
}

/* What a line does not say, the command's options do. */
static void takes_defaults(void **state)
{
	const struct block_defaults by = {.seconds = 30, .reason = "feed", .now = defaults.now};
	g_autofree char *found = read_text("10.0.0.1\n10.0.0.2 for 1d\n10.0.0.3 reason own\n", &by);
	g_autofree char *json = read_text("[{\"prefix\": \"10.0.0.1\"}, {\"prefix\": \"10.0.0.2\", "
					  "\"expires\": null, \"reason\": \"own\"}]",
					  &by);

	assert_string_equal(found, "1/0 10.0.0.1 30 0 'feed'\n2/0 10.0.0.2 86400 0 'feed'\n"
				   "3/0 10.0.0.3 30 0 'own'\n");
	/* one that says that it never expires means it */
	assert_string_equal(json, "0/1 10.0.0.1 30 0 'feed'\n0/2 10.0.0.2 for good 0 0 'own'\n");
}

static void checks_reasons(void **state)
{
	static const struct {
		const char *reason, *error;
	} cases[] = {
		{"", NULL},
		{"12345678901234567890123456789012345678901234567", NULL},
		{"caf\xc3\xa9", NULL},
		{"caf\xe9", "the reason is not UTF-8"},
		{"a\tb", "the reason has a control character, expected plain text"},
		{"123456789012345678901234567890123456789012345\xc3\xa9\xc3\xa9",
		 "the reason has 49 bytes, expected no more than 47"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *error = NULL;

		assert_int_equal(block_reason_check(cases[i].reason, &error), !cases[i].error);
		if (g_strcmp0(error, cases[i].error))
			fail_msg("%s: %s", cases[i].reason, error);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_lines),    cmocka_unit_test(says_what_is_wrong_with_lines),
		cmocka_unit_test(reads_json),     cmocka_unit_test(says_what_is_wrong_with_json),
		cmocka_unit_test(takes_defaults), cmocka_unit_test(checks_reasons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
