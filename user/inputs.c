/* SPDX-License-Identifier: GPL-2.0-only */
/* Gathers the texts that a policy is read from. */
#include "inputs.h"

#include <string.h>

#include "document.h"
#include "kind.h"
#include "policy.h"
#include "settings.h"
#include "shipped.h"
#include "source.h"

#define SHIPPED "shipped:"

void inputs_add_shipped(GPtrArray *sources)
{
	for (size_t i = 0; i < G_N_ELEMENTS(shipped); i++) {
		g_autofree char *name = g_strconcat(SHIPPED, shipped[i].file, NULL);

		g_ptr_array_add(sources, source_new(name, SOURCE_DOCUMENT, shipped[i].text,
						    strlen(shipped[i].text)));
	}
}

bool inputs_is_shipped(const char *file)
{
	return g_str_has_prefix(file, SHIPPED);
}

/* The site's Documents setting names files relative to the site's folder. */
static char *beside(const char *site, const char *document)
{
	g_autofree char *folder = NULL;

	if (g_path_is_absolute(document) || !strcmp(site, "-"))
		return g_strdup(document);
	folder = g_file_test(site, G_FILE_TEST_IS_DIR) ? g_strdup(site) : g_path_get_dirname(site);
	return !strcmp(folder, ".") ? g_strdup(document) : g_build_filename(folder, document, NULL);
}

static void add_sites_documents(GPtrArray *sources, const char *site, struct messages *messages)
{
	g_autoptr(GPtrArray) names = policy_documents(sources, messages);

	for (guint i = 0; i < names->len; i++) {
		g_autofree char *path = beside(site, names->pdata[i]);

		source_read(path, SOURCE_DOCUMENT, sources, messages);
	}
	if (!names->len)
		inputs_add_shipped(sources);
}

GPtrArray *inputs_read(char **documents, const char *site, struct messages *messages)
{
	GPtrArray *sources = sources_new();

	if (site)
		source_read(site, SOURCE_SITE, sources, messages);
	if (documents) {
		for (; *documents; documents++)
			source_read(*documents, SOURCE_DOCUMENT, sources, messages);
	} else if (site) {
		add_sites_documents(sources, site, messages);
	} else {
		inputs_add_shipped(sources);
	}
	return sources;
}

/* Tables that a vendor's document does not have: servers, guards, settings that we know. */
static bool is_sites_table(const struct table *table)
{
	struct columns columns;
	bool found = false;

	kind_tell(table, &columns);
	if (columns.kind != TABLE_SETTINGS)
		return columns.kind == TABLE_SERVERS || columns.kind == TABLE_GUARDS;
	for (guint i = 0; i < table->rows->len; i++) {
		const struct table_row *row = table->rows->pdata[i];

		found |= settings_know(row->cells->pdata[columns.cell[COLUMN_SETTING]]);
	}
	return found;
}

static bool is_site(const struct source *source)
{
	struct messages *unheard = messages_new();
	struct document *document = document_read(source, unheard);
	bool found = false;

	for (guint i = 0; document && i < document->tables->len; i++)
		found |= is_sites_table(document->tables->pdata[i]);
	document_free(document);
	messages_free(unheard);
	return found;
}

/* Reads one path, as a site if any file of it is one. Returns whether it is. */
static bool add_any(const char *path, GPtrArray *sources, struct messages *messages)
{
	guint first = sources->len;
	bool site = false;

	source_read(path, SOURCE_DOCUMENT, sources, messages);
	for (guint i = first; i < sources->len; i++)
		site |= is_site(sources->pdata[i]);
	for (guint i = first; site && i < sources->len; i++)
		((struct source *)sources->pdata[i])->kind = SOURCE_SITE;
	return site;
}

GPtrArray *inputs_read_any(char **paths, char **documents, struct messages *messages)
{
	GPtrArray *sources = sources_new();
	const char *site = NULL;
	bool have_documents = false;

	for (; *paths; paths++) {
		if (add_any(*paths, sources, messages))
			site = *paths;
		else
			have_documents = true;
	}
	for (; documents && *documents; documents++)
		have_documents |= source_read(*documents, SOURCE_DOCUMENT, sources, messages);
	if (site && !have_documents)
		add_sites_documents(sources, site, messages);
	return sources;
}
