/* SPDX-License-Identifier: GPL-2.0-only */
/* The Guards table: what is asked of packets to ports that are open. */
#include "guards.h"

#include <linux/types.h>
#include <string.h>

#include "expression.h"
#include "layout.h"
#include "nearest.h"
#include "networks.h"
#include "text.h"

/* What a kind is called, in the header and in messages. */
static const struct {
	enum column column;
	const char *name;
} kinds[GUARD_KINDS] = {
	[GUARD_SOURCES] = {COLUMN_SOURCE, "Sources"},
	[GUARD_LIMIT] = {COLUMN_LIMIT, "Limit"},
	[GUARD_PAYLOAD] = {COLUMN_PAYLOAD, "Payload"},
};

void guard_free(struct guard_rule *guard)
{
	g_array_unref(guard->ports);
	g_array_unref(guard->sources);
	g_free(guard);
}

/* --- Ports --- */

/* Appends the ports of all rows of that service; whether there are such rows. */
static bool add_service(const struct policy *policy, const char *name, GArray *ports)
{
	bool found = false;

	for (unsigned int i = 0; i < policy->rows->len; i++) {
		const struct row *row = policy->rows->pdata[i];

		if (row->outgoing || g_ascii_strcasecmp(row->service, name))
			continue;
		found = true;
		g_array_append_vals(ports, row->ranges->data, row->ranges->len);
	}
	return found;
}

static void refuse_service(const struct line *line, const char *name)
{
	const struct policy *policy = line->reading->policy;
	g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	for (unsigned int i = 0; i < policy->rows->len; i++) {
		const struct row *row = policy->rows->pdata[i];

		if (*row->service && g_hash_table_add(seen, (char *)row->service))
			g_ptr_array_add(names, (char *)row->service);
	}
	near = nearest(name, names);
	if (near)
		line_error(line, "no service '%s', did you mean %s?", name, near);
	else
		line_error(line,
			   "no service '%s', expected ports such as tcp/5061 or the name of a "
			   "service",
			   name);
}

static void read_item(const struct line *line, const char *item, GArray *ports)
{
	g_autofree char *error = NULL;

	if (!port_list_is_item(item)) {
		if (!add_service(line->reading->policy, item, ports))
			refuse_service(line, item);
	} else if (port_list_append(item, ports, &error)) {
		line_error(line, "%s", error);
	}
}

/* A service's name may hold commas, which otherwise part the items of a list. */
static void read_ports(const struct line *line, GArray *ports)
{
	g_autoptr(GPtrArray) pieces = text_split(line_cell(line, COLUMN_PORTS), "\n");

	if (pieces->len == 0)
		line_error(line, "the guard has no port, expected one or more");
	for (unsigned int i = 0; i < pieces->len; i++) {
		g_autoptr(GPtrArray) items = NULL;

		if (add_service(line->reading->policy, pieces->pdata[i], ports))
			continue;
		items = text_split(pieces->pdata[i], ",");
		for (unsigned int j = 0; j < items->len; j++)
			read_item(line, items->pdata[j], ports);
	}
}

/* --- whose ports --- */

static const struct profile *read_profile(const struct line *line)
{
	const char *name = line_keep(line, COLUMN_PROFILE);
	g_autoptr(GPtrArray) named = NULL;
	g_autofree char *error = NULL;

	if (!*name)
		return NULL;
	named = expression_parse(line->reading->policy, name, &error);
	if (!named)
		line_error(line, "%s", error);
	else if (named->len > 1)
		line_error(line, "Profile is '%s', expected one profile", name);
	return named ? named->pdata[0] : NULL;
}

static const struct server *read_server(const struct line *line)
{
	const struct policy *policy = line->reading->policy;
	const char *name = line_keep(line, COLUMN_SERVER);
	const struct server *server = policy_server(policy, name);
	g_autoptr(GPtrArray) names = g_ptr_array_new();
	g_autofree char *near = NULL;

	if (server || !*name)
		return server;
	for (unsigned int i = 0; i < policy->servers->len; i++)
		g_ptr_array_add(names, (char *)((struct server *)policy->servers->pdata[i])->name);
	near = nearest(name, names);
	if (near)
		line_error(line, "no server '%s', did you mean %s?", name, near);
	else
		line_error(line, "no server '%s', expected one of the Servers table", name);
	return NULL;
}

/* --- what is asked --- */

static void read_sources(const struct line *line, struct guard_rule *guard)
{
	g_autoptr(GPtrArray) items = text_split(line_cell(line, COLUMN_SOURCE), ",\n");

	for (unsigned int i = 0; i < items->len; i++) {
		g_autofree char *error = NULL;

		if (network_append(line->reading->policy, items->pdata[i],
				   "a prefix or a name of the Networks table", guard->sources,
				   &error))
			line_error(line, "%s", error);
	}
	if (items->len == 0) /* commas alone: it must not let in everyone */
		line_error(line, "Sources names no network, expected one or more");
}

static void read_limit(const struct line *line, struct guard_rule *guard)
{
	g_autofree char *error = NULL;

	if (limit_parse(guard->asks[GUARD_LIMIT], &guard->limit, &error))
		line_error(line, "%s", error);
}

static void read_payload(const struct line *line, struct guard_rule *guard)
{
	if (g_ascii_strcasecmp(guard->asks[GUARD_PAYLOAD], "media")) {
		line_error(line, "Payload is '%s', expected media", guard->asks[GUARD_PAYLOAD]);
		return;
	}
	for (unsigned int i = 0; i < guard->ports->len; i++) {
		const struct port_range *range = &g_array_index(guard->ports, struct port_range, i);
		g_autofree char *text = port_range_format(TRANSPORT_TCP, range->first, range->last);

		if (!(range->transports & TRANSPORT_BIT(TRANSPORT_TCP)))
			continue;
		line_error(line, "Payload is media, which %s does not carry, expected UDP ports",
			   text);
		return;
	}
}

static void read_asked(const struct line *line, struct guard_rule *guard)
{
	static void (*const readers[GUARD_KINDS])(const struct line *, struct guard_rule *) = {
		[GUARD_SOURCES] = read_sources,
		[GUARD_LIMIT] = read_limit,
		[GUARD_PAYLOAD] = read_payload,
	};
	bool asks = false;

	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++) {
		const char *text = line_keep(line, kinds[kind].column);

		if (!*text)
			continue;
		asks = true;
		guard->asks[kind] = text;
		readers[kind](line, guard);
	}
	if (!asks)
		line_error(line, "guard '%s' asks nothing, expected Sources, Limit or Payload",
			   guard->name);
}

void guard_line(const struct line *line)
{
	struct policy *policy = line->reading->policy;
	const char *name = line_name(line, COLUMN_GUARD, "guard");
	struct guard_rule *guard;

	if (!name)
		return;
	guard = g_new0(struct guard_rule, 1);
	guard->place = line->place;
	guard->name = name;
	guard->order = policy->guards->len;
	guard->ports = g_array_new(FALSE, FALSE, sizeof(struct port_range));
	guard->sources = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	g_ptr_array_add(policy->guards, guard);
	read_ports(line, guard->ports);
	guard->profile = read_profile(line);
	guard->server = read_server(line);
	read_asked(line, guard);
}

/* --- one beside another --- */

unsigned int guard_rank(const struct guard_rule *guard)
{
	return guard->server ? 2 : guard->profile ? 1 : 0;
}

static bool ports_overlap(const GArray *one, const GArray *other)
{
	for (unsigned int i = 0; i < one->len; i++) {
		const struct port_range *range = &g_array_index(one, struct port_range, i);

		for (unsigned int j = 0; j < other->len; j++) {
			const struct port_range *against =
				&g_array_index(other, struct port_range, j);

			if (range->transports & against->transports &&
			    range->first <= against->last && against->first <= range->last)
				return true;
		}
	}
	return false;
}

/* The first kind that both ask; NULL if there is none. */
static const char *common_kind(const struct guard_rule *one, const struct guard_rule *other)
{
	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++)
		if (one->asks[kind] && other->asks[kind])
			return kinds[kind].name;
	return NULL;
}

bool guards_clash(const struct guard_rule *one, const struct guard_rule *other)
{
	return guard_rank(one) == guard_rank(other) && one->server == other->server &&
	       common_kind(one, other) && ports_overlap(one->ports, other->ports);
}

void guards_say_clash(const struct guard_rule *one, const struct guard_rule *other,
		      struct messages *messages)
{
	message_add(messages, SEVERITY_ERROR, other->place.file, other->place.line,
		    "%s of guard '%s' contradicts that of '%s' at %s:%d on the same port, expected "
		    "one of them",
		    common_kind(one, other), other->name, one->name, one->place.file,
		    one->place.line);
}

void guards_settle(struct reading *reading)
{
	const GPtrArray *guards = reading->policy->guards;

	/* Of a line with an error nobody knows whose guard it was meant to be. */
	for (unsigned int i = 0; !reading->messages->errors && i < guards->len; i++) {
		for (unsigned int j = i + 1; j < guards->len; j++) {
			const struct guard_rule *one = guards->pdata[i], *other = guards->pdata[j];

			if (one->profile == other->profile && guards_clash(one, other))
				guards_say_clash(one, other, reading->messages);
		}
	}
}
