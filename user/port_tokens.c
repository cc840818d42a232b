/* SPDX-License-Identifier: GPL-2.0-only */
/* The words and signs of a port cell, told apart by two tables. */
#include "port_tokens.h"

#include <stdbool.h>
#include <string.h>

#include <linux/types.h>

#include "layout.h"
#include "ports.h"

#define EXCERPT_MAX 60 /* in characters */

static const struct word {
	const char *text;
	enum token_kind kind;
	unsigned int transports;
} words[] = {
	{"tcp", TOKEN_TRANSPORT, TRANSPORT_BIT(TRANSPORT_TCP)},
	{"udp", TOKEN_TRANSPORT, TRANSPORT_BIT(TRANSPORT_UDP)},
	{"to", TOKEN_DASH, 0},
	{"through", TOKEN_DASH, 0},
	{"and", TOKEN_SEPARATOR, 0},
	{"or", TOKEN_SEPARATOR, 0},
	{"any", TOKEN_ANY, 0},
	{"all", TOKEN_ANY, 0},
	{"port", TOKEN_PORT, 0},
	{"ports", TOKEN_PORT, 0},
};

static const struct sign {
	gunichar character;
	enum token_kind kind;
} signs[] = {
	{',', TOKEN_SEPARATOR}, {';', TOKEN_SEPARATOR}, {'\n', TOKEN_SEPARATOR},
	{'&', TOKEN_SEPARATOR}, {'/', TOKEN_SLASH},     {'+', TOKEN_PLUS},
	{':', TOKEN_COLON},     {'-', TOKEN_DASH},      {0x2010, TOKEN_DASH /* hyphen */},
	{0x2011, TOKEN_DASH},   {0x2012, TOKEN_DASH},   {0x2013, TOKEN_DASH /* en dash */},
	{0x2014, TOKEN_DASH},   {0x2015, TOKEN_DASH},   {0x2212, TOKEN_DASH /* minus */},
};

/* Footnote marks: asterisk, daggers, section, paragraph, raised digits. */
static bool is_mark(gunichar c)
{
	static const gunichar marks[] = {'*',  0x2020, 0x2021, 0xa7,   0xb6,
					 0xb9, 0xb2,   0xb3,   0x2070, 0};

	for (unsigned int i = 0; marks[i]; i++) {
		if (c == marks[i])
			return true;
	}
	return c >= 0x2074 && c <= 0x2079;
}

static bool is_blank(gunichar c)
{
	return c != '\n' && g_unichar_isspace(c);
}

static const struct sign *find_sign(gunichar c)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(signs); i++) {
		if (signs[i].character == c)
			return &signs[i];
	}
	return NULL;
}

/* The end of the bracket that begins at text; NULL if it is not closed. */
static const char *bracket_end(const char *text)
{
	unsigned int depth = 0;

	for (; *text; text++) {
		if (strchr("([{", *text))
			depth++;
		else if (strchr(")]}", *text) && --depth == 0)
			return text + 1;
	}
	return NULL;
}

/* The end of what says nothing; NULL for a bracket without its partner. */
static const char *skip(const char *text)
{
	for (;;) {
		gunichar c = g_utf8_get_char(text);

		if (*text && strchr("([{", *text)) {
			text = bracket_end(text);
			if (!text)
				return NULL;
		} else if (is_blank(c) || is_mark(c)) {
			text = g_utf8_next_char(text);
		} else {
			return text;
		}
	}
}

/* A word runs to the next blank, sign, mark or bracket. */
static size_t word_length(const char *text)
{
	const char *end = text;

	while (*end && !strchr("([{", *end)) {
		gunichar c = g_utf8_get_char(end);

		if (is_blank(c) || is_mark(c) || find_sign(c))
			break;
		end = g_utf8_next_char(end);
	}
	return end - text;
}

static void tell_word(struct token *token)
{
	if (strspn(token->text, "0123456789") >= token->length) {
		token->kind = TOKEN_NUMBER;
		return;
	}
	for (unsigned int i = 0; i < G_N_ELEMENTS(words); i++) {
		const struct word *word = &words[i];

		if (strlen(word->text) == token->length &&
		    !g_ascii_strncasecmp(word->text, token->text, token->length)) {
			token->kind = word->kind;
			token->transports = word->transports;
		}
	}
}

static struct token next_token(const char *cell, const char *text)
{
	struct token token = {.kind = TOKEN_WORD, .text = text};
	const struct sign *sign = find_sign(g_utf8_get_char(text));

	if (!*text) {
		token.kind = TOKEN_END;
	} else if (sign) {
		token.kind = sign->kind;
		token.length = g_utf8_next_char(text) - text;
		if (*text == ',' && text > cell && g_ascii_isdigit(text[-1]) &&
		    g_ascii_isdigit(text[1]))
			token.kind = TOKEN_COMMA;
	} else {
		token.length = word_length(text);
		tell_word(&token);
	}
	return token;
}

char *port_excerpt(const char *text, size_t length)
{
	const char *end = text;
	g_autofree char *cut = NULL;

	for (unsigned int i = 0; i < EXCERPT_MAX && end < text + length; i++)
		end = g_utf8_next_char(end);
	cut = g_strdelimit(g_strndup(text, end - text), "\n", ' ');
	return end < text + length ? g_strconcat(cut, "…", NULL) : g_steal_pointer(&cut);
}

char *port_excerpt_tokens(const struct token *from, const struct token *to)
{
	return port_excerpt(from->text, to->text + to->length - from->text);
}

GArray *port_tokens(const char *cell, char **error)
{
	g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(struct token));
	struct token token = {.kind = TOKEN_SEPARATOR, .text = cell};

	if (!g_utf8_validate(cell, -1, NULL)) {
		*error =
			g_strdup("the port is not written in UTF-8, expected a number such as 443");
		return NULL;
	}
	while (token.kind != TOKEN_END) {
		const char *text = skip(token.text + token.length);

		if (!text) {
			g_autofree char *excerpt = port_excerpt(cell, strlen(cell));

			*error = g_strdup_printf("'%s' opens a bracket and does not close it, "
						 "expected ')' after it",
						 excerpt);
			return NULL;
		}
		token = next_token(cell, text);
		if (token.kind != TOKEN_PORT)
			g_array_append_val(tokens, token);
	}
	return g_steal_pointer(&tokens);
}
