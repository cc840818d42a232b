/* SPDX-License-Identifier: GPL-2.0-only */
/* What became of a capture's packets, as JSON and for people. */
#ifndef PORTCULLIS_VIEW_REPLAY_H
#define PORTCULLIS_VIEW_REPLAY_H

#include <json-c/json.h>
#include <stdint.h>

/* How many packets were taken for what: those judged, left and unjudged are all. */
struct replayed {
	const char *capture;
	uint64_t first, last; /* when they were captured: ns since 1970, UTC */
	uint64_t packets;
	uint64_t judged;    /* they arrive */
	uint64_t left;      /* they leave */
	uint64_t unjudged;  /* cut short within their headers, or no frame at all */
	uint64_t padded;    /* of the others: cut short behind their headers */
	uint64_t unlimited; /* of those judged: they passed where a limit is not applied */
	double seconds;     /* how long it took */
};

/* "2026-11-22T10:00:00Z"; the caller frees it. */
char *view_replay_time(uint64_t time);

/* Adds all but when the first was captured, which is the stats' "since". */
void view_add_replayed(struct json_object *json, const struct replayed *replayed);

/* Prints them, with the stats beside them. */
void view_print_replay(struct json_object *json);

#endif
