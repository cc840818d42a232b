/* SPDX-License-Identifier: GPL-2.0-only */
/* Which ports a change opens and closes, in few words. Pure. */
#ifndef PORTCULLIS_AUDIT_PORTS_H
#define PORTCULLIS_AUDIT_PORTS_H

#include <json-c/json.h>

#include "generation.h"

/*
 * Adds the arrays "opened" and "closed": groups of interfaces and servers for which the same ports
 * are, each with "names" and "ports" (strings), and "more_names" and "more_ports", the numbers of
 * those left out. Where nothing was enforced before, what is open now counts as opened; where
 * nothing is after, both are empty.
 */
void audit_add_ports(struct json_object *json, const struct generation *before,
		     const struct generation *after);

/* "tcp/443, udp/5000-5999 on fe01, fe02 and 3 more": such a group; the caller frees it. */
char *audit_ports_text(struct json_object *group);

/* Leaves out groups until the JSON's plain text has at most so many bytes, and then sets "cut". */
void audit_cut(struct json_object *json, size_t size);

#endif
