/* SPDX-License-Identifier: GPL-2.0-only */
#include "frame.h"

#include <arpa/inet.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <string.h>

#define VLAN       7
#define RTP_HEADER 12 /* bytes: RFC 3550, section 5.1 */

/* Where the receiver's card is, and where the sender's: as tests/bench/wire.sh sets them. */
static const unsigned char CARD[ETH_ALEN] = {2, 0, 0, 0, 0, 1}, WIRE[ETH_ALEN] = {2, 0, 0, 0, 0, 2};

static unsigned char *put16(unsigned char *at, uint16_t value)
{
	at[0] = (unsigned char)(value >> 8);
	at[1] = (unsigned char)value;
	return at + 2;
}

static unsigned char *put_ethernet(unsigned char *at, const struct packet_kind *kind)
{
	memcpy(at, CARD, ETH_ALEN);
	memcpy(at + ETH_ALEN, WIRE, ETH_ALEN);
	at += 2 * ETH_ALEN;
	if (kind->vlan)
		at = put16(put16(at, ETH_P_8021Q), VLAN);
	return put16(at, kind->v6 ? ETH_P_IPV6 : ETH_P_IP);
}

/* An IP header before so many bytes. */
static unsigned char *put_ip(unsigned char *at, const struct packet_kind *kind, uint16_t bytes)
{
	struct iphdr ip = {.version = 4, .ihl = 5, .ttl = 64};
	struct ipv6hdr ip6 = {.version = 6, .hop_limit = 64};

	if (kind->v6) {
		ip6.nexthdr = kind->udp ? IPPROTO_UDP : IPPROTO_TCP;
		ip6.payload_len = htons(bytes);
		inet_pton(AF_INET6, CLIENT6, &ip6.saddr);
		inet_pton(AF_INET6, SERVER6, &ip6.daddr);
		memcpy(at, &ip6, sizeof(ip6));
		return at + sizeof(ip6);
	}
	ip.protocol = kind->udp ? IPPROTO_UDP : IPPROTO_TCP;
	ip.tot_len = htons((uint16_t)(sizeof(ip) + bytes));
	inet_pton(AF_INET, CLIENT4, &ip.saddr);
	inet_pton(AF_INET, SERVER4, &ip.daddr);
	memcpy(at, &ip, sizeof(ip));
	return at + sizeof(ip);
}

struct frame frame_make(const struct packet_kind *kind)
{
	const __u32 headers = ETH_HLEN + (kind->vlan ? 4 : 0) + (kind->v6 ? 40 : 20);
	const __u32 least = headers + (!kind->udp ? 20 : kind->media ? 8 + RTP_HEADER : 8);
	struct frame frame = {.size = least > FRAME_BYTES ? least : FRAME_BYTES};
	uint16_t bytes = (uint16_t)(frame.size - headers);
	unsigned char *at = put_ip(put_ethernet(frame.bytes, kind), kind, bytes);

	put16(put16(at, CLIENT_PORT), kind->port);
	if (kind->udp) {
		put16(at + 4, bytes);
		if (kind->media)
			at[8] = 2 << 6; /* RTP's version */
	} else {
		at[12] = 5 << 4; /* its header's length */
		at[13] = 2;      /* SYN */
	}
	return frame;
}

__u32 frame_checksum(const struct frame *frame)
{
	const unsigned char *ip = frame->bytes + ETH_HLEN;
	__u32 sum = 0;
	__u16 word;

	/* the sixth word is the check sum; addresses follow it */
	for (int i = 0; i < 10; i += 2) {
		memcpy(&word, ip + i, sizeof(word));
		sum += word;
	}
	return sum;
}
