/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A second opinion: what should become of a frame, by the RFCs and the project's own rules. It
 * shares no code with bpf/ or user/ and was written without them, so that both can hardly err
 * alike.
 */
#ifndef PORTCULLIS_TEST_MODEL_H
#define PORTCULLIS_TEST_MODEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "reasons.h"

/* What opens a run of ports of a profile. */
enum model_opening {
	MODEL_PUBLISHED,
	MODEL_MANAGEMENT,   /* from a source that Management names */
	MODEL_DHCP_ANSWERS, /* from the port of a DHCP server */
	MODEL_GUARDED,      /* if its guard agrees */
	MODEL_NOBODY,       /* to nobody, whatever the tables say of it */
};

struct model_prefix {
	const char *text; /* an address */
	unsigned int bits;
};

/* A set of sources, by either family. */
struct model_sources {
	const struct model_prefix *prefixes4, *prefixes6;
	size_t count4, count6;
};

/* What it asks, in this order. */
struct model_guard {
	const struct model_sources *sources; /* NULL: any */
	bool media;                          /* UDP: only what RFC 7983 knows */
	unsigned int burst;                  /* so many from one source, no more ever; 0: any */
};

struct model_ports {
	unsigned int profile;
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t first, last;
	enum model_opening opening;
	const struct model_guard *guard; /* of MODEL_GUARDED */
};

struct model_server {
	struct model_prefix ip4, ip6;
	unsigned int profile;
	bool monitor;
};

/* A source that is blocked, unless that is over. */
struct model_block {
	int family;
	struct model_prefix prefix;
	bool sites; /* else it is on the list that is changed live */
	bool over;
};

/*
 * Single IPv4 addresses that are blocked, at a distance in the last byte; every second one may have
 * an end of its own, years ahead.
 */
struct model_crowd {
	uint8_t first[4];
	unsigned int count, distance;
	bool differ;
};

struct model_policy {
	const struct model_server *servers; /* the first that fits is the one */
	size_t server_count;
	const struct model_ports *ports;
	size_t port_count;
	struct model_prefix management4, management6;
	const uint8_t *protocols; /* those that the setting Protocols names */
	size_t protocol_count;
	const struct model_block *blocks;
	size_t block_count;
	const struct model_crowd *crowds;
	size_t crowd_count;
	bool whole_interface; /* every destination that is no server's has the profile `rest` */
	bool unlisted_drop;   /* the same, but it is not listed */
	unsigned int rest;
	bool management; /* whether Management is set */
	bool non_ip_drop;
	bool monitor;  /* the gate's mode; a server's goes before */
	bool replies;  /* answers to what servers begin pass */
	bool inside;   /* what enters may come from servers */
	bool pickup;   /* connections that are older than the gate are taken over */
	bool exact;    /* no server is named by prefix */
	bool prefixes; /* all are */
};

/* The first fragments that passed. */
struct model_first {
	int family;
	uint8_t protocol;
	uint32_t id;
	size_t end; /* of what the first one held of the payload */
	uint8_t source[16], destination[16];
};

enum model_stage {
	MODEL_DATAGRAMS, /* UDP has no others */
	MODEL_OPENING,
	MODEL_OPEN,
	MODEL_CLOSING,
	MODEL_STAGES,
};

/* What goes back and forth between two ports. */
struct model_flow {
	int family;
	uint8_t protocol;
	uint8_t server[16], peer[16];
	unsigned int server_port, peer_port;
	enum model_stage stage;
	uint32_t ends; /* it lives before that second */
};

/* How often a source has come by a guard with a limit. */
struct model_visits {
	const struct model_guard *guard;
	int family;
	uint8_t source[16]; /* of IPv6 the first half */
	unsigned int count;
};

/* All that is remembered; whoever asks empties it, in time and before it is full. */
#define MODEL_MEMORY_MAX 1024

struct model_memory {
	uint32_t now; /* seconds, by no clock */
	size_t first_count, begun_count, met_count, visits_count;
	struct model_first firsts[MODEL_MEMORY_MAX];
	struct model_flow begun[MODEL_MEMORY_MAX]; /* by servers */
	struct model_flow met[MODEL_MEMORY_MAX];   /* begun by peers, or by nobody knows whom */
	struct model_visits visits[MODEL_MEMORY_MAX];
};

struct model_frame {
	const uint8_t *bytes;
	size_t size;
	size_t first_buffer; /* bytes that can be read */
};

struct model_answer {
	enum reason reason;
	/*
	 * Another drop reason that is as right, else the same one: no rule says in which order the
	 * size and the headers of a first fragment are judged.
	 */
	enum reason other;
	bool drop;       /* enforced; a would-be drop is a pass */
	bool monitored;  /* counted as a would-be drop */
	uint32_t length; /* of the IP packet, 0 if its header does not hold */
};

/* A frame that enters. */
struct model_answer model_judge(const struct model_policy *policy, struct model_memory *memory,
				const struct model_frame *frame);

/* A frame that leaves, whole in its first buffer. It passes in any case. */
void model_learn(const struct model_policy *policy, struct model_memory *memory,
		 const struct model_frame *frame);

/* How many flows live, by stage. */
void model_count_live(const struct model_memory *memory, const struct model_flow *flows,
		      size_t count, size_t by_stage[MODEL_STAGES]);

#endif
