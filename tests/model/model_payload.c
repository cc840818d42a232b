/* SPDX-License-Identifier: GPL-2.0-only */
/* What stands behind the IP header: extension headers, fragments, ports, types, protocols. */
#include "model_packet.h"

/* How many extension headers are walked: no RFC has a limit; the tests of the program name it. */
#define HEADERS_MAX 8

/* Whether so many bytes of the IP packet stand at `at`, where they can be read. */
static bool holds(const struct packet *packet, size_t count)
{
	return packet->at + count <= packet->end && packet->at + count <= packet->readable;
}

/* Whether the header at hand is one that drops its packet, whatever follows. */
static enum reason judge_header(struct packet *packet)
{
	const uint8_t *header = packet->frame + packet->at;

	if (packet->protocol == IPPROTO_ROUTING && (header[2] == 0 || header[3] > 0))
		return REASON_SOURCE_ROUTE; /* RFC 5095 */
	return UNDECIDED;
}

/* What later fragments must have in common with their first: RFC 791, RFC 8200 section 4.5. */
static struct model_first *find_first(const struct packet *packet)
{
	for (size_t i = 0; i < packet->memory->first_count; i++) {
		struct model_first *first = &packet->memory->firsts[i];

		if (first->family == packet->family && first->id == packet->id &&
		    !memcmp(first->source, packet->source, packet->address_size) &&
		    !memcmp(first->destination, packet->destination, packet->address_size) &&
		    (packet->family == AF_INET6 || first->protocol == packet->first_protocol))
			return first;
	}
	return NULL;
}

static void remember(const struct packet *packet)
{
	struct model_memory *memory = packet->memory;
	struct model_first *first = find_first(packet);

	if (!first) {
		if (memory->first_count == MODEL_MEMORY_MAX)
			return;
		first = &memory->firsts[memory->first_count++];
	}
	first->family = packet->family;
	first->protocol = packet->first_protocol;
	first->id = packet->id;
	first->end = packet->end - packet->part;
	memcpy(first->source, packet->source, packet->address_size);
	memcpy(first->destination, packet->destination, packet->address_size);
}

/* A part's size: RFC 791 section 3.2, RFC 8200 section 4.5. */
static bool bad_size(const struct packet *packet)
{
	size_t size = packet->end - packet->part;
	/* of all that the whole packet's length counts, what stands before its first part */
	size_t before = packet->part - packet->counted;

	return !size || (packet->more && size % 8) || before + packet->offset + size > 65535;
}

/* All parts but the first are only asked whether they follow one that passed. */
static enum reason judge_part(struct packet *packet)
{
	const struct model_first *first;

	packet->first_protocol = packet->protocol;
	if (!packet->offset)
		return UNDECIDED;
	if (bad_size(packet))
		return REASON_MALFORMED;
	if (packet->unspecified)
		return REASON_BAD_ADDRESS;
	first = find_first(packet);
	if (!first)
		return REASON_FRAGMENT_NO_FIRST;
	return packet->offset < first->end ? REASON_FRAGMENT_OVERLAP : REASON_FRAGMENT_FOLLOWS;
}

/* RFC 6946: without offset and more to come it is no fragment. */
static enum reason read_fragment(struct packet *packet)
{
	const uint8_t *header = packet->frame + packet->at;

	if (!(number16(header + 2) & 0xfff9))
		return UNDECIDED;
	if (packet->fragment)
		return REASON_MALFORMED; /* a part of a part */
	packet->fragment = true;
	packet->offset = number16(header + 2) & 0xfff8;
	packet->more = header[3] & 1;
	packet->id = (uint32_t)number16(header + 4) << 16 | number16(header + 6);
	packet->part = packet->at + 8;
	/* the fragment header itself is not part of the whole packet */
	packet->counted += 8;
	return judge_part(packet);
}

/* RFC 8200 section 4, RFC 4302 section 2.2. */
static size_t size_of_extension(const struct packet *packet)
{
	size_t stated = packet->frame[packet->at + 1];

	switch (packet->protocol) {
	case IPPROTO_AH: return (stated + 2) * 4;
	case IPPROTO_FRAGMENT: return 8;
	default: return (stated + 1) * 8;
	}
}

/* One extension header. Its options need not be readable, only be there. */
static enum reason judge_extension(struct packet *packet)
{
	enum reason reason;
	size_t size;

	if (!holds(packet, 8))
		return REASON_MALFORMED;
	reason = judge_header(packet);
	if (reason != UNDECIDED)
		return reason;
	if (packet->protocol == IPPROTO_FRAGMENT)
		reason = read_fragment(packet);
	if (reason != UNDECIDED)
		return reason;
	size = size_of_extension(packet);
	if (packet->at + size > packet->end || (packet->protocol == IPPROTO_AH && size < 12))
		return REASON_MALFORMED;
	packet->protocol = packet->frame[packet->at];
	packet->at += size;
	return UNDECIDED;
}

static bool is_extension(const struct packet *packet)
{
	static const uint8_t kinds6[] = {IPPROTO_HOPOPTS, IPPROTO_ROUTING, IPPROTO_FRAGMENT,
					 IPPROTO_DSTOPTS};

	return packet->protocol == IPPROTO_AH ||
	       (packet->family == AF_INET6 && memchr(kinds6, packet->protocol, sizeof(kinds6)));
}

/*
 * In whatever order they come. (RFC 8200 section 4.1 wants hop-by-hop options to be first; the
 * rules here speak of chains, and what passes is judged by its ports all the same.)
 */
static enum reason judge_chain(struct packet *packet)
{
	enum reason reason = UNDECIDED;

	if (packet->fragment)
		reason = judge_part(packet);
	for (int headers = 0; reason == UNDECIDED && is_extension(packet); headers++)
		reason = headers == HEADERS_MAX ? REASON_HEADER_CHAIN : judge_extension(packet);
	if (reason == UNDECIDED && packet->fragment && bad_size(packet))
		reason = REASON_MALFORMED;
	return reason;
}

static bool from_management(const struct packet *packet)
{
	const struct model_policy *policy = packet->policy;

	return policy->management &&
	       inside(packet->source, packet->family,
		      packet->family == AF_INET ? &policy->management4 : &policy->management6);
}

/* RFC 2131 section 4.1, RFC 8415 section 7.2. */
static bool is_dhcp_answer(const struct packet *packet)
{
	return packet->family == AF_INET ? packet->from == 67 && packet->to == 68
					 : packet->from == 547 && packet->to == 546;
}

/* Whether a run of ports lets a packet pass that goes to one of them. */
static enum reason judge_opening(struct packet *packet, const struct model_ports *ports)
{
	switch (ports->opening) {
	case MODEL_PUBLISHED: return REASON_PUBLISHED;
	case MODEL_MANAGEMENT: return from_management(packet) ? REASON_MANAGEMENT : UNDECIDED;
	case MODEL_DHCP_ANSWERS: return is_dhcp_answer(packet) ? REASON_DHCP : UNDECIDED;
	case MODEL_GUARDED: packet->opened = ports; return judge_guard(packet);
	case MODEL_NOBODY: break;
	}
	return UNDECIDED;
}

static enum reason judge_ports(struct packet *packet)
{
	const struct model_policy *policy = packet->policy;

	for (size_t i = 0; i < policy->port_count; i++) {
		const struct model_ports *ports = &policy->ports[i];
		enum reason reason;

		if (!opens(ports, packet, packet->to))
			continue;
		reason = judge_opening(packet, ports);
		if (reason != UNDECIDED)
			return reason;
	}
	return !packet->server && policy->unlisted_drop ? REASON_NOT_LISTED : REASON_NOT_PUBLISHED;
}

/* What a bad source does is judged before what follows the IP header. */
static enum reason cut_short(const struct packet *packet)
{
	if (packet->unspecified)
		return REASON_BAD_ADDRESS;
	return packet->fragment ? REASON_FRAGMENT_SHORT : REASON_MALFORMED;
}

/* What stands in a header that is there; RFC 9293 section 3.1, RFC 768. */
static void read_fields(struct packet *packet)
{
	const uint8_t *header = packet->frame + packet->at;

	packet->from = number16(header);
	packet->to = number16(header + 2);
	if (packet->protocol == IPPROTO_TCP) {
		packet->fin = header[13] & 0x01;
		packet->syn = header[13] & 0x02;
		packet->rst = header[13] & 0x04;
		packet->ack = header[13] & 0x10;
		return;
	}
	packet->data = packet->at + 8;
	packet->data_end = packet->at + number16(header + 4);
}

/* RFC 9293 section 3.1: the data offset, in words. RFC 768: the length, with the header. */
static enum reason read_tcp_udp(struct packet *packet)
{
	const uint8_t *header = packet->frame + packet->at;
	bool tcp = packet->protocol == IPPROTO_TCP;
	size_t least = tcp ? 20 : 8, stated;

	if (!holds(packet, least))
		return cut_short(packet);
	read_fields(packet);
	stated = tcp ? (header[12] >> 4) * 4U : number16(header + 4);
	if (packet->unspecified &&
	    (tcp || packet->family == AF_INET6 || packet->from != 68 || packet->to != 67))
		return REASON_BAD_ADDRESS;
	if (stated < least)
		return packet->unspecified ? REASON_BAD_ADDRESS : REASON_MALFORMED;
	/* a datagram may be longer than its first part */
	if (packet->at + stated > packet->end && (tcp || !packet->fragment))
		return cut_short(packet);
	return UNDECIDED;
}

static enum reason judge_tcp_udp(struct packet *packet)
{
	enum reason reason = read_tcp_udp(packet);

	if (reason != UNDECIDED)
		return reason;
	if (!packet->to || (!packet->from && packet->protocol == IPPROTO_TCP))
		return REASON_PORT_ZERO;
	return judge_flow(packet, judge_ports(packet));
}

/* The types that pass, RFC 4890; those that may come from `::`: NS, RS and MLD. */
static enum reason judge_icmp(struct packet *packet)
{
	static const uint8_t types4[] = {0, 3, 8, 11, 12};
	static const uint8_t types6[] = {1,   2,   3,   4,   128, 129, 130, 131, 132, 133, 134,
					 135, 136, 141, 142, 143, 148, 149, 151, 152, 153};
	static const uint8_t finding[] = {130, 131, 132, 133, 135, 143};
	static const uint8_t discovery[] = {133, 134, 135, 136, 137, 148, 149}; /* RFC 6980 */
	bool is4 = packet->family == AF_INET;
	unsigned int type;

	if (!holds(packet, 8))
		return cut_short(packet);
	type = packet->frame[packet->at];
	if (packet->fragment && !is4 && memchr(discovery, type, sizeof(discovery))) {
		packet->other = packet->unspecified ? REASON_BAD_ADDRESS : UNDECIDED;
		return REASON_FRAGMENT_DISCOVERY;
	}
	if (packet->unspecified && (is4 || !memchr(finding, type, sizeof(finding))))
		return REASON_BAD_ADDRESS;
	if (!memchr(is4 ? types4 : types6, type, is4 ? sizeof(types4) : sizeof(types6)))
		return REASON_ICMP_TYPE;
	return REASON_ICMP;
}

/* Protocols without ports: those named, and for the host itself IGMP and VRRP. */
static enum reason judge_protocol(const struct packet *packet)
{
	const struct model_policy *policy = packet->policy;

	if (packet->unspecified)
		return REASON_BAD_ADDRESS;
	if (policy->protocol_count &&
	    memchr(policy->protocols, packet->protocol, policy->protocol_count))
		return REASON_PROTOCOL_ALLOWED;
	if (!packet->server && (packet->protocol == 2 || packet->protocol == 112))
		return REASON_PROTOCOL_ALLOWED;
	return REASON_PROTOCOL;
}

static enum reason judge_transport(struct packet *packet)
{
	uint8_t icmp = packet->family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;

	if (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP)
		return judge_tcp_udp(packet);
	return packet->protocol == icmp ? judge_icmp(packet) : judge_protocol(packet);
}

/*
 * A first part that ends within its headers is short or malformed, by either word; and no rule says
 * whether its size is looked at before or after its headers.
 */
static enum reason other_of_first(const struct packet *packet, enum reason reason)
{
	if (reason == REASON_MALFORMED)
		return REASON_FRAGMENT_SHORT;
	if (reason == REASON_FRAGMENT_SHORT)
		return REASON_MALFORMED;
	if ((reason == REASON_SOURCE_ROUTE || reason == REASON_HEADER_CHAIN) && bad_size(packet))
		return REASON_MALFORMED;
	return UNDECIDED;
}

enum reason judge_payload(struct packet *packet)
{
	enum reason reason = judge_chain(packet);

	if (reason == UNDECIDED)
		reason = judge_transport(packet);
	else if (packet->unspecified)
		reason = REASON_BAD_ADDRESS;
	else if (reason == REASON_HEADER_CHAIN)
		meet_unread(packet);
	if (packet->fragment && !packet->offset && packet->other == UNDECIDED)
		packet->other = other_of_first(packet, reason);
	if (packet->fragment && !packet->offset && reason < REASON_NOT_PUBLISHED)
		remember(packet);
	return reason;
}

bool read_payload(struct packet *packet)
{
	return judge_chain(packet) == UNDECIDED &&
	       (packet->protocol == IPPROTO_TCP || packet->protocol == IPPROTO_UDP) &&
	       read_tcp_udp(packet) == UNDECIDED && packet->from && packet->to;
}
