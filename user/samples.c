/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds an end to send to and a port of each kind, and asks the policy what it says. */
#include "samples.h"

#include <linux/types.h>
#include <sys/socket.h>

#include "block.h"
#include "layout.h"

/* The shortest frame of Ethernet, without the four bytes at its end that no program sees. */
#define FRAME_LEAST 60

/* Of the second source that is tried, and those that follow: their first byte is the number. */
#define SOURCES 223

/* What is looked for, and what has been found. */
struct search {
	const struct generation *generation;
	const GArray *blocks;
	struct question question;   /* its ends, and where it arrives */
	struct judgement judgement; /* of any port there: server and profile */
	GArray *samples;
};

const char *sample_kind_name(enum sample_kind kind)
{
	static const char *const names[SAMPLE_KINDS] = {
		[SAMPLE_CLOSED] = "closed",
		[SAMPLE_SERVICE] = "service",
		[SAMPLE_GUARDED] = "guarded",
		[SAMPLE_MEDIA] = "media",
	};

	return names[kind];
}

/* --- ends --- */

/* Where packets go: the first server's address of a family; any, if one profile is for all. */
static bool find_destination(struct search *search, unsigned int family)
{
	const GPtrArray *servers = search->generation->policy->servers;
	struct prefix *destination = &search->question.destination;

	if (!choice_is_site(search->generation->choice))
		return !prefix_parse(family == AF_INET ? "198.51.100.1" : "2001:db8::1",
				     destination);
	for (guint i = 0; i < servers->len; i++) {
		const GArray *addresses = ((struct server *)servers->pdata[i])->addresses;

		for (guint j = 0; j < addresses->len; j++) {
			*destination = g_array_index(addresses, struct prefix, j);
			/* of a prefix, the first address stands for all */
			destination->length = family == AF_INET ? 32 : 128;
			if (destination->family == family)
				return true;
		}
	}
	return false;
}

static bool is_outsider(const struct search *search, const struct prefix *source)
{
	const struct policy *policy = search->generation->policy;

	return !judge_blocked(policy, source) && !judge_server(policy, source) &&
	       !(search->blocks && blocks_holding(search->blocks, source));
}

/* Where packets come from: somebody of whom nothing is known, if need be by trying. */
static void find_source(struct search *search, unsigned int family)
{
	struct prefix *source = &search->question.source;

	prefix_parse(family == AF_INET ? "203.0.113.7" : "2001:db8:ffff::7", source);
	for (unsigned int number = 1; number < SOURCES && !is_outsider(search, source); number++)
		if (family == AF_INET)
			source->bytes[0] = number == 127 ? 128 : (uint8_t)number;
		else
			source->bytes[1] = (uint8_t)number;
}

/* --- ports --- */

static void add(struct search *search, enum sample_kind kind, const struct question *question)
{
	struct sample sample = {
		.kind = kind,
		.question = *question,
		.judgement = judge(search->generation, question),
	};

	sample.size = MAX(question_frame(question, sample.frame), FRAME_LEAST);
	g_array_append_val(search->samples, sample);
}

static bool is_closed(const struct search *search, unsigned int transport, uint16_t port)
{
	const struct management *management = &search->generation->policy->settings.management;

	return !compiled_find(search->judgement.profile, transport, port) &&
	       !management_admits(management, transport, NULL, port) &&
	       !judge_is_dhcp_client(transport, port);
}

/* The first of each transport. */
static void add_closed(struct search *search)
{
	struct question question = search->question;

	for (question.transport = 0; question.transport < TRANSPORTS; question.transport++) {
		unsigned int port = 1;

		while (port <= G_MAXUINT16 &&
		       !is_closed(search, question.transport, (uint16_t)port))
			port++;
		question.port = (uint16_t)port;
		if (port <= G_MAXUINT16)
			add(search, SAMPLE_CLOSED, &question);
	}
}

static enum sample_kind kind_of(const struct opening *opening, const struct guarding *guarding)
{
	if (opening->media)
		return SAMPLE_MEDIA;
	return guarding_is_none(guarding) ? SAMPLE_SERVICE : SAMPLE_GUARDED;
}

/* From where a guard lets in, if it says. */
static void come_from_allowed(struct question *question, const struct guarding *guarding)
{
	const struct guard_rule *guard = guarding->by[GUARD_SOURCES];

	for (guint i = 0; guard && i < guard->sources->len; i++) {
		const struct prefix *prefix = &g_array_index(guard->sources, struct prefix, i);

		if (prefix->family != question->source.family)
			continue;
		question->source = *prefix;
		question->source.length = prefix->family == AF_INET ? 32 : 128;
		return;
	}
}

/* The first port of a kind that is open; media over UDP, if there are any. */
static void add_open(struct search *search, enum sample_kind kind)
{
	g_autoptr(GPtrArray) guards =
		guards_of(search->generation->policy, search->judgement.profile->name,
			  search->judgement.server);
	const GPtrArray *openings = search->judgement.profile->openings;
	struct question question = search->question;
	bool found = false;

	for (guint i = 0; i < openings->len; i++) {
		const struct opening *opening = openings->pdata[i];
		const struct guarding guarding =
			guarding_at(guards, opening->transport, opening->first);

		if (kind_of(opening, &guarding) != kind ||
		    (found && (kind != SAMPLE_MEDIA || question.transport == opening->transport)))
			continue;
		found = true;
		question.transport = opening->transport;
		question.port = opening->first;
		question.source = search->question.source;
		come_from_allowed(&question, &guarding);
	}
	if (found)
		add(search, kind, &question);
}

GArray *samples_of(const struct generation *generation, guint interface, const GArray *blocks)
{
	static const unsigned int families[] = {AF_INET, AF_INET6};
	struct search search = {
		.generation = generation,
		.blocks = blocks,
		.samples = g_array_new(FALSE, FALSE, sizeof(struct sample)),
	};

	for (guint i = 0; i < G_N_ELEMENTS(families); i++) {
		search.question = (struct question){.interface = interface};
		if (!find_destination(&search, families[i]))
			continue;
		find_source(&search, families[i]);
		search.judgement = judge(generation, &search.question);
		add_closed(&search);
		for (enum sample_kind kind = SAMPLE_SERVICE; kind < SAMPLE_KINDS; kind++)
			add_open(&search, kind);
	}
	return search.samples;
}
