/* SPDX-License-Identifier: GPL-2.0-only */
/* Two generations side by side: what differs is listed, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "compare.h"
#include "generation_text.h"
#include "json.h"

/* DOCUMENT with another port for web, another title for none, and without voice. */
#define OTHER_DOCUMENT                                                                      \
	"| Role | Service | Port | Protocol |\n|---|---|---|---|\n"                         \
	"| Web | pages | 443, 8000-8010 | TCP |\n| Web | pages | 443 | UDP |\n"             \
	"| Extra | console | 8443 | TCP |\n| Mail | post | 25 | TCP |\n\n"                  \
	"| Profile | Roles | Add-on |\n|---|---|---|\n| web | Web | |\n| mail | Mail | |\n" \
	"| extra | Extra | yes |\n"

/* "pages tcp/8010-8010 d.md:3; …" */
static void print_runs(GString *out, struct json_object *runs, const char *sign)
{
	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);

		g_string_append_printf(out, " %s%s/%d-%d", sign, json_string(run, "protocol"),
				       (int)json_number(run, "first"),
				       (int)json_number(run, "last"));
	}
}

static void print_text(GString *out, struct json_object *json, const char *key)
{
	struct json_object *member = json_member(json, key);

	if (member)
		g_string_append_printf(
			out, " %s=%s", key,
			json_object_to_json_string_ext(
				member, JSON_C_TO_STRING_PLAIN | JSON_C_TO_STRING_NOSLASHESCAPE));
}

/* A line for each thing that differs: its list, name, change and what it says of itself. */
static void print_list(GString *out, struct json_object *json, const char *key)
{
	struct json_object *list = json_member(json, key);

	assert_true(json_object_is_type(list, json_type_array));
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);

		g_string_append_printf(out, "%s %s %s", key,
				       json_string(one, "name") ? json_string(one, "name") : "-",
				       json_string(one, "change"));
		print_text(out, one, "title");
		print_text(out, one, "before");
		print_text(out, one, "after");
		print_text(out, one, "unlisted");
		print_runs(out, json_member(one, "opened"), "+");
		print_runs(out, json_member(one, "closed"), "-");
		g_string_append_c(out, '\n');
	}
}

/* All lists but guards and settings, which have tests of their own. Frees both. */
static char *compare(struct generation *before, struct generation *after)
{
	struct json_object *json = json_object_new_object();
	bool same = compare_generations(json, before, after);
	GString *out = g_string_new(NULL);

	assert_int_equal(json_object_get_boolean(json_member(json, "same")), same);
	print_list(out, json, "roles");
	print_list(out, json, "profiles");
	print_list(out, json, "interfaces");
	print_list(out, json, "servers");
	g_string_append(out, same ? "same\n" : "");
	json_object_put(json);
	generation_free(before);
	generation_free(after);
	return g_string_free(out, FALSE);
}

static void check(struct choice *before, struct choice *after, const char *expected)
{
	g_autofree char *text = compare(compile(before), compile(after));

	assert_string_equal(text, expected);
}

static void compares_documents(void **state)
{
	check(choose(DOCUMENT, NULL), choose(DOCUMENT, NULL), "same\n");
	check(choose(DOCUMENT, NULL), choose(OTHER_DOCUMENT, NULL),
	      "profiles web changed +tcp/8010-8010\n"
	      "profiles voice gone -tcp/5061-5061 -udp/5000-5999\n"
	      "profiles narrow gone -tcp/443-443 -tcp/8000-8004 -tcp/8006-8009 -udp/443-443\n"
	      "profiles mail added +tcp/25-25\n");
	check(choose(OTHER_DOCUMENT, NULL), choose(DOCUMENT, NULL),
	      "profiles web changed -tcp/8010-8010\n"
	      "profiles mail gone -tcp/25-25\n"
	      "profiles voice added +tcp/5061-5061 +udp/5000-5999\n"
	      "profiles narrow added +tcp/443-443 +tcp/8000-8004 +tcp/8006-8009 +udp/443-443\n");
}

#define PAGE(rows) "# Page\n\n| Role | Port | Protocol |\n|---|---|---|\n" rows

/* A vendor's page, as it is. */
static void compares_roles_where_there_are_no_profiles(void **state)
{
	check(choose(PAGE("| Web | 443 | TCP |\n| Old | 1 | TCP |\n| Out | 2 | TCP |\n"), NULL),
	      choose(PAGE("| WEB | 443 | UDP |\n| New | 3 | TCP |\n| Out | 2 | TCP |\n"), NULL),
	      "roles WEB changed title=\"Page\" +udp/443-443 -tcp/443-443\n"
	      "roles Old gone title=\"Page\" -tcp/1-1\n"
	      "roles New added title=\"Page\" +tcp/3-3\n");
}

/* The words of a row are not what it opens. */
static void passes_over_other_words(void **state)
{
	check(choose(PAGE("| Web | 443, 444 | TCP |\n| Web | 445 | TCP |\n"), NULL),
	      choose(PAGE("| Web | 443-444 | HTTPS |\n| Web | 444/445 | TCP |\n"), NULL), "same\n");
}

static void compares_interfaces(void **state)
{
	struct choice *two = choose_profile("voice");

	choice_set_interface(two, "card1", "narrow", ATTACH_AUTO);
	check(choose_profile("web"), choose_profile("narrow"),
	      "interfaces card0 changed before=\"web\" after=\"narrow\" -tcp/8005-8005\n");
	check(choose_profile("voice"), choice_copy(two),
	      "interfaces card1 added after=\"narrow\" +tcp/443-443 +tcp/8000-8004 +tcp/8006-8009 "
	      "+udp/443-443\n");
	check(two, choose_profile("voice"),
	      "interfaces card1 gone before=\"narrow\" -tcp/443-443 -tcp/8000-8004 -tcp/8006-8009 "
	      "-udp/443-443\n");
}

static void compares_no_name_for_an_interface(void **state)
{
	struct choice *before = choose(DOCUMENT, NULL), *after = choose(DOCUMENT, NULL);

	choice_set_interface(before, "", "web", ATTACH_AUTO);
	choice_set_interface(after, "", "web + extra", ATTACH_AUTO);
	check(before, after,
	      "interfaces - changed before=\"web\" after=\"web + extra\" +tcp/8443-8443\n");
}

/* Of a named interface, that it has another profile is a difference; by what is open it is none. */
static void compares_names_of_profiles_that_open_the_same(void **state)
{
	struct choice *choices[4];

	for (unsigned int i = 0; i < G_N_ELEMENTS(choices); i++) {
		choices[i] = choose(DOCUMENT, NULL);
		choice_set_interface(choices[i], i < 2 ? "" : "card0",
				     i % 2 ? "web + narrow" : "web", ATTACH_AUTO);
	}
	check(choices[0], choices[1], "same\n");
	check(choices[2], choices[3],
	      "interfaces card0 changed before=\"web\" after=\"web + narrow\"\n");
}

#define SERVERS "| Server | Address | Profile | Mode |\n|---|---|---|---|\n"
#define SERVER(addresses, profile, mode, swapped)                                     \
	"{\"addresses\":[" addresses "],\"profile\":\"" profile "\",\"mode\":\"" mode \
	"\",\"swapped\":" swapped "}"

static void compares_servers(void **state)
{
	check(choose_site(SERVERS
			  "| a | 10.0.0.1, 2001:db8::1 | web | |\n| b | 10.0.0.2 | web | |\n"
			  "| c | 10.0.0.3 | web | |\n"),
	      choose_site(SERVERS "| d | 10.0.0.4 | extra + narrow | |\n"
				  "| c | 10.0.0.3, 10.0.0.33 | narrow | monitor |\n"
				  "| A | 2001:db8::1, 10.0.0.1 | WEB | |\n"),
	      "servers b gone before=" SERVER(
		      "\"10.0.0.2\"", "web", "enforce",
		      "false") " "
			       "unlisted=\"pass\" -tcp/443-443 -tcp/8000-8009 -udp/443-443\n"
			       "servers c changed before=" SERVER(
				       "\"10.0.0.3\"", "web", "enforce",
				       "false") " after=" SERVER("\"10.0.0.3\",\"10.0.0.33\"",
								 "narrow", "monitor",
								 "false") " -tcp/8005-8005\n"
									  "servers d added "
									  "after=" SERVER(
										  "\"10.0.0.4\"",
										  "narrow + extra",
										  "enforce",
										  "false") " unlist"
											   "ed="
											   "\"pass"
											   "\" "
											   "+tcp/"
											   "443-"
											   "443 "
											   "+tcp/"
											   "8000-"
											   "8004 "
											   "+tcp/"
											   "8006-"
											   "8009 "
											   "+tcp/"
											   "8443-"
											   "8443 "
											   "+udp/"
											   "443-"
											   "443\n");
}

#define UNLISTED_DROPS "\n| Setting | Value |\n|---|---|\n| Unlisted | drop |\n"
#define ONE_SERVER     SERVERS "| a | 10.0.0.1 | web | |\n"

/* Of the side where the server is not listed. */
static void tells_what_becomes_of_the_unlisted(void **state)
{
	check(choose_site(ONE_SERVER "| b | 10.0.0.2 | closed | |\n"),
	      choose_site(ONE_SERVER UNLISTED_DROPS),
	      "servers b gone before=" SERVER("\"10.0.0.2\"", "closed", "enforce",
					      "false") " unlisted=\"drop\"\n");
	check(choose_site(ONE_SERVER UNLISTED_DROPS),
	      choose_site(ONE_SERVER "| b | 10.0.0.2 | closed | |\n"),
	      "servers b added after=" SERVER("\"10.0.0.2\"", "closed", "enforce",
					      "false") " unlisted=\"drop\"\n");
}

/* A swap is drift from the site; to read the site again undoes it. */
static void compares_with_what_was_swapped(void **state)
{
	struct choice *swapped = choose_site(ONE_SERVER);

	choice_set_swap(swapped, "a", "narrow");
	check(choice_copy(swapped), choose_site(ONE_SERVER),
	      "servers a changed before=" SERVER(
		      "\"10.0.0.1\"", "narrow", "enforce",
		      "true") " after=" SERVER("\"10.0.0.1\"", "web", "enforce",
					       "false") " +tcp/8005-8005\n");
	check(swapped, choose_site(SERVERS "| a | 10.0.0.1 | narrow | |\n"), "same\n");
}

/* A profile that keeps its name and gets another port changes every server that has it. */
static void compares_what_a_profile_has_become(void **state)
{
	struct choice *before = choose_site(ONE_SERVER);
	struct choice *after = choose(OTHER_DOCUMENT, ONE_SERVER);
	g_autofree char *text = compare(compile(before), compile(after));

	assert_non_null(strstr(text, "profiles web changed +tcp/8010-8010\n"));
	assert_non_null(strstr(text, "servers a changed before="));
	assert_non_null(strstr(text, "\"swapped\":false} +tcp/8010-8010\n"));
}

/* The whole gate only counts, whatever a server's Mode. */
static void compares_modes(void **state)
{
	struct choice *choice = choose_site(ONE_SERVER);

	choice->monitor = true;
	check(choice, choose_site(ONE_SERVER),
	      "servers a changed before=" SERVER(
		      "\"10.0.0.1\"", "web", "monitor",
		      "false") " after=" SERVER("\"10.0.0.1\"", "web", "enforce", "false") "\n");
}

/* One of these alone is a difference. */
static void differs_by_guards_or_settings_too(void **state)
{
	static const char *const others[] = {
		ONE_SERVER UNLISTED_DROPS,
		ONE_SERVER "\n| Guard | Ports | Limit |\n|---|---|---|\n| g | tcp/443 | 5/s |\n",
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(others); i++)
		check(choose_site(ONE_SERVER), choose_site(others[i]), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(compares_documents),
		cmocka_unit_test(compares_roles_where_there_are_no_profiles),
		cmocka_unit_test(passes_over_other_words),
		cmocka_unit_test(compares_interfaces),
		cmocka_unit_test(compares_no_name_for_an_interface),
		cmocka_unit_test(compares_names_of_profiles_that_open_the_same),
		cmocka_unit_test(compares_servers),
		cmocka_unit_test(tells_what_becomes_of_the_unlisted),
		cmocka_unit_test(compares_with_what_was_swapped),
		cmocka_unit_test(compares_what_a_profile_has_become),
		cmocka_unit_test(compares_modes),
		cmocka_unit_test(differs_by_guards_or_settings_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
