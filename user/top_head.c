/* SPDX-License-Identifier: GPL-2.0-only */
/* The head of the full screen: what is enforced where, how much passes, and the views. */
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "top_lines.h"
#include "top_text.h"

/* On smaller screens the totals are one line, and no line is empty. */
#define FULL_HEIGHT 18
#define FULL_WIDTH  60

static bool is_small(const struct top_shape *shape)
{
	return shape->height < FULL_HEIGHT || shape->width < FULL_WIDTH;
}

/* --- what is enforced --- */

static const char *site_file(const struct choice *choice)
{
	for (guint i = 0; i < choice->sources->len; i++) {
		const struct source *source = choice->sources->pdata[i];

		if (source->kind == SOURCE_SITE)
			return source->file;
	}
	return NULL;
}

/* "card: front-end, other: director" or "card, other: 2 servers of site edge.md" */
static char *where(const struct generation *generation)
{
	const GPtrArray *interfaces = generation->choice->interfaces;
	const char *site = site_file(generation->choice);
	const guint servers = generation->policy->servers->len;
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < interfaces->len; i++) {
		const struct choice_interface *one = interfaces->pdata[i];

		g_string_append_printf(text, "%s%s", i ? ", " : "", one->name);
		if (!site)
			g_string_append_printf(text, ": %s", one->profile);
	}
	if (site)
		g_string_append_printf(text, ": %u server%s of site %s", servers,
				       servers == 1 ? "" : "s", site);
	return g_string_free(text, FALSE);
}

/* Left and right on one line; what is right is never cut for what is left. */
static void add_sides(GPtrArray *lines, const char *left, const char *right,
		      const struct top_shape *shape)
{
	struct top_line *line = top_add_line(lines);
	g_autofree char *cut = top_cut(right, shape->width, shape->utf8);
	int room = shape->width - top_width(cut) - 1;

	if (room > 0) {
		top_add_span(line, top_pad(left, room, false, shape->utf8), TOP_BOLD);
		top_add_span(line, g_strdup(" "), 0);
	}
	top_add_span(line, g_steal_pointer(&cut), 0);
}

static void add_alarm(GPtrArray *lines, const char *text, unsigned int looks,
		      const struct top_shape *shape)
{
	top_add_span(top_add_line(lines), top_pad(text, shape->width, false, shape->utf8),
		     TOP_REVERSE | TOP_BOLD | looks);
}

/* Whoever believes to be guarded must see that he is not. */
static void add_mode(GPtrArray *lines, const struct generation *generation,
		     const struct top_shape *shape)
{
	const GPtrArray *servers = generation->policy->servers;
	bool all = generation->choice->monitor || generation->policy->settings.monitor;
	g_autofree char *some = NULL;
	guint monitored = 0;

	for (guint i = 0; i < servers->len; i++)
		monitored += ((const struct server *)servers->pdata[i])->monitor;
	all |= servers->len && monitored == servers->len;
	some = g_strdup_printf("MONITOR: nothing is dropped for %u of %u servers", monitored,
			       servers->len);
	if (all)
		add_alarm(lines, "MONITOR: packets are judged and counted, none is dropped",
			  TOP_YELLOW, shape);
	else if (monitored)
		add_alarm(lines, some, TOP_YELLOW, shape);
}

/* --- how much passes --- */

/* A line of the totals: all reasons of one verdict. */
struct sum {
	const char *name;
	enum rates_what what;
	bool passing;
	unsigned int looks;
	struct speed speed;
	struct count count;
	double history[RATES_HISTORY];
};

static void fill_sum(struct sum *sum, const struct rates *rates)
{
	for (guint reason = 0; reason < REASON_COUNT; reason++) {
		struct speed speed = rates_speed(rates, sum->what, reason);
		struct count count = rates_count(rates, sum->what, reason);

		if ((reason_verdict(reason) == VERDICT_PASS) != sum->passing)
			continue;
		sum->speed.packets += speed.packets;
		sum->speed.bits += speed.bits;
		sum->count.packets += count.packets;
		sum->count.bytes += count.bytes;
		rates_add_history(rates, sum->what, reason, sum->history);
	}
	if (!sum->speed.packets)
		sum->looks = 0;
}

/* What stands before the history. */
#define FIGURES       "%-10s %9s %7s %8s %7s  "
#define FIGURES_WIDTH 47

static int history_width(const struct top_shape *shape)
{
	return MIN(shape->width - FIGURES_WIDTH, RATES_HISTORY);
}

static void add_sums_heading(GPtrArray *lines, const struct top_shape *shape)
{
	struct top_line *line = top_add_line(lines);

	top_add_span(line, g_strdup_printf(FIGURES, "", "PACKETS/S", "BITS/S", "PACKETS", "BYTES"),
		     TOP_DIM);
	top_add_span(line, top_pad("HISTORY", history_width(shape), true, shape->utf8), TOP_DIM);
}

static void add_sum(GPtrArray *lines, const struct sum *sum, const struct rates *rates,
		    const struct top_shape *shape)
{
	struct top_line *line = top_add_line(lines);
	g_autofree char *packets = top_speed(rates, sum->speed.packets);
	g_autofree char *bits = top_speed(rates, sum->speed.bits);
	g_autofree char *count = rates_text((double)sum->count.packets);
	g_autofree char *bytes = rates_text((double)sum->count.bytes);

	top_add_span(line, g_strdup_printf(FIGURES, sum->name, packets, bits, count, bytes),
		     sum->looks);
	top_add_span(
		line,
		top_sparkline(sum->history, rates_past(rates), history_width(shape), shape->utf8),
		TOP_GREEN);
}

/* "passed 12k/s 98Mbit/s, dropped 120/s" */
static void add_sums_briefly(GPtrArray *lines, const struct sum *sums, const struct rates *rates,
			     const struct top_shape *shape)
{
	g_autofree char *packets = top_speed(rates, sums[0].speed.packets);
	g_autofree char *bits = top_speed(rates, sums[0].speed.bits);
	g_autofree char *dropped = top_speed(rates, sums[1].speed.packets);
	g_autofree char *would = top_speed(rates, sums[2].speed.packets);
	g_autofree char *text = g_strdup_printf(
		"passed %s/s %sbit/s, dropped %s/s%s%s%s", packets, bits, dropped,
		sums[2].count.packets ? ", would drop " : "", sums[2].count.packets ? would : "",
		sums[2].count.packets ? "/s" : "");

	top_add_span(top_add_line(lines), top_cut(text, shape->width, shape->utf8), 0);
}

static void add_sums(GPtrArray *lines, const struct top_data *data, const struct top_shape *shape)
{
	struct sum sums[] = {
		{.name = "passed", .what = RATES_ENFORCED, .passing = true},
		{.name = "dropped", .what = RATES_ENFORCED, .looks = TOP_RED | TOP_BOLD},
		{.name = "would drop", .what = RATES_MONITORED, .looks = TOP_YELLOW | TOP_BOLD},
	};

	for (guint i = 0; i < G_N_ELEMENTS(sums); i++)
		fill_sum(&sums[i], data->rates);
	if (is_small(shape)) {
		add_sums_briefly(lines, sums, data->rates, shape);
		return;
	}
	add_sums_heading(lines, shape);
	for (guint i = 0; i < G_N_ELEMENTS(sums); i++)
		if (sums[i].what == RATES_ENFORCED || sums[i].count.packets)
			add_sum(lines, &sums[i], data->rates, shape);
	top_add_line(lines);
}

/* --- the views --- */

static void add_views(GPtrArray *lines, const struct top_state *state,
		      const struct top_shape *shape)
{
	static const char *const names[TOP_VIEWS] = {"Services", "Servers", "Reasons", "Ports"};
	const char *filter = state->filter[state->view]->str;
	struct top_line *line = top_add_line(lines);
	g_autofree char *rest = NULL;
	int left = shape->width;

	for (int view = 0; view < TOP_VIEWS; view++) {
		bool here = view == (int)state->view;
		bool named = here || shape->width >= FULL_WIDTH;
		g_autofree char *text = g_strdup_printf(" %d %s%s", view + 1,
							named ? names[view] : "", named ? " " : "");
		char *cut = top_cut(text, left, shape->utf8);

		left -= top_width(cut);
		top_add_span(line, cut, here ? TOP_REVERSE : 0);
	}
	if (state->paused) {
		top_add_span(line, top_cut(" PAUSED ", left, shape->utf8),
			     TOP_REVERSE | TOP_BOLD | TOP_YELLOW);
		left -= (int)strlen(" PAUSED ");
	}
	rest = g_strdup_printf("  filter: %s", filter);
	if (*filter && left > 0)
		top_add_span(line, top_cut(rest, left, shape->utf8), TOP_BOLD);
}

void top_add_head(GPtrArray *lines, const struct top_state *state, const struct top_data *data,
		  const struct top_shape *shape)
{
	const struct generation *generation = data->generation;
	g_autofree char *left = NULL, *right = NULL;

	if (generation) {
		left = where(generation);
		right = g_strdup_printf("generation %u", generation->number);
		add_sides(lines, left, right, shape);
	}
	if (data->trouble)
		add_alarm(lines, data->trouble, TOP_RED, shape);
	if (!generation)
		return;
	add_mode(lines, generation, shape);
	add_sums(lines, data, shape);
	add_views(lines, state, shape);
}
