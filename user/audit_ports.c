/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums up a comparison: for whom which ports are opened and closed. */
#include "audit_ports.h"

#include <string.h>

#include "compare.h"
#include "json.h"

/* As many as one reads. */
#define NAMES_MAX  5
#define PORTS_MAX  32
#define GROUPS_MAX 16

/* "tcp/443", "udp/5000-5999" */
static char *run_text(struct json_object *run)
{
	uint64_t first = json_number(run, "first"), last = json_number(run, "last");
	const char *protocol = json_string(run, "protocol");

	if (first == last)
		return g_strdup_printf("%s/%" G_GUINT64_FORMAT, protocol, first);
	return g_strdup_printf("%s/%" G_GUINT64_FORMAT "-%" G_GUINT64_FORMAT, protocol, first,
			       last);
}

/* All runs as one text: those for whom it is the same are one group. */
static char *runs_text(struct json_object *runs)
{
	GString *text = g_string_new(NULL);

	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		g_autofree char *run = run_text(json_object_array_get_idx(runs, i));

		g_string_append_printf(text, "%s%s", i ? " " : "", run);
	}
	return g_string_free(text, FALSE);
}

/* Adds a text to a list that holds at most so many, else counts it. */
static void add_or_count(struct json_object *group, const char *list, const char *more,
			 const char *text, size_t most)
{
	struct json_object *texts = json_member(group, list);

	if (json_object_array_length(texts) < most)
		json_object_array_add(texts, json_object_new_string(text));
	else
		json_add_number(group, more, json_number(group, more) + 1);
}

static struct json_object *new_group(struct json_object *groups, struct json_object *runs)
{
	struct json_object *group = json_append_object(groups);

	json_add_array(group, "names");
	json_add_number(group, "more_names", 0);
	json_add_array(group, "ports");
	json_add_number(group, "more_ports", 0);
	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		g_autofree char *run = run_text(json_object_array_get_idx(runs, i));

		add_or_count(group, "ports", "more_ports", run, PORTS_MAX);
	}
	return group;
}

/* One side of a change, while its groups are made. */
struct side {
	struct json_object *groups;
	GHashTable *by_text; /* a group by what it opens or closes */
	GHashTable *texts;   /* that as text, by its runs, which many things share */
	bool cut;            /* there were more groups than are kept */
};

static const char *text_of(struct side *side, struct json_object *runs)
{
	char *text = g_hash_table_lookup(side->texts, runs);

	if (!text) {
		text = runs_text(runs);
		g_hash_table_insert(side->texts, runs, text);
	}
	return text;
}

/* Adds what the things of a list open or close, each to the group of those for whom it is the same.
 */
static void add_groups(struct side *side, struct json_object *things, const char *key)
{
	for (size_t i = 0; i < json_object_array_length(things); i++) {
		struct json_object *thing = json_object_array_get_idx(things, i);
		struct json_object *group, *runs = json_member(thing, key);
		const char *text = text_of(side, runs);

		if (!*text)
			continue;
		group = g_hash_table_lookup(side->by_text, text);
		if (!group && json_object_array_length(side->groups) >= GROUPS_MAX) {
			side->cut = true;
			continue;
		}
		if (!group) {
			group = new_group(side->groups, runs);
			g_hash_table_insert(side->by_text, (char *)text, group);
		}
		add_or_count(group, "names", "more_names", json_string(thing, "name"), NAMES_MAX);
	}
}

static void add_side(struct json_object *json, struct json_object *comparison, const char *key)
{
	g_autoptr(GHashTable) by_text = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GHashTable) texts =
		g_hash_table_new_full(g_direct_hash, g_direct_equal, NULL, g_free);
	struct side side = {
		.groups = json_add_array(json, key), .by_text = by_text, .texts = texts};

	add_groups(&side, json_member(comparison, "interfaces"), key);
	add_groups(&side, json_member(comparison, "servers"), key);
	if (side.cut)
		json_add_bool(json, "cut", true);
}

/* What enforces nothing for anybody. */
static struct generation *new_nothing(void)
{
	struct generation *generation = generation_new(choice_new(), NULL);
	struct messages *unheard = messages_new();

	generation_compile(generation, unheard);
	messages_free(unheard);
	return generation;
}

void audit_add_ports(struct json_object *json, const struct generation *before,
		     const struct generation *after)
{
	struct json_object *comparison;
	struct generation *nothing;

	if (!after) {
		json_add_array(json, "opened");
		json_add_array(json, "closed");
		return;
	}
	comparison = json_object_new_object();
	nothing = before ? NULL : new_nothing();
	compare_generations(comparison, before ? before : nothing, after);
	add_side(json, comparison, "opened");
	add_side(json, comparison, "closed");
	generation_free(nothing);
	json_object_put(comparison);
}

void audit_cut(struct json_object *json, size_t size)
{
	struct json_object *opened = json_member(json, "opened");
	struct json_object *closed = json_member(json, "closed");

	while (strlen(json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN)) > size) {
		size_t first = json_object_array_length(opened);
		size_t second = json_object_array_length(closed);

		if (!first && !second)
			return;
		json_object_array_del_idx(first > second ? opened : closed, MAX(first, second) - 1,
					  1);
		json_add_bool(json, "cut", true);
	}
}

static void append_list(GString *text, struct json_object *list, uint64_t more)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		g_string_append_printf(text, "%s%s", i ? ", " : "",
				       json_object_get_string(json_object_array_get_idx(list, i)));
	if (more)
		g_string_append_printf(text, " and %" G_GUINT64_FORMAT " more", more);
}

char *audit_ports_text(struct json_object *group)
{
	GString *text = g_string_new(NULL);

	append_list(text, json_member(group, "ports"), json_number(group, "more_ports"));
	g_string_append(text, " on ");
	append_list(text, json_member(group, "names"), json_number(group, "more_names"));
	return g_string_free(text, FALSE);
}
