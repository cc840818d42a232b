/* SPDX-License-Identifier: GPL-2.0-only */
/* What the tools of the live tests share: they end on any error, and count until SIGTERM. */
#ifndef PORTCULLIS_TESTS_TOOL_H
#define PORTCULLIS_TESTS_TOOL_H

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define TOOL_FAILED 3           /* exit code */
#define BUFFER_SIZE (256 << 20) /* bytes: whatever comes while we do not run */
#define DOZE        100         /* ms: how long SIGTERM may go unnoticed */

static volatile sig_atomic_t stopped __attribute__((unused));

static inline void stop(int signal)
{
	stopped = 1;
}

static void check(long result, const char *what)
{
	if (result >= 0)
		return;
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(TOOL_FAILED);
}

/* From here on what arrives is counted, and SIGTERM ends the counting. */
static inline void say_ready(void)
{
	signal(SIGTERM, stop);
	puts("ready");
	fflush(stdout);
}

static inline void enlarge_buffer(int fd)
{
	int size = BUFFER_SIZE;

	check(setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)), "receive buffer");
}

#endif
