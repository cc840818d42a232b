/* SPDX-License-Identifier: GPL-2.0-only */
/* What one profile opens and another does not, compared with what each port alone says. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <linux/types.h>

#include "compare_ports.h"
#include "json.h"
#include "layout.h"
#include "policy_text.h"

/* Segments that begin, end, hold and touch one another, in both protocols, and the last port. */
#define TEXT                                                                                     \
	"| Role | Notes | Port | Protocol |\n|---|---|---|---|\n"                                \
	"| A | | 100-200, 300, 400-500 | TCP |\n"                                                \
	"| B | | 90-110, 150, 199-201, 300-302, 400-500 | TCP |\n"                               \
	"| C | Media | 100-65535 | UDP |\n"                                                      \
	"| D | | 65535 | TCP/UDP |\n"                                                            \
	"| E | | 1-65535 | TCP/UDP |\n"                                                          \
	"\n| Profile | Roles | Except |\n|---|---|---|\n"                                        \
	"| a | A | |\n| b | B | |\n| c | C | |\n| d | D | |\n| e | E | udp/500-600, tcp/443 |\n" \
	"| all | A, B, C, D, E | |\n"

static const char *const names[] = {"closed", "a", "b", "c", "d", "e", "all"};

/* "tcp/90-99 4; …": ports and lines. */
static char *print(struct json_object *runs)
{
	GString *out = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);
		struct json_object *services = json_member(run, "services");

		g_string_append_printf(
			out, "%s%s/%d-%d%s", i ? "; " : "", json_string(run, "protocol"),
			(int)json_number(run, "first"), (int)json_number(run, "last"),
			json_object_get_boolean(json_member(run, "media")) ? " m" : "");
		for (size_t j = 0; j < json_object_array_length(services); j++)
			g_string_append_printf(
				out, " %d",
				(int)json_number(json_object_array_get_idx(services, j), "line"));
	}
	return g_string_free(out, FALSE);
}

static void tells_what_opens_and_closes(void **state)
{
	static const struct {
		const char *before, *after, *opened, *closed;
	} cases[] = {
		{"a", "a", "", ""},
		{"closed", "a", "tcp/100-200 3; tcp/300-300 3; tcp/400-500 3", ""},
		{"a", "closed", "", "tcp/100-200 3; tcp/300-300 3; tcp/400-500 3"},
		{"a", "b", "tcp/90-99 4; tcp/201-201 4; tcp/301-302 4",
		 "tcp/111-149 3; tcp/151-198 3"},
		{"c", "d", "tcp/65535-65535 6", "udp/100-65534 m 5"},
		{"c", "e", "tcp/1-442 7; tcp/444-65535 7; udp/1-99 7", "udp/500-600 m 5"},
		{"e", "c", "udp/500-600 m 5", "tcp/1-442 7; tcp/444-65535 7; udp/1-99 7"},
	};
	struct reading_result result = read_texts(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct compiled *before = profile_compile(result.policy, cases[i].before);
		struct compiled *after = profile_compile(result.policy, cases[i].after);
		struct json_object *json = json_object_new_object();
		bool differs = compare_ports(json, before, after);
		g_autofree char *opened = print(json_member(json, "opened"));
		g_autofree char *closed = print(json_member(json, "closed"));

		assert_string_equal(opened, cases[i].opened);
		assert_string_equal(closed, cases[i].closed);
		assert_int_equal(differs, *opened || *closed);
		json_object_put(json);
		compiled_free(before);
		compiled_free(after);
	}
	free_result(&result);
}

static void takes_null_for_nothing_open(void **state)
{
	struct reading_result result = read_texts(TEXT, NULL);
	struct compiled *compiled = profile_compile(result.policy, "d");
	struct json_object *json = json_object_new_object();
	char *text;

	assert_true(compare_ports(json, NULL, compiled));
	text = print(json_member(json, "opened"));
	assert_string_equal(text, "tcp/65535-65535 6; udp/65535-65535 6");
	g_free(text);
	assert_true(compare_ports(json, compiled, NULL));
	text = print(json_member(json, "closed"));
	assert_string_equal(text, "tcp/65535-65535 6; udp/65535-65535 6");
	g_free(text);
	assert_false(compare_ports(json, NULL, NULL));
	json_object_put(json);
	compiled_free(compiled);
	free_result(&result);
}

static bool run_holds(struct json_object *runs, const char *protocol, unsigned int port)
{
	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);

		if (!strcmp(json_string(run, "protocol"), protocol) &&
		    port >= json_number(run, "first") && port <= json_number(run, "last"))
			return true;
	}
	return false;
}

static void check_ports(const struct compiled *before, const struct compiled *after)
{
	struct json_object *json = json_object_new_object();

	compare_ports(json, before, after);
	for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
		const char *protocol = transport_name(transport);

		for (unsigned int port = 0; port < 65536; port++) {
			bool old = compiled_find(before, transport, (uint16_t)port);
			bool new = compiled_find(after, transport, (uint16_t)port);

			if (run_holds(json_member(json, "opened"), protocol, port) !=
				    (new && !old) ||
			    run_holds(json_member(json, "closed"), protocol, port) != (old && !new))
				fail_msg("%s → %s: %s/%u", before->name, after->name, protocol,
					 port);
		}
	}
	json_object_put(json);
}

/* Every pair of profiles, port by port; the other way round, opened and closed change places. */
static void agrees_with_each_port(void **state)
{
	struct reading_result result = read_texts(TEXT, NULL);

	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
		for (unsigned int j = i; j < G_N_ELEMENTS(names); j++) {
			struct compiled *before = profile_compile(result.policy, names[i]);
			struct compiled *after = profile_compile(result.policy, names[j]);

			check_ports(before, after);
			compiled_free(before);
			compiled_free(after);
		}
	}
	free_result(&result);
}

static void counts_ports(void **state)
{
	struct json_object *runs =
		json_tokener_parse("[{\"protocol\": \"tcp\", \"first\": 5, \"last\": 5}, "
				   "{\"protocol\": \"tcp\", \"first\": 100, \"last\": 199}, "
				   "{\"protocol\": \"udp\", \"first\": 0, \"last\": 65535}]");

	assert_int_equal(compare_count(runs, "tcp"), 101);
	assert_int_equal(compare_count(runs, "udp"), 65536);
	json_object_put(runs);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_opens_and_closes),
		cmocka_unit_test(takes_null_for_nothing_open),
		cmocka_unit_test(agrees_with_each_port),
		cmocka_unit_test(counts_ports),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
