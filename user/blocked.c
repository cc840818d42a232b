/* SPDX-License-Identifier: GPL-2.0-only */
/* The Blocked table: whom a site blocks. */
#include "blocked.h"

#include <string.h>

#include "networks.h"
#include "spared.h"

void blocked_line(const struct line *line)
{
	g_autofree char *error = NULL;
	const char *text = line_keep(line, COLUMN_BLOCKED);
	struct blocked_row *row;
	struct prefix prefix;

	if (network_prefix(text, &prefix, &error)) {
		line_error(line, "%s", error);
		return;
	}
	row = g_new0(struct blocked_row, 1);
	*row = (struct blocked_row){line->place, prefix, line_keep(line, COLUMN_REASON)};
	g_ptr_array_add(line->reading->policy->blocked, row);
}

static guint hash_prefix(gconstpointer key)
{
	const struct prefix *prefix = key;
	guint hash = prefix->length;

	for (size_t i = 0; i < sizeof(prefix->bytes); i++)
		hash = hash * 31 + prefix->bytes[i];
	return hash;
}

static gboolean same_prefix(gconstpointer a, gconstpointer b)
{
	return !memcmp(a, b, sizeof(struct prefix));
}

/* Why a row cannot stand; NULL if it can. The caller frees it. */
static char *find_fault(const struct blocked_row *row, const struct spared *spared,
			GHashTable *seen)
{
	const struct blocked_row *first = g_hash_table_lookup(seen, &row->prefix);
	char text[PREFIX_TEXT_SIZE];

	if (first)
		return g_strdup_printf("'%s' is blocked already at %s:%d, expected once",
				       prefix_format(&row->prefix, text), first->place.file,
				       first->place.line);
	return spared_refusal(spared, &row->prefix, false);
}

void blocked_settle(struct reading *reading)
{
	const GPtrArray *rows = reading->policy->blocked;
	g_autoptr(GHashTable) seen = g_hash_table_new(hash_prefix, same_prefix);
	struct spared *spared = rows->len ? spared_new(reading->policy) : NULL;

	for (guint i = 0; i < rows->len; i++) {
		struct blocked_row *row = rows->pdata[i];
		g_autofree char *fault = find_fault(row, spared, seen);

		if (fault)
			message_add(reading->messages, SEVERITY_ERROR, row->place.file,
				    row->place.line, "%s", fault);
		else
			g_hash_table_insert(seen, &row->prefix, row);
	}
	spared_free(spared);
}
