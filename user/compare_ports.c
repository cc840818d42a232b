/* SPDX-License-Identifier: GPL-2.0-only */
/* Subtracts openings from openings; both are ordered and disjoint, so one pass is enough. */
#include "compare_ports.h"

#include <string.h>

#include "json.h"
#include "view.h"

static void add_run(struct json_object *runs, const struct opening *opening, unsigned int first,
		    unsigned int last)
{
	struct opening run = *opening;

	run.first = (uint16_t)first;
	run.last = (uint16_t)last;
	view_add_opening(json_append_object(runs), &run);
}

/* Whether an opening ends before a port of a transport. */
static bool ends_before(const struct opening *opening, unsigned int transport, unsigned int port)
{
	return opening->transport < transport ||
	       (opening->transport == transport && opening->last < port);
}

/*
 * Adds what of an opening stands in none of others, from *next on; those that end before it are
 * passed over for good.
 */
static void add_rest(struct json_object *runs, const struct opening *opening,
		     const GPtrArray *others, guint *next)
{
	unsigned int first = opening->first;

	while (*next < others->len &&
	       ends_before(others->pdata[*next], opening->transport, opening->first))
		++*next;
	for (guint i = *next; i < others->len && first <= opening->last; i++) {
		const struct opening *other = others->pdata[i];

		if (other->transport != opening->transport || other->first > opening->last)
			break;
		if (other->first > first)
			add_run(runs, opening, first, other->first - 1U);
		first = other->last + 1U;
	}
	if (first <= opening->last)
		add_run(runs, opening, first, opening->last);
}

static bool add_difference(struct json_object *runs, const struct compiled *of,
			   const struct compiled *without)
{
	g_autoptr(GPtrArray) none = g_ptr_array_new();
	const GPtrArray *others = without ? without->openings : none;
	guint next = 0;

	for (guint i = 0; of && i < of->openings->len; i++)
		add_rest(runs, of->openings->pdata[i], others, &next);
	return json_object_array_length(runs);
}

bool compare_ports(struct json_object *json, const struct compiled *before,
		   const struct compiled *after)
{
	bool opened = add_difference(json_add_array(json, "opened"), after, before);
	bool closed = add_difference(json_add_array(json, "closed"), before, after);

	return opened || closed;
}

unsigned int compare_count(struct json_object *runs, const char *protocol)
{
	unsigned int count = 0;

	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);

		if (!strcmp(json_string(run, "protocol"), protocol))
			count += (unsigned int)(json_number(run, "last") -
						json_number(run, "first") + 1);
	}
	return count;
}
