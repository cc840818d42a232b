/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as Prometheus reads them: each once, whatever its labels hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "capture.h"
#include "view.h"

static char *print(const char *text)
{
	struct json_object *json = json_tokener_parse(text);
	struct capture capture;

	assert_non_null(json);
	capture = capture_begin();
	view_print_prometheus(json);
	json_object_put(json);
	return capture_end(&capture);
}

#define GATE(enforcing, monitor, generation, pending)                                           \
	"# HELP portcullis_enforcing Whether every interface that should be enforced is, with " \
	"one generation.\n"                                                                     \
	"# TYPE portcullis_enforcing gauge\n"                                                   \
	"portcullis_enforcing " enforcing "\n"                                                  \
	"# HELP portcullis_monitor_mode Whether the whole gate only judges and counts.\n"       \
	"# TYPE portcullis_monitor_mode gauge\n"                                                \
	"portcullis_monitor_mode " monitor "\n"                                                 \
	"# HELP portcullis_generation The generation in force; 0 if there is none.\n"           \
	"# TYPE portcullis_generation gauge\n"                                                  \
	"portcullis_generation " generation "\n"                                                \
	"# HELP portcullis_pending_seconds Seconds left to confirm that generation; 0 if it "   \
	"needs no confirmation.\n"                                                              \
	"# TYPE portcullis_pending_seconds gauge\n"                                             \
	"portcullis_pending_seconds " pending "\n"

static void prints_the_gate(void **state)
{
	static const struct {
		const char *json, *text;
	} cases[] = {
		{"{}", GATE("0", "0", "0", "0")},
		{"{\"enforcing\": true, \"mode\": \"enforce\", \"generation\": 7, "
		 "\"pending_seconds\": 59, \"ports\": [], "
		 "\"reasons\": [], \"servers\": []}",
		 GATE("1", "0", "7", "59")},
		{"{\"enforcing\": false, \"mode\": \"monitor\", \"generation\": 8}",
		 GATE("0", "1", "8", "0")},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		g_autofree char *text = print(cases[i].json);

		assert_string_equal(text, cases[i].text);
	}
}

#define PORT(profile, protocol, first, last, services, packets, bytes)                     \
	"{\"profile\": \"" profile "\", \"protocol\": \"" protocol "\", \"first\": " first \
	", \"last\": " last ", \"services\": [" services "], \"packets\": " packets        \
	", \"bytes\": " bytes "}"
#define SERVICE(role, service) "{\"role\": \"" role "\", \"service\": \"" service "\"}"

/* The samples of a metric, as they are printed. */
static void check_samples(const char *json, const char *metric, const char *expected)
{
	g_autofree char *text = print(json);
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) found = g_string_new(NULL);

	for (unsigned int i = 0; lines[i]; i++)
		if (g_str_has_prefix(lines[i], metric))
			g_string_append_printf(found, "%s\n", lines[i] + strlen(metric));
	assert_string_equal(found->str, expected);
}

static void prints_segments(void **state)
{
	static const char json[] = "{\"ports\": [" PORT(
		"web", "tcp", "443", "443", SERVICE("Web", "pages") "," SERVICE("Web", "mail"),
		"12",
		"18446744073709551615") "," PORT("web", "udp", "49152", "65535", SERVICE("Web", ""),
						 "0",
						 "0") "," PORT("web + more", "tcp", "443", "443",
							       SERVICE("Web", "pages"), "3",
							       "300") "," PORT("gone", "tcp", "1",
									       "1", "", "5",
									       "50") "]}";

	check_samples(json, "portcullis_segment_packets_total",
		      "{profile=\"web\",service=\"Web: pages, Web: mail\",protocol=\"tcp\","
		      "ports=\"443\"} 12\n"
		      "{profile=\"web\",service=\"Web\",protocol=\"udp\",ports=\"49152-65535\"} 0\n"
		      "{profile=\"web + more\",service=\"Web: pages\",protocol=\"tcp\","
		      "ports=\"443\"} 3\n"
		      "{profile=\"gone\",service=\"\",protocol=\"tcp\",ports=\"1\"} 5\n");
	check_samples(json, "portcullis_segment_bytes_total",
		      "{profile=\"web\",service=\"Web: pages, Web: mail\",protocol=\"tcp\","
		      "ports=\"443\"} 18446744073709551615\n"
		      "{profile=\"web\",service=\"Web\",protocol=\"udp\",ports=\"49152-65535\"} 0\n"
		      "{profile=\"web + more\",service=\"Web: pages\",protocol=\"tcp\","
		      "ports=\"443\"} 300\n"
		      "{profile=\"gone\",service=\"\",protocol=\"tcp\",ports=\"1\"} 50\n");
}

static void escapes_labels(void **state)
{
	check_samples("{\"ports\": [" PORT("a", "tcp", "1", "1",
					   SERVICE("R\\\"x\\\"", "C:\\\\dir\\nnext\\tline ü"), "1",
					   "1") "]}",
		      "portcullis_segment_packets_total",
		      "{profile=\"a\",service=\"R\\\"x\\\": C:\\\\dir\\nnext\tline ü\","
		      "protocol=\"tcp\",ports=\"1\"} 1\n");
}

#define REASON_COUNTED(reason, verdict, packets)                                           \
	"{\"reason\": \"" reason "\", \"verdict\": \"" verdict "\", \"packets\": " packets \
	", \"bytes\": " packets "0}"

/* A verdict that is listed twice is one sample, and would-drop is there before it counts. */
static void prints_verdicts(void **state)
{
	static const char json[] =
		"{\"reasons\": [" REASON_COUNTED("published", "pass", "7") "," REASON_COUNTED(
			"not-published", "drop",
			"2") "," REASON_COUNTED("over-limit", "drop",
						"0") "," REASON_COUNTED("published", "pass",
									"5") "," REASON_COUNTED("no"
												"t-"
												"pu"
												"bl"
												"is"
												"he"
												"d",
												"wo"
												"ul"
												"d-"
												"dr"
												"o"
												"p",
												"3") "]}";

	check_samples(json, "portcullis_verdict_packets_total",
		      "{reason=\"published\",verdict=\"pass\"} 12\n"
		      "{reason=\"not-published\",verdict=\"drop\"} 2\n"
		      "{reason=\"not-published\",verdict=\"would-drop\"} 3\n"
		      "{reason=\"over-limit\",verdict=\"drop\"} 0\n"
		      "{reason=\"over-limit\",verdict=\"would-drop\"} 0\n");
	check_samples(json, "portcullis_verdict_bytes_total",
		      "{reason=\"published\",verdict=\"pass\"} 120\n"
		      "{reason=\"not-published\",verdict=\"drop\"} 20\n"
		      "{reason=\"not-published\",verdict=\"would-drop\"} 30\n"
		      "{reason=\"over-limit\",verdict=\"drop\"} 0\n"
		      "{reason=\"over-limit\",verdict=\"would-drop\"} 0\n");
}

static void prints_servers(void **state)
{
	static const char json[] =
		"{\"servers\": [{\"name\": \"fe01\", \"passed_packets\": 1, \"passed_bytes\": 2, "
		"\"dropped_packets\": 3, \"dropped_bytes\": 4}]}";

	check_samples(
		json, "portcullis_server_packets_total",
		"{server=\"fe01\",verdict=\"pass\"} 1\n{server=\"fe01\",verdict=\"drop\"} 3\n");
	check_samples(
		json, "portcullis_server_bytes_total",
		"{server=\"fe01\",verdict=\"pass\"} 2\n{server=\"fe01\",verdict=\"drop\"} 4\n");
}

/* All samples of a metric stand together, below its help and type. */
static void keeps_metrics_together(void **state)
{
	g_autofree char *text =
		print("{\"ports\": [" PORT("a", "tcp", "1", "1", "", "1", "1") "," PORT(
			"a", "tcp", "2", "2", "", "1",
			"1") "], \"servers\": [{\"name\": \"s\"}], "
			     "\"reasons\": [" REASON_COUNTED("published", "pass", "7") "]}");
	g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
	g_autoptr(GString) order = g_string_new(NULL);

	for (unsigned int i = 0; *lines[i]; i++) {
		g_auto(GStrv) words = g_strsplit_set(lines[i], " {", 4);

		g_string_append_printf(order, "%s%s", i ? " " : "",
				       *words[0] == '#' ? words[1] : words[0]);
		if (*words[0] == '#')
			g_string_append_printf(order, "=%s", words[2]);
	}
	assert_non_null(strstr(order->str,
			       " HELP=portcullis_segment_packets_total "
			       "TYPE=portcullis_segment_packets_total "
			       "portcullis_segment_packets_total portcullis_segment_packets_total "
			       "HELP=portcullis_segment_bytes_total "));
	assert_null(strstr(order->str, "EOF"));
	assert_true(g_str_has_suffix(text, "\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prints_the_gate), cmocka_unit_test(prints_segments),
		cmocka_unit_test(escapes_labels),  cmocka_unit_test(prints_verdicts),
		cmocka_unit_test(prints_servers),  cmocka_unit_test(keeps_metrics_together),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
