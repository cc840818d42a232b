/* SPDX-License-Identifier: GPL-2.0-only */
/* Which texts a command works on: the shipped documents, others in their place, a site. */
#ifndef PORTCULLIS_INPUTS_H
#define PORTCULLIS_INPUTS_H

#include <glib.h>

#include "message.h"
#include "source.h"

/*
 * The sources (struct source *) of a site (a file, a folder, "-"; or NULL) and of the documents
 * that go with it: those given, else those that its Documents setting names, else the shipped ones.
 * What cannot be read becomes an error message; always an array.
 */
GPtrArray *inputs_read(char **documents, const char *site, struct messages *messages);

/*
 * The same for files that may be documents or sites, told apart by their tables: one that lists
 * servers, guards or settings of ours is a site, and so is a folder that holds one. Documents among
 * them stand for documents.
 */
GPtrArray *inputs_read_any(char **paths, char **documents, struct messages *messages);

/* The policies inside the binary, appended; their file names begin with "shipped:". */
void inputs_add_shipped(GPtrArray *sources);
bool inputs_is_shipped(const char *file);

#endif
