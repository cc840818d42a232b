/* SPDX-License-Identifier: GPL-2.0-only */
/* Which guards hold for whom, what they ask port by port, and what is said of those in force. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "generation_text.h"
#include "guarding.h"

#define SERVERS                                                                    \
	"| Server | Address | Profile |\n|---|---|---|\n| s1 | 10.0.1.1 | web |\n" \
	"| s2 | 10.0.1.2 | web + extra |\n| s3 | 10.0.1.3 | voice |\n\n"
#define GUARDS                                                               \
	"| Guard | Ports | Profile | Server | Sources | Limit | Payload |\n" \
	"|---|---|---|---|---|---|---|\n"

/* By rank: c and d name the server, b the profile, a neither. */
#define ALL                                                                \
	SERVERS GUARDS "| a | tcp/1-65535 | | | 10.1.0.0/16 | 1/s | |\n"   \
		       "| b | tcp/8000-8009 | web | | 10.2.0.0/16 | | |\n" \
		       "| c | tcp/8005 | | s1 | 10.3.0.0/16 | | |\n"       \
		       "| d | tcp/443, tcp/8009 | web | S2 | | 2/s | |\n"  \
		       "| e | udp/5000-5009 | voice | | | | media |\n"

static char *names_of(const GPtrArray *guards)
{
	GString *names = g_string_new(NULL);

	for (guint i = 0; i < guards->len; i++)
		g_string_append(names, ((const struct guard_rule *)guards->pdata[i])->name);
	return g_string_free(names, FALSE);
}

static void knows_for_whom_they_hold(void **state)
{
	static const struct {
		const char *profile, *server, *guards;
	} cases[] =
		{
			{"web", NULL, "ba"},          {"web", "s1", "cba"},
			{"web + extra", "s2", "dba"}, {"web + extra", NULL, "ba"},
			{"extra", "s2", "a"}, /* d is of s2 only while it is web */
			{"voice", "s1", "cea"},       {"voice", "s3", "ea"},
			{"closed", NULL, "a"},
		};
	struct reading_result result = read_right(DOCUMENT, ALL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		const struct server *server =
			cases[i].server ? policy_server(result.policy, cases[i].server) : NULL;
		g_autoptr(GPtrArray) guards = guards_of(result.policy, cases[i].profile, server);
		g_autofree char *names = names_of(guards);

		if (strcmp(names, cases[i].guards))
			fail_msg("%s on %s: %s", cases[i].profile, cases[i].server, names);
	}
	assert_true(guards_name(result.policy, policy_server(result.policy, "s1")));
	assert_true(guards_name(result.policy, policy_server(result.policy, "s2")));
	assert_false(guards_name(result.policy, policy_server(result.policy, "s3")));
	free_result(&result);
}

static const char *name_of(const struct guarding *guarding, enum guard_kind kind)
{
	return guarding->by[kind] ? guarding->by[kind]->name : "-";
}

static void combines_kinds_and_ranks(void **state)
{
	static const struct {
		const char *profile, *server;
		unsigned int transport;
		uint16_t port;
		const char *sources, *limit, *payload;
		uint16_t end; /* of a run up to 60000 */
	} cases[] = {
		{"web", "s1", TRANSPORT_TCP, 1, "a", "a", "-", 7999},
		{"web", "s1", TRANSPORT_TCP, 8000, "b", "a", "-", 8004},
		{"web", "s1", TRANSPORT_TCP, 8005, "c", "a", "-", 8005},
		{"web", "s1", TRANSPORT_TCP, 8006, "b", "a", "-", 8009},
		{"web", "s1", TRANSPORT_TCP, 8010, "a", "a", "-", 60000},
		{"web + extra", "s2", TRANSPORT_TCP, 443, "a", "d", "-", 443},
		{"web + extra", "s2", TRANSPORT_TCP, 8009, "b", "d", "-", 8009},
		{"web + extra", "s2", TRANSPORT_UDP, 443, "-", "-", "-", 60000},
		{"voice", "s3", TRANSPORT_UDP, 4999, "-", "-", "-", 4999},
		{"voice", "s3", TRANSPORT_UDP, 5000, "-", "-", "e", 5009},
		{"voice", "s3", TRANSPORT_UDP, 5010, "-", "-", "-", 60000},
	};
	struct reading_result result = read_right(DOCUMENT, ALL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autoptr(GPtrArray) guards =
			guards_of(result.policy, cases[i].profile,
				  policy_server(result.policy, cases[i].server));
		struct guarding guarding = guarding_at(guards, cases[i].transport, cases[i].port);

		assert_string_equal(name_of(&guarding, GUARD_SOURCES), cases[i].sources);
		assert_string_equal(name_of(&guarding, GUARD_LIMIT), cases[i].limit);
		assert_string_equal(name_of(&guarding, GUARD_PAYLOAD), cases[i].payload);
		assert_int_equal(guarding_is_none(&guarding),
				 !strcmp(cases[i].sources, "-") && !strcmp(cases[i].limit, "-") &&
					 !strcmp(cases[i].payload, "-"));
		assert_int_equal(guarding_end(guards, cases[i].transport, cases[i].port, 60000),
				 cases[i].end);
	}
	free_result(&result);
}

static void reaches_the_last_port(void **state)
{
	struct reading_result result =
		read_right(DOCUMENT, SERVERS GUARDS "| g | tcp/65535 | | | 10.0.0.0/8 | | |\n");
	g_autoptr(GPtrArray) guards = guards_of(result.policy, "web", NULL);
	struct guarding guarding = guarding_at(guards, TRANSPORT_TCP, 65535);

	assert_false(guarding_is_none(&guarding));
	assert_int_equal(guarding_end(guards, TRANSPORT_TCP, 1, 65535), 65534);
	assert_int_equal(guarding_end(guards, TRANSPORT_TCP, 65535, 65535), 65535);
	free_result(&result);
}

static void admits_whom_sources_name(void **state)
{
	static const struct {
		const char *source; /* NULL: one that was not said */
		bool admitted;
	} cases[] = {
		{"10.0.0.1", true},     {"11.0.0.1", false}, {"2001:db8::1", true},
		{"2001:db9::1", false}, {NULL, false},
	};
	struct reading_result result = read_right(
		DOCUMENT, SERVERS GUARDS "| g | tcp/443 | | | 10.0.0.0/8, 2001:db8::/32 | | |\n"
					 "| any | tcp/444 | | | 0.0.0.0/0, ::/0 | | |\n");
	g_autoptr(GPtrArray) guards = guards_of(result.policy, "web", NULL);
	struct guarding named = guarding_at(guards, TRANSPORT_TCP, 443);
	struct guarding any = guarding_at(guards, TRANSPORT_TCP, 444);
	struct guarding none = guarding_at(guards, TRANSPORT_TCP, 445);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct prefix source = {};

		if (cases[i].source)
			assert_int_equal(prefix_parse(cases[i].source, &source), 0);
		assert_int_equal(guarding_admits(&named, &source), cases[i].admitted);
		assert_int_equal(guarding_admits(&any, &source), source.family != 0);
		assert_true(guarding_admits(&none, &source));
	}
	free_result(&result);
}

/* --- what is said of those in force --- */

static void check_review(const char *guards, const char *swap, const char *expected)
{
	g_autofree char *site = g_strdup_printf(SERVERS GUARDS "%s", guards);
	struct choice *choice = choose_site(site);
	struct generation *generation = generation_new(choice, NULL);
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;
	bool compiled;

	if (swap)
		choice_set_swap(choice, "s3", swap);
	compiled = generation_compile(generation, messages);
	assert_int_equal(compiled, messages->errors == 0);
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
	generation_free(generation);
}

#define NOTHING                                                                              \
	"s.md:9: warning: guard 'g' guards nothing, expected ports that a profile in force " \
	"opens\n"
#define CLASH                                                                                 \
	"s.md:10: error: Sources of guard 'h' contradicts that of 'g' at s.md:9 on the same " \
	"port, expected one of them\n"

static void says_what_guards_nothing(void **state)
{
	check_review("| g | tcp/443 | | | 10.0.0.0/8 | | |\n", NULL, "");
	check_review("| g | tcp/444 | | | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | udp/8000 | | | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/8005 | narrow | | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/5061 | web | | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/8443 | extra | | 10.0.0.0/8 | | |\n", NULL, "");
	check_review("| g | tcp/8443 | | s1 | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/8443 | | s2 | 10.0.0.0/8 | | |\n", NULL, "");
	/* as it is now, not as the site says */
	check_review("| g | tcp/443 | | s3 | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/443 | | s3 | 10.0.0.0/8 | | |\n", "web", "");
	check_review("| g | tcp/443 | web | s3 | 10.0.0.0/8 | | |\n", NULL, NOTHING);
	check_review("| g | tcp/5061 | | s3 | 10.0.0.0/8 | | |\n", "web", NOTHING);
}

static void says_what_meets_in_force(void **state)
{
	const char *const profiles = "| g | tcp/443 | web | | 10.0.0.0/8 | | |\n"
				     "| h | tcp/443 | extra | | 10.0.0.0/8 | | |\n";
	const char *const server = "| g | tcp/5061, tcp/443 | | s3 | 10.0.0.0/8 | | |\n"
				   "| h | tcp/443 | web | s3 | 10.0.0.0/8 | | |\n";
	const char *const apart = "| g | tcp/443 | web | | 10.0.0.0/8 | | |\n"
				  "| h | tcp/443, tcp/5061 | voice | | 10.0.0.0/8 | | |\n";

	check_review(profiles, NULL, CLASH);
	check_review(apart, NULL, "");
	check_review(apart, "voice + web", CLASH);
	check_review(server, NULL,
		     "s.md:10: warning: guard 'h' guards nothing, expected ports that a profile in "
		     "force opens\n");
	check_review(server, "web", CLASH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_for_whom_they_hold),
		cmocka_unit_test(combines_kinds_and_ranks),
		cmocka_unit_test(reaches_the_last_port),
		cmocka_unit_test(admits_whom_sources_name),
		cmocka_unit_test(says_what_guards_nothing),
		cmocka_unit_test(says_what_meets_in_force),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
