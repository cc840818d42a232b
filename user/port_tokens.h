/* SPDX-License-Identifier: GPL-2.0-only */
/* A port cell cut into tokens. */
#ifndef PORTCULLIS_PORT_TOKENS_H
#define PORTCULLIS_PORT_TOKENS_H

#include <glib.h>

enum token_kind {
	TOKEN_NUMBER,    /* digits only */
	TOKEN_COMMA,     /* between two digits: either a separator or in the midst of a number */
	TOKEN_DASH,      /* "-", "–", "to": what makes a range */
	TOKEN_SEPARATOR, /* ",", ";", a line break, "and", "or", "&" */
	TOKEN_SLASH,     /* a separator that a protocol may follow */
	TOKEN_PLUS,      /* a separator, or the open end of a range */
	TOKEN_COLON,
	TOKEN_TRANSPORT, /* "TCP", "UDP" */
	TOKEN_ANY,
	TOKEN_PORT, /* the word itself: says nothing */
	TOKEN_WORD, /* anything else */
	TOKEN_END,
};

struct token {
	enum token_kind kind;
	unsigned int transports; /* of TOKEN_TRANSPORT */
	const char *text;        /* in the cell; not ended with 0 */
	size_t length;
};

/*
 * The tokens (struct token) of a cell, the last of which is TOKEN_END. Blanks, footnote marks and
 * brackets with what they enclose separate tokens and are none. NULL with *error set, which the
 * caller frees, for what is not UTF-8 or has a bracket without its partner.
 */
GArray *port_tokens(const char *cell, char **error);

/* What a message quotes of a cell: on one line, and cut where it is long. The caller frees it. */
char *port_excerpt(const char *text, size_t length);

/* The same from the first byte of one token to the last of another. */
char *port_excerpt_tokens(const struct token *from, const struct token *to);

#endif
