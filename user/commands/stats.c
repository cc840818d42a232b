/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis stats: what passed and what was dropped, by port, service or server. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "gate.h"
#include "json.h"
#include "output.h"
#include "totals.h"
#include "view.h"

static char *by;
static int watch;
static gboolean prometheus;

static void print(struct json_object *json)
{
	view_print_stats(json, by ? by : "port");
}

static void add_gate(struct json_object *json, const struct gate *gate)
{
	const struct generation *generation = gate->generation;
	bool monitor = generation->choice->monitor || generation->policy->settings.monitor;

	json_add_number(json, "generation", generation->number);
	json_add_string(json, "mode", monitor ? "monitor" : "enforce");
	json_add_bool(json, "enforcing", gate_is_whole(gate));
}

static bool show_counters(struct context *context, const struct gate *gate, struct totals **before,
			  double seconds)
{
	struct totals *now = totals_read(gate->directory, context->messages);
	struct json_object *json;

	if (!now)
		return false;
	json = output_new();
	add_gate(json, gate);
	view_add_stats(json, gate->generation, now, *before, seconds);
	output_print(json, context->json, prometheus ? view_print_prometheus : print);
	totals_free(*before);
	*before = now;
	return true;
}

/* One reading; the gate is opened anew each time, as it may have been changed meanwhile. */
static bool show(struct context *context, struct totals **before, double seconds)
{
	struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
	bool shown = false;

	if (gate && gate->generation) {
		shown = show_counters(context, gate, before, seconds);
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
	struct totals *before = NULL;
	GTimer *timer;
	bool shown;

	if (count)
		return usage(&stats_command, "'%s' is one operand too many", operands[0]);
	if (by && strcmp(by, "port") && strcmp(by, "service") && strcmp(by, "server"))
		return usage(&stats_command, "--by '%s', expected port, service or server", by);
	if (watch < 0)
		return usage(&stats_command, "--watch %d, expected a number of seconds", watch);
	if (prometheus && (by || watch || context->json))
		return usage(&stats_command, "--prometheus excludes --by, --watch and --json");
	timer = g_timer_new();
	shown = show(context, &before, 0);
	while (watch && shown) {
		g_timer_start(timer);
		sleep((unsigned int)watch);
		if (!context->json)
			fputs(isatty(STDOUT_FILENO) ? "\033[H\033[2J" : "\n", stdout);
		shown = show(context, &before, g_timer_elapsed(timer, NULL));
	}
	g_timer_destroy(timer);
	totals_free(before);
	return shown ? EXIT_RIGHT : EXIT_WRONG;
}

static const GOptionEntry options[] = {
	{"by", 0, 0, G_OPTION_ARG_STRING, &by,
	 "the table to print: port (default), service, server", "WHAT"},
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
