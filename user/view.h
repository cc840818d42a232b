/* SPDX-License-Identifier: GPL-2.0-only */
/* The data that several commands show, as JSON: what `--json` prints, and what the printers read.
 */
#ifndef PORTCULLIS_VIEW_H
#define PORTCULLIS_VIEW_H

#include <json-c/json.h>

#include "generation.h"
#include "guarding.h"
#include "judge.h"
#include "profile.h"
#include "totals.h"

/* Adds protocol, first, last, media and services (role, service, file, line) of an opening. */
void view_add_opening(struct json_object *json, const struct opening *opening);

/* Adds an array "services" of the roles, services and places of rows. */
void view_add_services(struct json_object *json, const GPtrArray *rows);

/* Adds an array "guards" of those that ask something: name, file, line and what each asks. */
void view_add_guards(struct json_object *json, const struct guarding *guarding);

/* What one of them asks, as people read it: "from pool only, if it is media". The caller frees it.
 */
char *view_guard(struct json_object *guard);

/* A list of services as people read it: "Front End: SIP, Web: HTTPS"; each once. The caller frees
 * it. */
char *view_services(struct json_object *services);

/* Where they are stated: "d.md:5 d.md:6". The caller frees it. */
char *view_places(struct json_object *services);

/* Adds verdict, reason and meaning. */
void view_add_reason(struct json_object *json, enum reason reason);

/*
 * Adds that of a judgement, with mode, profile, server, the segment that it stands in or null,
 * guards and, if an Except keeps the port closed, excepted.
 */
void view_add_judgement(struct json_object *json, const struct judgement *judgement);

/*
 * Adds what was counted for a generation: since, ports, reasons, dropped_ports and servers. With
 * the totals of so many seconds before, rates too; before may be NULL.
 */
void view_add_stats(struct json_object *json, const struct generation *generation,
		    const struct totals *now, const struct totals *before, double seconds);

/* Prints what of them was counted and not dropped: the five most frequent reasons and ports. */
void view_print_monitored(struct json_object *stats);

/*
 * Prints them, and the members enforcing, mode and generation beside them, in Prometheus' text
 * format.
 */
void view_print_prometheus(struct json_object *stats);

/* Prints them, with the table for "port", "service" or "server". */
void view_print_stats(struct json_object *stats, const char *by);

/* Prints them by reason, service, server and dropped port, for a policy that is tried. */
void view_print_tried(struct json_object *stats);

#endif
