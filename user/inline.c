/* SPDX-License-Identifier: GPL-2.0-only */
/* Inline Markdown becomes plain text. */
#include "inline.h"

#include <cmark-gfm-extension_api.h>
#include <glib.h>
#include <string.h>

/* Text that is gathered, and where in it the text began that a mark will take away. */
struct gathered {
	GString *text;
	unsigned int struck; /* how many strikethroughs enclose this */
	size_t struck_from;
	const char *raised; /* "sup" or "sub" if one is open, else NULL */
	size_t raised_from;
	bool gap; /* text was taken away here */
};

bool inline_is_tag(const char *html, const char *name)
{
	size_t length = strlen(name);

	return *html == '<' && !g_ascii_strncasecmp(html + 1, name, length) &&
	       !g_ascii_isalnum(html[1 + length]) && html[1 + length] != '-';
}

/* Digits on both sides of what was taken away are two numbers, not one. */
static void gather(struct gathered *gathered, const char *text)
{
	GString *all = gathered->text;

	if (!*text)
		return;
	if (gathered->gap && all->len && g_ascii_isdigit(all->str[all->len - 1]) &&
	    g_ascii_isdigit(*text))
		g_string_append_c(all, ' ');
	gathered->gap = false;
	for (; *text; text++)
		g_string_append_c(all, *text == '\n' ? ' ' : *text);
}

static void take_away(struct gathered *gathered, size_t from)
{
	g_string_truncate(gathered->text, MIN(from, gathered->text->len));
	gathered->gap = true;
}

/* One without an end takes nothing away: no port may vanish by a slip of the pen. */
static void gather_raised(struct gathered *gathered, const char *html)
{
	static const char *const names[] = {"sup", "sub"};
	bool closes = html[1] == '/';
	g_autofree char *tag = closes ? g_strconcat("<", html + 2, NULL) : NULL;

	for (unsigned int i = 0; i < G_N_ELEMENTS(names); i++) {
		if (!closes && !gathered->raised && inline_is_tag(html, names[i])) {
			gathered->raised = names[i];
			gathered->raised_from = gathered->text->len;
		} else if (closes && gathered->raised == names[i] && inline_is_tag(tag, names[i])) {
			gathered->raised = NULL;
			take_away(gathered, gathered->raised_from);
		}
	}
}

static void gather_html(struct gathered *gathered, const char *html)
{
	if (inline_is_tag(html, "br"))
		g_string_append_c(gathered->text, '\n');
	else
		gather_raised(gathered, html);
}

static void gather_struck(struct gathered *gathered, cmark_event_type event)
{
	if (event == CMARK_EVENT_ENTER && gathered->struck++ == 0)
		gathered->struck_from = gathered->text->len;
	if (event == CMARK_EVENT_EXIT && --gathered->struck == 0)
		take_away(gathered, gathered->struck_from);
}

static bool is_struck(cmark_node *node)
{
	return cmark_node_get_syntax_extension(node) &&
	       !strcmp(cmark_node_get_type_string(node), "strikethrough");
}

static void gather_node(struct gathered *gathered, cmark_node *node, cmark_event_type event)
{
	cmark_node_type type = cmark_node_get_type(node);

	if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE)
		gather(gathered, cmark_node_get_literal(node));
	else if (type == CMARK_NODE_SOFTBREAK || type == CMARK_NODE_LINEBREAK)
		gather(gathered, " ");
	else if (type == CMARK_NODE_HTML_INLINE)
		gather_html(gathered, cmark_node_get_literal(node));
	else if (is_struck(node))
		gather_struck(gathered, event);
}

/* What takes no room: a soft hyphen, a zero-width space, an override of the direction. */
static bool is_invisible(gunichar c)
{
	return c >= 0x80 && g_unichar_type(c) == G_UNICODE_FORMAT;
}

static bool is_blank(gunichar c)
{
	return g_unichar_isspace(c) || g_unichar_iscntrl(c);
}

static char *fold(const char *text)
{
	GString *folded = g_string_new(NULL);
	char pending = '\0';

	for (; *text; text = g_utf8_next_char(text)) {
		gunichar c = g_utf8_get_char(text);

		if (is_invisible(c))
			continue;
		if (is_blank(c)) {
			pending = c == '\n' || pending == '\n' ? '\n' : ' ';
			continue;
		}
		if (pending && folded->len)
			g_string_append_c(folded, pending);
		pending = '\0';
		g_string_append_unichar(folded, c);
	}
	return g_string_free(folded, FALSE);
}

char *inline_text(cmark_node *node)
{
	g_autoptr(GString) text = g_string_new(NULL);
	struct gathered gathered = {.text = text};
	cmark_iter *iter = cmark_iter_new(node);
	cmark_event_type event;

	while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE)
		gather_node(&gathered, cmark_iter_get_node(iter), event);
	cmark_iter_free(iter);
	return fold(text->str);
}

bool inline_is_bold(cmark_node *paragraph)
{
	cmark_iter *iter = cmark_iter_new(paragraph);
	unsigned int strong = 0;
	bool bold = false, plain = false;
	cmark_event_type event;

	while (!plain && (event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
		cmark_node *node = cmark_iter_get_node(iter);
		cmark_node_type type = cmark_node_get_type(node);

		if (type == CMARK_NODE_STRONG) {
			strong += event == CMARK_EVENT_ENTER ? 1 : -1;
		} else if (type == CMARK_NODE_TEXT || type == CMARK_NODE_CODE) {
			const char *text = cmark_node_get_literal(node);
			bool blank = !text[strspn(text, " \t")];

			bold |= strong && !blank;
			plain |= !strong && !blank;
		}
	}
	cmark_iter_free(iter);
	return bold && !plain;
}
