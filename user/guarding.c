/* SPDX-License-Identifier: GPL-2.0-only */
/* Which guards hold where: for a profile, on a server, at a port. */
#include "guarding.h"

#include <linux/types.h>

#include "expression.h"
#include "guards.h"
#include "layout.h"

/* Whether an expression that is in force joins a profile. */
static bool contains(const struct policy *policy, const char *expression,
		     const struct profile *profile)
{
	g_autofree char *error = NULL;
	g_autoptr(GPtrArray) profiles = expression_parse(policy, expression, &error);

	return profiles && g_ptr_array_find(profiles, profile, NULL);
}

static bool holds_for(const struct guard_rule *guard, const struct policy *policy,
		      const char *profile, const struct server *server)
{
	return (!guard->server || guard->server == server) &&
	       (!guard->profile || contains(policy, profile, guard->profile));
}

static int compare_ranks(const void *a, const void *b)
{
	const struct guard_rule *one = *(const struct guard_rule *const *)a;
	const struct guard_rule *other = *(const struct guard_rule *const *)b;
	int order = (int)guard_rank(other) - (int)guard_rank(one);

	return order ? order : (int)one->order - (int)other->order;
}

GPtrArray *guards_of(const struct policy *policy, const char *profile, const struct server *server)
{
	GPtrArray *guards = g_ptr_array_new();

	for (guint i = 0; i < policy->guards->len; i++) {
		struct guard_rule *guard = policy->guards->pdata[i];

		if (holds_for(guard, policy, profile, server))
			g_ptr_array_add(guards, guard);
	}
	g_ptr_array_sort(guards, compare_ranks);
	return guards;
}

bool guards_name(const struct policy *policy, const struct server *server)
{
	for (guint i = 0; i < policy->guards->len; i++) {
		const struct guard_rule *guard = policy->guards->pdata[i];

		if (guard->server == server)
			return true;
	}
	return false;
}

static bool range_holds(const struct port_range *range, unsigned int transport, uint16_t port)
{
	return range->transports & TRANSPORT_BIT(transport) && port >= range->first &&
	       port <= range->last;
}

static bool guard_holds(const struct guard_rule *guard, unsigned int transport, uint16_t port)
{
	for (guint i = 0; i < guard->ports->len; i++)
		if (range_holds(&g_array_index(guard->ports, struct port_range, i), transport,
				port))
			return true;
	return false;
}

struct guarding guarding_at(const GPtrArray *guards, unsigned int transport, uint16_t port)
{
	struct guarding guarding = {};

	for (guint i = 0; i < guards->len; i++) {
		const struct guard_rule *guard = guards->pdata[i];

		if (!guard_holds(guard, transport, port))
			continue;
		for (unsigned int kind = 0; kind < GUARD_KINDS; kind++)
			if (guard->asks[kind] && !guarding.by[kind])
				guarding.by[kind] = guard;
	}
	return guarding;
}

bool guarding_is_none(const struct guarding *guarding)
{
	for (unsigned int kind = 0; kind < GUARD_KINDS; kind++)
		if (guarding->by[kind])
			return false;
	return true;
}

uint16_t guarding_end(const GPtrArray *guards, unsigned int transport, uint16_t first,
		      uint16_t last)
{
	for (guint i = 0; i < guards->len; i++) {
		const struct guard_rule *guard = guards->pdata[i];

		for (guint j = 0; j < guard->ports->len; j++) {
			const struct port_range *range =
				&g_array_index(guard->ports, struct port_range, j);

			if (!(range->transports & TRANSPORT_BIT(transport)))
				continue;
			if (range->first > first)
				last = MIN(last, range->first - 1);
			else if (range->last >= first)
				last = MIN(last, range->last);
		}
	}
	return last;
}

bool guarding_admits(const struct guarding *guarding, const struct prefix *source)
{
	const struct guard_rule *guard = guarding->by[GUARD_SOURCES];

	if (!guard)
		return true;
	for (guint i = 0; source->family && i < guard->sources->len; i++)
		if (prefix_contains(&g_array_index(guard->sources, struct prefix, i), source))
			return true;
	return false;
}

/* --- what a generation's guards do --- */

/* Whether a guard holds for a port that a profile opens. */
static bool meets(const struct guard_rule *guard, const struct compiled *compiled)
{
	for (guint i = 0; i < compiled->openings->len; i++) {
		const struct opening *opening = compiled->openings->pdata[i];

		for (guint j = 0; j < guard->ports->len; j++) {
			const struct port_range *range =
				&g_array_index(guard->ports, struct port_range, j);

			if (range->transports & TRANSPORT_BIT(opening->transport) &&
			    range->first <= opening->last && opening->first <= range->last)
				return true;
		}
	}
	return false;
}

/* Whether a guard holds for a profile in force: the server's that it names, else any. */
static bool holds_with(const struct generation *generation, const struct guard_rule *guard,
		       const struct compiled *compiled)
{
	const char *profile = guard->server ? generation_server_profile(generation, guard->server)
					    : compiled->name;

	return !g_strcmp0(profile, compiled->name) &&
	       holds_for(guard, generation->policy, profile, guard->server);
}

static void review_use(const struct generation *generation, const struct guard_rule *guard,
		       struct messages *messages)
{
	for (guint i = 0; i < generation->profiles->len; i++) {
		const struct compiled *compiled = generation->profiles->pdata[i];

		if (holds_with(generation, guard, compiled) && meets(guard, compiled))
			return;
	}
	message_add(messages, SEVERITY_WARNING, guard->place.file, guard->place.line,
		    "guard '%s' guards nothing, expected ports that a profile in force opens",
		    guard->name);
}

static void review_pair(const struct generation *generation, const struct guard_rule *one,
			const struct guard_rule *other, struct messages *messages)
{
	for (guint i = 0; i < generation->profiles->len; i++) {
		const struct compiled *compiled = generation->profiles->pdata[i];

		if (!holds_with(generation, one, compiled) ||
		    !holds_with(generation, other, compiled))
			continue;
		guards_say_clash(one, other, messages);
		return;
	}
}

void guarding_review(const struct generation *generation, struct messages *messages)
{
	const GPtrArray *guards = generation->policy->guards;

	for (guint i = 0; i < guards->len; i++) {
		review_use(generation, guards->pdata[i], messages);
		for (guint j = i + 1; j < guards->len; j++)
			if (guards_clash(guards->pdata[i], guards->pdata[j]))
				review_pair(generation, guards->pdata[i], guards->pdata[j],
					    messages);
	}
}
