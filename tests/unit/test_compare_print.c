/* SPDX-License-Identifier: GPL-2.0-only */
/* Comparisons as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "capture.h"
#include "compare.h"
#include "generation_text.h"

/* What is printed of two generations; frees both. */
static char *print(struct generation *before, struct generation *after)
{
	struct json_object *json = json_object_new_object();
	struct capture capture = capture_begin();

	compare_generations(json, before, after);
	compare_print(json);
	json_object_put(json);
	generation_free(before);
	generation_free(after);
	return capture_end(&capture);
}

static void check(struct choice *before, struct choice *after, const char *expected)
{
	g_autofree char *text = print(compile(before), compile(after));

	assert_string_equal(text, expected);
}

static void prints_no_difference(void **state)
{
	check(choose_profile("web"), choose_profile("web"), "no difference\n");
}

static struct choice *choose_nameless(const char *profile)
{
	struct choice *choice = choose(DOCUMENT, NULL);

	choice_set_interface(choice, "", profile, ATTACH_AUTO);
	return choice;
}

static void prints_two_profiles(void **state)
{
	check(choose_nameless("narrow"), choose_nameless("web"),
	      "profile narrow → web: opens 1 tcp and 0 udp ports\n"
	      "\n"
	      "  PROFILE              PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  narrow → web  opens  tcp       8005   Web: pages  d.md:3\n");
	check(choose_nameless("web"), choose_nameless("voice"),
	      "profile web → voice: opens 1 tcp and 1000 udp ports, closes 11 tcp and 1 udp ports\n"
	      "\n"
	      "  PROFILE              PROTOCOL  PORTS      SERVICES           STATED AT\n"
	      "  web → voice  opens   tcp       5061       Voice: signalling  d.md:5\n"
	      "               opens   udp       5000-5999  Voice: audio       d.md:6\n"
	      "               closes  tcp       443        Web: pages         d.md:3\n"
	      "               closes  tcp       8000-8009  Web: pages         d.md:3\n"
	      "               closes  udp       443        Web: pages         d.md:4\n");
}

static void prints_interfaces(void **state)
{
	struct choice *two = choose_profile("extra + narrow");

	choice_set_interface(two, "card1", "closed", ATTACH_AUTO);
	check(choose_profile("narrow"), two,
	      "interface card0: profile narrow → narrow + extra, opens 1 tcp and 0 udp ports\n"
	      "interface card1 is added: profile closed\n"
	      "\n"
	      "  PROFILE                         PROTOCOL  PORTS  SERVICES        STATED AT\n"
	      "  narrow → narrow + extra  opens  tcp       8443   Extra: console  d.md:7\n");
}

#define TABLE "| Role | Service | Port | Protocol |\n|---|---|---|---|\n"
#define WEB   "| Profile | Roles |\n|---|---|\n| web | Web |\n"
#define MAIL  "| mail | Mail |\n"
#define OLD   TABLE "| Web | pages | 443 | TCP |\n\n"
#define NEW   TABLE "| Web | pages | 443-444 | TCP |\n| Mail | post | 25 | TCP |\n\n"

static void prints_documents(void **state)
{
	check(choose(OLD WEB, NULL), choose(NEW WEB MAIL, NULL),
	      "profile web: opens 1 tcp and 0 udp ports\n"
	      "profile mail is added: opens 1 tcp and 0 udp ports\n"
	      "\n"
	      "  PROFILE         PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  web      opens  tcp       444    Web: pages  d.md:3\n");
	check(choose("# Page\n\n" NEW, NULL), choose("# Page\n\n" OLD, NULL),
	      "role Web of 'Page': closes 1 tcp and 0 udp ports\n"
	      "role Mail of 'Page' is gone: opened 1 tcp and 0 udp ports\n"
	      "\n"
	      "  ROLE          PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  Web   closes  tcp       444    Web: pages  d.md:5\n");
}

#define SERVERS  "| Server | Address | Profile | Mode |\n|---|---|---|---|\n"
#define SETTINGS "\n| Setting | Value |\n|---|---|\n"
#define GUARDS   "\n| Guard | Ports | Sources | Limit | Server |\n|---|---|---|---|---|\n"

/* Two servers change alike: their ports are listed once. */
static void prints_servers(void **state)
{
	struct choice *before = choose_site(
		SERVERS "| a | 10.0.0.1 | web | |\n| b | 10.0.0.2, 2001:db8::2 | web | |\n"
			"| c | 10.0.0.3 | voice | |\n| d | 10.0.0.4 | web | monitor |\n");

	choice_set_swap(before, "d", "closed");
	check(before,
	      choose_site(SERVERS
			  "| a | 10.0.0.1 | narrow | |\n| b | 10.0.0.2, 10.0.0.22 | narrow | |\n"
			  "| d | 10.0.0.4 | closed | |\n| e | 10.0.0.5 | extra + web | |\n"),
	      "server a: profile web → narrow, closes 1 tcp and 0 udp ports\n"
	      "server b: addresses +10.0.0.22 -2001:db8::2, profile web → narrow, "
	      "closes 1 tcp and 0 udp ports\n"
	      "server c is gone: addresses 10.0.0.3, profile voice, mode enforce, "
	      "opened 1 tcp and 1000 udp ports, unlisted now: pass\n"
	      "server d: mode monitor → enforce\n"
	      "server e is added: addresses 10.0.0.5, profile web + extra, mode enforce, "
	      "opens 12 tcp and 1 udp ports, unlisted until now: pass\n"
	      "\n"
	      "  PROFILE               PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  web → narrow  closes  tcp       8005   Web: pages  d.md:3\n");
}

static void prints_what_was_swapped(void **state)
{
	struct choice *before = choose_site(SERVERS "| a | 10.0.0.1 | web | |\n");

	choice_set_swap(before, "a", "narrow");
	check(before, choose_site(SERVERS "| a | 10.0.0.1 | web | |\n"),
	      "server a: profile narrow (swapped) → web, opens 1 tcp and 0 udp ports\n"
	      "\n"
	      "  PROFILE              PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  narrow → web  opens  tcp       8005   Web: pages  d.md:3\n");
}

/* Anyone may come now: not one network less, but none that is asked for. */
static void prints_sources_that_are_asked_no_more(void **state)
{
	check(choose_site(SERVERS "| a | 10.0.0.1 | web | |\n" GUARDS
				  "| g | tcp/443 | 10.0.0.0/8 | 5/s | |\n"),
	      choose_site(SERVERS "| a | 10.0.0.1 | web | |\n" GUARDS
				  "| g | tcp/443 | | 5/s | |\n"),
	      "guard g: sources 10.0.0.0/8 → none\n");
}

/* A server's profile that is a profile of the documents is listed once. */
static void prints_a_profile_and_its_servers(void **state)
{
	check(choose(OLD WEB, SERVERS "| a | 10.0.0.1 | web | |\n"),
	      choose(NEW WEB, SERVERS "| a | 10.0.0.1 | web | |\n"),
	      "profile web: opens 1 tcp and 0 udp ports\n"
	      "server a: opens 1 tcp and 0 udp ports\n"
	      "\n"
	      "  PROFILE         PROTOCOL  PORTS  SERVICES    STATED AT\n"
	      "  web      opens  tcp       444    Web: pages  d.md:3\n");
}

#define ONE_SERVER SERVERS "| a | 10.0.0.1 | web | |\n"

static void prints_settings_and_guards(void **state)
{
	check(choose_site(ONE_SERVER SETTINGS
			  "| Unlisted | drop |\n| Management | 10.0.9.0/24, tcp/22 |\n" GUARDS
			  "| calm | tcp/443 | | 5/s | |\n| near | udp/443 | 10.0.0.0/8 | | |\n"
			  "| gone | tcp/8000 | 10.0.0.0/8, 10.0.0.0/8 | 1/s | a |\n"),
	      choose_site(ONE_SERVER SETTINGS
			  "| Mode | enforce |\n" GUARDS "| calm | tcp/443, tcp/8001 | | 6/s | |\n"
			  "| near | udp/443 | 10.0.0.0/8, 192.0.2.0/24 | | |\n"),
	      "setting Unlisted: drop → pass\n"
	      "setting Management: 10.0.9.0/24, tcp/22 → none\n"
	      "guard calm: ports +tcp/8001, limit 5/s → 6/s\n"
	      "guard near: sources +192.0.2.0/24\n"
	      "guard gone is gone: ports tcp/8000, server a, sources 10.0.0.0/8, 10.0.0.0/8, "
	      "limit 1/s\n");
}

/* A feed of networks is not for reading. */
static void shortens_lists(void **state)
{
	g_autoptr(GString) site = g_string_new(ONE_SERVER GUARDS "| g | tcp/443 | ");

	for (unsigned int i = 0; i < 9; i++)
		g_string_append_printf(site, "%s192.0.2.%u", i ? ", " : "", i);
	g_string_append(site, " | | |\n");
	check(choose_site(ONE_SERVER GUARDS "| g | tcp/443 | 192.0.2.0, 192.0.2.99 | | |\n"),
	      choose_site(site->str),
	      "guard g: sources +192.0.2.1 +192.0.2.2 +192.0.2.3 +192.0.2.4 +192.0.2.5 "
	      "and +3 more -192.0.2.99\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_no_difference),
		cmocka_unit_test(prints_two_profiles),
		cmocka_unit_test(prints_interfaces),
		cmocka_unit_test(prints_documents),
		cmocka_unit_test(prints_servers),
		cmocka_unit_test(prints_what_was_swapped),
		cmocka_unit_test(prints_sources_that_are_asked_no_more),
		cmocka_unit_test(prints_a_profile_and_its_servers),
		cmocka_unit_test(prints_settings_and_guards),
		cmocka_unit_test(shortens_lists),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
