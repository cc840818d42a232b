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

/* One reading; the gate is opened anew each time, as it may have been changed meanwhile. */
static bool show(struct context *context, struct reading *before)
{
	struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
	struct totals *now = NULL;
	struct json_object *json;

	if (gate && !gate->generation)
		wrong(context, "nothing is enforced here: 'portcullis up' starts");
	else if (gate)
		now = totals_read(gate->directory, context->messages);
	if (now) {
		const char *since = gate->generation->counting_since;
		bool same = !g_strcmp0(since, before->since);
		gint64 taken = g_get_monotonic_time();

		json = output_new();
		/* Of a gate that went and came back, what was counted before says nothing. */
		view_add_stats(json, gate->generation, now, same ? before->totals : NULL,
			       (double)(taken - before->taken) / G_USEC_PER_SEC);
		output_print(json, context->json, print);
		keep(before, now, since, taken);
	}
	gate_close(gate);
	return now;
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
