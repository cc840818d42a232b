/* SPDX-License-Identifier: GPL-2.0-only */
/* A sample of what was dropped, or would have been, in words: numbers become names. Pure. */
#ifndef PORTCULLIS_DROP_H
#define PORTCULLIS_DROP_H

#include <json-c/json.h>
#include <linux/types.h>

#include "events.h"
#include "generation.h"
#include "layout.h"

/* What the sample itself does not say. */
struct drop_names {
	const char *interface;               /* NULL: it is gone */
	const struct generation *generation; /* compiled; NULL: that of the sample is gone */
	uint64_t boot;                       /* when that was: ns since 1970, UTC */
};

/* Adds when, where, why, from where to where, for which server. "time" is that of the drop. */
void drop_add(struct json_object *json, const struct event *event, const struct drop_names *names);

/* Adds how many were lost; "time" is now. */
void drop_add_lost(struct json_object *json, uint64_t lost);

/* "not-published: no row of the profile opens the port; server fe01, profile front-end"; the caller
 * frees it. */
char *drop_comment(struct json_object *json);

/* One line for either. */
void drop_print(struct json_object *json);

#endif
