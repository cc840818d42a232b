/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Judges a frame as the RFCs and the project's rules say, one rule after the other. In how many
 * buffers it lies makes no difference.
 */
#include "model_packet.h"

bool inside(const uint8_t *address, int family, const struct model_prefix *prefix)
{
	uint8_t wanted[16];

	if (inet_pton(family, prefix->text, wanted) != 1)
		return false;
	for (unsigned int bit = 0; bit < prefix->bits; bit++) {
		if ((address[bit / 8] ^ wanted[bit / 8]) & 0x80 >> bit % 8)
			return false;
	}
	return true;
}

bool among(const uint8_t *address, int family, const struct model_prefix *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (inside(address, family, &list[i]))
			return true;
	}
	return false;
}

/* IEEE 802.1Q, 802.1ad: at most two tags; then what they carry. */
static enum reason judge_link(struct packet *packet)
{
	unsigned int type = number16(packet->frame + 12);

	packet->at = 14;
	for (int tags = 0; type == 0x8100 || type == 0x88a8; tags++) {
		if (tags == 2)
			return REASON_VLAN_DEPTH;
		if (packet->at + 4 > packet->readable)
			return REASON_MALFORMED;
		type = number16(packet->frame + packet->at + 2);
		packet->at += 4;
	}
	switch (type) {
	case 0x0800: packet->family = AF_INET; return UNDECIDED;
	case 0x86dd: packet->family = AF_INET6; return UNDECIDED;
	case 0x8847: /* MPLS, RFC 3032 */
	case 0x8848:
	case 0x8864: /* PPPoE session, RFC 2516 */
	case 0x9100: /* a tag from before 802.1ad */ return REASON_HIDDEN_IP;
	case 0x0806: return REASON_NON_IP;
	default: return packet->policy->non_ip_drop ? REASON_NON_IP_DROPPED : REASON_NON_IP;
	}
}

/* RFC 791: version, header length, total length, in that frame. */
static enum reason judge_ip4(struct packet *packet)
{
	const uint8_t *ip = packet->frame + packet->at;
	size_t header;

	if (packet->at + 20 > packet->readable || ip[0] >> 4 != 4)
		return REASON_MALFORMED;
	header = (ip[0] & 15) * 4;
	packet->length = number16(ip + 2);
	packet->end = packet->at + packet->length;
	if (header < 20 || packet->length < header || packet->end > packet->size ||
	    packet->at + header > packet->readable) {
		packet->length = 0;
		return REASON_MALFORMED;
	}
	packet->offset = (number16(ip + 6) & 0x1fff) * 8;
	packet->more = number16(ip + 6) & 0x2000;
	packet->fragment = packet->offset || packet->more;
	packet->id = number16(ip + 4);
	packet->protocol = ip[9];
	packet->source = ip + 12;
	packet->destination = ip + 16;
	packet->address_size = 4;
	packet->at += header;
	packet->part = packet->at;
	packet->counted = packet->part - header;
	return UNDECIDED;
}

/* RFC 8200. A payload length of 0 is that of an empty packet: no jumbogram is read here. */
static enum reason judge_ip6(struct packet *packet)
{
	const uint8_t *ip = packet->frame + packet->at;

	if (packet->at + 40 > packet->readable || ip[0] >> 4 != 6)
		return REASON_MALFORMED;
	packet->end = packet->at + 40 + number16(ip + 4);
	if (packet->end > packet->size)
		return REASON_MALFORMED;
	packet->length = packet->end - packet->at;
	packet->protocol = ip[6];
	packet->source = ip + 8;
	packet->destination = ip + 24;
	packet->address_size = 16;
	packet->at += 40;
	packet->counted = packet->at; /* the payload length leaves the IP header out */
	return UNDECIDED;
}

static const struct model_server *server_at(const struct packet *packet, const uint8_t *address)
{
	const struct model_policy *policy = packet->policy;

	for (size_t i = 0; i < policy->server_count; i++) {
		const struct model_server *server = &policy->servers[i];

		if (inside(address, packet->family,
			   packet->family == AF_INET ? &server->ip4 : &server->ip6))
			return server;
	}
	return NULL;
}

/* Whether that address is one that is guarded, by a table or as any. */
static bool find_server(struct packet *packet, const uint8_t *address)
{
	const struct model_policy *policy = packet->policy;

	packet->server = server_at(packet, address);
	packet->profile = packet->server ? packet->server->profile : policy->rest;
	return packet->server || policy->whole_interface || policy->unlisted_drop;
}

/* What enters where no server is has no server's address as source. */
static enum reason judge_ends(struct packet *packet)
{
	bool guarded = find_server(packet, packet->destination);
	bool same = !memcmp(packet->source, packet->destination, packet->address_size);

	if (packet->policy->replies && !packet->policy->inside &&
	    server_at(packet, packet->source)) {
		packet->other = same ? REASON_BAD_ADDRESS : UNDECIDED;
		return REASON_FORGED_SOURCE;
	}
	return guarded ? UNDECIDED : REASON_UNLISTED;
}

static bool is_in_crowd(const uint8_t *source, const struct model_crowd *crowd)
{
	unsigned int past = source[3] - (unsigned int)crowd->first[3];

	return !memcmp(source, crowd->first, 3) && source[3] >= crowd->first[3] &&
	       past % crowd->distance == 0 && past / crowd->distance < crowd->count;
}

/* Any prefix does that holds it and is not over. */
static bool is_blocked(const struct packet *packet)
{
	const struct model_policy *policy = packet->policy;

	for (size_t i = 0; packet->family == AF_INET && i < policy->crowd_count; i++)
		if (is_in_crowd(packet->source, &policy->crowds[i]))
			return true;

	for (size_t i = 0; i < policy->block_count; i++) {
		const struct model_block *block = &policy->blocks[i];

		if (block->family == packet->family && !block->over &&
		    inside(packet->source, packet->family, &block->prefix))
			return true;
	}
	return false;
}

/* Whom it was for is asked only because a drop may be one that is only counted. */
static enum reason judge_source(struct packet *packet)
{
	if (!is_blocked(packet))
		return UNDECIDED;
	if (find_server(packet, packet->destination))
		meet_unread(packet);
	return REASON_BLOCKED;
}

static const struct model_prefix groups4[] = {{"224.0.0.0", 4}, {"255.255.255.255", 32}};
static const struct model_prefix groups6[] = {{"ff00::", 8}};

static bool is_group(const struct packet *packet, const uint8_t *address)
{
	bool is4 = packet->family == AF_INET;

	return among(address, packet->family, is4 ? groups4 : groups6, is4 ? 2 : 1);
}

/* RFC 1122 section 3.2.1.3, RFC 6890; RFC 4291 sections 2.5.2, 2.5.3, 2.5.5.2, 2.7. */
static enum reason judge_addresses(struct packet *packet)
{
	static const struct model_prefix never4[] = {{"0.0.0.0", 8}, {"127.0.0.0", 8}};
	static const struct model_prefix never6[] = {{"::", 128}, {"::1", 128}, {"::ffff:0:0", 96}};
	static const uint8_t zero[16];
	bool is4 = packet->family == AF_INET;
	const struct model_prefix *never = is4 ? never4 : never6;
	size_t never_count = is4 ? 2 : 3;

	if (!memcmp(packet->source, packet->destination, packet->address_size))
		return REASON_BAD_ADDRESS;
	if (among(packet->destination, packet->family, never, never_count) ||
	    is_group(packet, packet->source))
		return REASON_BAD_ADDRESS;
	packet->unspecified = !memcmp(packet->source, zero, packet->address_size);
	if (!packet->unspecified && among(packet->source, packet->family, never, never_count))
		return REASON_BAD_ADDRESS;
	return UNDECIDED;
}

static enum reason judge_headers(struct packet *packet)
{
	enum reason reason = judge_link(packet);

	if (reason != UNDECIDED)
		return reason;
	return packet->family == AF_INET ? judge_ip4(packet) : judge_ip6(packet);
}

static enum reason judge(struct packet *packet)
{
	enum reason reason = judge_headers(packet);

	if (reason == UNDECIDED)
		reason = judge_source(packet);
	if (reason == UNDECIDED)
		reason = judge_ends(packet);
	if (reason == UNDECIDED)
		reason = judge_addresses(packet);
	return reason == UNDECIDED ? judge_payload(packet) : reason;
}

static struct packet packet_of(const struct model_policy *policy, struct model_memory *memory,
			       const struct model_frame *frame)
{
	return (struct packet){.policy = policy,
			       .memory = memory,
			       .frame = frame->bytes,
			       .size = frame->size,
			       .readable = frame->first_buffer,
			       .other = UNDECIDED};
}

struct model_answer model_judge(const struct model_policy *policy, struct model_memory *memory,
				const struct model_frame *frame)
{
	struct packet packet = packet_of(policy, memory, frame);
	struct model_answer answer = {.reason = judge(&packet)};
	bool bad = answer.reason >= REASON_NOT_PUBLISHED;

	answer.drop = bad && !is_monitored(&packet);
	answer.monitored = bad && is_monitored(&packet);
	answer.length = packet.length;
	answer.other = packet.other == UNDECIDED ? answer.reason : packet.other;
	return answer;
}

void model_learn(const struct model_policy *policy, struct model_memory *memory,
		 const struct model_frame *frame)
{
	struct packet packet = packet_of(policy, memory, frame);

	if (policy->replies && judge_headers(&packet) == UNDECIDED &&
	    find_server(&packet, packet.source) && judge_addresses(&packet) == UNDECIDED &&
	    !packet.unspecified && /* nobody can answer that */
	    !is_group(&packet, packet.destination) && read_payload(&packet))
		learn_flow(&packet);
}
