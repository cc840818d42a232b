/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a capture, as JSON and as people read it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <time.h>

#include "capture.h"
#include "json.h"
#include "view_replay.h"

static const struct replayed some = {
	.capture = "a.pcap",
	.first = 1795341600000000000,
	.last = 1795341725999999999,
	.packets = 1000,
	.judged = 900,
	.left = 97,
	.unjudged = 3,
	.padded = 5,
	.unlimited = 12,
	.seconds = 0.125,
};

static void adds_json(void **state)
{
	struct json_object *json = json_object_new_object();

	view_add_replayed(json, &some);
	assert_string_equal(json_object_to_json_string(json),
			    "{ \"capture\": \"a.pcap\", \"until\": \"2026-11-22T10:02:05Z\", "
			    "\"packets\": 1000, \"judged\": 900, \"left\": 97, \"unjudged\": 3, "
			    "\"padded\": 5, \"unlimited\": 12, \"seconds\": 0.125 }");
	json_object_put(json);
}

static void adds_nothing(void **state)
{
	const struct replayed none = {.capture = "-"};
	struct json_object *json = json_object_new_object();

	view_add_replayed(json, &none);
	assert_null(json_string(json, "until"));
	assert_string_equal(json_string(json, "capture"), "-");
	json_object_put(json);
}

/* Prints them with the reasons and the rest of stats as text. */
static char *print(const struct replayed *replayed, const char *stats)
{
	struct json_object *json = json_tokener_parse(stats);
	struct capture capture;

	assert_non_null(json);
	view_add_replayed(json, replayed);
	setenv("TZ", "UTC0", 1);
	tzset();
	capture = capture_begin();
	view_print_replay(json);
	json_object_put(json);
	return capture_end(&capture);
}

static void prints(void **state)
{
	g_autofree char *text = print(
		&some,
		"{\"since\": \"2026-11-22T10:00:00Z\", \"ports\": [{\"packets\": 9, "
		"\"bytes\": 90, \"services\": [{\"role\": \"Web\", \"service\": \"pages\"}]}], "
		"\"reasons\": [{\"reason\": \"published\", \"verdict\": \"pass\", "
		"\"packets\": 9, \"bytes\": 90}], \"dropped_ports\": [{\"protocol\": "
		"\"tcp\", \"port\": 23, \"packets\": 6}], \"servers\": [{\"name\": \"fe01\", "
		"\"passed_packets\": 9, \"passed_bytes\": 90, \"dropped_packets\": 7, "
		"\"dropped_bytes\": 420}]}");

	assert_string_equal(
		text,
		"a.pcap: 1000 packets, 2026-11-22 10:00:00 +0000 to 2026-11-22 10:02:05 +0000, "
		"in 0.12 s\n"
		"  PACKETS  OF THE CAPTURE\n"
		"      900  arrive and are judged\n"
		"       97  leave, and teach which answers pass\n"
		"        3  cannot be judged: captured cut short within their headers\n"
		"        5  of the others were captured cut short: zeros stand for the rest\n"
		"       12  passed at ports of guards with a Limit, which is not applied\n"
		"\n"
		"  VERDICT  REASON     PACKETS  BYTES\n"
		"  pass     published        9     90\n"
		"\n"
		"  SERVICES    PACKETS  BYTES\n"
		"  Web: pages        9     90\n"
		"\n"
		"  SERVER  PASSED  BYTES  DROPPED  BYTES\n"
		"  fe01         9     90        7    420\n"
		"\n"
		"  DROPPED PORT  PACKETS\n"
		"  tcp/23              6\n");
}

static void prints_no_empty_tables(void **state)
{
	const struct replayed left = {.capture = "b", .packets = 2, .left = 2};
	const struct replayed none = {.capture = "c"};
	g_autofree char *text = print(&left, "{\"since\": \"1970-01-01T00:00:00Z\"}");
	g_autofree char *empty = print(&none, "{\"since\": null}");

	assert_string_equal(
		text, "b: 2 packets, 1970-01-01 00:00:00 +0000 to 1970-01-01 00:00:00 +0000, in "
		      "0.00 s\n  PACKETS  OF THE CAPTURE\n"
		      "        2  leave, and teach which answers pass\n");
	assert_string_equal(empty, "c: 0 packets, - to -, in 0.00 s\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(adds_json),
		cmocka_unit_test(adds_nothing),
		cmocka_unit_test(prints),
		cmocka_unit_test(prints_no_empty_tables),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
