/* SPDX-License-Identifier: GPL-2.0-only */
/* What is printed: JSON, times, ports, listings. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "json.h"
#include "output.h"

static void begins_with_version_and_time(void **state)
{
	struct json_object *json = output_new();
	const char *time = json_string(json, "time");
	g_autoptr(GDateTime) then = g_date_time_new_from_iso8601(time, NULL);
	g_autoptr(GDateTime) now = g_date_time_new_now_utc();

	assert_int_equal(json_number(json, "version"), 1);
	assert_true(json_object_is_type(json_member(json, "version"), json_type_int));
	assert_int_equal(json_object_object_length(json), 2);
	assert_int_equal(strlen(time), strlen("2026-11-22T10:00:00Z"));
	assert_true(g_str_has_suffix(time, "Z"));
	assert_non_null(then);
	assert_true(g_date_time_difference(now, then) < 60 * G_TIME_SPAN_SECOND);
	json_object_put(json);
}

static void print_name(struct json_object *json)
{
	printf("it is %s\n", json_string(json, "name"));
}

static char *print(bool as_json)
{
	struct json_object *json = json_object_new_object();
	struct capture capture;

	json_add_string(json, "name", "/etc/édge.md");
	json_add_number(json_append_object(json_add_array(json, "list")), "n", 1);
	capture = capture_begin();
	output_print(json, as_json, print_name);
	return capture_end(&capture);
}

/* What goes on, goes on line by line. */
static void prints_one_of_many(void **state)
{
	struct capture capture = capture_begin();
	g_autofree char *text = NULL;

	for (int i = 0; i < 2; i++) {
		struct json_object *json = json_object_new_object();

		json_add_string(json, "name", "/etc");
		output_print_one(json, true, print_name);
	}
	output_print_one(json_object_new_object(), false, print_name);
	text = capture_end(&capture);
	assert_string_equal(text, "{ \"name\": \"/etc\" }\n{ \"name\": \"/etc\" }\n"
				  "it is (null)\n");
}

static void prints_either_form(void **state)
{
	g_autofree char *text = print(false), *json = print(true);

	assert_string_equal(text, "it is /etc/édge.md\n");
	assert_string_equal(json, "{\n  \"name\": \"/etc/édge.md\",\n  \"list\": [\n    {\n"
				  "      \"n\": 1\n    }\n  ]\n}\n");
}

static void shows_local_time(void **state)
{
	static const struct {
		const char *zone, *utc, *local;
	} cases[] = {
		{"UTC0", "2026-11-22T10:00:00Z", "2026-11-22 10:00:00 +0000"},
		{"XYZ-1", "2026-11-22T10:00:00Z", "2026-11-22 11:00:00 +0100"},
		{"XYZ5:30", "2026-01-01T05:00:00Z", "2025-12-31 23:30:00 -0530"},
		{"UTC0", NULL, "-"},
		{"UTC0", "", "-"},
		{"UTC0", "yesterday", "-"},
		{"UTC0", "2026-13-22T10:00:00Z", "-"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *local = NULL;

		setenv("TZ", cases[i].zone, 1);
		tzset();
		local = output_time(cases[i].utc);
		assert_string_equal(local, cases[i].local);
	}
}

static void shows_ports(void **state)
{
	static const struct {
		int first, last;
		const char *text;
	} cases[] = {{5061, 5061, "5061"}, {49152, 65535, "49152-65535"}, {0, 1, "0-1"}};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct json_object *first = json_object_new_int(cases[i].first);
		struct json_object *last = json_object_new_int(cases[i].last);
		g_autofree char *text = output_ports(first, last);

		assert_string_equal(text, cases[i].text);
		json_object_put(first);
		json_object_put(last);
	}
}

/* --- listings --- */

/* Prints a listing of rows (three cells each, NULL: empty). */
static char *print_sheet(const char *columns, const char *const cells[][3], unsigned int rows)
{
	struct capture capture = capture_begin();
	struct listing *listing = listing_new(columns);

	for (unsigned int i = 0; i < rows; i++)
		listing_add(listing, g_strdup(cells[i][0]), g_strdup(cells[i][1]),
			    g_strdup(cells[i][2]));
	listing_print(listing);
	return capture_end(&capture);
}

static void aligns_columns(void **state)
{
	static const char *const cells[][3] = {
		{"a", "1", "x"}, {"longer", "1234567", NULL}, {"é", "22", "last one"}};
	g_autofree char *text = print_sheet("NAME|>PACKETS|NOTE", cells, 3);

	assert_string_equal(text, "  NAME    PACKETS  NOTE\n"
				  "  a             1  x\n"
				  "  longer  1234567\n"
				  "  é            22  last one\n");
}

static void leaves_out_empty_columns(void **state)
{
	static const char *const cells[][3] = {{"a", NULL, "x"}, {"b", "", "y"}};
	g_autofree char *text = print_sheet("NAME|>RATE|NOTE", cells, 2);

	assert_string_equal(text, "  NAME  NOTE\n  a     x\n  b     y\n");
}

static void shows_columns_without_heading(void **state)
{
	static const char *const cells[][3] = {{"a", NULL, "x"}, {"b", "retired", "y"}};
	g_autofree char *text = print_sheet("NAME||NOTE", cells, 2);

	assert_string_equal(text,
			    "  NAME           NOTE\n  a              x\n  b     retired  y\n");
}

static void says_nothing_of_no_rows(void **state)
{
	g_autofree char *text = print_sheet("NAME|>RATE|NOTE", NULL, 0);

	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_with_version_and_time),
		cmocka_unit_test(prints_either_form),
		cmocka_unit_test(prints_one_of_many),
		cmocka_unit_test(shows_local_time),
		cmocka_unit_test(shows_ports),
		cmocka_unit_test(aligns_columns),
		cmocka_unit_test(leaves_out_empty_columns),
		cmocka_unit_test(shows_columns_without_heading),
		cmocka_unit_test(says_nothing_of_no_rows),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
