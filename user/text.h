/* SPDX-License-Identifier: GPL-2.0-only */
/* What is done with the text of cells and headers: words found, lists split, names quoted. */
#ifndef PORTCULLIS_TEXT_H
#define PORTCULLIS_TEXT_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

/* Whether one of words (ends with NULL) stands in text as a whole word, in any case. */
bool text_has_word(const char *text, const char *const words[]);

/* The parts between any of the separators, trimmed; empty ones are left out. Strings are owned. */
GPtrArray *text_split(const char *text, const char *separators);

/* The text with every line break a space, trimmed and folded; the caller frees it. */
char *text_one_line(const char *text);

/* The text in one case, for keys; the caller frees it. */
char *text_fold(const char *text);

/* "a, b or c" for the last word "or", and "'a', 'b' or 'c'"; the caller frees them. */
char *text_join(const GPtrArray *names, const char *last);
char *text_quote(const GPtrArray *names, const char *last);

/* "443" or "5000-5010"; the caller frees it. */
char *text_ports(uint16_t first, uint16_t last);

/* Whether a name can be one of ours: [A-Za-z0-9][A-Za-z0-9._-]*, what commands take as one word. */
bool text_is_name(const char *text);

#endif
