/* SPDX-License-Identifier: GPL-2.0-only */
/* Headers as a question says them; what it does not say is that of an ordinary packet. */
#include "question_frame.h"

#include <linux/icmp.h>
#include <linux/if_ether.h>
#include <linux/ip.h>
#include <linux/ipv6.h>
#include <linux/tcp.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <string.h>

#include "layout.h"

#define DEFAULT_SOURCE_PORT 40000

/* ICMPv6's first 8 bytes are laid out alike. */
static size_t write_icmp(unsigned char *at, const struct question *question)
{
	struct icmphdr icmp = {.type = question->icmp_type};

	memcpy(at, &icmp, sizeof(icmp));
	return sizeof(icmp);
}

/* TCP and UDP headers begin alike; either fits. */
static size_t write_transport(unsigned char *at, const struct question *question)
{
	struct tcphdr tcp = {
		.doff = sizeof(tcp) / 4, .syn = !question->answer, .ack = question->answer};
	struct {
		struct udphdr header;
		unsigned char payload; /* of media: RTP, version 2 (RFC 3550, 5.1) */
	} __attribute__((packed)) udp = {{.len = htons(sizeof(udp))}, 2 << 6};
	__be16 source = htons(question->source_port ? question->source_port : DEFAULT_SOURCE_PORT);

	if (question->transport == TRANSPORT_TCP) {
		tcp.source = source;
		tcp.dest = htons(question->port);
		memcpy(at, &tcp, sizeof(tcp));
		return sizeof(tcp);
	}
	udp.header.source = source;
	udp.header.dest = htons(question->port);
	memcpy(at, &udp, sizeof(udp));
	return sizeof(udp);
}

static __u8 ip_protocol(const struct question *question)
{
	switch (question->kind) {
	case QUESTION_PORT: return question->transport == TRANSPORT_TCP ? IPPROTO_TCP : IPPROTO_UDP;
	case QUESTION_ICMP:
		return question->destination.family == AF_INET ? IPPROTO_ICMP : IPPROTO_ICMPV6;
	case QUESTION_PROTOCOL: break;
	}
	return question->protocol;
}

/* What follows the IP header: of a protocol that is not looked into, nothing. */
static size_t write_payload(unsigned char *at, const struct question *question)
{
	switch (question->kind) {
	case QUESTION_PORT: return write_transport(at, question);
	case QUESTION_ICMP: return write_icmp(at, question);
	case QUESTION_PROTOCOL: break;
	}
	return 0;
}

size_t question_frame(const struct question *question, unsigned char *frame)
{
	bool v4 = question->destination.family == AF_INET;
	__u8 protocol = ip_protocol(question);
	struct ethhdr ethernet = {.h_proto = htons(v4 ? ETH_P_IP : ETH_P_IPV6)};
	struct iphdr ipv4 = {.version = 4, .ihl = 5, .ttl = 64, .protocol = protocol};
	struct ipv6hdr ipv6 = {.version = 6, .hop_limit = 64, .nexthdr = protocol};
	size_t ip_size = v4 ? sizeof(ipv4) : sizeof(ipv6);
	size_t size = write_payload(frame + sizeof(ethernet) + ip_size, question);

	memcpy(frame, &ethernet, sizeof(ethernet));
	ipv4.tot_len = htons((__u16)(sizeof(ipv4) + size));
	ipv6.payload_len = htons((__u16)size);
	memcpy(&ipv4.saddr, question->source.bytes, sizeof(ipv4.saddr));
	memcpy(&ipv4.daddr, question->destination.bytes, sizeof(ipv4.daddr));
	memcpy(&ipv6.saddr, question->source.bytes, sizeof(ipv6.saddr));
	memcpy(&ipv6.daddr, question->destination.bytes, sizeof(ipv6.daddr));
	memcpy(frame + sizeof(ethernet), v4 ? (void *)&ipv4 : (void *)&ipv6, ip_size);
	return sizeof(ethernet) + ip_size + size;
}
