/* SPDX-License-Identifier: GPL-2.0-only */
/* Sources become a policy: each table is told by its kind and handed, line by line, to its reader.
 */
#include "policy.h"

#include "blocked.h"
#include "document.h"
#include "guards.h"
#include "kind.h"
#include "networks.h"
#include "overlap.h"
#include "profiles.h"
#include "reading.h"
#include "servers.h"
#include "services.h"
#include "settings.h"
#include "survey.h"
#include "unstated.h"

static void settle_servers(struct reading *reading)
{
	overlap_check(reading->policy, reading->messages);
}

/* What is read when: each kind needs those above it, wherever in the sources they stand. */
static const struct {
	enum table_kind kind;
	void (*read)(const struct line *line);
	void (*settle)(struct reading *reading); /* once all lines of the kind are read */
} stages[] = {
	{TABLE_SERVICES, services_line, unstated_settle},
	{TABLE_IPSEC, ipsec_line, NULL},
	{TABLE_NETWORKS, network_line, NULL},
	{TABLE_SETTINGS, setting_line, settings_settle},
	{TABLE_PROFILES, profile_line, NULL},
	{TABLE_SERVERS, server_line, settle_servers},
	{TABLE_GUARDS, guard_line, guards_settle},
	{TABLE_BLOCKED, blocked_line, blocked_settle},
};

static void row_free(struct row *row)
{
	g_array_unref(row->ranges);
	g_free(row);
}

static void role_free(struct role *role)
{
	g_ptr_array_unref(role->rows);
	g_free(role);
}

static struct policy *policy_new(void)
{
	struct policy *policy = g_new0(struct policy, 1);

	policy->rows = g_ptr_array_new_with_free_func((GDestroyNotify)row_free);
	policy->roles = g_ptr_array_new_with_free_func((GDestroyNotify)role_free);
	policy->profiles = g_ptr_array_new_with_free_func((GDestroyNotify)profile_free);
	policy->ipsec = g_ptr_array_new_with_free_func(g_free);
	policy->networks = g_ptr_array_new_with_free_func((GDestroyNotify)network_free);
	policy->servers = g_ptr_array_new_with_free_func((GDestroyNotify)server_free);
	policy->guards = g_ptr_array_new_with_free_func((GDestroyNotify)guard_free);
	policy->blocked = g_ptr_array_new_with_free_func(g_free);
	policy->ignored = g_ptr_array_new_with_free_func(g_free);
	policy->strings = g_string_chunk_new(4096);
	policy->references = 1;
	settings_init(&policy->settings);
	profiles_add_closed(policy);
	return policy;
}

struct policy *policy_ref(struct policy *policy)
{
	policy->references++;
	return policy;
}

void policy_unref(struct policy *policy)
{
	if (!policy || --policy->references)
		return;
	g_ptr_array_unref(policy->rows);
	g_ptr_array_unref(policy->roles);
	g_ptr_array_unref(policy->profiles);
	g_ptr_array_unref(policy->ipsec);
	g_ptr_array_unref(policy->networks);
	g_ptr_array_unref(policy->servers);
	g_ptr_array_unref(policy->guards);
	g_ptr_array_unref(policy->blocked);
	g_ptr_array_unref(policy->ignored);
	settings_clear(&policy->settings);
	g_string_chunk_free(policy->strings);
	g_free(policy);
}

static void read_sheet(struct reading *reading, const struct sheet *sheet,
		       void (*read)(const struct line *line))
{
	unsigned int width = sheet->table->header.cells->len;

	for (unsigned int i = 0; i < sheet->table->rows->len; i++) {
		const struct table_row *row = sheet->table->rows->pdata[i];
		const struct line line = {
			.reading = reading,
			.table = sheet->table,
			.columns = &sheet->columns,
			.row = row,
			.place = {sheet->file, row->line},
		};

		if (row->written == width)
			read(&line);
		else
			line_error(&line, "the row has %u cell%s, expected %u as in its header",
				   row->written, row->written == 1 ? "" : "s", width);
	}
}

static void read_sheets(struct reading *reading, const GArray *sheets)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(stages); i++) {
		for (unsigned int j = 0; j < sheets->len; j++) {
			const struct sheet *sheet = &g_array_index(sheets, struct sheet, j);

			if (sheet->columns.kind == stages[i].kind)
				read_sheet(reading, sheet, stages[i].read);
		}
		if (stages[i].settle)
			stages[i].settle(reading);
	}
}

/* What is missing as a whole; only where nothing else is wrong, which would be the cause. */
static void check_whole(const struct policy *policy, const GPtrArray *sources,
			struct messages *messages)
{
	const struct source *first = sources->len ? sources->pdata[0] : NULL;

	if (messages->errors)
		return;
	if (policy->rows->len == 0)
		message_add(messages, SEVERITY_ERROR, first ? first->file : "-", 0,
			    "no table of ports was found, expected one with the columns Role, Port "
			    "and Protocol");
	for (unsigned int i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];

		if (source->kind != SOURCE_SITE || policy->servers->len)
			continue;
		message_add(messages, SEVERITY_ERROR, source->file, 0,
			    "the site names no server, expected a table with the columns Server, "
			    "Address and Profile");
		return;
	}
}

static int compare_messages(const void *a, const void *b, void *ranks)
{
	const struct message *one = *(const struct message *const *)a;
	const struct message *other = *(const struct message *const *)b;
	int order = GPOINTER_TO_INT(g_hash_table_lookup(ranks, one->file)) -
		    GPOINTER_TO_INT(g_hash_table_lookup(ranks, other->file));

	return order ? order : one->line - other->line;
}

/* Puts what was found stage by stage into the order of the text. */
static void sort_messages(struct messages *messages, unsigned int start, const GPtrArray *sources)
{
	g_autoptr(GHashTable) ranks = g_hash_table_new(g_str_hash, g_str_equal);

	for (unsigned int i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];

		g_hash_table_insert(ranks, source->file, GINT_TO_POINTER((int)i));
	}
	if (messages->list->len > start)
		g_qsort_with_data(messages->list->pdata + start, (int)(messages->list->len - start),
				  sizeof(gpointer), compare_messages, ranks);
}

struct policy *policy_read(const GPtrArray *sources, struct messages *messages)
{
	g_autoptr(GPtrArray) documents =
		g_ptr_array_new_with_free_func((GDestroyNotify)document_free);
	g_autoptr(GArray) sheets = g_array_new(FALSE, FALSE, sizeof(struct sheet));
	struct policy *policy = policy_new();
	struct reading *reading = reading_new(policy, messages);
	unsigned int start = messages->list->len;

	for (unsigned int i = 0; i < sources->len; i++) {
		struct document *document = document_read(sources->pdata[i], messages);

		if (!document)
			continue;
		g_ptr_array_add(documents, document);
		survey(reading, document, sheets);
	}
	read_sheets(reading, sheets);
	reading_free(reading);
	check_whole(policy, sources, messages);
	sort_messages(messages, start, sources);
	return policy;
}

static void find_documents(const struct document *document, GPtrArray *found)
{
	for (unsigned int i = 0; i < document->tables->len; i++) {
		const struct table *table = document->tables->pdata[i];
		struct columns columns;

		kind_tell(table, &columns);
		for (unsigned int j = 0; columns.kind == TABLE_SETTINGS && j < table->rows->len;
		     j++)
			setting_documents(table->rows->pdata[j], &columns, found);
	}
}

GPtrArray *policy_documents(const GPtrArray *site_sources, struct messages *messages)
{
	GPtrArray *found = g_ptr_array_new_with_free_func(g_free);
	struct messages *unheard = messages_new(); /* policy_read() says them again */

	for (unsigned int i = 0; i < site_sources->len; i++) {
		struct document *document = document_read(site_sources->pdata[i], unheard);

		if (!document)
			continue;
		find_documents(document, found);
		document_free(document);
	}
	messages_free(unheard);
	return found;
}

const struct profile *policy_profile(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; i < policy->profiles->len; i++) {
		const struct profile *profile = policy->profiles->pdata[i];

		if (!g_ascii_strcasecmp(profile->name, name))
			return profile;
	}
	return NULL;
}

const struct server *policy_server(const struct policy *policy, const char *name)
{
	for (unsigned int i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		if (!g_ascii_strcasecmp(server->name, name))
			return server;
	}
	return NULL;
}

GHashTable *servers_by_name(const struct policy *policy)
{
	GHashTable *servers = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

	for (unsigned int i = 0; i < policy->servers->len; i++) {
		struct server *server = policy->servers->pdata[i];

		g_hash_table_insert(servers, g_ascii_strdown(server->name, -1), server);
	}
	return servers;
}

const struct server *servers_find(GHashTable *servers, const char *name)
{
	g_autofree char *lower = g_ascii_strdown(name, -1);

	return g_hash_table_lookup(servers, lower);
}
