/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Which entry of the shared counters belongs to what. An entry once given is never given to
 * anything else while the gate stands, so that counters survive every swap and never go back.
 */
#ifndef PORTCULLIS_SLOTS_H
#define PORTCULLIS_SLOTS_H

#include <glib.h>
#include <json-c/json.h>
#include <stdint.h>

struct slots {
	GPtrArray *segments;       /* char *: "tcp/5061 front-end"; entry n is slot n + 1 */
	GPtrArray *servers;        /* char *: names; entry n is number n + SERVER_FIRST */
	GHashTable *segment_slots; /* the same the other way: name → slot */
	GHashTable *server_numbers;
};

struct slots *slots_new(void);
struct slots *slots_copy(const struct slots *slots);
void slots_free(struct slots *slots);

/* The slot of a profile's segment, given now if it had none. Slots start at 1. */
uint32_t slots_segment(struct slots *slots, const char *profile, unsigned int transport,
		       uint16_t first, uint16_t last);

/* The number of a server, given now if it had none. Numbers start at SERVER_FIRST. */
uint32_t slots_server(struct slots *slots, const char *name);

/* {"segments": ["tcp/5061 front-end", …], "servers": ["fe01", …]}; NULL if json is not of that
 * form. */
struct json_object *slots_to_json(const struct slots *slots);
struct slots *slots_from_json(struct json_object *json);

#endif
