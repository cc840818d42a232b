/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counters in Prometheus' text format 0.0.4, which node_exporter's textfile collector reads. It
 * takes neither OpenMetrics (whose counters have other names in their TYPE lines) nor timestamps.
 */
#include <stdio.h>
#include <string.h>

#include "json.h"
#include "output.h"
#include "view.h"

/* In a label's value, these three characters are written otherwise. */
static void append_value(GString *text, const char *value)
{
	for (; *value; value++) {
		if (*value == '\n')
			g_string_append(text, "\\n");
		else if (*value == '"' || *value == '\\')
			g_string_append_printf(text, "\\%c", *value);
		else
			g_string_append_c(text, *value);
	}
}

/* Adds a label to those of a sample: {profile="web",service="pages" */
static void append_label(GString *labels, const char *name, const char *value)
{
	g_string_append_printf(labels, "%s%s=\"", labels->len ? "," : "{", name);
	append_value(labels, value);
	g_string_append_c(labels, '"');
}

/* Adds to the sample with these labels, which are freed: no two samples may have the same. */
static void count(struct json_object *samples, GString *labels, uint64_t number)
{
	g_string_append(labels, labels->len ? "}" : "");
	json_add_number(samples, labels->str, json_number(samples, labels->str) + number);
	g_string_free(labels, TRUE);
}

/* Prints a metric with its samples, which are let go; nothing if there are none. */
static void print_metric(const char *name, const char *type, const char *help,
			 struct json_object *samples)
{
	if (json_object_object_length(samples))
		printf("# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
	json_object_object_foreach (samples, labels, number) {
		printf("%s%s %" G_GUINT64_FORMAT "\n", name, labels,
		       json_object_get_uint64(number));
	}
	json_object_put(samples);
}

static void print_gauge(const char *name, const char *help, uint64_t number)
{
	struct json_object *samples = json_object_new_object();

	count(samples, g_string_new(NULL), number);
	print_metric(name, "gauge", help, samples);
}

/* Where nothing is enforced, there are no lists. */
static size_t length(struct json_object *list)
{
	return list ? json_object_array_length(list) : 0;
}

/* A segment is one sample however many services share it: what was for which, nobody can tell. */
static struct json_object *sample_segments(struct json_object *list, const char *unit)
{
	struct json_object *samples = json_object_new_object();

	for (size_t i = 0; i < length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		g_autofree char *services = view_services(json_member(one, "services"));
		g_autofree char *ports =
			output_ports(json_member(one, "first"), json_member(one, "last"));
		GString *labels = g_string_new(NULL);

		append_label(labels, "profile", json_string(one, "profile"));
		append_label(labels, "service", services);
		append_label(labels, "protocol", json_string(one, "protocol"));
		append_label(labels, "ports", ports);
		count(samples, labels, json_number(one, unit));
	}
	return samples;
}

static void count_verdict(struct json_object *samples, const char *reason, const char *verdict,
			  uint64_t number)
{
	GString *labels = g_string_new(NULL);

	append_label(labels, "reason", reason);
	append_label(labels, "verdict", verdict);
	count(samples, labels, number);
}

/* A counter that begins at 0 shows the first would-be drop as growth; one that appears does not. */
static struct json_object *sample_verdicts(struct json_object *list, const char *unit)
{
	struct json_object *samples = json_object_new_object();

	for (size_t i = 0; i < length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *reason = json_string(one, "reason");
		const char *verdict = json_string(one, "verdict");

		count_verdict(samples, reason, verdict, json_number(one, unit));
		if (!strcmp(verdict, "drop"))
			count_verdict(samples, reason, "would-drop", 0);
	}
	return samples;
}

static void count_server(struct json_object *samples, const char *name, const char *verdict,
			 uint64_t number)
{
	GString *labels = g_string_new(NULL);

	append_label(labels, "server", name);
	append_label(labels, "verdict", verdict);
	count(samples, labels, number);
}

static struct json_object *sample_servers(struct json_object *list, const char *passed,
					  const char *dropped)
{
	struct json_object *samples = json_object_new_object();

	for (size_t i = 0; i < length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *name = json_string(one, "name");

		count_server(samples, name, "pass", json_number(one, passed));
		count_server(samples, name, "drop", json_number(one, dropped));
	}
	return samples;
}

void view_print_prometheus(struct json_object *stats)
{
	struct json_object *ports = json_member(stats, "ports");
	struct json_object *reasons = json_member(stats, "reasons");
	struct json_object *servers = json_member(stats, "servers");
	bool monitor = !g_strcmp0(json_string(stats, "mode"), "monitor");

	print_gauge("portcullis_enforcing",
		    "Whether every interface that should be enforced is, with one generation.",
		    json_object_get_boolean(json_member(stats, "enforcing")));
	print_gauge("portcullis_monitor_mode", "Whether the whole gate only judges and counts.",
		    monitor);
	print_gauge("portcullis_generation", "The generation in force; 0 if there is none.",
		    json_number(stats, "generation"));
	print_gauge("portcullis_pending_seconds",
		    "Seconds left to confirm that generation; 0 if it needs no confirmation.",
		    json_number(stats, "pending_seconds"));
	print_metric("portcullis_segment_packets_total", "counter",
		     "Packets that passed, by the segment that opens their port.",
		     sample_segments(ports, "packets"));
	print_metric("portcullis_segment_bytes_total", "counter",
		     "Bytes of IP packets that passed, by the segment that opens their port.",
		     sample_segments(ports, "bytes"));
	print_metric("portcullis_verdict_packets_total", "counter",
		     "Packets by verdict and reason; what would drop has passed.",
		     sample_verdicts(reasons, "packets"));
	print_metric("portcullis_verdict_bytes_total", "counter",
		     "Bytes of IP packets by verdict and reason; what would drop has passed.",
		     sample_verdicts(reasons, "bytes"));
	print_metric("portcullis_server_packets_total", "counter", "Packets by server and verdict.",
		     sample_servers(servers, "passed_packets", "dropped_packets"));
	print_metric("portcullis_server_bytes_total", "counter",
		     "Bytes of IP packets by server and verdict.",
		     sample_servers(servers, "passed_bytes", "dropped_bytes"));
}
