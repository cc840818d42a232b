/* SPDX-License-Identifier: GPL-2.0-only */
/* What the readers of documents have to say: each with its file and line, collected, never printed
 * here. */
#ifndef PORTCULLIS_MESSAGE_H
#define PORTCULLIS_MESSAGE_H

#include <glib.h>

enum severity {
	SEVERITY_NOTE,
	SEVERITY_WARNING,
	SEVERITY_ERROR,
};

struct message {
	char *file;
	int line; /* from 1; 0: the file as a whole */
	enum severity severity;
	char *text; /* what is wrong, what was expected; no full stop, no newline */
};

struct messages {
	GPtrArray *list; /* struct message *, in the order found */
	unsigned int warnings;
	unsigned int errors;
};

struct messages *messages_new(void);

/* Frees the list and all in it; NULL is allowed. */
void messages_free(struct messages *messages);

/* Adds one; all strings are copied. */
void message_add(struct messages *messages, enum severity severity, const char *file, int line,
		 const char *format, ...) G_GNUC_PRINTF(5, 6);

/* Forgets notes and warnings: of documents that were checked before, nobody wants them again. */
void messages_keep_errors(struct messages *messages);

/* "note", "warning" or "error". */
const char *severity_name(enum severity severity);

/* "edge.md:14: error: …" ("edge.md: error: …" without a line); the caller frees it. */
char *message_format(const struct message *message);

#endif
