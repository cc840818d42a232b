/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with the text of cells and headers: words found, lists split, names quoted. */
#include "text.h"

#include <string.h>

static bool is_word_at(const char *text, const char *at, const char *word)
{
	size_t length = strlen(word);

	if (g_ascii_strncasecmp(at, word, length))
		return false;
	return (at == text || !g_ascii_isalnum(at[-1])) && !g_ascii_isalnum(at[length]);
}

bool text_has_word(const char *text, const char *const words[])
{
	for (const char *at = text; *at; at++) {
		for (unsigned int i = 0; words[i]; i++) {
			if (is_word_at(text, at, words[i]))
				return true;
		}
	}
	return false;
}

GPtrArray *text_split(const char *text, const char *separators)
{
	GPtrArray *parts = g_ptr_array_new_with_free_func(g_free);

	while (*text) {
		size_t length = strcspn(text, separators);
		char *part = g_strstrip(g_strndup(text, length));

		if (*part)
			g_ptr_array_add(parts, part);
		else
			g_free(part);
		text += length;
		text += *text != '\0';
	}
	return parts;
}

char *text_one_line(const char *text)
{
	g_autoptr(GPtrArray) words = text_split(text, " \t\n");

	g_ptr_array_add(words, NULL);
	return g_strjoinv(" ", (char **)words->pdata);
}

char *text_fold(const char *text)
{
	return g_utf8_casefold(text, -1);
}

static char *join(const GPtrArray *names, const char *last, const char *mark)
{
	GString *joined = g_string_new(NULL);

	for (unsigned int i = 0; i < names->len; i++) {
		if (i > 0 && i + 1 == names->len)
			g_string_append_printf(joined, " %s ", last);
		else if (i > 0)
			g_string_append(joined, ", ");
		g_string_append_printf(joined, "%s%s%s", mark, (char *)names->pdata[i], mark);
	}
	return g_string_free(joined, FALSE);
}

char *text_join(const GPtrArray *names, const char *last)
{
	return join(names, last, "");
}

char *text_quote(const GPtrArray *names, const char *last)
{
	return join(names, last, "'");
}

char *text_ports(uint16_t first, uint16_t last)
{
	return first == last ? g_strdup_printf("%u", first) : g_strdup_printf("%u-%u", first, last);
}

bool text_is_name(const char *text)
{
	if (!g_ascii_isalnum(text[0]))
		return false;
	for (const char *at = text; *at; at++) {
		if (!g_ascii_isalnum(*at) && !strchr("._-", *at))
			return false;
	}
	return true;
}
