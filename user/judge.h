/* SPDX-License-Identifier: GPL-2.0-only */
/* What a policy says of a packet, and which rows say so. Pure; the program has the last word. */
#ifndef PORTCULLIS_JUDGE_H
#define PORTCULLIS_JUDGE_H

#include <linux/types.h>
#include <stdbool.h>

#include "generation.h"
#include "guarding.h"
#include "number.h"
#include "reasons.h"

/* What a packet is judged by. */
enum question_kind {
	QUESTION_PORT,
	QUESTION_ICMP, /* its type; in IPv6, ICMPv6 */
	QUESTION_PROTOCOL,
};

struct question {
	struct prefix source;      /* an address; family 0: one that nothing names */
	bool anyone;               /* the source stands for any that is not blocked */
	uint16_t source_port;      /* 0: any high port */
	struct prefix destination; /* an address; family 0: not said */
	enum question_kind kind;
	unsigned int transport; /* of QUESTION_PORT */
	uint16_t port;
	bool answer; /* of TCP: a packet that is no SYN; only the program can tell, by its flows */
	uint8_t icmp_type;
	uint8_t protocol; /* of QUESTION_PROTOCOL: IANA's number */
	guint interface;  /* of the choice: where the packet arrives */
};

struct judgement {
	enum reason reason;
	bool monitor;                      /* a drop is only counted */
	const struct server *server;       /* that the destination belongs to; or NULL */
	const struct compiled *profile;    /* that judged; NULL: unlisted */
	const struct opening *opening;     /* that the port stands in; or NULL */
	const struct blocked_row *blocked; /* that blocks the source: the narrowest; or NULL */
	const struct excepted *excepted;   /* that keeps the port closed; or NULL */
	struct guarding guarding; /* what more is asked there; Limit and Payload are not judged */
};

/* The addresses are of one family. */
struct judgement judge(const struct generation *generation, const struct question *question);

/* Whether Management lets a source (an address; NULL: anyone at all) reach a port. */
bool management_admits(const struct management *management, unsigned int transport,
		       const struct prefix *source, uint16_t port);

/* Whether answers to a DHCP client come to this port (RFC 2131, RFC 8415). */
bool judge_is_dhcp_client(unsigned int transport, uint16_t port);

/* The row of the site that blocks a source: the longest prefix; NULL if none. */
const struct blocked_row *judge_blocked(const struct policy *policy, const struct prefix *source);

/* The server that an address belongs to: the longest prefix wins; NULL if none. */
const struct server *judge_server(const struct policy *policy, const struct prefix *address);

#endif
