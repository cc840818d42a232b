/* SPDX-License-Identifier: GPL-2.0-only */
/* What a boot falls back to, on a host with two cards. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "boot.h"
#include "generation_text.h"

#define SERVERS  "| Server | Address | Profile |\n|---|---|---|\n| a | 10.0.0.1 | web |\n\n"
#define SETTINGS SERVERS "| Setting | Value |\n|---|---|\n"

/* "card0=web card1" of a choice; the caller frees it. */
static char *interfaces_text(const struct choice *choice)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < choice->interfaces->len; i++) {
		const struct choice_interface *one = choice->interfaces->pdata[i];

		g_string_append_printf(text, "%s%s%s%s", i ? " " : "", one->name,
				       one->profile ? "=" : "", one->profile ? one->profile : "");
	}
	return g_string_free(text, FALSE);
}

/* Takes the choice over. */
static void check_interfaces(struct choice *choice, const char *expected)
{
	g_autofree char *text = interfaces_text(choice);

	assert_string_equal(text, expected);
	choice_free(choice);
}

static void leaves_out_what_is_missing(void **state)
{
	struct messages *messages = messages_new();
	struct choice *choice = choose_profile("web");
	g_autofree char *said = NULL;

	choice_set_interface(choice, "card8", "web", ATTACH_AUTO);
	choice_set_interface(choice, "card9", "web", ATTACH_AUTO);
	choice_set_interface(choice, "card1", "voice", ATTACH_AUTO);
	boot_leave_out(choice, NULL, messages);
	said = all_messages(messages);
	assert_string_equal(said, "card9: warning: there is no such interface yet: 'portcullis "
				  "boot' enforces on it once it is there\n"
				  "card8: warning: there is no such interface yet: 'portcullis "
				  "boot' enforces on it once it is there\n");
	assert_true(choice_awaits(choice, "card8"));
	assert_true(choice_awaits(choice, "card9"));
	assert_false(choice_awaits(choice, "card0"));
	check_interfaces(choice, "card0=web card1=voice");
	messages_free(messages);
}

/* One that is awaited already; a name that never was may be misspelt. */
static void leaves_out_what_is_awaited(void **state)
{
	struct messages *messages = messages_new();
	struct choice *choice = choose_profile("web"), *before = choose_profile("web");

	choice_set_interface(before, "card9", "web", ATTACH_AUTO);
	choice_await(before, "card9");
	choice_set_interface(choice, "card8", "web", ATTACH_AUTO);
	choice_set_interface(choice, "card9", "web", ATTACH_AUTO);
	boot_leave_out(choice, before, messages);
	assert_int_equal(messages->warnings, 1);
	assert_true(choice_awaits(choice, "card9"));
	check_interfaces(choice, "card0=web card8=web");
	choice_free(before);
	messages_free(messages);
}

static void asks_both_whether_to_close(void **state)
{
	static const struct {
		const char *site, *last;
		bool closed;
	} cases[] = {
		{SERVERS, NULL, false},
		{SERVERS, SERVERS, false},
		{SETTINGS "| Boot | closed |\n", NULL, true},
		{SETTINGS "| Boot | closed |\n", SETTINGS "| Boot | open |\n", true},
		{SETTINGS "| Boot | open |\n", SETTINGS "| Boot | closed |\n", false},
		{SERVERS, SETTINGS "| Boot | closed |\n", true},
		{"| Boot |\n", SETTINGS "| Boot | closed |\n", true},
		{SETTINGS "| Boot | closed |\n| Mode | no such |\n", NULL, true},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct reading_result site = read_texts(DOCUMENT, cases[i].site);
		struct reading_result last = read_texts(DOCUMENT, cases[i].last);

		assert_int_equal(boot_is_closed(site.policy, cases[i].last ? last.policy : NULL),
				 cases[i].closed);
		free_result(&site);
		free_result(&last);
	}
}

static void closes_as_the_site_says(void **state)
{
	struct reading_result site = read_texts(
		DOCUMENT, SETTINGS "| Interface | card1 |\n| Management | 10.0.9.0/24, tcp/22 |\n"
				   "| Mode | no such |\n| Attach | generic |\n");
	struct choice *last = choose_profile("web");
	struct choice *closed = boot_closed(site.policy, last, site.policy);

	assert_string_equal(closed->management, "10.0.9.0/24, tcp/22");
	assert_int_equal(choice_interface(closed, "card1")->attach, ATTACH_GENERIC);
	assert_false(closed->monitor);
	check_interfaces(closed, "card1=closed");
	choice_free(last);
	free_result(&site);
}

static void closes_as_was_said_last(void **state)
{
	struct reading_result none = read_texts(NULL, NULL);
	struct reading_result last = read_texts(
		DOCUMENT, SETTINGS "| Interface | card0, card1 |\n| Management | tcp/22 |\n"
				   "| Replies | off |\n| Mode | monitor |\n");
	struct choice *site = choose_site(SERVERS), *profile = choose_profile("web");
	struct choice *closed = boot_closed(none.policy, site, last.policy);

	assert_string_equal(closed->management, "0.0.0.0/0, ::/0, tcp/22");
	assert_true(closed->replies_off);
	assert_true(closed->monitor);
	check_interfaces(closed, "card0=closed card1=closed");
	profile->management = g_strdup("tcp/2222");
	closed = boot_closed(none.policy, profile, none.policy);
	assert_string_equal(closed->management, "tcp/2222");
	assert_false(closed->replies_off);
	check_interfaces(closed, "card0=closed");
	check_interfaces(boot_closed(none.policy, NULL, NULL), "");
	choice_free(site);
	choice_free(profile);
	free_result(&none);
	free_result(&last);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_out_what_is_missing),
		cmocka_unit_test(leaves_out_what_is_awaited),
		cmocka_unit_test(asks_both_whether_to_close),
		cmocka_unit_test(closes_as_the_site_says),
		cmocka_unit_test(closes_as_was_said_last),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
