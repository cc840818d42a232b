/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis stats: what passed and what was dropped, by port, service or server. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "gate.h"
#include "json.h"
#include "output.h"
#include "standby.h"
#include "totals.h"
#include "view.h"

static char *by;
static int watch;
static gboolean prometheus;

static void print(struct json_object *json)
{
	view_print_stats(json, by ? by : "port");
}

/* What was read last. */
struct reading {
	struct totals *totals;
	char *since;  /* when the counting began */
	gint64 taken; /* in microseconds of the monotonic clock */
};

/* Takes over totals. */
static void keep(struct reading *reading, struct totals *totals, const char *since, gint64 taken)
{
	totals_free(reading->totals);
	g_free(reading->since);
	*reading = (struct reading){totals, g_strdup(since), taken};
}

static void add_gate(struct json_object *json, const struct gate *gate)
{
	const struct generation *generation = gate->generation;
	bool monitor = generation->choice->monitor || generation->policy->settings.monitor;

	json_add_number(json, "generation", generation->number);
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
	json_add_bool(json, "enforcing", gate_is_whole(gate));
	json_add_string(json, "port_counters",
			generation->policy->settings.port_counters_off ? "off" : "on");
	json_add_number(json, "pending_seconds", standby_seconds(gate_deadline(gate)));
}

static bool show_counters(struct context *context, const struct gate *gate, struct reading *before)
{
	const char *since = gate->generation->counting_since;
	bool same = !g_strcmp0(since, before->since);
	struct totals *now = totals_read(gate->directory, context->messages);
	gint64 taken = g_get_monotonic_time();
	struct json_object *json;

	if (!now)
		return false;
	json = output_new();
	add_gate(json, gate);
	/* Of a gate that went and came back, what was counted before says nothing. */
	view_add_stats(json, gate->generation, now, same ? before->totals : NULL,
		       (double)(taken - before->taken) / G_USEC_PER_SEC);
	output_print(json, context->json, prometheus ? view_print_prometheus : print);
	keep(before, now, since, taken);
	return true;
}

/* One reading; the gate is opened anew each time, as it may have been changed meanwhile. */
static bool show(struct context *context, struct reading *before)
{
	struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
	bool shown = false;

	if (gate && gate->generation) {
		shown = show_counters(context, gate, before);
	} else if (gate && prometheus && !context->messages->errors) {
		/* Who watches wants to know just this. */
		output_print(output_new(), false, view_print_prometheus);
		shown = true;
	} else if (gate) {
		wrong(context, "nothing is enforced here: 'portcullis up' starts");
	}
	gate_close(gate);
	return shown;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct reading before = {};
	bool shown;

	if (count)
		return usage(&stats_command, "'%s' is one operand too many", operands[0]);
	if (by && strcmp(by, "port") && strcmp(by, "service") && strcmp(by, "server"))
		return usage(&stats_command, "--by '%s', expected port, service or server", by);
	if (watch < 0)
		return usage(&stats_command, "--watch %d, expected a number of seconds", watch);
	if (prometheus && (by || watch || context->json))
		return usage(&stats_command, "--prometheus excludes --by, --watch and --json");
	shown = show(context, &before);
	while (watch && shown) {
		sleep((unsigned int)watch);
		if (!context->json)
			fputs(isatty(STDOUT_FILENO) ? "\033[H\033[2J" : "\n", stdout);
		shown = show(context, &before);
	}
	keep(&before, NULL, NULL, 0);
	return shown ? EXIT_RIGHT : EXIT_WRONG;
}

static const GOptionEntry options[] = {
	{"by", 0, 0, G_OPTION_ARG_STRING, &by, "the table to print; port is the default",
	 "port|service|server"},
	{"watch", 0, 0, G_OPTION_ARG_INT, &watch, "print again every so many seconds, with rates",
	 "SECONDS"},
	{"prometheus", 0, 0, G_OPTION_ARG_NONE, &prometheus,
	 "print metrics for node_exporter's textfile collector", NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command stats_command = {
	.name = "stats",
	.operands = "",
	.summary = "show what passed and what was dropped",
	.options = options,
	.has_json = true,
	.run = run,
};
