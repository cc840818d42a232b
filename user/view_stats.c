/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as JSON: each beside what it counts. */
#include <linux/types.h>

#include "counted.h"
#include "json.h"
#include "layout.h"
#include "rates.h"
#include "view.h"

#define DROPPED_PORTS_SHOWN 20

/* Totals now, and those of so many seconds before for the rates (NULL: none). */
struct span {
	const struct totals *now, *before;
	double seconds;
};

static void add_rates(struct json_object *json, struct speed speed)
{
	json_object_object_add(json, "packets_per_second", json_object_new_double(speed.packets));
	json_object_object_add(json, "bits_per_second", json_object_new_double(speed.bits));
}

static void add_count(struct json_object *json, const struct span *span, struct count now,
		      struct count before)
{
	json_add_number(json, "packets", now.packets);
	json_add_number(json, "bytes", now.bytes);
	if (span->before)
		add_rates(json, speed_of(now, before, span->seconds));
}

static void add_slot(struct json_object *ports, struct counting *counting, const struct span *span,
		     __u32 slot)
{
	struct counted counted;
	struct json_object *json;

	if (!counting_slot(counting, slot, &counted))
		return;
	json = json_append_object(ports);
	json_add_string(json, "profile", counted.profile);
	json_add_string(json, "protocol", transport_name(counted.transport));
	json_add_number(json, "first", counted.first);
	json_add_number(json, "last", counted.last);
	json_add_bool(json, "in_force", counted.in_force);
	if (counted.opening)
		view_add_services(json, counted.opening->rows);
	else
		json_add_array(json, "services");
	add_count(json, span, totals_slot(span->now, slot),
		  span->before ? totals_slot(span->before, slot) : (struct count){});
}

static const struct {
	const char *name;
	enum verdict verdict;
} reasons[] = {
#define REASON(symbol, name, verdict, meaning) {name, VERDICT_##verdict},
	PORTCULLIS_REASONS(REASON)
#undef REASON
};

/* A drop in monitor mode was none: the packet passed. */
static const char *verdict_name(enum verdict verdict, bool monitored)
{
	if (verdict == VERDICT_PASS)
		return "pass";
	return monitored ? "would-drop" : "drop";
}

static void add_reasons(struct json_object *json, const struct span *span)
{
	struct json_object *list = json_add_array(json, "reasons");

	for (int monitored = 0; monitored < 2; monitored++) {
		const struct count *now =
			monitored ? span->now->reasons.monitored : span->now->reasons.enforced;
		const struct count *before = now;

		if (span->before)
			before = monitored ? span->before->reasons.monitored
					   : span->before->reasons.enforced;
		for (int i = 0; i < REASON_COUNT; i++) {
			struct json_object *reason;

			if (monitored && !now[i].packets)
				continue;
			reason = json_append_object(list);
			json_add_string(reason, "reason", reasons[i].name);
			json_add_string(reason, "verdict",
					verdict_name(reasons[i].verdict, monitored));
			add_count(reason, span, now[i], before[i]);
		}
	}
}

static int by_packets(gconstpointer a, gconstpointer b, gpointer data)
{
	const GArray *packets = data;
	__u64 left = g_array_index(packets, __u64, *(const guint *)a);
	__u64 right = g_array_index(packets, __u64, *(const guint *)b);

	return left < right ? 1 : left > right ? -1 : 0;
}

static __u64 dropped_at(const struct totals *totals, guint at)
{
	return at < totals->dropped_ports->len ? g_array_index(totals->dropped_ports, __u64, at)
					       : 0;
}

/* Their bytes are not counted. */
static void add_dropped_port(struct json_object *list, const struct span *span, guint at)
{
	struct json_object *port = json_append_object(list);
	struct count now = {.packets = dropped_at(span->now, at)}, before = now;

	json_add_string(port, "protocol", transport_name(at / 65536));
	json_add_number(port, "port", at % 65536);
	json_add_number(port, "packets", now.packets);
	if (!span->before)
		return;
	before.packets = dropped_at(span->before, at);
	json_object_object_add(
		port, "packets_per_second",
		json_object_new_double(speed_of(now, before, span->seconds).packets));
}

static void add_dropped_ports(struct json_object *json, const struct span *span)
{
	const struct totals *totals = span->now;
	struct json_object *list = json_add_array(json, "dropped_ports");
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(guint));

	for (guint i = 0; i < totals->dropped_ports->len; i++)
		if (g_array_index(totals->dropped_ports, __u64, i))
			g_array_append_val(seen, i);
	g_array_sort_with_data(seen, by_packets, totals->dropped_ports);
	for (guint i = 0; i < MIN(seen->len, DROPPED_PORTS_SHOWN); i++)
		add_dropped_port(list, span, g_array_index(seen, guint, i));
}

static void add_server(struct json_object *servers, const char *name, const struct span *span,
		       __u32 number)
{
	struct json_object *json = json_append_object(servers);
	struct server_count now = totals_server(span->now, number);
	struct server_count before = now;

	json_add_string(json, "name", name);
	json_add_number(json, "passed_packets", now.passed.packets);
	json_add_number(json, "passed_bytes", now.passed.bytes);
	json_add_number(json, "dropped_packets", now.dropped.packets);
	json_add_number(json, "dropped_bytes", now.dropped.bytes);
	if (!span->before)
		return;
	before = totals_server(span->before, number);
	add_rates(json_add_object(json, "passed_rates"),
		  speed_of(now.passed, before.passed, span->seconds));
	add_rates(json_add_object(json, "dropped_rates"),
		  speed_of(now.dropped, before.dropped, span->seconds));
}

void view_add_stats(struct json_object *json, const struct generation *generation,
		    const struct totals *now, const struct totals *before, double seconds)
{
	const struct span span = {now, before, seconds};
	const struct slots *slots = generation->slots;
	struct counting *counting = counting_new(generation);
	struct json_object *list;

	json_add_string(json, "since", generation->counting_since);
	list = json_add_array(json, "ports");
	for (__u32 slot = 1; slot <= slots->segments->len; slot++)
		add_slot(list, counting, &span, slot);
	counting_free(counting);
	add_reasons(json, &span);
	add_dropped_ports(json, &span);
	list = json_add_array(json, "servers");
	for (guint i = 0; i < slots->servers->len; i++)
		add_server(list, slots->servers->pdata[i], &span, i + SERVER_FIRST);
}
