/* SPDX-License-Identifier: GPL-2.0-only */
/* A comparison as people read it: a line for each thing that differs, then the ports. */
#include <stdio.h>
#include <string.h>

#include "compare.h"
#include "compare_ports.h"
#include "json.h"
#include "output.h"
#include "view.h"

/* As many items of a list as one reads; the rest is in the JSON. */
#define ITEMS_SHOWN 5

/* What differs of one thing: parts with commas between them. */
static void append_part(GString *line, const char *format, ...) G_GNUC_PRINTF(2, 3);

static void append_part(GString *line, const char *format, ...)
{
	va_list arguments;

	g_string_append(line, line->len ? ", " : "");
	va_start(arguments, format);
	g_string_append_vprintf(line, format, arguments);
	va_end(arguments);
}

/* "profile web → voice", if that member differs; of what came or went, "profile web". */
static void append_text(GString *line, const char *key, struct json_object *before,
			struct json_object *after)
{
	const char *old = json_string(before, key), *new = json_string(after, key);

	if (before && after && g_strcmp0(old, new))
		append_part(line, "%s %s → %s", key, old ? old : "none", new ? new : "none");
	else if ((!before || !after) && (old || new))
		append_part(line, "%s %s", key, old ? old : new);
}

static bool holds(struct json_object *list, const char *text)
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		if (!strcmp(json_object_get_string(json_object_array_get_idx(list, i)), text))
			return true;
	return false;
}

/* Items of a list that another (NULL: an empty one) does not hold, each behind a sign. */
static void append_items(GString *part, const char *sign, struct json_object *list,
			 struct json_object *other)
{
	unsigned int found = 0;

	for (size_t i = 0; i < json_object_array_length(list); i++) {
		const char *text = json_object_get_string(json_object_array_get_idx(list, i));

		if (other && holds(other, text))
			continue;
		if (found++ < ITEMS_SHOWN)
			g_string_append_printf(part, " %s%s", sign, text);
	}
	if (found > ITEMS_SHOWN)
		g_string_append_printf(part, " and %s%u more", sign, found - ITEMS_SHOWN);
}

/* "ports +tcp/443 -tcp/80" of the lists under a key; of what came or went, "ports tcp/443". */
static void append_list(GString *line, const char *key, const char *word,
			struct json_object *before, struct json_object *after)
{
	struct json_object *old = json_member(before, key), *new = json_member(after, key);
	g_autoptr(GString) part = g_string_new(NULL);

	if (old && new) {
		append_items(part, "+", new, old);
		append_items(part, "-", old, new);
	} else {
		append_items(part, "", old ? old : new, NULL);
	}
	if (part->len)
		append_part(line, "%s%s", word, part->str);
}

static bool is(struct json_object *json, const char *change)
{
	return !strcmp(json_string(json, "change"), change);
}

/* "opens 3 tcp and 10 udp ports" */
static void append_count(GString *line, struct json_object *json, const char *key, const char *verb)
{
	struct json_object *runs = json_member(json, key);
	unsigned int tcp = compare_count(runs, "tcp"), udp = compare_count(runs, "udp");

	if (tcp || udp)
		append_part(line, "%s %u tcp and %u udp ports", verb, tcp, udp);
}

static void append_counts(GString *line, struct json_object *json)
{
	append_count(line, json, "opened", "opens");
	append_count(line, json, "closed", is(json, "gone") ? "opened" : "closes");
}

/* "server fe01 is gone: …"; frees the line. */
static void print_line(const char *what, struct json_object *json, GString *line)
{
	const char *title = json_string(json, "title");

	printf("%s %s", what, json_string(json, "name"));
	if (title)
		printf(" of '%s'", title);
	if (!is(json, "changed"))
		printf(" is %s", json_string(json, "change"));
	printf("%s%s\n", line->len ? ": " : "", line->str);
	g_string_free(line, TRUE);
}

static void print_setting(struct json_object *json)
{
	const char *old = json_string(json, "before"), *new = json_string(json, "after");

	printf("setting %s: %s → %s\n", json_string(json, "name"), old ? old : "none",
	       new ? new : "none");
}

/* Of one that came or went, as they are written. */
static void append_sources(GString *line, struct json_object *before, struct json_object *after)
{
	if (json_string(before, "sources") && json_string(after, "sources"))
		append_list(line, "prefixes", "sources", before, after);
	else
		append_text(line, "sources", before, after);
}

static void print_guard(struct json_object *json)
{
	struct json_object *before = json_member(json, "before");
	struct json_object *after = json_member(json, "after");
	GString *line = g_string_new(NULL);

	append_list(line, "ports", "ports", before, after);
	append_text(line, "profile", before, after);
	append_text(line, "server", before, after);
	append_sources(line, before, after);
	append_text(line, "limit", before, after);
	append_text(line, "payload", before, after);
	print_line("guard", json, line);
}

/* A swap that is undone is named: it was drift from the site. */
static void append_profile(GString *line, struct json_object *before, struct json_object *after)
{
	const char *old = json_string(before, "profile"), *new = json_string(after, "profile");

	if (old && new &&strcmp(old, new) &&
	    json_object_get_boolean(json_member(before, "swapped")))
		append_part(line, "profile %s (swapped) → %s", old, new);
	else
		append_text(line, "profile", before, after);
}

static void print_server(struct json_object *json)
{
	struct json_object *before = json_member(json, "before");
	struct json_object *after = json_member(json, "after");
	const char *unlisted = json_string(json, "unlisted");
	GString *line = g_string_new(NULL);

	append_list(line, "addresses", "addresses", before, after);
	append_profile(line, before, after);
	append_text(line, "mode", before, after);
	append_counts(line, json);
	if (unlisted)
		append_part(line, "unlisted %s: %s", before ? "now" : "until now", unlisted);
	print_line("server", json, line);
}

/* Where profiles are compared for no interface in particular, theirs are the names. */
static void print_nameless(const char *before, const char *after, GString *counts)
{
	printf("profile %s → %s%s%s\n", before, after, counts->len ? ": " : "", counts->str);
	g_string_free(counts, TRUE);
}

static void print_interface(struct json_object *json)
{
	const char *before = json_string(json, "before"), *after = json_string(json, "after");
	GString *line = g_string_new(NULL);

	if (!json_string(json, "name")) {
		append_counts(line, json);
		print_nameless(before, after, line);
		return;
	}
	if (before && after && strcmp(before, after))
		append_part(line, "profile %s → %s", before, after);
	else
		append_part(line, "profile %s", after ? after : before);
	append_counts(line, json);
	print_line("interface", json, line);
}

static void print_profile(struct json_object *json)
{
	GString *line = g_string_new(NULL);

	append_counts(line, json);
	print_line("profile", json, line);
}

static void print_role(struct json_object *json)
{
	GString *line = g_string_new(NULL);

	append_counts(line, json);
	print_line("role", json, line);
}

static void print_each(struct json_object *list, void (*print)(struct json_object *json))
{
	for (size_t i = 0; i < json_object_array_length(list); i++)
		print(json_object_array_get_idx(list, i));
}

/* --- the ports --- */

/* Whose they are stands before the first of them. */
static void add_runs(struct listing *listing, char **whose, struct json_object *runs,
		     const char *verb)
{
	for (size_t i = 0; i < json_object_array_length(runs); i++) {
		struct json_object *run = json_object_array_get_idx(runs, i);

		listing_add(listing, g_steal_pointer(whose), g_strdup(verb),
			    g_strdup(json_string(run, "protocol")),
			    output_ports(json_member(run, "first"), json_member(run, "last")),
			    view_services(json_member(run, "services")),
			    view_places(json_member(run, "services")));
	}
}

/* What a changed thing opens and closes, once for each profile: many servers may share it. */
static void add_ports(struct listing *listing, GHashTable *seen, const char *before,
		      const char *after, struct json_object *json)
{
	g_autofree char *whose = strcmp(before, after) ? g_strdup_printf("%s → %s", before, after)
						       : g_strdup(before);

	if (!is(json, "changed") || !g_hash_table_add(seen, g_strdup(whose)))
		return;
	add_runs(listing, &whose, json_member(json, "opened"), "opens");
	add_runs(listing, &whose, json_member(json, "closed"), "closes");
}

static void add_named_ports(struct listing *listing, GHashTable *seen, struct json_object *list)
{
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *name = json_string(one, "name");

		add_ports(listing, seen, name, name, one);
	}
}

static void print_ports(struct json_object *json)
{
	struct json_object *interfaces = json_member(json, "interfaces");
	struct json_object *servers = json_member(json, "servers");
	g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	struct listing *roles = listing_new("ROLE||PROTOCOL|PORTS|SERVICES|STATED AT");
	struct listing *listing = listing_new("PROFILE||PROTOCOL|PORTS|SERVICES|STATED AT");

	add_named_ports(roles, seen, json_member(json, "roles"));
	g_hash_table_remove_all(seen);
	add_named_ports(listing, seen, json_member(json, "profiles"));
	for (size_t i = 0; i < json_object_array_length(interfaces); i++) {
		struct json_object *one = json_object_array_get_idx(interfaces, i);

		if (is(one, "changed"))
			add_ports(listing, seen, json_string(one, "before"),
				  json_string(one, "after"), one);
	}
	for (size_t i = 0; i < json_object_array_length(servers); i++) {
		struct json_object *one = json_object_array_get_idx(servers, i);

		if (is(one, "changed"))
			add_ports(listing, seen, json_string(json_member(one, "before"), "profile"),
				  json_string(json_member(one, "after"), "profile"), one);
	}
	listing_print_below(roles);
	listing_print_below(listing);
}

void compare_print(struct json_object *json)
{
	if (json_object_get_boolean(json_member(json, "same")))
		puts("no difference");
	print_each(json_member(json, "settings"), print_setting);
	print_each(json_member(json, "guards"), print_guard);
	print_each(json_member(json, "roles"), print_role);
	print_each(json_member(json, "profiles"), print_profile);
	print_each(json_member(json, "interfaces"), print_interface);
	print_each(json_member(json, "servers"), print_server);
	print_ports(json);
}
