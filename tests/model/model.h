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
};

struct model_ports {
	unsigned int profile;
	uint8_t protocol; /* IPPROTO_TCP or IPPROTO_UDP */
	uint16_t first, last;
	enum model_opening opening;
};

struct model_prefix {
	const char *text; /* an address */
	unsigned int bits;
};

struct model_server {
	struct model_prefix ip4, ip6;
	unsigned int profile;
	bool monitor;
};

struct model_policy {
	const struct model_server *servers; /* the first that fits is the one */
	size_t server_count;
	const struct model_ports *ports;
	size_t port_count;
	struct model_prefix management4, management6;
	const uint8_t *protocols; /* those that the setting Protocols names */
	size_t protocol_count;
	bool whole_interface; /* every destination that is no server's has the profile `rest` */
	bool unlisted_drop;   /* the same, but it is not listed */
	unsigned int rest;
	bool management; /* whether Management is set */
	bool non_ip_drop;
	bool monitor; /* the gate's mode; a server's goes before */
};

/* The first fragments that passed; whoever asks empties it, in time and before it is full. */
#define MODEL_FIRSTS_MAX 1024

struct model_memory {
	size_t count;
	struct model_first {
		int family;
		uint8_t protocol;
		uint32_t id;
		size_t end; /* of what the first one held of the payload */
		uint8_t source[16], destination[16];
	} firsts[MODEL_FIRSTS_MAX];
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

struct model_answer model_judge(const struct model_policy *policy, struct model_memory *memory,
				const struct model_frame *frame);

#endif
