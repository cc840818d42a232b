/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every reason a verdict can have, once. The enum, the names that `stats` and `explain` print, the
 * metrics' labels and the manual's table all come from this list.
 *
 * REASON(symbol, name, verdict, meaning)
 */
#ifndef PORTCULLIS_REASONS_H
#define PORTCULLIS_REASONS_H

enum verdict {
	VERDICT_DROP,
	VERDICT_PASS,
};

/* clang-format off */
#define PORTCULLIS_REASONS(REASON)                                                                  \
	REASON(PUBLISHED, "published", PASS, "a row of the document opens the port")                \
	REASON(MANAGEMENT, "management", PASS, "the port and the source are named as Management")   \
	REASON(UNLISTED, "unlisted", PASS, "the destination is no server of the site")              \
	REASON(ICMP, "icmp", PASS, "an ICMP or ICMPv6 type that hosts need (RFC 4890)")             \
	REASON(DHCP, "dhcp", PASS, "a DHCP server's answer to this host as a client")               \
	REASON(PROTOCOL_ALLOWED, "protocol-allowed", PASS, "an IP protocol that Protocols names, or IGMP or VRRP for the host itself") \
	REASON(NON_IP, "non-ip", PASS, "neither IPv4 nor IPv6: ARP, LLDP, STP and the like")        \
	REASON(FRAGMENT_FOLLOWS, "fragment-follows", PASS, "a later fragment of a packet whose first fragment passed") \
	REASON(REPLY, "reply", PASS, "an answer to what the server began itself")                   \
	REASON(NOT_PUBLISHED, "not-published", DROP, "no row of the profile opens the port")        \
	REASON(NO_SUCH_FLOW, "no-such-flow", DROP, "from a well-known port like an answer, but the server asked nothing there, or too long ago") \
	REASON(SOURCE_NOT_ALLOWED, "source-not-allowed", DROP, "a guard's Sources do not name the source") \
	REASON(OVER_LIMIT, "over-limit", DROP, "more from one source than a guard's Limit allows")  \
	REASON(NOT_MEDIA, "not-media", DROP, "what a guard with Payload media does not let pass (RFC 7983)") \
	REASON(NOT_LISTED, "not-listed", DROP, "the destination is no server of the site, and Unlisted is drop") \
	REASON(BLOCKED, "blocked", DROP, "the source is on the block list, or in the site's Blocked table") \
	REASON(MALFORMED, "malformed", DROP, "a header is cut short or contradicts itself")         \
	REASON(VLAN_DEPTH, "vlan-depth", DROP, "more than two VLAN tags")                           \
	REASON(HIDDEN_IP, "hidden-ip", DROP, "an EtherType that carries IP unseen: PPPoE sessions, MPLS") \
	REASON(NON_IP_DROPPED, "non-ip-dropped", DROP, "neither IPv4 nor IPv6, and Non-IP is drop") \
	REASON(BAD_ADDRESS, "bad-address", DROP, "an address that no packet on the wire may have")  \
	REASON(FORGED_SOURCE, "forged-source", DROP, "the address of a guarded server as source, where no server is reached") \
	REASON(FRAGMENT_NO_FIRST, "fragment-no-first", DROP, "a later fragment whose first has not passed in the last 30 seconds") \
	REASON(FRAGMENT_SHORT, "fragment-short", DROP, "a first fragment that ends within its transport header (RFC 1858)") \
	REASON(FRAGMENT_OVERLAP, "fragment-overlap", DROP, "a later fragment that would rewrite the first (RFC 3128, RFC 5722)") \
	REASON(FRAGMENT_DISCOVERY, "fragment-discovery", DROP, "neighbour or router discovery in fragments (RFC 6980)") \
	REASON(SOURCE_ROUTE, "source-route", DROP, "an IPv6 routing header of type 0 or with segments left (RFC 5095)") \
	REASON(HEADER_CHAIN, "header-chain", DROP, "more IPv6 extension headers than are walked")   \
	REASON(PORT_ZERO, "port-zero", DROP, "TCP port 0 at either end, or UDP destination port 0") \
	REASON(ICMP_TYPE, "icmp-type", DROP, "an ICMP or ICMPv6 type that a guarded server has no use for") \
	REASON(PROTOCOL, "protocol", DROP, "an IP protocol that cannot be judged by ports")
/* clang-format on */

enum reason {
#define REASON(symbol, name, verdict, meaning) REASON_##symbol,
	PORTCULLIS_REASONS(REASON)
#undef REASON
	REASON_COUNT,
};

/* Whether a reason passes a packet; a constant expression, so the program pays nothing for it. */
static inline enum verdict reason_verdict(enum reason reason)
{
	return reason < REASON_NOT_PUBLISHED ? VERDICT_PASS : VERDICT_DROP;
}

#define REASON(symbol, name, verdict, meaning)                           \
	_Static_assert((VERDICT_##verdict == VERDICT_PASS) ==            \
			       (REASON_##symbol < REASON_NOT_PUBLISHED), \
		       "reasons that pass come before those that drop");
PORTCULLIS_REASONS(REASON)
#undef REASON

#endif
