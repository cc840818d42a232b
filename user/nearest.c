/* SPDX-License-Identifier: GPL-2.0-only */
/* "Did you mean": names compared by edit distance, without case. */
#include "nearest.h"

#include <stdlib.h>
#include <string.h>

#include "text.h"

#define NAMES_MAX  3
#define LENGTH_MAX 256 /* in characters: what is longer is no name, and costs its square */

struct candidate {
	const char *name;
	glong distance;
	guint place; /* in the list: the order of equals */
};

/* Levenshtein's distance, where two neighbours that changed places are one edit: "Prot", "Port". */
static glong edit_distance(const gunichar *a, glong a_length, const gunichar *b, glong b_length)
{
	glong rows[3][LENGTH_MAX + 1]; /* of the table: this one and the two before */

	for (glong j = 0; j <= b_length; j++)
		rows[0][j] = j;
	for (glong i = 1; i <= a_length; i++) {
		glong *row = rows[i % 3];
		const glong *above = rows[(i + 2) % 3], *second = rows[(i + 1) % 3];

		row[0] = i;
		for (glong j = 1; j <= b_length; j++) {
			row[j] = MIN(above[j], row[j - 1]) + 1;
			row[j] = MIN(row[j], above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = MIN(row[j], second[j - 2] + 1);
		}
	}
	return rows[a_length % 3][b_length];
}

/* In one case, as characters; NULL for what is too long. */
static gunichar *characters(const char *name, glong *length)
{
	g_autofree char *folded = NULL;

	if (strlen(name) > 4 * LENGTH_MAX || !g_utf8_validate(name, -1, NULL))
		return NULL;
	folded = g_utf8_casefold(name, -1);
	*length = g_utf8_strlen(folded, -1);
	return *length <= LENGTH_MAX ? g_utf8_to_ucs4_fast(folded, -1, NULL) : NULL;
}

static gint by_distance(gconstpointer a, gconstpointer b)
{
	const struct candidate *one = a, *other = b;

	if (one->distance != other->distance)
		return one->distance < other->distance ? -1 : 1;
	return one->place < other->place ? -1 : 1;
}

/* The names within a third of the wanted one's length (at least 1), nearest first. */
static GArray *candidates_of(const char *name, const GPtrArray *names)
{
	GArray *candidates = g_array_new(FALSE, FALSE, sizeof(struct candidate));
	glong length, limit;
	g_autofree gunichar *wanted = characters(name, &length);

	if (!wanted)
		return candidates;
	limit = MAX(length / 3, 1);
	for (guint i = 0; i < names->len; i++) {
		struct candidate candidate = {.name = names->pdata[i], .place = i};
		glong other_length;
		g_autofree gunichar *other = characters(candidate.name, &other_length);

		if (!other || labs(other_length - length) > limit)
			continue;
		candidate.distance = edit_distance(wanted, length, other, other_length);
		if (candidate.distance <= limit)
			g_array_append_val(candidates, candidate);
	}
	g_array_sort(candidates, by_distance);
	return candidates;
}

char *nearest(const char *name, const GPtrArray *names)
{
	g_autoptr(GArray) candidates = candidates_of(name, names);
	g_autoptr(GPtrArray) near = g_ptr_array_new();

	for (guint i = 0; i < candidates->len && near->len < NAMES_MAX; i++) {
		char *candidate = (char *)g_array_index(candidates, struct candidate, i).name;

		if (!g_ptr_array_find_with_equal_func(near, candidate, g_str_equal, NULL))
			g_ptr_array_add(near, candidate);
	}
	return near->len ? text_quote(near, "or") : NULL;
}
