/* SPDX-License-Identifier: GPL-2.0-only */
/* The rows of the full screen: services, servers, reasons and dropped ports with their rates. */
#include "top_rows.h"

#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "top_services.h"

void top_row_free(gpointer data)
{
	struct top_row *row = data;

	g_free(row->name);
	g_free(row->about);
	g_free(row->sought);
	g_array_unref(row->counters);
	if (row->ranges)
		g_array_unref(row->ranges);
	g_free(row);
}

struct top_row *top_row_new(GPtrArray *rows, char *name)
{
	struct top_row *row = g_new0(struct top_row, 1);

	row->name = name;
	row->counters = g_array_new(FALSE, FALSE, sizeof(struct top_counter));
	row->drops = -1;
	g_ptr_array_add(rows, row);
	return row;
}

void top_row_count(struct top_row *row, const struct rates *rates, enum rates_what what,
		   guint index)
{
	const struct top_counter counter = {what, index};
	struct speed speed = rates_speed(rates, what, index);

	g_array_append_val(row->counters, counter);
	row->packets += speed.packets;
	row->bits += speed.bits;
	row->total += rates_count(rates, what, index).packets;
}

static char *addresses(const struct server *server)
{
	GString *text = g_string_new(NULL);

	for (guint i = 0; i < server->addresses->len; i++) {
		char prefix[PREFIX_TEXT_SIZE];

		prefix_format(&g_array_index(server->addresses, struct prefix, i), prefix);
		g_string_append_printf(text, " %s", prefix);
	}
	return g_string_free(text, FALSE);
}

/* A server that the site no longer names is shown while it counts something. */
static void add_server(GPtrArray *rows, const struct top_data *data, const struct server *server,
		       const char *name, guint number)
{
	const struct generation *generation = data->generation;
	struct top_row *row = top_row_new(rows, g_strdup(name));
	g_autofree char *listed = server ? addresses(server) : g_strdup("");
	bool monitor = server && (server->monitor || generation->choice->monitor);

	row->about = g_strdup(server ? generation_server_profile(generation, server)
				     : "(no longer listed)");
	if (server)
		row->mode = monitor ? "monitor" : "enforce";
	row->sought = g_strconcat(name, listed, " ", row->about, " ", row->mode, NULL);
	row->warn = monitor;
	row->idle = !server;
	top_row_count(row, data->rates, RATES_PASSED, number);
	row->drops = rates_speed(data->rates, RATES_DROPPED, number).packets;
	row->alarm = row->drops > 0;
}

static void add_servers(GPtrArray *rows, const struct top_data *data)
{
	const GPtrArray *names = data->generation->slots->servers;
	g_autoptr(GHashTable) listed = servers_by_name(data->generation->policy);

	for (guint i = 0; i < names->len; i++) {
		const struct server *server = servers_find(listed, names->pdata[i]);
		const guint number = i + SERVER_FIRST;

		if (server || rates_count(data->rates, RATES_PASSED, number).packets ||
		    rates_count(data->rates, RATES_DROPPED, number).packets)
			add_server(rows, data, server, names->pdata[i], number);
	}
}

static const struct {
	const char *name, *meaning;
	enum verdict verdict;
} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, meaning, VERDICT_##verdict},
	PORTCULLIS_REASONS(REASON)
#undef REASON
};

static void add_reason(GPtrArray *rows, const struct top_data *data, enum rates_what what,
		       guint reason)
{
	bool passes = reasons[reason].verdict == VERDICT_PASS;
	struct top_row *row;

	if (!rates_count(data->rates, what, reason).packets)
		return;
	row = top_row_new(rows, g_strdup(reasons[reason].name));
	row->about = g_strdup(passes ? "pass" : what == RATES_MONITORED ? "would-drop" : "drop");
	row->meaning = reasons[reason].meaning;
	row->sought = g_strconcat(row->name, " ", row->about, " ", row->meaning, NULL);
	top_row_count(row, data->rates, what, reason);
	row->alarm = !passes && what == RATES_ENFORCED && row->packets > 0;
	row->warn = !passes && what == RATES_MONITORED && row->packets > 0;
}

static void add_port(GPtrArray *rows, const struct top_data *data, guint port)
{
	struct top_row *row;

	if (!rates_count(data->rates, RATES_PORT, port).packets)
		return;
	row = top_row_new(rows,
			  g_strdup_printf("%s/%u", transport_name(port / 65536), port % 65536));
	row->sought = g_strdup(row->name);
	top_row_count(row, data->rates, RATES_PORT, port);
}

GPtrArray *top_rows(const struct top_data *data, enum top_view view)
{
	GPtrArray *rows = g_ptr_array_new_with_free_func(top_row_free);

	if (!data->generation)
		return rows;
	switch (view) {
	case TOP_SERVICES: top_add_services(rows, data); break;
	case TOP_SERVERS: add_servers(rows, data); break;
	case TOP_REASONS:
		for (guint reason = 0; reason < REASON_COUNT; reason++) {
			add_reason(rows, data, RATES_ENFORCED, reason);
			add_reason(rows, data, RATES_MONITORED, reason);
		}
		break;
	default:
		for (guint port = 0; port < rates_size(data->rates, RATES_PORT); port++)
			add_port(rows, data, port);
	}
	return rows;
}

/* --- order --- */

static int down(double a, double b)
{
	return a < b ? 1 : a > b ? -1 : 0;
}

/* What is alike by the order asked for is sorted by what was counted at all, then by name. */
static int compare(gconstpointer a, gconstpointer b, gpointer data)
{
	const struct top_row *left = *(struct top_row *const *)a;
	const struct top_row *right = *(struct top_row *const *)b;
	const struct top_state *state = data;
	int order = 0;

	switch (state->order) {
	case TOP_BY_PACKETS: order = down(left->packets, right->packets); break;
	case TOP_BY_BITS: order = down(left->bits, right->bits); break;
	case TOP_BY_DROPS: order = down(left->drops, right->drops); break;
	default: order = strverscmp(left->name, right->name);
	}
	if (!order && state->order != TOP_BY_NAME)
		order = down((double)left->total, (double)right->total);
	if (!order)
		order = strverscmp(left->name, right->name);
	return state->backwards ? -order : order;
}

GPtrArray *top_rows_sort(const GPtrArray *rows, const struct top_state *state)
{
	g_autofree char *filter = g_utf8_casefold(state->filter[state->view]->str, -1);
	GPtrArray *sorted = g_ptr_array_new();

	for (guint i = 0; i < rows->len; i++) {
		const struct top_row *row = rows->pdata[i];
		g_autofree char *sought = *filter ? g_utf8_casefold(row->sought, -1) : NULL;

		if (!sought || strstr(sought, filter))
			g_ptr_array_add(sorted, (gpointer)row);
	}
	g_ptr_array_sort_with_data(sorted, compare, (gpointer)state);
	return sorted;
}
