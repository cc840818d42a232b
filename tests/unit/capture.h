/* SPDX-License-Identifier: GPL-2.0-only */
/* What a function prints on standard output. Include cmocka.h first. */
#ifndef PORTCULLIS_CAPTURE_H
#define PORTCULLIS_CAPTURE_H

#include <glib.h>
#include <stdio.h>
#include <unistd.h>

/* Standard output goes to a file until capture_end(). */
struct capture {
	FILE *file;
	int standard_output;
};

static inline struct capture capture_begin(void)
{
	struct capture capture = {.file = tmpfile()};

	assert_non_null(capture.file);
	fflush(stdout);
	capture.standard_output = dup(STDOUT_FILENO);
	dup2(fileno(capture.file), STDOUT_FILENO);
	return capture;
}

/* The text; the caller frees it. */
static inline char *capture_end(struct capture *capture)
{
	GString *text = g_string_new(NULL);
	char block[4096];
	size_t size;

	fflush(stdout);
	dup2(capture->standard_output, STDOUT_FILENO);
	close(capture->standard_output);
	rewind(capture->file);
	while ((size = fread(block, 1, sizeof(block), capture->file)))
		g_string_append_len(text, block, (gssize)size);
	fclose(capture->file);
	return g_string_free(text, FALSE);
}

#endif
