/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs frames through the program by BPF_PROG_TEST_RUN, against a policy that every test shares,
 * and checks verdict, reason and every counter there is.
 */
#ifndef PORTCULLIS_TEST_HARNESS_H
#define PORTCULLIS_TEST_HARNESS_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <linux/types.h>

#include "layout.h"
#include "object.h"

#include "frame.h"
#include "guarded.h"

/*
 * The policy. Profiles: 0 opens nothing; SERVICES opens what the table in harness.c says; OTHER
 * opens tcp/8080 and udp/67; GUARDED opens ports that guards ask more of. Slots are chosen so that
 * two blocks of counters are used.
 */
enum {
	CLOSED,
	SERVICES,
	OTHER,
	GUARDED,
	PROFILES,
};

enum {
	SERVER_SERVICES = SERVER_FIRST, /* 10.0.1.11, 2001:db8:1::11 */
	SERVER_OTHER,                   /* 10.0.1.12, 2001:db8:1::12 */
	SERVER_CLOSED,                  /* 10.0.1.14, 2001:db8:1::14 */
	SERVER_PREFIX,                  /* 10.9.0.0/16, 2001:db8:9::/48: SERVICES */
	SERVER_LONGER,                  /* 10.9.7.0/24, 2001:db8:9:7::/64: OTHER */
	SERVER_GUARDED,                 /* 10.0.1.21, 2001:db8:1::21: GUARDED */
	SERVER_MONITOR =
		SERVERS_PER_BLOCK + 6, /* 10.0.1.13, 2001:db8:1::13: SERVICES, counted only */
};

struct row {
	const char *frame; /* in the language of frame.h */
	enum reason reason;
};

/* The value of a map of one entry, to be unmapped. */
void *harness_value(const struct bpf_map *map);

/* Gives a server its place, or what is there for its address another target. */
void harness_put_server4(struct portcullis *program, const struct server4 *server);
void harness_put_server6(struct portcullis *program, const struct server6 *server);

/* Opens the program with the policy's maps sized, for interface mode with SERVICES. */
struct portcullis *harness_open(void);

/* The settings of site mode: servers and prefixes, and everyone else is unlisted. */
void harness_site(struct portcullis *program);

/* Answers pass to what servers begin. */
void harness_replies(struct portcullis *program);

/* Loads it, fills the maps and forgets what was counted. */
void harness_load(struct portcullis *program);

/* Unloads it; for cmocka's teardown too. */
int harness_close(void **state);

/* Runs rows; each must have exactly its own effect. */
void harness_run(struct portcullis *program, const struct row *rows, size_t count);
#define harness_rows(program, rows) harness_run(program, rows, sizeof(rows) / sizeof((rows)[0]))

/* One row in printf form, for loops over values. */
void harness_check(struct portcullis *program, enum reason reason, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* The same for a row whose port was read before another reason decided. */
void harness_check_port(struct portcullis *program, enum reason reason, const char *frame);

/* Only runs a frame: XDP_DROP or XDP_PASS. It must come out as it went in. */
uint32_t harness_verdict(struct portcullis *program, const void *frame, size_t size);

/*
 * A frame leaves, having entered by an interface (0: the host's own). The egress program has no
 * say in what becomes of it.
 */
void harness_leave(struct portcullis *program, uint32_t entered, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* Unless more is said, a frame's first buffer holds what a page has room for. */
#define FIRST_BUFFER_FULL 0xffff

/* From now on it holds so many bytes at most, and others the rest. */
void harness_first_buffer(uint32_t bytes);

/* Whether this kernel's BPF_PROG_TEST_RUN can do that (Linux 6.18). */
bool harness_can_scatter(void);

/* How the verdict of a reason is called. */
const char *harness_reason_name(enum reason reason);

#endif
