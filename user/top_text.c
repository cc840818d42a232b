/* SPDX-License-Identifier: GPL-2.0-only */
/* Text for the full screen: cut and padded to columns, in UTF-8 or ASCII; sparklines. */
#include "top_text.h"

#include <string.h>

#define ELLIPSIS 0x2026

static int char_width(gunichar character)
{
	if (g_unichar_iszerowidth(character))
		return 0;
	return g_unichar_iswide(character) ? 2 : 1;
}

int top_width(const char *text)
{
	int width = 0;

	for (; *text; text = g_utf8_next_char(text))
		width += char_width(g_utf8_get_char(text));
	return width;
}

/* What the terminal must not take for an order, and what it cannot show. */
static char *clean(const char *text, bool utf8)
{
	g_autofree char *valid = g_utf8_make_valid(text, -1);
	GString *cleaned = g_string_new(NULL);

	for (const char *at = valid; *at; at = g_utf8_next_char(at)) {
		gunichar character = g_utf8_get_char(at);

		if (!utf8 && character == ELLIPSIS)
			g_string_append_c(cleaned, '~');
		else if (!g_unichar_isprint(character) || (!utf8 && character > 126))
			g_string_append_c(cleaned, '?');
		else
			g_string_append_unichar(cleaned, character);
	}
	return g_string_free(cleaned, FALSE);
}

char *top_cut(const char *text, int width, bool utf8)
{
	const char *ellipsis = utf8 ? "…" : "~";
	g_autofree char *cleaned = clean(text, utf8);
	const char *at = cleaned;

	if (width <= 0)
		return g_strdup("");
	if (top_width(cleaned) <= width)
		return g_steal_pointer(&cleaned);
	for (int left = width - 1;; at = g_utf8_next_char(at)) {
		left -= char_width(g_utf8_get_char(at));
		if (left < 0)
			break;
	}
	/* No space before the ellipsis. */
	while (at > cleaned && at[-1] == ' ')
		at--;
	return g_strdup_printf("%.*s%s", (int)(at - cleaned), cleaned, ellipsis);
}

char *top_pad(const char *text, int width, bool right, bool utf8)
{
	g_autofree char *cut = top_cut(text, width, utf8);
	int padding = MAX(width, 0) - top_width(cut);

	if (right)
		return g_strdup_printf("%*s%s", padding, "", cut);
	return g_strdup_printf("%s%*s", cut, padding, "");
}

/* By height; the lowest is for zero alone, so that a single packet is seen. */
static const char *const heights[] = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
static const char *const ascii_heights[] = {"_", ".", "-", "=", "+", "*", "%", "#"};

char *top_sparkline(const double *numbers, guint count, int width, bool utf8)
{
	const guint steps = G_N_ELEMENTS(heights) - 1;
	guint shown = MIN(count, (guint)MAX(width, 0));
	GString *line = g_string_new(NULL);
	double highest = 0;

	g_string_append_printf(line, "%*s", MAX(width, 0) - (int)shown, "");
	numbers += count - shown;
	for (guint i = 0; i < shown; i++)
		highest = MAX(highest, numbers[i]);
	for (guint i = 0; i < shown; i++) {
		guint height = 0;

		if (numbers[i] > 0)
			height = 1 + (guint)(numbers[i] / highest * (steps - 1) + 0.5);
		g_string_append(line, (utf8 ? heights : ascii_heights)[MIN(height, steps)]);
	}
	return g_string_free(line, FALSE);
}

/* Of a product's name, which stands before the name of each of its services, nobody learns. */
char *top_common(const GPtrArray *names)
{
	g_autoptr(GHashTable) beginnings =
		g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
	g_autofree char *common = g_strdup("");

	for (guint i = 0; i < names->len; i++) {
		const char *name = names->pdata[i];
		const char *space = strchr(name, ' ');

		for (; space; space = strchr(space + 1, ' ')) {
			char *words = g_strndup(name, (gsize)(space + 1 - name));
			guint count = GPOINTER_TO_UINT(g_hash_table_lookup(beginnings, words)) + 1;

			if (count > 1 && count * 2 > names->len && strlen(words) > strlen(common)) {
				g_free(common);
				common = g_strdup(words);
			}
			g_hash_table_replace(beginnings, words, GUINT_TO_POINTER(count));
		}
	}
	return g_steal_pointer(&common);
}
