/* SPDX-License-Identifier: GPL-2.0-only */
/* What packets cost, and what is in the way, as JSON and as people read it. */
#ifndef PORTCULLIS_VIEW_ESTIMATE_H
#define PORTCULLIS_VIEW_ESTIMATE_H

#include <glib.h>
#include <json-c/json.h>

#include "estimate.h"
#include "machine.h"

/* Adds kernel, processor, cpu, how it was measured, and the packets by interface. */
void view_add_estimate(struct json_object *json, const struct estimate *estimate,
		       const struct machine *machine);

/* Adds an array "obstacles" of struct obstacle *. */
void view_add_obstacles(struct json_object *json, const GPtrArray *obstacles);

/* Prints both. */
void view_print_estimate(struct json_object *json);

#endif
