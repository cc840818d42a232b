/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The log of a gate: its last changes, in a map that is pinned beside the others as `log`. Only
 * writers, who hold the gate's lock, add to it; no program of the kernel's reads it.
 */
#ifndef PORTCULLIS_LOG_H
#define PORTCULLIS_LOG_H

#include <json-c/json.h>
#include <stdbool.h>

#include "message.h"

#define LOG_ENTRIES   100
#define LOG_TEXT_SIZE 4088 /* of an entry's JSON, with its end */

/*
 * Adds an entry, in place of the oldest where there are LOG_ENTRIES; makes the log if there is none
 * yet. False with a warning: it is too long, or the map cannot be made, or is of another version.
 */
bool log_append(const char *directory, struct json_object *entry, struct messages *messages);

/*
 * Appends the entries to an array, the oldest first, each with its "number", from 1. No log is an
 * empty one. False with an error.
 */
bool log_read(const char *directory, struct json_object *entries, struct messages *messages);

#endif
