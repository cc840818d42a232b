/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocked sources as JSON, and as people read it. */
#include "view_blocks.h"

#include <stdio.h>
#include <string.h>

#include "json.h"
#include "output.h"

static void add_prefix(struct json_object *json, const struct prefix *prefix, const char *owner)
{
	char text[PREFIX_TEXT_SIZE];

	json_add_string(json, "prefix", prefix_format(prefix, text));
	json_add_string(json, "owner", owner);
}

static void add_time(struct json_object *json, const char *key, uint64_t unix_time)
{
	g_autoptr(GDateTime) date = g_date_time_new_from_unix_utc((gint64)unix_time);
	g_autofree char *text = date ? g_date_time_format(date, "%Y-%m-%dT%H:%M:%SZ") : NULL;

	json_add_string(json, key, text);
}

static void add_reason(struct json_object *json, const char *reason)
{
	json_add_string(json, "reason", *reason ? reason : NULL);
}

void view_add_blocked_row(struct json_object *json, const struct blocked_row *row)
{
	add_prefix(json, &row->prefix, "site");
	json_object_object_add(json, "since", NULL);
	json_object_object_add(json, "expires", NULL);
	add_reason(json, row->reason);
	json_add_string(json, "file", row->place.file);
	json_add_number(json, "line", (uint64_t)row->place.line);
}

/* In whole seconds, and never earlier than it is: who reads it back blocks no shorter. */
static uint64_t expiry(const struct blocked *value, const struct moment *now)
{
	uint64_t left = value->expires > now->boot ? value->expires - now->boot : 0;

	return now->unix_time + (left + 999999999) / 1000000000;
}

void view_add_block(struct json_object *json, const struct block *block, const struct moment *now)
{
	add_prefix(json, &block->prefix, "live");
	add_time(json, "since", block->value.added);
	if (block->value.expires == BLOCKED_FOR_GOOD)
		json_object_object_add(json, "expires", NULL);
	else
		add_time(json, "expires", expiry(&block->value, now));
	add_reason(json, block->value.reason);
	json_object_object_add(json, "file", NULL);
	json_object_object_add(json, "line", NULL);
}

static gint compare_rows(gconstpointer a, gconstpointer b)
{
	const struct blocked_row *one = *(struct blocked_row *const *)a;
	const struct blocked_row *other = *(struct blocked_row *const *)b;

	return block_compare_prefixes(&one->prefix, &other->prefix);
}

void view_add_blocks(struct json_object *json, const struct policy *policy, const GArray *blocks,
		     const struct moment *now)
{
	struct json_object *list = json_add_array(json, "blocks");
	g_autoptr(GPtrArray) rows = g_ptr_array_copy(policy->blocked, NULL, NULL);
	guint i = 0, j = 0;

	g_ptr_array_set_free_func(rows, NULL);
	g_ptr_array_sort(rows, compare_rows);
	while (i < rows->len || j < blocks->len) {
		const struct blocked_row *row = i < rows->len ? rows->pdata[i] : NULL;
		const struct block *block =
			j < blocks->len ? &g_array_index(blocks, struct block, j) : NULL;

		if (row && (!block || block_compare_prefixes(&row->prefix, &block->prefix) <= 0)) {
			view_add_blocked_row(json_append_object(list), row);
			i++;
		} else {
			view_add_block(json_append_object(list), block, now);
			j++;
		}
	}
}

char *view_block_end(struct json_object *block)
{
	const char *expires = json_string(block, "expires");
	g_autofree char *time = output_time(expires);

	return expires ? g_strdup_printf("until %s", time) : g_strdup("for good");
}

static char *place_of(struct json_object *block)
{
	const char *file = json_string(block, "file");

	return file ? g_strdup_printf("%s:%" G_GUINT64_FORMAT, file, json_number(block, "line"))
		    : NULL;
}

void view_print_blocks(struct json_object *json)
{
	struct json_object *list = json_member(json, "blocks");
	struct listing *listing = listing_new("PREFIX|OWNER|SINCE|EXPIRES|REASON|WHERE");

	if (!json_object_array_length(list))
		puts("nothing is blocked");
	for (size_t i = 0; i < json_object_array_length(list); i++) {
		struct json_object *one = json_object_array_get_idx(list, i);
		const char *since = json_string(one, "since"),
			   *expires = json_string(one, "expires");

		listing_add(listing, g_strdup(json_string(one, "prefix")),
			    g_strdup(json_string(one, "owner")), since ? output_time(since) : NULL,
			    expires ? output_time(expires) : g_strdup("never"),
			    g_strdup(json_string(one, "reason")), place_of(one));
	}
	listing_print(listing);
}
