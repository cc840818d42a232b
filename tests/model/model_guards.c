/* SPDX-License-Identifier: GPL-2.0-only */
/* What guards ask: sources, then media, then how often. */
#include "model_packet.h"

static bool is_named(const struct packet *packet, const struct model_sources *sources)
{
	bool is4 = packet->family == AF_INET;

	return among(packet->source, packet->family, is4 ? sources->prefixes4 : sources->prefixes6,
		     is4 ? sources->count4 : sources->count6);
}

/* RFC 7983, section 7; and the payload must be there to be looked at. */
static bool is_media(const struct packet *packet)
{
	uint8_t first;

	if (packet->data >= packet->end || packet->data >= packet->data_end ||
	    packet->data >= packet->readable)
		return false;
	first = packet->frame[packet->data];
	return first <= 3 ||                   /* STUN */
	       (first >= 16 && first <= 19) || /* ZRTP */
	       (first >= 20 && first <= 63) || /* DTLS */
	       (first >= 64 && first <= 79) || /* TURN channels */
	       (first >= 128 && first <= 191); /* RTP, RTCP */
}

/* A host of IPv6 has a network of 64 bits to itself, and is one source with all of it. */
static struct model_visits *visits_of(const struct packet *packet, const struct model_guard *guard)
{
	struct model_memory *memory = packet->memory;
	size_t size = packet->family == AF_INET ? 4 : 8;
	struct model_visits *visits;

	for (size_t i = 0; i < memory->visits_count; i++) {
		visits = &memory->visits[i];
		if (visits->guard == guard && visits->family == packet->family &&
		    !memcmp(visits->source, packet->source, size))
			return visits;
	}
	if (memory->visits_count == MODEL_MEMORY_MAX)
		return NULL;
	visits = &memory->visits[memory->visits_count++];
	*visits = (struct model_visits){.guard = guard, .family = packet->family};
	memcpy(visits->source, packet->source, size);
	return visits;
}

/* A connection takes a token when it begins, a datagram each time; none comes back. */
static bool is_over(const struct packet *packet, const struct model_guard *guard)
{
	struct model_visits *visits;

	if (packet->protocol == IPPROTO_TCP && !is_bare_syn(packet))
		return false;
	visits = visits_of(packet, guard);
	if (!visits || visits->count == guard->burst)
		return true;
	visits->count++;
	return false;
}

enum reason judge_guard(struct packet *packet)
{
	const struct model_guard *guard = packet->opened->guard;

	if (guard->sources && !is_named(packet, guard->sources))
		return REASON_SOURCE_NOT_ALLOWED;
	if (guard->media && packet->protocol == IPPROTO_UDP && !is_media(packet))
		return REASON_NOT_MEDIA;
	if (guard->burst && is_over(packet, guard))
		return REASON_OVER_LIMIT;
	return REASON_PUBLISHED;
}
