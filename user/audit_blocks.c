/* SPDX-License-Identifier: GPL-2.0-only */
/* Sums up what a command has changed of the block list. */
#include "audit_blocks.h"

#include "json.h"

static guint total(const struct audit_blocks *blocks)
{
	return blocks->added + blocks->prolonged + blocks->removed;
}

void audit_blocks_note(struct audit_blocks *blocks, guint *count, const struct prefix *prefix)
{
	++*count;
	if (total(blocks) == 1)
		prefix_format(prefix, blocks->prefix);
	else
		*blocks->prefix = 0;
}

void audit_blocks_note_asked(struct audit_blocks *blocks, const GArray *asked, const GArray *before,
			     const struct moment *now)
{
	g_autoptr(GArray) each = g_array_copy((GArray *)asked);

	blocks_sort(each); /* one that is asked for twice is one */
	for (guint i = 0; i < each->len; i++) {
		const struct block *block = &g_array_index(each, struct block, i);
		const struct block *found = blocks_find(before, &block->prefix);

		if (!found || found->value.expires <= now->boot)
			audit_blocks_note(blocks, &blocks->added, &block->prefix);
		else if (block->value.expires > found->value.expires)
			audit_blocks_note(blocks, &blocks->prolonged, &block->prefix);
	}
}

static const char *noun(guint count)
{
	return count == 1 ? "prefix" : "prefixes";
}

char *audit_blocks_text(const struct audit_blocks *blocks)
{
	guint blocked = blocks->added + blocks->prolonged;

	if (*blocks->prefix)
		return g_strdup_printf("%s %s", blocks->prefix,
				       blocks->removed     ? "unblocked"
				       : blocks->prolonged ? "blocked for longer"
							   : "blocked");
	if (!blocked)
		return g_strdup_printf("%u %s unblocked", blocks->removed, noun(blocks->removed));
	if (!blocks->prolonged)
		return g_strdup_printf("%u %s blocked", blocked, noun(blocked));
	if (!blocks->added)
		return g_strdup_printf("%u %s blocked for longer", blocked, noun(blocked));
	return g_strdup_printf("%u %s blocked, %u of them for longer", blocked, noun(blocked),
			       blocks->prolonged);
}

static void add_count(struct json_object *json, const char *key, const guint *count)
{
	json_object_object_add(json, key, count ? json_object_new_int64(*count) : NULL);
}

void audit_blocks_add(struct json_object *json, const struct audit_blocks *blocks)
{
	json_add_string(json, "prefix", blocks && *blocks->prefix ? blocks->prefix : NULL);
	add_count(json, "added", blocks ? &blocks->added : NULL);
	add_count(json, "prolonged", blocks ? &blocks->prolonged : NULL);
	add_count(json, "removed", blocks ? &blocks->removed : NULL);
}

bool audit_blocks_read(struct audit_blocks *blocks, struct json_object *entry)
{
	const char *prefix = json_string(entry, "prefix");

	*blocks = (struct audit_blocks){
		.added = (guint)json_number(entry, "added"),
		.prolonged = (guint)json_number(entry, "prolonged"),
		.removed = (guint)json_number(entry, "removed"),
	};
	g_strlcpy(blocks->prefix, prefix ? prefix : "", sizeof(blocks->prefix));
	return json_member(entry, "added") != NULL;
}
