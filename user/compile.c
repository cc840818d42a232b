/* SPDX-License-Identifier: GPL-2.0-only */
/* Compiles an expression: a sweep over the bounds of its rows' ranges gives the segments. */
#include "profile.h"

#include <linux/types.h>
#include <string.h>

#include "expression.h"
#include "layout.h"

#define PORTS 65536U

/* A range of a row, as one of the expression's profiles has it. */
struct span {
	const struct row *row;
	const struct profile *profile;
	uint16_t first, last;
};

struct sweep {
	struct compiled *compiled;
	uint8_t transport;
	GArray *spans;          /* struct span, by their first port */
	unsigned int next;      /* the first span that has not begun */
	GPtrArray *active;      /* const struct span *: those about the ports at hand */
	char bounds[PORTS + 1]; /* 1 where a range or exception begins or has just ended */
};

static void opening_free(struct opening *opening)
{
	g_ptr_array_unref(opening->rows);
	g_free(opening);
}

static void excepted_free(struct excepted *excepted)
{
	g_ptr_array_unref(excepted->rows);
	g_free(excepted);
}

static void mark_bounds(struct sweep *sweep, uint16_t first, uint16_t last)
{
	sweep->bounds[first] = 1;
	sweep->bounds[last + 1] = 1;
}

static void collect_row(struct sweep *sweep, const struct profile *profile, const struct row *row)
{
	for (unsigned int i = 0; !row->outgoing && i < row->ranges->len; i++) {
		const struct port_range *range = &g_array_index(row->ranges, struct port_range, i);
		struct span span = {row, profile, range->first, range->last};

		if (!(range->transports & TRANSPORT_BIT(sweep->transport)))
			continue;
		g_array_append_val(sweep->spans, span);
		mark_bounds(sweep, range->first, range->last);
	}
}

static void collect_profile(struct sweep *sweep, const struct profile *profile)
{
	for (unsigned int i = 0; i < profile->roles->len; i++) {
		const struct role *role = profile->roles->pdata[i];

		for (unsigned int j = 0; j < role->rows->len; j++)
			collect_row(sweep, profile, role->rows->pdata[j]);
	}
	for (unsigned int i = 0; i < profile->except->len; i++) {
		const struct exception *exception =
			&g_array_index(profile->except, struct exception, i);

		if (exception->transports & TRANSPORT_BIT(sweep->transport))
			mark_bounds(sweep, exception->first, exception->last);
	}
}

static int compare_spans(const void *a, const void *b)
{
	const struct span *one = a, *other = b;

	return one->first - other->first;
}

static int compare_rows(const void *a, const void *b)
{
	const struct row *one = *(const struct row *const *)a;
	const struct row *other = *(const struct row *const *)b;

	return one->order < other->order ? -1 : one->order > other->order;
}

/* Leaves the spans that hold a port in sweep->active; ports only ever ascend. */
static void advance(struct sweep *sweep, uint16_t port)
{
	for (unsigned int i = 0; i < sweep->active->len;) {
		const struct span *span = sweep->active->pdata[i];

		if (span->last < port)
			g_ptr_array_remove_index_fast(sweep->active, i);
		else
			i++;
	}
	for (; sweep->next < sweep->spans->len; sweep->next++) {
		struct span *span = &g_array_index(sweep->spans, struct span, sweep->next);

		if (span->first > port)
			break;
		g_ptr_array_add(sweep->active, span);
	}
}

static bool is_excepted(const struct profile *profile, unsigned int transport, uint16_t port)
{
	for (unsigned int i = 0; i < profile->except->len; i++) {
		const struct exception *exception =
			&g_array_index(profile->except, struct exception, i);

		if (exception->transports & TRANSPORT_BIT(transport) && port >= exception->first &&
		    port <= exception->last)
			return true;
	}
	return false;
}

static void drop_repeated(GPtrArray *sorted)
{
	unsigned int kept = 0;

	for (unsigned int i = 0; i < sorted->len; i++) {
		if (kept == 0 || sorted->pdata[kept - 1] != sorted->pdata[i])
			sorted->pdata[kept++] = sorted->pdata[i];
	}
	g_ptr_array_set_size(sorted, (int)kept);
}

/* The rows that open a port, or with a keeper, those that its Except keeps from opening it. */
static GPtrArray *select_rows(const struct sweep *sweep, uint16_t port,
			      const struct profile *keeper)
{
	GPtrArray *rows = g_ptr_array_new();

	for (unsigned int i = 0; i < sweep->active->len; i++) {
		const struct span *span = sweep->active->pdata[i];
		bool excepted = is_excepted(span->profile, sweep->transport, port);

		if (keeper ? excepted && span->profile == keeper : !excepted)
			g_ptr_array_add(rows, (gpointer)span->row);
	}
	g_ptr_array_sort(rows, compare_rows);
	drop_repeated(rows);
	return rows;
}

static bool is_media(const struct sweep *sweep, uint16_t port)
{
	for (unsigned int i = 0; i < sweep->active->len; i++) {
		const struct span *span = sweep->active->pdata[i];

		if (span->row->media && span->first < span->last &&
		    !is_excepted(span->profile, sweep->transport, port))
			return true;
	}
	return false;
}

static bool same_rows(const GPtrArray *one, const GPtrArray *other)
{
	return one->len == other->len &&
	       !memcmp(one->pdata, other->pdata, one->len * sizeof(*one->pdata));
}

/* Adds ports that rows open, or lengthens the segment that ends right before them. Takes rows. */
static void add_opening(const struct sweep *sweep, uint16_t first, uint16_t last, GPtrArray *rows)
{
	GPtrArray *openings = sweep->compiled->openings;
	struct opening *opening = openings->len ? openings->pdata[openings->len - 1] : NULL;

	sweep->compiled->ports[sweep->transport] += last - first + 1U;
	if (opening && opening->transport == sweep->transport && opening->last + 1 == first &&
	    same_rows(opening->rows, rows)) {
		g_ptr_array_unref(rows);
	} else {
		opening = g_new0(struct opening, 1);
		opening->transport = sweep->transport;
		opening->first = first;
		opening->rows = rows;
		g_ptr_array_add(openings, opening);
	}
	opening->last = last;
	opening->media |= is_media(sweep, first);
}

/* The same for ports that a profile's Except keeps closed. */
static void add_excepted(const struct sweep *sweep, uint16_t first, uint16_t last,
			 const struct profile *keeper, GPtrArray *rows)
{
	GPtrArray *all = sweep->compiled->excepted;
	struct excepted *excepted = all->len ? all->pdata[all->len - 1] : NULL;

	if (excepted && excepted->transport == sweep->transport && excepted->last + 1 == first &&
	    excepted->profile == keeper && same_rows(excepted->rows, rows)) {
		g_ptr_array_unref(rows);
	} else {
		excepted = g_new0(struct excepted, 1);
		excepted->transport = sweep->transport;
		excepted->first = first;
		excepted->profile = keeper;
		excepted->rows = rows;
		g_ptr_array_add(all, excepted);
	}
	excepted->last = last;
}

/* The profile whose Except keeps a port closed that nothing opens; NULL if no row would open it. */
static const struct profile *find_keeper(const struct sweep *sweep, const GPtrArray *profiles)
{
	for (unsigned int i = 0; i < profiles->len; i++) {
		for (unsigned int j = 0; j < sweep->active->len; j++) {
			const struct span *span = sweep->active->pdata[j];

			if (span->profile == profiles->pdata[i])
				return span->profile;
		}
	}
	return NULL;
}

/* Ports between two bounds are all alike. */
static void sweep_ports(struct sweep *sweep, const GPtrArray *profiles, uint16_t first,
			uint16_t last)
{
	const struct profile *keeper;
	GPtrArray *rows;

	advance(sweep, first);
	rows = select_rows(sweep, first, NULL);
	if (rows->len) {
		add_opening(sweep, first, last, rows);
		return;
	}
	g_ptr_array_unref(rows);
	keeper = find_keeper(sweep, profiles);
	if (keeper)
		add_excepted(sweep, first, last, keeper, select_rows(sweep, first, keeper));
}

static void sweep_transport(struct compiled *compiled, const GPtrArray *profiles, uint8_t transport)
{
	g_autofree struct sweep *sweep = g_new0(struct sweep, 1);

	sweep->compiled = compiled;
	sweep->transport = transport;
	sweep->spans = g_array_new(FALSE, FALSE, sizeof(struct span));
	sweep->active = g_ptr_array_new();
	for (unsigned int i = 0; i < profiles->len; i++)
		collect_profile(sweep, profiles->pdata[i]);
	g_array_sort(sweep->spans, compare_spans);
	for (unsigned int first = 0; first < PORTS;) {
		const char *bound = memchr(&sweep->bounds[first + 1], 1, PORTS - first);
		unsigned int end = bound ? (unsigned int)(bound - sweep->bounds) : PORTS;

		sweep_ports(sweep, profiles, (uint16_t)first, (uint16_t)(end - 1));
		first = end;
	}
	g_array_unref(sweep->spans);
	g_ptr_array_unref(sweep->active);
}

static struct compiled *compile(const char *name, const GPtrArray *profiles)
{
	struct compiled *compiled = g_new0(struct compiled, 1);

	compiled->name = g_strdup(name);
	compiled->openings = g_ptr_array_new_with_free_func((GDestroyNotify)opening_free);
	compiled->excepted = g_ptr_array_new_with_free_func((GDestroyNotify)excepted_free);
	for (uint8_t transport = 0; transport < TRANSPORTS; transport++)
		sweep_transport(compiled, profiles, transport);
	return compiled;
}

struct compiled *profile_compile(const struct policy *policy, const char *canonical)
{
	g_autofree char *error = NULL;
	g_autoptr(GPtrArray) profiles = expression_parse(policy, canonical, &error);

	return profiles ? compile(canonical, profiles) : NULL;
}

struct compiled *role_compile(const struct role *role)
{
	g_autoptr(GPtrArray) roles = g_ptr_array_new();
	g_autoptr(GPtrArray) profiles = g_ptr_array_new();
	g_autoptr(GArray) except = g_array_new(FALSE, FALSE, sizeof(struct exception));
	struct profile alone = {.name = role->name, .roles = roles, .except = except};

	g_ptr_array_add(roles, (gpointer)role);
	g_ptr_array_add(profiles, &alone);
	return compile(role->name, profiles);
}
