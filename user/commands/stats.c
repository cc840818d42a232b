/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis stats: what passed and what was dropped, by port, service or server. */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "gate.h"
#include "output.h"
#include "totals.h"
#include "view.h"

static char *by;
static int watch;

static void print(struct json_object *json)
{
	view_print_stats(json, by ? by : "port");
}

/* One reading; the gate is opened anew each time, as it may have been changed meanwhile. */
static bool show(struct context *context, struct totals **before, double seconds)
{
	struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
	struct totals *now = NULL;
	struct json_object *json;

	if (gate && !gate->generation)
		wrong(context, "nothing is enforced here: 'portcullis up' starts");
	else if (gate)
		now = totals_read(gate->directory, context->messages);
	if (now) {
		json = output_new();
		view_add_stats(json, gate->generation, now, *before, seconds);
		output_print(json, context->json, print);
		totals_free(*before);
		*before = now;
	}
	gate_close(gate);
	return now;
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
