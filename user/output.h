/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Standard output. A command gathers its data as JSON; that is printed for programs as it is, and
 * for people by the command's own printer, with listings of aligned columns.
 */
#ifndef PORTCULLIS_OUTPUT_H
#define PORTCULLIS_OUTPUT_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

/* An object with the "version" and the "time" that all our JSON begins with. */
struct json_object *output_new(void);

/* Prints the object, as JSON or by print, and lets it go. */
void output_print(struct json_object *json, bool as_json, void (*print)(struct json_object *json));

/* The same of one of many that follow each other: JSON is one line, and nothing is flushed. */
void output_print_one(struct json_object *json, bool as_json,
		      void (*print)(struct json_object *json));

/* "2026-11-22 11:00:00 +0100" of a UTC time in ISO 8601; "-" for NULL. The caller frees it. */
char *output_time(const char *utc);

/* "5061" or "49152-65535". The caller frees it. */
char *output_ports(struct json_object *first, struct json_object *last);

/* A listing: rows of cells, as wide as the widest of their column. */
struct listing;

/* Columns as a format: a heading each, separated by '|'; one that begins with '>' is right-aligned.
 */
struct listing *listing_new(const char *columns);

/* Adds a row; takes over one string for each column (NULL: empty). */
void listing_add(struct listing *listing, ...);

/*
 * Prints heading and rows, indented by two, unless there are none, without columns in which nothing
 * stands; and frees the listing.
 */
void listing_print(struct listing *listing);

/* The same below what was printed before: an empty line goes before the heading. */
void listing_print_below(struct listing *listing);

#endif
