/* SPDX-License-Identifier: GPL-2.0-only */
/* Judges a packet by the compiled policy, for explaining it. */
#include "judge.h"

#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>

#include "icmp.h"
#include "layout.h"
#include "settings.h"

#define PROTOCOL_VRRP 112

const struct server *judge_server(const struct policy *policy, const struct prefix *address)
{
	const struct server *best = NULL;
	int length = -1;

	for (guint i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		for (guint j = 0; j < server->addresses->len; j++) {
			const struct prefix *prefix =
				&g_array_index(server->addresses, struct prefix, j);

			if (prefix->length > length && prefix_contains(prefix, address)) {
				best = server;
				length = prefix->length;
			}
		}
	}
	return best;
}

bool management_admits(const struct management *management, unsigned int transport,
		       const struct prefix *source, uint16_t port)
{
	bool named = false;

	for (guint i = 0; i < management->ports->len; i++) {
		const struct port_range *range =
			&g_array_index(management->ports, struct port_range, i);

		named |= range->transports & TRANSPORT_BIT(transport) && port >= range->first &&
			 port <= range->last;
	}
	for (guint i = 0; named && i < management->prefixes->len; i++)
		if (!source ||
		    prefix_contains(&g_array_index(management->prefixes, struct prefix, i), source))
			return true;
	return false;
}

static enum reason judge_port(const struct policy *policy, struct judgement *judgement,
			      const struct question *question)
{
	g_autoptr(GPtrArray) guards =
		guards_of(policy, judgement->profile->name, judgement->server);

	judgement->opening = compiled_find(judgement->profile, question->transport, question->port);
	judgement->excepted =
		compiled_find_excepted(judgement->profile, question->transport, question->port);
	if (!judgement->opening)
		return REASON_NOT_PUBLISHED;
	judgement->guarding = guarding_at(guards, question->transport, question->port);
	return guarding_admits(&judgement->guarding, &question->source) ? REASON_PUBLISHED
									: REASON_SOURCE_NOT_ALLOWED;
}

/* What has no ports. The unlisted are judged like the host itself if they do not simply pass. */
static enum reason judge_portless(const struct judgement *judgement,
				  const struct settings *settings, const struct question *question)
{
	bool v6 = question->destination.family == AF_INET6;
	uint8_t protocol = question->protocol;

	if (!judgement->profile && !settings->unlisted_drop)
		return REASON_UNLISTED;
	if (question->kind == QUESTION_ICMP && v6)
		return icmpv6_type_needed(question->icmp_type) ? REASON_ICMP : REASON_ICMP_TYPE;
	if (question->kind == QUESTION_ICMP)
		return icmp_type_needed(question->icmp_type) ? REASON_ICMP : REASON_ICMP_TYPE;
	if (settings->protocols[protocol / 64] >> protocol % 64 & 1)
		return REASON_PROTOCOL_ALLOWED;
	return !judgement->server && (protocol == IPPROTO_IGMP || protocol == PROTOCOL_VRRP)
		       ? REASON_PROTOCOL_ALLOWED
		       : REASON_PROTOCOL;
}

bool judge_is_dhcp_client(unsigned int transport, uint16_t port)
{
	return transport == TRANSPORT_UDP && (port == 68 || port == 546);
}

static bool is_dhcp_answer(const struct question *question)
{
	bool v6 = question->destination.family == AF_INET6;

	return question->transport == TRANSPORT_UDP && question->port == (v6 ? 546 : 68) &&
	       question->source_port == (v6 ? 547 : 67);
}

/* What goes on for the host itself where a profile, or Unlisted, closes the rest. */
static enum reason judge_host_life(const struct generation *generation,
				   const struct question *question, enum reason otherwise)
{
	if (judge_is_dhcp_client(question->transport, question->port))
		return is_dhcp_answer(question) ? REASON_DHCP : otherwise;
	if (management_admits(&generation->policy->settings.management, question->transport,
			      &question->source, question->port))
		return REASON_MANAGEMENT;
	return otherwise;
}

static const struct compiled *compiled_named(const struct generation *generation, const char *name)
{
	return generation->profiles->pdata[generation_profile_index(generation, name)];
}

/* A server's address, from where no server is reached. */
static bool is_forged(const struct generation *generation, const struct question *question,
		      const struct choice_interface *interface)
{
	const struct settings *settings = &generation->policy->settings;

	return !settings->replies_off && judge_server(generation->policy, &question->source) &&
	       !settings_is_inside(settings, interface->name);
}

/* What looks like an answer is told apart from what knocks; a TCP question is a SYN. */
static enum reason judge_answer(const struct settings *settings, const struct question *question,
				enum reason reason)
{
	bool well_known = question->source_port && question->source_port < WELL_KNOWN_PORTS;

	if (reason == REASON_NOT_PUBLISHED && !settings->replies_off && well_known &&
	    question->transport == TRANSPORT_UDP)
		return REASON_NO_SUCH_FLOW;
	return reason;
}

/* The reason by its port. */
static enum reason judge_by_port(const struct generation *generation, struct judgement *judgement,
				 const struct question *question,
				 const struct choice_interface *interface)
{
	const struct settings *settings = &generation->policy->settings;
	enum reason reason;

	if (judgement->profile && !question->port)
		return REASON_PORT_ZERO;
	if (judgement->profile)
		reason = judge_port(generation->policy, judgement, question);
	else if (settings->unlisted_drop && !settings_is_inside(settings, interface->name))
		reason = REASON_NOT_LISTED;
	else
		reason = REASON_UNLISTED;
	if (!judgement->server && question->port && !judgement->opening &&
	    reason_verdict(reason) == VERDICT_DROP)
		reason = judge_host_life(generation, question, reason);
	return judge_answer(settings, question, reason);
}

const struct blocked_row *judge_blocked(const struct policy *policy, const struct prefix *source)
{
	const struct blocked_row *best = NULL;

	for (guint i = 0; i < policy->blocked->len; i++) {
		const struct blocked_row *row = policy->blocked->pdata[i];

		if (prefix_contains(&row->prefix, source) &&
		    (!best || row->prefix.length > best->prefix.length))
			best = row;
	}
	return best;
}

struct judgement judge(const struct generation *generation, const struct question *question)
{
	const struct choice_interface *interface =
		g_ptr_array_index(generation->choice->interfaces, question->interface);
	const struct settings *settings = &generation->policy->settings;
	struct judgement judgement = {
		.monitor = generation->choice->monitor || settings->monitor,
		.server = judge_server(generation->policy, &question->destination),
	};

	if (!question->anyone)
		judgement.blocked = judge_blocked(generation->policy, &question->source);
	if (interface->profile) {
		judgement.profile = compiled_named(generation, interface->profile);
	} else if (judgement.server) {
		judgement.profile = compiled_named(
			generation, generation_server_profile(generation, judgement.server));
		judgement.monitor = generation->choice->monitor || judgement.server->monitor;
	}
	judgement.reason = question->kind == QUESTION_PORT
				   ? judge_by_port(generation, &judgement, question, interface)
				   : judge_portless(&judgement, settings, question);
	if (is_forged(generation, question, interface))
		judgement.reason = REASON_FORGED_SOURCE;
	if (judgement.blocked)
		judgement.reason = REASON_BLOCKED;
	return judgement;
}
