/* SPDX-License-Identifier: GPL-2.0-only */
/* Addresses and prefixes that more than one server has, found by sorting them all. */
#include "overlap.h"

#include <string.h>

/* An address or prefix of a server. */
struct holding {
	struct prefix prefix;
	const struct server *server;
	const struct holding *within; /* an address of another profile in this prefix */
	unsigned int others;          /* how many more of them there are */
};

/* A prefix sorts before what lies within it, and equal ones by where they are written. */
static int compare_holdings(const void *a, const void *b)
{
	const struct holding *one = a, *other = b;
	int order = one->prefix.family - other->prefix.family;

	if (!order)
		order = memcmp(one->prefix.bytes, other->prefix.bytes, sizeof(one->prefix.bytes));
	if (!order)
		order = one->prefix.length - other->prefix.length;
	return order;
}

static GArray *list_holdings(const struct policy *policy)
{
	GArray *holdings = g_array_new(FALSE, FALSE, sizeof(struct holding));

	for (unsigned int i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		for (unsigned int j = 0; j < server->addresses->len; j++) {
			struct holding holding = {
				.prefix = g_array_index(server->addresses, struct prefix, j),
				.server = server,
			};

			g_array_append_val(holdings, holding);
		}
	}
	g_array_sort(holdings, compare_holdings);
	return holdings;
}

static void say_twice(struct messages *messages, const struct holding *first,
		      const struct holding *again)
{
	char address[PREFIX_TEXT_SIZE];

	message_add(messages, SEVERITY_ERROR, again->server->place.file, again->server->place.line,
		    "address %s already belongs to '%s' at %s:%d, expected another address",
		    prefix_format(&again->prefix, address), first->server->name,
		    first->server->place.file, first->server->place.line);
}

static void say_within(struct messages *messages, enum severity severity,
		       const struct holding *outer, const struct holding *inner)
{
	char inner_text[PREFIX_TEXT_SIZE], outer_text[PREFIX_TEXT_SIZE];
	g_autofree char *others = NULL;

	if (outer->others)
		others = g_strdup_printf(", as it does for %u more", outer->others);
	message_add(messages, severity, inner->server->place.file, inner->server->place.line,
		    "%s of '%s' (%s) lies within %s of '%s' (%s), the longer prefix wins%s",
		    prefix_format(&inner->prefix, inner_text), inner->server->name,
		    inner->server->profile, prefix_format(&outer->prefix, outer_text),
		    outer->server->name, outer->server->profile, others ? others : "");
}

/* A prefix in another is said for each; addresses, which may be many, once for all in a prefix. */
static void judge_within(struct messages *messages, struct holding *outer,
			 const struct holding *inner)
{
	if (!strcmp(outer->server->profile, inner->server->profile))
		return;
	if (!prefix_is_address(&inner->prefix))
		say_within(messages, SEVERITY_WARNING, outer, inner);
	else if (!outer->within)
		outer->within = inner;
	else
		outer->others++;
}

/* The nearest prefix about a holding, NULL if none; those that end before it are given up. */
static struct holding *find_outer(GPtrArray *around, const struct holding *holding)
{
	while (around->len) {
		struct holding *outer = around->pdata[around->len - 1];

		if (prefix_contains(&outer->prefix, &holding->prefix))
			return outer;
		g_ptr_array_set_size(around, around->len - 1);
	}
	return NULL;
}

static void sweep(struct messages *messages, GArray *holdings)
{
	g_autoptr(GPtrArray) around = g_ptr_array_new(); /* from the widest to the nearest */
	const struct holding *first = NULL;

	for (unsigned int i = 0; i < holdings->len; i++) {
		struct holding *holding = &g_array_index(holdings, struct holding, i);
		struct holding *outer = find_outer(around, holding);

		if (first && !compare_holdings(first, holding)) {
			say_twice(messages, first, holding);
			continue;
		}
		first = holding;
		if (outer)
			judge_within(messages, outer, holding);
		if (!prefix_is_address(&holding->prefix))
			g_ptr_array_add(around, holding);
	}
}

void overlap_check(const struct policy *policy, struct messages *messages)
{
	g_autoptr(GArray) holdings = list_holdings(policy);

	sweep(messages, holdings);
	for (unsigned int i = 0; i < holdings->len; i++) {
		const struct holding *holding = &g_array_index(holdings, struct holding, i);

		if (holding->within)
			say_within(messages, SEVERITY_NOTE, holding, holding->within);
	}
}
