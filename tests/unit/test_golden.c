/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Every document of tests/documents: what is said of it and what is read from it must be what the
 * .expected file beside it says. A site (site-*.md) is read with the shipped documents.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <inttypes.h>
#include <linux/types.h>
#include <string.h>

#include "layout.h"
#include "policy.h"
#include "source.h"

#define DOCUMENTS "tests/documents"
#define POLICIES  "policies"

static struct source *load(const char *folder, const char *name, enum source_kind kind)
{
	g_autofree char *path = g_build_filename(folder, name, NULL);
	g_autofree char *text = NULL;
	size_t size;

	if (!g_file_get_contents(path, &text, &size, NULL))
		fail_msg("%s cannot be read", path);
	return source_new(name, kind, text, size);
}

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names in a folder with a suffix, sorted. */
static GPtrArray *list_names(const char *folder, const char *suffix)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);
	GDir *dir = g_dir_open(folder, 0, NULL);
	const char *name;

	assert_non_null(dir);
	while ((name = g_dir_read_name(dir))) {
		if (g_str_has_suffix(name, suffix))
			g_ptr_array_add(names, g_strdup(name));
	}
	g_dir_close(dir);
	g_ptr_array_sort(names, compare_names);
	return names;
}

static void print_messages(GString *out, const struct messages *messages, const char *file)
{
	for (unsigned int i = 0; i < messages->list->len; i++) {
		const struct message *message = messages->list->pdata[i];
		g_autofree char *line = message_format(message);

		if (!strcmp(message->file, file))
			g_string_append_printf(out, "%s\n", line);
	}
}

static void print_ranges(GString *out, const GArray *ranges)
{
	const char *space = "";

	for (unsigned int i = 0; i < ranges->len; i++) {
		const struct port_range *range = &g_array_index(ranges, struct port_range, i);

		for (unsigned int transport = 0; transport < TRANSPORTS; transport++) {
			g_autofree char *text =
				port_range_format(transport, range->first, range->last);

			if (!(range->transports & TRANSPORT_BIT(transport)))
				continue;
			g_string_append_printf(out, "%s%s", space, text);
			space = " ";
		}
	}
}

static void print_rows(GString *out, const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->rows->len; i++) {
		const struct row *row = policy->rows->pdata[i];

		g_string_append_printf(out, "%d|%s|%s|%s|", row->place.line, row->title, row->role,
				       row->service);
		print_ranges(out, row->ranges);
		g_string_append_printf(out, "|%s%s%s\n", row->outgoing ? "outgoing" : "",
				       row->outgoing && row->media ? "," : "",
				       row->media ? "media" : "");
	}
}

static void print_prefixes(GString *out, const GArray *prefixes)
{
	char text[PREFIX_TEXT_SIZE];

	for (unsigned int i = 0; i < prefixes->len; i++)
		g_string_append_printf(
			out, "%s%s", i ? " " : "",
			prefix_format(&g_array_index(prefixes, struct prefix, i), text));
}

static void print_servers(GString *out, const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->servers->len; i++) {
		const struct server *server = policy->servers->pdata[i];

		g_string_append_printf(out, "%d|%s|", server->place.line, server->name);
		print_prefixes(out, server->addresses);
		g_string_append_printf(out, "|%s|%s\n", server->profile,
				       server->monitor ? "monitor" : "enforce");
	}
}

static void print_guards(GString *out, const struct policy *policy)
{
	for (unsigned int i = 0; i < policy->guards->len; i++) {
		const struct guard_rule *guard = policy->guards->pdata[i];

		g_string_append_printf(out, "%d|%s|", guard->place.line, guard->name);
		print_ranges(out, guard->ports);
		g_string_append_printf(out, "|%s|%s|", guard->profile ? guard->profile->name : "",
				       guard->server ? guard->server->name : "");
		print_prefixes(out, guard->sources);
		g_string_append_c(out, '|');
		if (guard->limit.interval)
			g_string_append_printf(out, "%" PRIu64 " %" PRIu64, guard->limit.interval,
					       guard->limit.burst);
		g_string_append_printf(out, "|%s\n", guard->asks[GUARD_PAYLOAD] ? "media" : "");
	}
}

static void print_blocked(GString *out, const struct policy *policy)
{
	char text[PREFIX_TEXT_SIZE];

	for (unsigned int i = 0; i < policy->blocked->len; i++) {
		const struct blocked_row *row = policy->blocked->pdata[i];

		g_string_append_printf(out, "%d|%s|%s\n", row->place.line,
				       prefix_format(&row->prefix, text), row->reason);
	}
}

static GPtrArray *load_all(const char *name)
{
	GPtrArray *sources = sources_new();
	bool site = g_str_has_prefix(name, "site-");

	if (site) {
		g_autoptr(GPtrArray) shipped = list_names(POLICIES, ".md");

		for (unsigned int i = 0; i < shipped->len; i++)
			g_ptr_array_add(sources,
					load(POLICIES, shipped->pdata[i], SOURCE_DOCUMENT));
	}
	g_ptr_array_add(sources, load(DOCUMENTS, name, site ? SOURCE_SITE : SOURCE_DOCUMENT));
	return sources;
}

static char *print_document(const char *name)
{
	GString *out = g_string_new(NULL);
	struct messages *messages = messages_new();
	g_autoptr(GPtrArray) sources = load_all(name);
	struct policy *policy = policy_read(sources, messages);

	print_messages(out, messages, name);
	if (messages->errors == 0 && g_str_has_prefix(name, "site-")) {
		print_servers(out, policy);
		print_guards(out, policy);
		print_blocked(out, policy);
	} else if (messages->errors == 0) {
		print_rows(out, policy);
	}
	policy_unref(policy);
	messages_free(messages);
	return g_string_free(out, FALSE);
}

static void matches_expected(void **state)
{
	const char *name = *state;
	g_autofree char *stem = g_strndup(name, strlen(name) - strlen(".md"));
	g_autofree char *path = g_strdup_printf("%s/%s.expected", DOCUMENTS, stem);
	g_autofree char *printed = print_document(name);
	g_autofree char *expected = NULL;

	if (!g_file_get_contents(path, &expected, NULL, NULL))
		fail_msg("%s cannot be read", path);
	if (strcmp(printed, expected))
		fail_msg("%s\n--- expected\n%s--- read\n%s---", name, expected, printed);
}

/* A document that nobody compares would prove nothing, and neither would an empty folder. */
static void all_have_twins(void **state)
{
	g_autoptr(GPtrArray) names = list_names(DOCUMENTS, ".md");
	g_autoptr(GPtrArray) twins = list_names(DOCUMENTS, ".expected");

	assert_true(names->len > 0);
	assert_int_equal(names->len, twins->len);
}

int main(void)
{
	g_autoptr(GPtrArray) names = list_names(DOCUMENTS, ".md");
	g_autofree struct CMUnitTest *tests = g_new0(struct CMUnitTest, names->len + 1);
	int failed;

	for (unsigned int i = 0; i < names->len; i++)
		tests[i] = (struct CMUnitTest){
			.name = names->pdata[i],
			.test_func = matches_expected,
			.initial_state = names->pdata[i],
		};
	tests[names->len] = (struct CMUnitTest)cmocka_unit_test(all_have_twins);
	failed = _cmocka_run_group_tests("golden", tests, names->len + 1, NULL, NULL);
	return failed;
}
