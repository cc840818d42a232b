/* SPDX-License-Identifier: GPL-2.0-only */
/* The ports that one compiled profile opens and another does not. Pure. */
#ifndef PORTCULLIS_COMPARE_PORTS_H
#define PORTCULLIS_COMPARE_PORTS_H

#include <json-c/json.h>
#include <stdbool.h>

#include "profile.h"

/*
 * Adds the arrays "opened" and "closed": runs of ports, as view_add_opening() writes them, with the
 * rows that open them in the one and opened them in the other. NULL opens nothing. Returns whether
 * there are any.
 */
bool compare_ports(struct json_object *json, const struct compiled *before,
		   const struct compiled *after);

/* How many ports of a protocol ("tcp") such runs hold. */
unsigned int compare_count(struct json_object *runs, const char *protocol);

#endif
