/* SPDX-License-Identifier: GPL-2.0-only */
/* Which ports a change opens and closes, for whom. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "audit_ports.h"
#include "generation_text.h"
#include "json.h"

#define SERVERS "| Server | Address | Profile |\n|---|---|---|\n"

/* The groups under a key as text, with semicolons between them; the caller frees it. */
static char *groups_text(struct json_object *json, const char *key)
{
	struct json_object *groups = json_member(json, key);
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		g_autofree char *group = audit_ports_text(json_object_array_get_idx(groups, i));

		g_string_append_printf(text, "%s%s", i ? "; " : "", group);
	}
	return g_string_free(text, FALSE);
}

/* Takes the choices over; NULL: nothing is enforced. */
static void check(struct choice *before, struct choice *after, const char *opened,
		  const char *closed)
{
	struct generation *old = before ? compile(before) : NULL;
	struct generation *new = after ? compile(after) : NULL;
	struct json_object *json = json_object_new_object();
	g_autofree char *are_opened = NULL, *are_closed = NULL;

	audit_add_ports(json, old, new);
	are_opened = groups_text(json, "opened");
	are_closed = groups_text(json, "closed");
	assert_string_equal(are_opened, opened);
	assert_string_equal(are_closed, closed);
	assert_null(json_member(json, "cut"));
	json_object_put(json);
	generation_free(old);
	generation_free(new);
}

static void of_interfaces(void **state)
{
	struct choice *both = choose_profile("web");

	choice_set_interface(both, "card1", "web", ATTACH_AUTO);
	check(choose_profile("web"), choose_profile("web"), "", "");
	check(choose_profile("web"), choose_profile("narrow"), "", "tcp/8005 on card0");
	check(choose_profile("voice"), choose_profile("web"),
	      "tcp/443, tcp/8000-8009, udp/443 on card0", "tcp/5061, udp/5000-5999 on card0");
	check(NULL, choose_profile("narrow"),
	      "tcp/443, tcp/8000-8004, tcp/8006-8009, udp/443 on card0", "");
	check(choose_profile("web"), NULL, "", "");
	check(choose_profile("web"), both, "tcp/443, tcp/8000-8009, udp/443 on card1", "");
}

static void of_servers(void **state)
{
	check(choose_site(SERVERS "| a | 10.0.0.1 | web |\n| b | 10.0.0.2 | web |\n"
				  "| c | 10.0.0.3 | narrow |\n"),
	      choose_site(SERVERS "| a | 10.0.0.1 | narrow |\n| b | 10.0.0.2 | narrow |\n"
				  "| d | 10.0.0.3 | extra + web |\n"),
	      "tcp/443, tcp/8000-8009, tcp/8443, udp/443 on d",
	      "tcp/8005 on a, b; tcp/443, tcp/8000-8004, tcp/8006-8009, udp/443 on c");
	check(choose_site(SERVERS "| a | 10.0.0.1 | web |\n"),
	      choose_site(SERVERS "| a | 10.0.0.9 | web |\n"), "", "");
}

/* A site of so many servers, or a profile of so many ports far apart. */
static struct choice *many(unsigned int servers, unsigned int ports)
{
	g_autoptr(GString) document = g_string_new("| Role | Port | Protocol |\n|---|---|---|\n");
	g_autoptr(GString) site = g_string_new(SERVERS);

	for (unsigned int i = 0; i < ports; i++)
		g_string_append_printf(document, "| Many | %u | TCP |\n", 2 * i + 1);
	g_string_append(document, "\n| Profile | Roles |\n|---|---|\n| many | Many |\n");
	for (unsigned int i = 0; i < servers; i++)
		g_string_append_printf(site, "| s%u | 10.0.0.%u | many |\n", i, i);
	return choose(document->str, site->str);
}

static void of_many(void **state)
{
	check(NULL, many(7, 1), "tcp/1 on s0, s1, s2, s3, s4 and 2 more", "");
	check(NULL, many(1, 35),
	      "tcp/1, tcp/3, tcp/5, tcp/7, tcp/9, tcp/11, tcp/13, tcp/15, tcp/17, tcp/19, tcp/21, "
	      "tcp/23, tcp/25, tcp/27, tcp/29, tcp/31, tcp/33, tcp/35, tcp/37, tcp/39, tcp/41, "
	      "tcp/43, tcp/45, tcp/47, tcp/49, tcp/51, tcp/53, tcp/55, tcp/57, tcp/59, tcp/61, "
	      "tcp/63 and 3 more on s0",
	      "");
}

/* Twenty servers, each with a port of its own. */
static struct choice *scattered(void)
{
	g_autoptr(GString) document = g_string_new("| Role | Port | Protocol |\n|---|---|---|\n");
	g_autoptr(GString) profiles = g_string_new("\n| Profile | Roles |\n|---|---|\n");
	g_autoptr(GString) site = g_string_new(SERVERS);

	for (unsigned int i = 1; i <= 20; i++) {
		g_string_append_printf(document, "| R%u | %u | TCP |\n", i, i);
		g_string_append_printf(profiles, "| p%u | R%u |\n", i, i);
		g_string_append_printf(site, "| s%u | 10.0.0.%u | p%u |\n", i, i, i);
	}
	g_string_append(document, profiles->str);
	return choose(document->str, site->str);
}

static void are_cut(void **state)
{
	struct generation *generation = compile(scattered());
	struct json_object *json = json_object_new_object();
	struct json_object *opened;

	audit_add_ports(json, NULL, generation);
	opened = json_member(json, "opened");
	assert_int_equal(json_object_array_length(opened), 16);
	assert_true(json_object_get_boolean(json_member(json, "cut")));
	audit_cut(json, 500);
	assert_in_range(strlen(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN)), 400,
			500);
	assert_in_range(json_object_array_length(opened), 1, 15);
	audit_cut(json, 1); /* there is an end to it */
	assert_int_equal(json_object_array_length(opened), 0);
	json_object_put(json);
	generation_free(generation);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(of_interfaces),
		cmocka_unit_test(of_servers),
		cmocka_unit_test(of_many),
		cmocka_unit_test(are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
