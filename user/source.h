/* SPDX-License-Identifier: GPL-2.0-only */
/* The files that documents are read from: whole, checked to be text, with a digest. */
#ifndef PORTCULLIS_SOURCE_H
#define PORTCULLIS_SOURCE_H

#include <glib.h>
#include <stdbool.h>

#include "message.h"

#define SOURCE_SIZE_MAX (16U << 20) /* a site of 100,000 servers takes about 8 MiB */

enum source_kind {
	SOURCE_DOCUMENT, /* a vendor's: what does not speak of ports is ignored */
	SOURCE_SITE,     /* ours: nothing is ignored */
};

struct source {
	char *file; /* as given, or "-"; what messages name */
	enum source_kind kind;
	char *text;   /* UTF-8, ends with 0 */
	size_t size;  /* without that end */
	char *digest; /* SHA-256 of the text, in hex */
};

/*
 * Reads a file, a folder (its *.md in name order) or "-" (standard input) and appends what it finds
 * to sources. What cannot be read becomes an error message: missing, a folder without *.md, empty,
 * larger than SOURCE_SIZE_MAX, not text (a 0 byte, not UTF-8), not a regular file or pipe. Returns
 * whether all was read.
 */
bool source_read(const char *path, enum source_kind kind, GPtrArray *sources,
		 struct messages *messages);

/* The same from memory, for what the binary carries and what a catalog keeps. */
struct source *source_new(const char *file, enum source_kind kind, const char *text, size_t size);

/* An empty array of struct source * that frees them. */
GPtrArray *sources_new(void);
void source_free(struct source *source);

#endif
