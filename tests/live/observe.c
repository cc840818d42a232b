/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Counts every TCP and UDP packet on an interface by destination port, whoever asked for it, for
 * the demo and the live tests:
 *
 *     observe in|out INTERFACE
 *
 * Prints "ready", and what it counted ("tcp 443 12") once it is sent SIGTERM.
 */
#include <arpa/inet.h>
#include <linux/if_packet.h>
#include <linux/virtio_net.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip6.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <unistd.h>

#include "tool.h"

static unsigned long long seen[2][65536]; /* TCP, UDP; by destination port */

struct observed {
	struct virtio_net_hdr offload; /* whether the kernel has joined several packets into one */
	struct ether_header frame;
	uint8_t packet[128]; /* from the IP header on */
} __attribute__((packed));

/* Where the transport header begins; 0 if there is none. Nothing here sends extension headers. */
static size_t find_transport(const struct observed *observed, uint8_t *protocol, size_t *end)
{
	const struct iphdr *v4 = (const void *)observed->packet;
	const struct ip6_hdr *v6 = (const void *)observed->packet;

	*protocol = v4->version == 4 ? v4->protocol : v6->ip6_nxt;
	*end = v4->version == 4 ? ntohs(v4->tot_len) : sizeof(*v6) + ntohs(v6->ip6_plen);
	if (*protocol != IPPROTO_TCP && *protocol != IPPROTO_UDP)
		return 0;
	return v4->version == 4 ? v4->ihl * 4 : sizeof(*v6);
}

static void count_packet(const struct observed *observed)
{
	const uint16_t *ports;
	const struct tcphdr *tcp;
	uint8_t protocol;
	size_t end, at = find_transport(observed, &protocol, &end);
	size_t segment = observed->offload.gso_size, packets = 1;

	if (!at)
		return;
	ports = (const void *)(observed->packet + at);
	tcp = (const void *)ports;
	if (segment && protocol == IPPROTO_TCP)
		packets = (end - at - tcp->doff * 4 + segment - 1) / segment;
	seen[protocol == IPPROTO_UDP][ntohs(ports[1])] += packets;
}

static int open_observer(const char *interface)
{
	const struct sockaddr_ll address = {.sll_family = AF_PACKET,
					    .sll_protocol = htons(ETH_P_ALL),
					    .sll_ifindex = (int)if_nametoindex(interface)};
	int yes = 1, fd = socket(AF_PACKET, SOCK_RAW, 0);

	check(fd, "packet socket");
	check(address.sll_ifindex ? 0 : -1, interface);
	enlarge_buffer(fd);
	check(setsockopt(fd, SOL_PACKET, PACKET_VNET_HDR, &yes, sizeof(yes)), "offload header");
	check(bind(fd, (const struct sockaddr *)&address, sizeof(address)), "bind");
	return fd;
}

static void print_seen(int fd)
{
	struct tpacket_stats statistics;
	socklen_t size = sizeof(statistics);

	check(getsockopt(fd, SOL_PACKET, PACKET_STATISTICS, &statistics, &size), "statistics");
	if (statistics.tp_drops) {
		fprintf(stderr, "%u packets were not observed\n", statistics.tp_drops);
		exit(TOOL_FAILED);
	}
	for (int udp = 0; udp < 2; udp++)
		for (int port = 0; port < 65536; port++)
			if (seen[udp][port])
				printf("%s %d %llu\n", udp ? "udp" : "tcp", port, seen[udp][port]);
}

static void take_packet(int fd, bool out)
{
	struct observed observed = {};
	struct sockaddr_ll from;
	socklen_t size = sizeof(from);
	bool is_ip;

	check(recvfrom(fd, &observed, sizeof(observed), 0, (struct sockaddr *)&from, &size),
	      "receive");
	is_ip = observed.frame.ether_type == htons(ETHERTYPE_IP) ||
		observed.frame.ether_type == htons(ETHERTYPE_IPV6);
	if (is_ip && (from.sll_pkttype == PACKET_OUTGOING) == out)
		count_packet(&observed);
}

int main(int count, char **words)
{
	struct pollfd one = {.events = POLLIN};

	if (count != 3 || (strcmp(words[1], "in") && strcmp(words[1], "out"))) {
		fputs("usage: observe in|out INTERFACE\n", stderr);
		return TOOL_FAILED;
	}
	one.fd = open_observer(words[2]);
	say_ready();
	for (;;) {
		if (poll(&one, 1, stopped ? 0 : DOZE) > 0)
			take_packet(one.fd, !strcmp(words[1], "out"));
		else if (stopped)
			break;
	}
	print_seen(one.fd);
	return 0;
}
