/* SPDX-License-Identifier: GPL-2.0-only */
/* Segments gathered into rows by the services that share them. */
#include "top_services.h"

#include <linux/types.h>
#include <string.h>

#include "counted.h"
#include "layout.h"
#include "top_rows.h"
#include "top_text.h"

/* A segment's slot, and the services that it is for. */
struct segment_slot {
	guint slot;
	struct counted counted;
	GPtrArray *services; /* const struct row *: each service of a role once */
};

static bool is_same(const struct row *a, const struct row *b)
{
	return !strcmp(a->role, b->role) && !strcmp(a->service, b->service);
}

static GPtrArray *services_of(const struct opening *opening)
{
	GPtrArray *services = g_ptr_array_new();

	for (guint i = 0; opening && i < opening->rows->len; i++) {
		bool seen = false;

		for (guint j = 0; j < services->len && !seen; j++)
			seen = is_same(services->pdata[j], opening->rows->pdata[i]);
		if (!seen)
			g_ptr_array_add(services, opening->rows->pdata[i]);
	}
	return services;
}

static void clear_segment(gpointer segment)
{
	g_ptr_array_unref(((struct segment_slot *)segment)->services);
}

static void add_segment(GArray *segments, guint slot, const struct counted *counted)
{
	const struct segment_slot segment = {slot, *counted, services_of(counted->opening)};

	g_array_append_vals(segments, &segment, 1);
}

static GArray *read_segments(const struct generation *generation, struct counting *counting)
{
	GArray *segments = g_array_new(FALSE, FALSE, sizeof(struct segment_slot));

	g_array_set_clear_func(segments, clear_segment);
	for (guint slot = 1; slot <= generation->slots->segments->len; slot++) {
		struct counted counted;

		if (counting_slot(counting, slot, &counted))
			add_segment(segments, slot, &counted);
	}
	return segments;
}

/* What the names of services have in common, each name taken once. */
static char *common_of(const GArray *segments)
{
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) names = g_ptr_array_new();

	for (guint i = 0; i < segments->len; i++) {
		const GPtrArray *services =
			g_array_index(segments, struct segment_slot, i).services;

		for (guint j = 0; j < services->len; j++) {
			const struct row *row = services->pdata[j];

			if (*row->service && g_hash_table_add(seen, (gpointer)row->service))
				g_ptr_array_add(names, (gpointer)row->service);
		}
	}
	return top_common(names);
}

/* Adds "service (role)", or without what is common "…service (role)". */
static void append_service(GString *text, const struct row *row, const char *common)
{
	bool shorter = *common && g_str_has_prefix(row->service, common);

	if (!*row->service)
		g_string_append(text, row->role);
	else
		g_string_append_printf(text, "%s%s (%s)", shorter ? "…" : "",
				       row->service + (shorter ? strlen(common) : 0), row->role);
}

static char *names_of(const GPtrArray *services, const char *common)
{
	GString *text = g_string_new(NULL);

	if (!services->len)
		g_string_append(text, "(no longer in the documents)");
	for (guint i = 0; i < services->len; i++) {
		g_string_append(text, i ? ", " : "");
		append_service(text, services->pdata[i], common);
	}
	return g_string_free(text, FALSE);
}

/* The row of a segment's services: the one there is, or a new one. */
static struct top_row *row_of(GPtrArray *rows, GHashTable *known,
			      const struct segment_slot *segment, const char *common)
{
	const GPtrArray *services = segment->services;
	char *key = names_of(services, "");
	struct top_row *row = g_hash_table_lookup(known, key);
	g_autofree char *brief = NULL;

	if (row) {
		g_free(key);
		return row;
	}
	brief = names_of(services, common);
	row = top_row_new(rows, services->len > 1
					? g_strdup_printf("%u share: %s", services->len, brief)
					: g_strdup(brief));
	row->sought = g_strdup(key);
	row->ranges = g_array_new(FALSE, FALSE, sizeof(struct port_range));
	row->idle = true;
	g_hash_table_insert(known, key, row);
	return row;
}

static void append_to(char **text, const char *separator, const char *more)
{
	char *longer = *text ? g_strconcat(*text, separator, more, NULL) : g_strdup(more);

	g_free(*text);
	*text = longer;
}

/* Several profiles may have the same segment: its ports are the row's once, its counters all. */
static void add_range(struct top_row *row, const struct counted *counted)
{
	const struct port_range range = {.first = counted->first,
					 .last = counted->last,
					 .transports = 1U << counted->transport};
	g_autofree char *text = port_range_format(counted->transport, range.first, range.last);

	for (guint i = 0; i < row->ranges->len; i++) {
		const struct port_range *other = &g_array_index(row->ranges, struct port_range, i);

		if (other->first == range.first && other->last == range.last &&
		    other->transports == range.transports)
			return;
	}
	g_array_append_val(row->ranges, range);
	append_to(&row->about, ", ", text);
	append_to(&row->sought, " ", text);
}

/* --- drops --- */

/* Drops at the ports of a range that nobody has claimed for this row yet. */
static void add_drops(struct top_row *row, const struct rates *rates, guint first, guint last,
		      struct top_row **owners)
{
	for (guint port = first; port <= last; port++) {
		double drops = rates_speed(rates, RATES_PORT, port).packets;

		if (!drops || owners[port] == row)
			continue;
		row->drops += drops;
		if (owners[port])
			owners[port]->drops_shared = row->drops_shared = true;
		owners[port] = row;
	}
}

static void add_all_drops(const GPtrArray *rows, const struct rates *rates)
{
	g_autofree struct top_row **owners = g_new0(struct top_row *, TRANSPORTS * 65536);

	for (guint i = 0; i < rows->len; i++) {
		struct top_row *row = rows->pdata[i];

		row->drops = 0;
		for (guint j = 0; j < row->ranges->len; j++) {
			const struct port_range *range =
				&g_array_index(row->ranges, struct port_range, j);
			guint base = range->transports & 1U << TRANSPORT_UDP ? 65536 : 0;

			add_drops(row, rates, base + range->first, base + range->last, owners);
		}
		row->alarm = row->drops > 0;
	}
}

/* --- all --- */

/* What is retired and never counted is not worth a line; what did is told to be retired. */
static void settle_retired(GPtrArray *rows)
{
	for (guint i = rows->len; i-- > 0;) {
		struct top_row *row = rows->pdata[i];
		g_autofree char *name = NULL;

		if (!row->idle)
			continue;
		if (!row->total) {
			g_ptr_array_remove_index(rows, i);
			continue;
		}
		name = g_steal_pointer(&row->name);
		row->name = g_strdup_printf("retired: %s", name);
		append_to(&row->sought, " ", "retired");
	}
}

void top_add_services(GPtrArray *rows, const struct top_data *data)
{
	struct counting *counting = counting_new(data->generation);
	g_autoptr(GArray) segments = read_segments(data->generation, counting);
	g_autoptr(GHashTable) known = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *common = common_of(segments);

	for (guint i = 0; i < segments->len; i++) {
		const struct segment_slot *segment =
			&g_array_index(segments, struct segment_slot, i);
		struct top_row *row = row_of(rows, known, segment, common);

		row->idle &= !segment->counted.in_force;
		add_range(row, &segment->counted);
		top_row_count(row, data->rates, RATES_SLOT, segment->slot);
	}
	counting_free(counting);
	add_all_drops(rows, data->rates);
	settle_retired(rows);
}
