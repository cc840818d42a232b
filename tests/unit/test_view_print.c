/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as people read them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capture.h"
#include "view.h"

#define STATS                                                                                    \
	"{\"since\": \"2026-11-22T10:00:00Z\", \"ports\": ["                                     \
	"{\"profile\": \"web\", \"protocol\": \"tcp\", \"first\": 443, \"last\": 443, "          \
	"\"in_force\": true, \"services\": [{\"role\": \"Web\", \"service\": \"pages\"}, "       \
	"{\"role\": \"Web\", \"service\": \"mail\"}], \"packets\": 12, \"bytes\": 1200},"        \
	"{\"profile\": \"web\", \"protocol\": \"udp\", \"first\": 443, \"last\": 443, "          \
	"\"in_force\": true, \"services\": [{\"role\": \"Web\", \"service\": \"pages\"}], "      \
	"\"packets\": 0, \"bytes\": 0},"                                                         \
	"{\"profile\": \"web\", \"protocol\": \"tcp\", \"first\": 8000, \"last\": 8009, "        \
	"\"in_force\": true, \"services\": [{\"role\": \"Web\", \"service\": \"pages\"}], "      \
	"\"packets\": 3, \"bytes\": 300},"                                                       \
	"{\"profile\": \"old\", \"protocol\": \"udp\", \"first\": 50000, \"last\": 59999, "      \
	"\"in_force\": false, \"services\": [{\"role\": \"Web\", \"service\": \"pages\"}], "     \
	"\"packets\": 4, \"bytes\": 400},"                                                       \
	"{\"profile\": \"gone\", \"protocol\": \"tcp\", \"first\": 1, \"last\": 1, "             \
	"\"in_force\": false, \"services\": [], \"packets\": 18446744073709551615, \"bytes\": "  \
	"1}],"                                                                                   \
	"\"reasons\": [{\"reason\": \"published\", \"verdict\": \"pass\", \"packets\": 15, "     \
	"\"bytes\": 1500}, {\"reason\": \"unlisted\", \"verdict\": \"pass\", \"packets\": 0, "   \
	"\"bytes\": 0}, {\"reason\": \"not-published\", \"verdict\": \"drop\", \"packets\": 7, " \
	"\"bytes\": 420}, {\"reason\": \"not-published\", \"verdict\": \"would-drop\", "         \
	"\"packets\": 1, \"bytes\": 60}],"                                                       \
	"\"dropped_ports\": [{\"protocol\": \"tcp\", \"port\": 23, \"packets\": 6}, "            \
	"{\"protocol\": \"udp\", \"port\": 65535, \"packets\": 1}],"                             \
	"\"servers\": [{\"name\": \"fe01\", \"passed_packets\": 15, \"passed_bytes\": 1500, "    \
	"\"dropped_packets\": 7, \"dropped_bytes\": 420}, {\"name\": \"fe02\", "                 \
	"\"passed_packets\": 0, \"passed_bytes\": 0, \"dropped_packets\": 0, "                   \
	"\"dropped_bytes\": 0}]}"

#define HEAD                                            \
	"counting since 2026-11-22 10:00:00 +0000\n"    \
	"  VERDICT     REASON         PACKETS  BYTES\n" \
	"  pass        published           15   1500\n" \
	"  drop        not-published        7    420\n" \
	"  would-drop  not-published        1     60\n" \
	"\n"

#define TAIL                        \
	"\n"                        \
	"  DROPPED PORT  PACKETS\n" \
	"  tcp/23              6\n" \
	"  udp/65535           1\n"

static char *print(const char *text, const char *by)
{
	struct json_object *json = json_tokener_parse(text);
	struct capture capture;

	assert_non_null(json);
	setenv("TZ", "UTC0", 1);
	tzset();
	capture = capture_begin();
	view_print_stats(json, by);
	json_object_put(json);
	return capture_end(&capture);
}

static void prints_by_port(void **state)
{
	g_autofree char *text = print(STATS, "port");

	assert_string_equal(
		text, HEAD
		"  PROFILE  PROTOCOL  PORTS                     PACKETS  BYTES           SERVICES\n"
		"  web      tcp       443                            12   1200           Web: "
		"pages, Web: mail\n"
		"  web      tcp       8000-8009                       3    300           Web: "
		"pages\n"
		"  old      udp       50000-59999                     4    400  retired  Web: "
		"pages\n"
		"  gone     tcp       1            18446744073709551615      1  retired\n" TAIL);
}

static void prints_by_service(void **state)
{
	g_autofree char *text = print(STATS, "service");

	assert_string_equal(text, HEAD
			    "  SERVICES                                   PACKETS  BYTES  SHARED\n"
			    "  Web: pages, Web: mail                           12   1200  yes\n"
			    "  Web: pages                                       7    700\n"
			    "  (no longer in the documents)  18446744073709551615      1\n" TAIL);
}

static void prints_by_server(void **state)
{
	g_autofree char *text = print(STATS, "server");

	assert_string_equal(text, HEAD "  SERVER  PASSED  BYTES  DROPPED  BYTES\n"
				       "  fe01        15   1500        7    420\n"
				       "  fe02         0      0        0      0\n" TAIL);
}

static void prints_nothing_counted(void **state)
{
	g_autofree char *text = print("{\"since\": null, \"ports\": [], \"reasons\": [], "
				      "\"dropped_ports\": [], \"servers\": []}",
				      "port");

	assert_string_equal(text, "counting since -\n");
}

/* What was counted before stays; why it stands still is said. */
static void prints_that_ports_are_not_counted(void **state)
{
	g_autofree char *text =
		print("{\"since\": null, \"ports\": [], \"reasons\": [], \"port_counters\": "
		      "\"off\", \"dropped_ports\": [{\"protocol\": \"tcp\", \"port\": 23, "
		      "\"packets\": 6}], \"servers\": []}",
		      "port");

	assert_string_equal(text, "counting since -\n\n"
				  "  DROPPED PORT  PACKETS\n"
				  "  tcp/23              6\n\n"
				  "drops are not counted by their ports: the site's Port counters "
				  "is off\n");
}

/* One reason's rates: packets and bits in a second. */
static void check_rates(double packets, double bits, const char *expected)
{
	g_autofree char *json = g_strdup_printf(
		"{\"since\": null, \"ports\": [], \"reasons\": [{\"reason\": \"r\", \"verdict\": "
		"\"v\", \"packets\": 1, \"bytes\": 2, \"packets_per_second\": %f, "
		"\"bits_per_second\": %f}], \"dropped_ports\": [], \"servers\": []}",
		packets, bits);
	g_autofree char *text = print(json, "port");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

	assert_true(g_str_has_prefix(lines[2], "  v        r             1      2  "));
	g_strstrip(lines[2]);
	assert_string_equal(lines[2] + strlen("v        r             1      2"), expected);
}

static void prints_rates(void **state)
{
	check_rates(0, 0, "          0       0");
	check_rates(0.4, 999, "        0.4     999");
	check_rates(12.5, 1000, "         12    1.0k");
	check_rates(1234, 9940, "       1.2k    9.9k");
	check_rates(12345, 99999, "        12k    100k");
	check_rates(1500000, 2e9, "       1.5M    2.0G");
	check_rates(3e12, 4e15, "       3.0T   4000T");
}

/* Of what the same services share, the sum. */
static void prints_rates_of_services(void **state)
{
	g_autofree char *text =
		print("{\"since\": null, \"reasons\": [], \"servers\": [], \"ports\": ["
		      "{\"packets\": 1, \"bytes\": 2, \"packets_per_second\": 1.5, "
		      "\"bits_per_second\": 100, \"services\": [{\"role\": \"a\"}]}, "
		      "{\"packets\": 3, \"bytes\": 4, \"packets_per_second\": 2.0, "
		      "\"bits_per_second\": 1000, \"services\": [{\"role\": \"a\"}]}], "
		      "\"dropped_ports\": [{\"protocol\": \"tcp\", \"port\": 22, "
		      "\"packets\": 9, \"packets_per_second\": 0.25}]}",
		      "service");

	assert_string_equal(text, "counting since -\n\n"
				  "  SERVICES  PACKETS  BYTES  PACKETS/S  BITS/S\n"
				  "  a               4      6        3.5    1.1k\n\n"
				  "  DROPPED PORT  PACKETS  PACKETS/S\n"
				  "  tcp/22              9        0.2\n");
}

static void prints_rates_of_servers(void **state)
{
	g_autofree char *text =
		print("{\"since\": null, \"ports\": [], \"reasons\": [], \"dropped_ports\": [], "
		      "\"servers\": [{\"name\": \"fe01\", \"passed_packets\": 1, "
		      "\"passed_bytes\": 2, \"dropped_packets\": 3, \"dropped_bytes\": 4, "
		      "\"passed_rates\": {\"packets_per_second\": 5.0, \"bits_per_second\": 6.0}, "
		      "\"dropped_rates\": {\"packets_per_second\": 7000.0, \"bits_per_second\": "
		      "8.0}}]}",
		      "server");

	assert_string_equal(text,
			    "counting since -\n\n"
			    "  SERVER  PASSED  BYTES  PACKETS/S  DROPPED  BYTES  PACKETS/S\n"
			    "  fe01         1      2          5        3      4       7.0k\n");
}

static char *print_monitored(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct capture capture = capture_begin();

	view_print_monitored(json);
	json_object_put(json);
	return capture_end(&capture);
}

/* The five most frequent of each, and nothing that was really dropped. */
static void prints_what_was_monitored(void **state)
{
	GString *many = g_string_new("{\"reasons\": [");
	g_autofree char *none = print_monitored("{\"reasons\": [{\"reason\": \"malformed\", "
						"\"verdict\": \"drop\", \"packets\": 5}]}");
	g_autofree char *text = NULL;

	assert_string_equal(none, "nothing was counted that would have been dropped\n");
	for (int i = 1; i <= 7; i++)
		g_string_append_printf(many,
				       "%s{\"reason\": \"r%d\", \"verdict\": \"%s\", "
				       "\"packets\": %d, \"bytes\": %d}",
				       i > 1 ? ", " : "", i, i == 7 ? "drop" : "would-drop", i,
				       10 * i);
	g_string_append(many, "], \"dropped_ports\": [");
	for (int i = 9; i > 3; i--)
		g_string_append_printf(many,
				       "%s{\"protocol\": \"tcp\", \"port\": %d, \"packets\": %d}",
				       i < 9 ? ", " : "", i, i);
	g_string_append(many, "]}");
	text = print_monitored(many->str);
	g_string_free(many, TRUE);
	assert_string_equal(text, "  WOULD HAVE BEEN DROPPED  PACKETS  BYTES\n"
				  "  r6                             6     60\n"
				  "  r5                             5     50\n"
				  "  r4                             4     40\n"
				  "  r3                             3     30\n"
				  "  r2                             2     20\n"
				  "\n"
				  "  DROPPED, OR WOULD BE  PACKETS\n"
				  "  tcp/9                       9\n"
				  "  tcp/8                       8\n"
				  "  tcp/7                       7\n"
				  "  tcp/6                       6\n"
				  "  tcp/5                       5\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_what_was_monitored),
		cmocka_unit_test(prints_by_port),
		cmocka_unit_test(prints_by_service),
		cmocka_unit_test(prints_by_server),
		cmocka_unit_test(prints_nothing_counted),
		cmocka_unit_test(prints_that_ports_are_not_counted),
		cmocka_unit_test(prints_rates),
		cmocka_unit_test(prints_rates_of_services),
		cmocka_unit_test(prints_rates_of_servers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
