/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked sources as JSON, and as people read it. */
#ifndef PORTCULLIS_VIEW_BLOCKS_H
#define PORTCULLIS_VIEW_BLOCKS_H

#include <json-c/json.h>

#include "block.h"
#include "policy.h"

/* Adds prefix, owner, since, expires, reason, file and line of a row of the site. */
void view_add_blocked_row(struct json_object *json, const struct blocked_row *row);

/* The same of an entry of the block list. */
void view_add_block(struct json_object *json, const struct block *block, const struct moment *now);

/* Adds an array "blocks" of the site's and of the list's, which is sorted, in one order. */
void view_add_blocks(struct json_object *json, const struct policy *policy, const GArray *blocks,
		     const struct moment *now);

/* Prints what view_add_blocks() added. */
void view_print_blocks(struct json_object *json);

/* "until 2026-11-22 11:00:00 +0100" or "for good", of an entry's JSON. The caller frees it. */
char *view_block_end(struct json_object *block);

#endif
