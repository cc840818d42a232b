/* SPDX-License-Identifier: GPL-2.0-only */
/* What a command has changed of the block list, in few words. Pure. */
#ifndef PORTCULLIS_AUDIT_BLOCKS_H
#define PORTCULLIS_AUDIT_BLOCKS_H

#include <glib.h>
#include <json-c/json.h>
#include <stdbool.h>

#include "block.h"
#include "number.h"

/* How many prefixes are blocked that were not, are for longer, or are no longer. */
struct audit_blocks {
	guint added, prolonged, removed;
	char prefix[PREFIX_TEXT_SIZE]; /* the only one; "" if they are several, or none */
};

/* Counts another prefix among those of a kind: `count` is a member of blocks. */
void audit_blocks_note(struct audit_blocks *blocks, guint *count, const struct prefix *prefix);

/* Counts what blocking those asked for (struct block, in any order, twice too) changes of a sorted
 * list, as it was at a moment. */
void audit_blocks_note_asked(struct audit_blocks *blocks, const GArray *asked, const GArray *before,
			     const struct moment *now);

/* "203.0.113.7 blocked", "5 prefixes blocked, 2 for longer"; the caller frees it. */
char *audit_blocks_text(const struct audit_blocks *blocks);

/* Adds "prefix", "added", "prolonged" and "removed"; each is null if blocks is NULL. */
void audit_blocks_add(struct json_object *json, const struct audit_blocks *blocks);

/* Reads them back; false if the entry tells of no change of the block list. */
bool audit_blocks_read(struct audit_blocks *blocks, struct json_object *entry);

#endif
