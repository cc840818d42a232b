/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Who began what: servers teach by what they send, peers leave a mark where they were let in under
 * a condition or only counted, and what nobody began is no reply.
 */
#include "model_packet.h"

/* In seconds: RFC 4787 section 4.3, RFC 5382 section 5. */
static const uint32_t lives[MODEL_STAGES] = {
	[MODEL_DATAGRAMS] = 2 * 60,
	[MODEL_OPENING] = 4 * 60,
	[MODEL_OPEN] = 2 * 60 * 60 + 4 * 60,
	[MODEL_CLOSING] = 4 * 60,
};

/* As the server is the one that a packet goes to or comes from. */
static struct model_flow flow_of(const struct packet *packet, bool leaves)
{
	struct model_flow flow = {
		.family = packet->family,
		.protocol = packet->protocol,
		.server_port = leaves ? packet->from : packet->to,
		.peer_port = leaves ? packet->to : packet->from,
	};

	memcpy(flow.server, leaves ? packet->source : packet->destination, packet->address_size);
	memcpy(flow.peer, leaves ? packet->destination : packet->source, packet->address_size);
	return flow;
}

static struct model_flow *find_flow(struct model_flow *flows, size_t count,
				    const struct model_flow *wanted)
{
	for (size_t i = 0; i < count; i++) {
		struct model_flow *flow = &flows[i];

		if (flow->family == wanted->family && flow->protocol == wanted->protocol &&
		    flow->server_port == wanted->server_port &&
		    flow->peer_port == wanted->peer_port &&
		    !memcmp(flow->server, wanted->server, sizeof(flow->server)) &&
		    !memcmp(flow->peer, wanted->peer, sizeof(flow->peer)))
			return flow;
	}
	return NULL;
}

static bool lives_at(const struct model_flow *flow, uint32_t now)
{
	return flow && now < flow->ends;
}

static void go_on(struct model_flow *flow, enum model_stage stage, uint32_t now)
{
	flow->stage = stage;
	flow->ends = now + lives[stage];
}

/* Finds or adds one, and has it live from now on. */
static void record(struct model_flow *flows, size_t *count, const struct model_flow *wanted,
		   enum model_stage stage, uint32_t now)
{
	struct model_flow *flow = find_flow(flows, *count, wanted);

	if (!flow) {
		if (*count == MODEL_MEMORY_MAX)
			return;
		flow = &flows[(*count)++];
		*flow = *wanted;
	}
	go_on(flow, stage, now);
}

static void record_met(struct model_memory *memory, const struct model_flow *wanted)
{
	record(memory->met, &memory->met_count, wanted, MODEL_DATAGRAMS, memory->now);
}

static void record_begun(struct model_memory *memory, const struct model_flow *wanted,
			 enum model_stage stage)
{
	record(memory->begun, &memory->begun_count, wanted, stage, memory->now);
}

static bool is_refusal_by_port(enum reason reason)
{
	switch (reason) {
	case REASON_NOT_PUBLISHED:
	case REASON_NOT_LISTED:
	case REASON_SOURCE_NOT_ALLOWED:
	case REASON_OVER_LIMIT:
	case REASON_NOT_MEDIA: return true;
	default: return false;
	}
}

/*
 * What came in by UDP, but not because anyone may: the server's answers to it begin nothing. TCP
 * tells who begins, but not where connections are picked up.
 */
static bool leaves_mark(const struct packet *packet, enum reason by_port)
{
	if (packet->protocol != IPPROTO_UDP)
		return packet->policy->pickup && is_bare_syn(packet) &&
		       is_refusal_by_port(by_port) && is_monitored(packet);
	if (is_refusal_by_port(by_port))
		return is_monitored(packet);
	return by_port == REASON_MANAGEMENT || (by_port == REASON_PUBLISHED && packet->opened);
}

/* Of whatever protocol and ports. */
static struct model_flow pair_of(const struct packet *packet, bool leaves)
{
	struct model_flow pair = flow_of(packet, leaves);

	pair.protocol = 0;
	pair.server_port = pair.peer_port = 0;
	return pair;
}

/*
 * A packet with more headers than are walked, or from somebody blocked: what a monitored server
 * answers to it may be anything.
 */
void meet_unread(struct packet *packet)
{
	struct model_flow pair = pair_of(packet, false);

	if (packet->policy->replies && is_monitored(packet) && !packet->unspecified)
		record_met(packet->memory, &pair);
}

/* RFC 6335 section 6: from there servers answer, and nobody asks. */
static bool is_from_system_port(const struct packet *packet)
{
	return packet->from >= 1 && packet->from <= 1023;
}

enum reason judge_flow(struct packet *packet, enum reason by_port)
{
	struct model_memory *memory = packet->memory;
	struct model_flow wanted = flow_of(packet, false);
	struct model_flow *begun = find_flow(memory->begun, memory->begun_count, &wanted);
	bool alive = lives_at(begun, memory->now);

	if (!packet->policy->replies)
		return by_port;
	if (!alive && leaves_mark(packet, by_port))
		record_met(memory, &wanted);
	if (!is_refusal_by_port(by_port) || is_bare_syn(packet))
		return by_port;
	if (alive) {
		/* only its server keeps a flow alive */
		if ((packet->fin || packet->rst) && begun->stage != MODEL_CLOSING)
			go_on(begun, MODEL_CLOSING, memory->now);
		return REASON_REPLY;
	}
	return by_port == REASON_NOT_PUBLISHED && is_from_system_port(packet) ? REASON_NO_SUCH_FLOW
									      : by_port;
}

/* What opens the port that a server sends from, for whomever; NULL: nothing. */
static const struct model_ports *opening_of_source(const struct packet *packet)
{
	const struct model_policy *policy = packet->policy;

	for (size_t i = 0; i < policy->port_count; i++) {
		if (opens(&policy->ports[i], packet, packet->from))
			return &policy->ports[i];
	}
	return NULL;
}

static void learn_udp(const struct packet *packet)
{
	struct model_memory *memory = packet->memory;
	struct model_flow wanted = flow_of(packet, true);
	const struct model_flow *met = find_flow(memory->met, memory->met_count, &wanted);
	const struct model_flow *begun = find_flow(memory->begun, memory->begun_count, &wanted);
	struct model_flow pair = pair_of(packet, true);
	const struct model_flow *unread = find_flow(memory->met, memory->met_count, &pair);
	const struct model_ports *opening = opening_of_source(packet);

	if (lives_at(met, memory->now))
		record_met(memory, &wanted);
	else if (lives_at(begun, memory->now))
		record_begun(memory, &wanted, MODEL_DATAGRAMS);
	else if (opening && opening->opening == MODEL_PUBLISHED)
		record_met(memory, &wanted);
	else if (packet->policy->pickup && packet->from < packet->to)
		record_met(memory, &wanted); /* older than the gate: the lower port was asked */
	else if (is_monitored(packet) && lives_at(unread, memory->now))
		record_met(memory, &wanted);
	else
		record_begun(memory, &wanted, MODEL_DATAGRAMS);
}

/* Mid-stream: who has the lower port was asked, and who has an open one may have been. */
static bool may_pick_up(const struct packet *packet)
{
	struct model_memory *memory = packet->memory;
	struct model_flow wanted = flow_of(packet, true), pair = pair_of(packet, true);

	if (is_monitored(packet) &&
	    lives_at(find_flow(memory->met, memory->met_count, &pair), memory->now))
		return false;
	return packet->policy->pickup && !packet->fin && !packet->rst && !packet->syn &&
	       packet->to < packet->from && !opening_of_source(packet) &&
	       !lives_at(find_flow(memory->met, memory->met_count, &wanted), memory->now);
}

static void learn_tcp(const struct packet *packet)
{
	struct model_memory *memory = packet->memory;
	struct model_flow wanted = flow_of(packet, true);
	struct model_flow *begun = find_flow(memory->begun, memory->begun_count, &wanted);

	if (is_bare_syn(packet)) {
		record_begun(memory, &wanted, MODEL_OPENING);
	} else if (lives_at(begun, memory->now)) {
		bool closing = packet->fin || packet->rst || begun->stage == MODEL_CLOSING;

		go_on(begun, closing ? MODEL_CLOSING : MODEL_OPEN, memory->now);
	} else if (may_pick_up(packet)) {
		record_begun(memory, &wanted, MODEL_OPEN);
	}
}

void learn_flow(struct packet *packet)
{
	if (packet->protocol == IPPROTO_TCP)
		learn_tcp(packet);
	else
		learn_udp(packet);
}

void model_count_live(const struct model_memory *memory, const struct model_flow *flows,
		      size_t count, size_t by_stage[MODEL_STAGES])
{
	memset(by_stage, 0, MODEL_STAGES * sizeof(*by_stage));
	for (size_t i = 0; i < count; i++)
		by_stage[flows[i].stage] += lives_at(&flows[i], memory->now);
}
