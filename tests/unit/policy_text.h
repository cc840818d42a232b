/* SPDX-License-Identifier: GPL-2.0-only */
/* Policies read from texts in a test, and what was said about them. Include cmocka.h first. */
#ifndef PORTCULLIS_POLICY_TEXT_H
#define PORTCULLIS_POLICY_TEXT_H

#include <string.h>

#include "policy.h"
#include "source.h"

/* A policy with the messages of its reading. */
struct reading_result {
	struct policy *policy;
	struct messages *messages;
};

/* What is said of a document ("d.md") and a site ("s.md"); either may be NULL. */
struct said_case {
	const char *document, *site, *messages;
};

static inline void add_text(GPtrArray *sources, const char *file, enum source_kind kind,
			    const char *text)
{
	if (text)
		g_ptr_array_add(sources, source_new(file, kind, text, strlen(text)));
}

static inline struct reading_result read_texts(const char *document, const char *site)
{
	GPtrArray *sources = sources_new();
	struct reading_result result = {.messages = messages_new()};

	add_text(sources, "d.md", SOURCE_DOCUMENT, document);
	add_text(sources, "s.md", SOURCE_SITE, site);
	result.policy = policy_read(sources, result.messages);
	g_ptr_array_unref(sources);
	return result;
}

static inline void free_result(struct reading_result *result)
{
	policy_unref(result->policy);
	messages_free(result->messages);
}

/* All messages, one a line. */
static inline char *all_messages(const struct messages *messages)
{
	GString *all = g_string_new(NULL);

	for (unsigned int i = 0; i < messages->list->len; i++) {
		g_autofree char *line = message_format(messages->list->pdata[i]);

		g_string_append_printf(all, "%s\n", line);
	}
	return g_string_free(all, FALSE);
}

static inline void check_said(const struct said_case *cases, unsigned int count)
{
	for (unsigned int i = 0; i < count; i++) {
		struct reading_result result = read_texts(cases[i].document, cases[i].site);
		g_autofree char *said = all_messages(result.messages);

		if (strcmp(said, cases[i].messages))
			print_message("case %u: %s%s\n", i,
				      cases[i].document ? cases[i].document : "",
				      cases[i].site ? cases[i].site : "");
		assert_string_equal(said, cases[i].messages);
		free_result(&result);
	}
}

/* Reads what must be right. */
static inline struct reading_result read_right(const char *document, const char *site)
{
	struct reading_result result = read_texts(document, site);
	g_autofree char *said = all_messages(result.messages);

	assert_string_equal(said, "");
	return result;
}

#endif
