/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A libFuzzer target for all that reads documents: a text, read as a vendor's document and as a
 * site. Besides crashes it looks for promises of the headers that do not hold.
 */
#include <linux/types.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "document.h"
#include "layout.h"
#include "lines.h"
#include "policy.h"
#include "ports.h"
#include "profile.h"

#define FILE_NAME "fuzz.md"

/* Stays in with NDEBUG, and ends the process, as libFuzzer wants it. */
static void require(bool condition)
{
	if (!condition)
		abort();
}

static void check_list(const char *cell,
		       int (*parse)(const char *cell, struct port_list *list, char **error))
{
	struct port_list list = {0};
	char *error = NULL;

	if (parse(cell, &list, &error)) {
		require(error && *error && !strpbrk(error, "\n"));
		g_free(error);
		return;
	}
	require(!error && list.ranges->len);
	for (unsigned int i = 0; i < list.ranges->len; i++) {
		const struct port_range *range = &g_array_index(list.ranges, struct port_range, i);

		require(range->first && range->first <= range->last);
		require(!(range->transports & ~TRANSPORT_BOTH));
		require(range->transports || parse == ports_parse);
	}
	g_array_unref(list.ranges);
}

static void check_cell(const char *cell)
{
	unsigned int transports = 0;
	enum protocol_meaning meaning = protocol_parse(cell, &transports);

	require((meaning == PROTOCOL_TRANSPORTS) == (transports != 0));
	require(g_utf8_validate(cell, -1, NULL));
	check_list(cell, ports_parse);
	check_list(cell, port_list_parse);
}

static void check_row(const struct table_row *row, unsigned int columns, struct lines *lines)
{
	require(row->line >= 1 && row->line <= (int)lines->starts->len);
	require(row->cells->len == columns);
	for (unsigned int i = 0; i < columns; i++) {
		check_cell(row->cells->pdata[i]);
		require(i < row->written || !*(char *)row->cells->pdata[i]);
	}
}

static void check_table(const struct table *table, struct lines *lines)
{
	unsigned int columns = table->header.cells->len;
	int line = table->header.line + 2;

	require(columns && columns <= DOCUMENT_COLUMNS_MAX);
	require(line_is_delimiter(lines_get(lines, table->header.line + 1)) || columns == 1);
	check_row(&table->header, columns, lines);
	for (unsigned int i = 0; i < table->rows->len; i++, line++) {
		const struct table_row *row = table->rows->pdata[i];

		require(row->line == line);
		check_row(row, columns, lines);
	}
}

static void check_document(const struct source *source)
{
	struct messages *messages = messages_new();
	struct document *document = document_read(source, messages);
	struct lines *lines = lines_new(source->text, source->size);

	require(document ? !messages->errors : messages->errors == 1);
	for (unsigned int i = 0; document && i < document->tables->len; i++)
		check_table(document->tables->pdata[i], lines);
	lines_free(lines);
	document_free(document);
	messages_free(messages);
}

static void check_profiles(const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->profiles->len; i++) {
		const struct profile *profile = policy->profiles->pdata[i];
		g_autofree char *error = NULL;
		g_autofree char *name = profile_canonical(policy, profile->name, true, &error);

		require(name && !error);
		compiled_free(profile_compile(policy, name));
	}
}

static void check_policy(const GPtrArray *sources)
{
	struct messages *messages = messages_new();
	struct policy *policy = policy_read(sources, messages);

	for (unsigned int i = 0; i < messages->list->len; i++) {
		const struct message *message = messages->list->pdata[i];

		require(*message->text && !strpbrk(message->text, "\n"));
	}
	if (!messages->errors)
		check_profiles(policy);
	policy_unref(policy);
	messages_free(messages);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const enum source_kind kinds[] = {SOURCE_DOCUMENT, SOURCE_SITE};
	/* source_read() gives only UTF-8 without zeros */
	g_autofree char *text = g_utf8_make_valid((const char *)data, size);

	for (unsigned int i = 0; i < G_N_ELEMENTS(kinds); i++) {
		g_autoptr(GPtrArray) sources = sources_new();

		g_ptr_array_add(sources, source_new(FILE_NAME, kinds[i], text, strlen(text)));
		if (kinds[i] == SOURCE_DOCUMENT)
			check_document(sources->pdata[0]);
		check_policy(sources);
	}
	return 0;
}
