/* SPDX-License-Identifier: GPL-2.0-only */
/* From a slot's name back to the rows of the documents. */
#include "counted.h"

#include <linux/types.h>
#include <string.h>

#include "layout.h"

struct counting {
	const struct generation *generation;
	GHashTable *retired; /* profiles that are not in force: name → struct compiled */
};

struct counting *counting_new(const struct generation *generation)
{
	struct counting *counting = g_new0(struct counting, 1);

	counting->generation = generation;
	counting->retired = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
						  (GDestroyNotify)compiled_free);
	return counting;
}

void counting_free(struct counting *counting)
{
	if (!counting)
		return;
	g_hash_table_unref(counting->retired);
	g_free(counting);
}

/* A profile compiled: in force, else as the documents still state it. */
static const struct compiled *compiled_of(struct counting *counting, const char *profile)
{
	const struct generation *generation = counting->generation;
	int index = generation_profile_index(generation, profile);
	g_autofree char *canonical = NULL, *error = NULL;
	struct compiled *compiled;

	if (index >= 0)
		return generation->profiles->pdata[index];
	compiled = g_hash_table_lookup(counting->retired, profile);
	if (compiled)
		return compiled;
	canonical = profile_canonical(generation->policy, profile, false, &error);
	if (!canonical)
		return NULL;
	compiled = profile_compile(generation->policy, canonical);
	g_hash_table_insert(counting->retired, g_strdup(profile), compiled);
	return compiled;
}

static const struct opening *opening_of(const struct compiled *compiled,
					const struct counted *counted)
{
	const struct opening *opening;

	opening = compiled ? compiled_find(compiled, counted->transport, counted->first) : NULL;
	return opening && opening->first == counted->first && opening->last == counted->last
		       ? opening
		       : NULL;
}

/* Its name is "tcp/5061 front-end". */
bool counting_slot(struct counting *counting, uint32_t slot, struct counted *out)
{
	const char *name = counting->generation->slots->segments->pdata[slot - 1];
	const char *space = strchr(name, ' ');
	g_autofree char *ports = space ? g_strndup(name, (gsize)(space - name)) : NULL;
	g_autofree char *error = NULL;
	struct port_list list = {};
	const struct port_range *range;

	if (!ports || port_list_parse(ports, &list, &error))
		return false;
	range = &g_array_index(list.ranges, struct port_range, 0);
	out->profile = space + 1;
	out->transport = g_str_has_prefix(name, "tcp") ? TRANSPORT_TCP : TRANSPORT_UDP;
	out->first = range->first;
	out->last = range->last;
	out->opening = opening_of(compiled_of(counting, out->profile), out);
	out->in_force =
		out->opening && generation_profile_index(counting->generation, out->profile) >= 0;
	g_array_unref(list.ranges);
	return true;
}
