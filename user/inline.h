/* SPDX-License-Identifier: GPL-2.0-only */
/* What a reader sees of a piece of Markdown: its text without the markup. */
#ifndef PORTCULLIS_INLINE_H
#define PORTCULLIS_INLINE_H

#include <cmark-gfm.h>
#include <stdbool.h>

/*
 * The text of a cell, heading or paragraph: entities decoded, blanks trimmed and folded to one
 * space, <br> as '\n'. Struck-out, raised and lowered text goes with what it encloses; other tags
 * go, and the text they enclose stays. The caller frees it with g_free().
 */
char *inline_text(cmark_node *node);

/* Whether all text of a paragraph is bold, and there is some. */
bool inline_is_bold(cmark_node *paragraph);

/* Whether HTML begins a tag of that name ("table"), in any case. */
bool inline_is_tag(const char *html, const char *name);

#endif
