/* SPDX-License-Identifier: GPL-2.0-only */
/* Counters as JSON: each beside what it counts. */
#include <linux/types.h>

#include "json.h"
#include "layout.h"
#include "view.h"

#define DROPPED_PORTS_SHOWN 20

/* Totals now, and those of so many seconds before for the rates (NULL: none). */
struct span {
	const struct totals *now, *before;
	double seconds;
};

static struct count since(struct count now, struct count before)
{
	return (struct count){now.packets - before.packets, now.bytes - before.bytes};
}

static void add_rates(struct json_object *json, struct count grown, double seconds)
{
	json_object_object_add(json, "packets_per_second",
			       json_object_new_double((double)grown.packets / seconds));
	json_object_object_add(json, "bits_per_second",
			       json_object_new_double(8 * (double)grown.bytes / seconds));
}

static void add_count(struct json_object *json, const struct span *span, struct count now,
		      struct count before)
{
	json_add_number(json, "packets", now.packets);
	json_add_number(json, "bytes", now.bytes);
	if (span->before)
		add_rates(json, since(now, before), span->seconds);
}

/* A profile compiled: in force, else (and then added to retired) as the documents still state it.
 */
static const struct compiled *compiled_of(const struct generation *generation, const char *profile,
					  GHashTable *retired)
{
	int index = generation_profile_index(generation, profile);
	g_autofree char *canonical = NULL, *error = NULL;
	struct compiled *compiled;

	if (index >= 0)
		return generation->profiles->pdata[index];
	compiled = g_hash_table_lookup(retired, profile);
	if (compiled)
		return compiled;
	canonical = profile_canonical(generation->policy, profile, false, &error);
	if (!canonical)
		return NULL;
	compiled = profile_compile(generation->policy, canonical);
	g_hash_table_insert(retired, g_strdup(profile), compiled);
	return compiled;
}

/* The opening that a slot counts; NULL if the documents no longer state it. */
static const struct opening *opening_of(const struct compiled *compiled, unsigned int transport,
					const struct port_range *range)
{
	const struct opening *opening;

	opening = compiled ? compiled_find(compiled, transport, range->first) : NULL;
	return opening && opening->first == range->first && opening->last == range->last ? opening
											 : NULL;
}

/* One slot: its name is "tcp/5061 front-end". */
static void add_slot(struct json_object *ports, const struct generation *generation,
		     const struct span *span, __u32 slot, GHashTable *retired)
{
	const char *name = generation->slots->segments->pdata[slot - 1];
	g_auto(GStrv) parts = g_strsplit(name, " ", 2);
	unsigned int transport = g_str_has_prefix(name, "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP;
	g_autofree char *error = NULL;
	struct port_list list = {};
	const struct port_range *range;
	const struct opening *opening;
	struct json_object *json;

	if (g_strv_length(parts) != 2 || port_list_parse(parts[0], &list, &error))
		return;
	range = &g_array_index(list.ranges, struct port_range, 0);
	opening = opening_of(compiled_of(generation, parts[1], retired), transport, range);
	json = json_append_object(ports);
	json_add_string(json, "profile", parts[1]);
	json_add_string(json, "protocol", transport_name(transport));
	json_add_number(json, "first", range->first);
	json_add_number(json, "last", range->last);
	json_add_bool(json, "in_force",
		      opening && generation_profile_index(generation, parts[1]) >= 0);
	if (opening)
		view_add_services(json, opening->rows);
	else
		json_add_array(json, "services");
	add_count(json, span, totals_slot(span->now, slot),
		  span->before ? totals_slot(span->before, slot) : (struct count){});
	g_array_unref(list.ranges);
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

static void add_dropped_ports(struct json_object *json, const struct totals *totals)
{
	struct json_object *list = json_add_array(json, "dropped_ports");
	g_autoptr(GArray) seen = g_array_new(FALSE, FALSE, sizeof(guint));

	for (guint i = 0; i < totals->dropped_ports->len; i++)
		if (g_array_index(totals->dropped_ports, __u64, i))
			g_array_append_val(seen, i);
	g_array_sort_with_data(seen, by_packets, totals->dropped_ports);
	for (guint i = 0; i < MIN(seen->len, DROPPED_PORTS_SHOWN); i++) {
		guint at = g_array_index(seen, guint, i);
		struct json_object *port = json_append_object(list);

		json_add_string(port, "protocol", transport_name(at / 65536));
		json_add_number(port, "port", at % 65536);
		json_add_number(port, "packets", g_array_index(totals->dropped_ports, __u64, at));
	}
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
	add_rates(json_add_object(json, "passed_rates"), since(now.passed, before.passed),
		  span->seconds);
	add_rates(json_add_object(json, "dropped_rates"), since(now.dropped, before.dropped),
		  span->seconds);
}

void view_add_stats(struct json_object *json, const struct generation *generation,
		    const struct totals *now, const struct totals *before, double seconds)
{
	const struct span span = {now, before, seconds};
	const struct slots *slots = generation->slots;
	g_autoptr(GHashTable) retired = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
							      (GDestroyNotify)compiled_free);
	struct json_object *list;

	json_add_string(json, "since", generation->counting_since);
	list = json_add_array(json, "ports");
	for (__u32 slot = 1; slot <= slots->segments->len; slot++)
		add_slot(list, generation, &span, slot, retired);
	add_reasons(json, &span);
	add_dropped_ports(json, now);
	list = json_add_array(json, "servers");
	for (guint i = 0; i < slots->servers->len; i++)
		add_server(list, slots->servers->pdata[i], &span, i + SERVER_FIRST);
}
