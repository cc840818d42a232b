/* SPDX-License-Identifier: GPL-2.0-only */
/* The small language of port cells ("5060/5061 and 49152-57500") and protocol cells ("TCP (TLS)").
 */
#ifndef PORTCULLIS_PORTS_H
#define PORTCULLIS_PORTS_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Sets of transports: bits by enum transport. */
#define TRANSPORT_BIT(transport) (1U << (transport))
#define TRANSPORT_BOTH           (TRANSPORT_BIT(TRANSPORT_TCP) | TRANSPORT_BIT(TRANSPORT_UDP))

struct port_range {
	uint16_t first; /* both bounds belong to it; first <= last */
	uint16_t last;
	unsigned int transports; /* what the cell itself says ("443/TCP"); 0: nothing */
};

struct port_list {
	GArray *ranges; /* struct port_range, in the order written */
	bool any;       /* the cell said Any: one range 1-65535, worth a warning */
};

/*
 * Reads a port cell as portcullis-document(5) states under PORT CELLS. On failure returns -EINVAL
 * and sets *error to what is wrong and what was expected ("port '70000' is out of range, expected
 * 1-65535"); the caller frees it. On success the caller frees list->ranges with g_array_unref().
 */
int ports_parse(const char *cell, struct port_list *list, char **error);

/* What a protocol cell says. */
enum protocol_meaning {
	PROTOCOL_TRANSPORTS, /* *transports is set: TCP, UDP or what an application implies */
	PROTOCOL_EMPTY,      /* nothing is written */
	PROTOCOL_NEITHER,    /* a known protocol without ports (ICMP, ESP, …): opens nothing */
	PROTOCOL_UNKNOWN,    /* a word that we do not know */
};
enum protocol_meaning protocol_parse(const char *cell, unsigned int *transports);

/*
 * A list as our own tables write it: "tcp/5061, udp/49152-65535". Every entry has its transport.
 * As ports_parse() otherwise.
 */
int port_list_parse(const char *cell, struct port_list *list, char **error);

/* Whether an item of a list is meant as ports, rather than as a name: it begins "tcp/" or "udp/".
 */
bool port_list_is_item(const char *item);

/* As port_list_parse(), but appends to ranges (struct port_range). */
int port_list_append(const char *cell, GArray *ranges, char **error);

/* "tcp" or "udp". */
const char *transport_name(unsigned int transport);

/* "tcp/5061", "udp/49152-65535"; the caller frees it. */
char *port_range_format(unsigned int transport, uint16_t first, uint16_t last);

#endif
