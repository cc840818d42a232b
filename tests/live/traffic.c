/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Makes real traffic and counts what arrives, for the demo and the live tests:
 *
 *     traffic receive PORTS                  sockets on ports like udp/49152-49160,tcp/443
 *     traffic send ADDRESS PORTS COUNT [PER_SECOND]   COUNT numbered datagrams to each port
 *     traffic connect ADDRESS PORT           exit 0 connected, 2 refused, 1 silence for 300 ms
 *     traffic scan ADDRESS FIRST LAST        prints the TCP ports that answered, as ranges
 *
 * The first prints "ready", and what it received once it is sent SIGTERM.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "tool.h"

#define PATIENCE 300  /* ms: by then whatever answers has answered */
#define BATCH    8192 /* connections that a scan has under way at once */
#define LISTENED 4096 /* ports that `receive` opens at most */

/* "5061" or "49152-57500" */
static void parse_range(const char *text, unsigned int *first, unsigned int *last)
{
	int numbers = sscanf(text, "%u-%u", first, last);

	if (numbers == 1)
		*last = *first;
	if (numbers >= 1 && *first >= 1 && *first <= *last && *last <= 65535)
		return;
	fprintf(stderr, "traffic: '%s' is no port or range of ports\n", text);
	exit(TOOL_FAILED);
}

static struct addrinfo *parse_address(const char *address)
{
	const struct addrinfo hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM};
	struct addrinfo *found;
	int error = getaddrinfo(address, NULL, &hints, &found);

	if (!error)
		return found;
	fprintf(stderr, "traffic: %s: %s\n", address, gai_strerror(error));
	exit(TOOL_FAILED);
}

/* The port is at the same place in sockaddr_in and sockaddr_in6. */
static void set_port(struct addrinfo *address, unsigned int port)
{
	((struct sockaddr_in *)address->ai_addr)->sin_port = htons((uint16_t)port);
}

/* --- receive --- */

struct listened {
	unsigned int port;
	int type; /* SOCK_DGRAM, SOCK_STREAM */
	unsigned long long count;
};

static struct listened listened[LISTENED];
static struct pollfd polled[LISTENED];
static nfds_t sockets;

/* One socket for both families. */
static void open_socket(int type, unsigned int port)
{
	const struct sockaddr_in6 any = {.sin6_family = AF_INET6,
					 .sin6_port = htons((uint16_t)port)};
	int no = 0, yes = 1, fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0);

	check(fd, "socket");
	if (sockets == LISTENED) {
		fputs("traffic: too many ports\n", stderr);
		exit(TOOL_FAILED);
	}
	check(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &no, sizeof(no)), "both families");
	check(setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes)), "reuse address");
	enlarge_buffer(fd);
	check(bind(fd, (const struct sockaddr *)&any, sizeof(any)), "bind");
	if (type == SOCK_STREAM)
		check(listen(fd, 1024), "listen");
	polled[sockets] = (struct pollfd){.fd = fd, .events = POLLIN};
	listened[sockets++] = (struct listened){port, type, 0};
}

static void open_sockets(char *list)
{
	for (char *one = strtok(list, ","); one; one = strtok(NULL, ",")) {
		int type = strncmp(one, "udp/", 4) ? SOCK_STREAM : SOCK_DGRAM;
		unsigned int first, last;

		parse_range(one + strcspn(one, "/") + 1, &first, &last);
		for (unsigned int port = first; port <= last; port++)
			open_socket(type, port);
	}
}

/* Takes all that waits at one socket; connections are closed at once. */
static void drain(int fd, struct listened *here)
{
	char byte;
	int one;

	if (here->type == SOCK_DGRAM) {
		while (recv(fd, &byte, sizeof(byte), 0) >= 0)
			here->count++;
		return;
	}
	while ((one = accept(fd, NULL, NULL)) >= 0) {
		here->count++;
		close(one);
	}
}

static int receive(char **words)
{
	open_sockets(words[0]);
	say_ready();
	while (!stopped) {
		if (poll(polled, sockets, DOZE) < 0)
			continue;
		for (nfds_t i = 0; i < sockets; i++)
			if (polled[i].revents)
				drain(polled[i].fd, &listened[i]);
	}
	for (nfds_t i = 0; i < sockets; i++) {
		drain(polled[i].fd, &listened[i]);
		printf("%s %u %llu\n", listened[i].type == SOCK_DGRAM ? "udp" : "tcp",
		       listened[i].port, listened[i].count);
	}
	return 0;
}

/* --- send, connect, scan --- */

#define BURST 16 /* datagrams between two sleeps: a sleep costs more than a datagram */

static uint64_t now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

/* Sleeps until a burst is due (in ns) and returns when the next one is. Lost time stays lost: to
 * make up for it would be a flood. */
static uint64_t keep_pace(uint64_t due, uint64_t per_second)
{
	const struct timespec wake = {(time_t)(due / 1000000000), (long)(due % 1000000000)};

	clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &wake, NULL);
	return (now() > due + 1000000 ? now() : due) + BURST * 1000000000ULL / per_second;
}

static void send_number(int fd, const struct addrinfo *to, uint64_t number)
{
	uint64_t payload = htobe64(number);

	check(sendto(fd, &payload, sizeof(payload), 0, to->ai_addr, to->ai_addrlen), "send");
}

static int send_datagrams(char **words)
{
	struct addrinfo *address = parse_address(words[0]);
	uint64_t count = strtoull(words[2], NULL, 10), sent = 0, due = now();
	uint64_t per_second = words[3] ? strtoull(words[3], NULL, 10) : 20000;
	int fd = socket(address->ai_family, SOCK_DGRAM, 0);
	unsigned int first, last;

	check(fd, "socket");
	parse_range(words[1], &first, &last);
	for (unsigned int port = first; port <= last; port++) {
		set_port(address, port);
		for (uint64_t i = 0; i < count; i++, sent++) {
			if (sent % BURST == 0)
				due = keep_pace(due, per_second);
			send_number(fd, address, i);
		}
	}
	freeaddrinfo(address);
	return 0;
}

/* A connection under way to a port; one that fails at once has been answered too. */
static int start_connect(struct addrinfo *address, unsigned int port)
{
	const struct linger reset = {.l_onoff = 1};
	int fd = socket(address->ai_family, SOCK_STREAM | SOCK_NONBLOCK, 0);

	check(fd, "socket");
	check(setsockopt(fd, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), "linger");
	set_port(address, port);
	if (connect(fd, address->ai_addr, address->ai_addrlen))
		check(errno == EINPROGRESS || errno == ECONNREFUSED ? 0 : -1, "connect");
	return fd;
}

static int socket_error(int fd)
{
	int error = 0;
	socklen_t size = sizeof(error);

	check(getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size), "socket error");
	return error;
}

static int connect_once(char **words)
{
	struct addrinfo *address = parse_address(words[0]);
	struct pollfd one = {.events = POLLOUT};
	unsigned int port, last;

	parse_range(words[1], &port, &last);
	one.fd = start_connect(address, port);
	freeaddrinfo(address);
	if (!poll(&one, 1, PATIENCE))
		return 1;
	return socket_error(one.fd) ? 2 : 0;
}

/* Notes which ports of a batch answer before patience ends. */
static void scan_batch(struct addrinfo *address, unsigned int first, unsigned int count,
		       bool answered[])
{
	static struct pollfd tried[BATCH];
	struct timespec pause = {0, PATIENCE * 1000000L};

	for (unsigned int i = 0; i < count; i++)
		tried[i] = (struct pollfd){start_connect(address, first + i), POLLOUT, 0};
	nanosleep(&pause, NULL);
	check(poll(tried, count, 0), "poll");
	for (unsigned int i = 0; i < count; i++) {
		answered[first + i] = tried[i].revents;
		close(tried[i].fd);
	}
}

static int scan(char **words)
{
	static bool answered[65536 + 1];
	struct addrinfo *address = parse_address(words[0]);
	unsigned int first, last, unused;

	parse_range(words[1], &first, &unused);
	parse_range(words[2], &last, &unused);
	for (unsigned int port = first; port <= last; port += BATCH)
		scan_batch(address, port, last - port < BATCH ? last - port + 1 : BATCH, answered);
	for (unsigned int port = first; port <= last; port++) {
		unsigned int from = port;

		if (!answered[port])
			continue;
		while (answered[port + 1])
			port++;
		printf(from == port ? "%u\n" : "%u-%u\n", from, port);
	}
	freeaddrinfo(address);
	return 0;
}

static const struct {
	const char *name;
	int least, most; /* words after the name */
	int (*run)(char **words);
} modes[] = {
	{"receive", 1, 1, receive},
	{"send", 3, 4, send_datagrams},
	{"connect", 2, 2, connect_once},
	{"scan", 3, 3, scan},
};

int main(int count, char **words)
{
	const struct rlimit files = {BATCH + 64, BATCH + 64};

	check(setrlimit(RLIMIT_NOFILE, &files), "limit of open files");
	for (size_t i = 0; count > 1 && i < sizeof(modes) / sizeof(modes[0]); i++)
		if (!strcmp(words[1], modes[i].name) && count - 2 >= modes[i].least &&
		    count - 2 <= modes[i].most)
			return modes[i].run(words + 2);
	fputs("usage: traffic receive|send|connect|scan WORD…\n", stderr);
	return TOOL_FAILED;
}
