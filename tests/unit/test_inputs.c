/* SPDX-License-Identifier: GPL-2.0-only */
/* Which texts a command works on: shipped ones, those given, those that a site names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib/gstdio.h>
#include <unistd.h>

#include "inputs.h"
#include "policy_text.h"

#define ROWS             "| Role | Port | Protocol |\n|---|---|---|\n| A | 80 | TCP |\n"
#define SERVERS          "| Server | Address | Profile |\n|---|---|---|\n| fe01 | 10.0.1.11 | closed |\n"
#define NAMES(documents) "\n| Setting | Value |\n|---|---|\n| Documents | " documents " |\n"

static const struct {
	const char *path, *text;
} files[] = {
	{"a.md", ROWS},
	{"b.md", ROWS},
	{"site.md", SERVERS},
	{"docs/c.md", ROWS},
	{"sites/plain/site.md", SERVERS},
	{"sites/plain/networks.md", "| Network | Prefixes |\n|---|---|\n| n | 10.0.0.0/8 |\n"},
	{"sites/plain/notes.txt", "no Markdown"},
	{"sites/near.md", SERVERS NAMES("../a.md, ../docs")},
	{"sites/gone.md", SERVERS NAMES("../a.md, none.md")},
	{"sites/folder/site.md", SERVERS NAMES("../../b.md")},
	{"here.md", SERVERS NAMES("a.md")},
	{"settings.md", "| Setting | Value |\n|---|---|\n| Mode | monitor |\n"},
	{"guards.md", "| Guard | Ports | Sources |\n|---|---|---|\n| g | tcp/80 | 10.0.0.0/8 |\n"},
	{"blocked.md", "| Blocked | Reason |\n|---|---|\n| 10.0.0.0/8 | no |\n"},
	{"theirs.md", "| Setting | Value |\n|---|---|\n| Timeout | 5 |\n"},
	{"empty.md", ""},
};

static char folder[] = "/tmp/portcullis-inputs-XXXXXX";

static int make_files(void **state)
{
	if (!mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < G_N_ELEMENTS(files); i++) {
		g_autofree char *parent = g_path_get_dirname(files[i].path);

		if (g_mkdir_with_parents(parent, 0700) ||
		    !g_file_set_contents(files[i].path, files[i].text, -1, NULL))
			return -1;
	}
	return 0;
}

static int remove_files(void **state)
{
	static const char *const folders[] = {"sites/plain", "sites/folder", "sites", "docs",
					      folder};

	for (size_t i = 0; i < G_N_ELEMENTS(files); i++)
		g_unlink(files[i].path);
	for (size_t i = 0; i < G_N_ELEMENTS(folders); i++)
		if (g_rmdir(folders[i]))
			return -1;
	return 0;
}

/* "a.md site.md(site)", with one "shipped" for all that the binary carries, then messages. */
static char *describe(GPtrArray *sources, struct messages *messages)
{
	g_autofree char *said = all_messages(messages);
	GString *text = g_string_new(NULL);
	bool shipped = false;

	for (guint i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];
		const char *name = inputs_is_shipped(source->file) ? "shipped" : source->file;

		if (inputs_is_shipped(source->file) && shipped)
			continue;
		shipped |= inputs_is_shipped(source->file);
		g_string_append_printf(text, "%s%s%s", text->len ? " " : "", name,
				       source->kind == SOURCE_SITE ? "(site)" : "");
	}
	if (*said)
		g_string_append_printf(text, "\n%s", said);
	g_ptr_array_unref(sources);
	messages_free(messages);
	return g_string_free(text, FALSE);
}

#define EXPECTED "expected a Markdown file, a folder of *.md files or '-'\n"

static void reads(void **state)
{
	static const struct {
		char *documents[3];
		const char *site, *read;
	} cases[] = {
		{{NULL}, NULL, "shipped"},
		{{"a.md"}, NULL, "a.md"},
		{{"b.md", "a.md"}, NULL, "b.md a.md"},
		{{"docs"}, NULL, "docs/c.md"},
		{{NULL}, "site.md", "site.md(site) shipped"},
		{{"a.md"}, "site.md", "site.md(site) a.md"},
		{{NULL},
		 "sites/plain",
		 "sites/plain/networks.md(site) sites/plain/site.md(site) shipped"},
		/* relative to the site's own folder, wherever one stands */
		{{NULL}, "sites/near.md", "sites/near.md(site) sites/../a.md sites/../docs/c.md"},
		{{NULL},
		 "./sites/folder",
		 "./sites/folder/site.md(site) ./sites/folder/../../b.md"},
		{{NULL}, "here.md", "here.md(site) a.md"},
		{{NULL}, "./here.md", "./here.md(site) a.md"},
		/* those given replace the site's own */
		{{"b.md"}, "sites/near.md", "sites/near.md(site) b.md"},
		{{NULL},
		 "sites/gone.md",
		 "sites/gone.md(site) sites/../a.md\n"
		 "sites/none.md: error: does not exist, " EXPECTED},
		{{"none.md", "a.md"}, NULL, "a.md\nnone.md: error: does not exist, " EXPECTED},
		{{NULL}, "none.md", "shipped\nnone.md: error: does not exist, " EXPECTED},
		{{NULL},
		 "empty.md",
		 "shipped\nempty.md: error: is empty, expected Markdown with tables\n"},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct messages *messages = messages_new();
		char **documents = (char **)cases[i].documents;
		g_autofree char *read = describe(
			inputs_read(*documents ? documents : NULL, cases[i].site, messages),
			messages);

		if (strcmp(read, cases[i].read))
			print_message("case %u\n", i);
		assert_string_equal(read, cases[i].read);
	}
}

static void takes_absolute_names_as_they_are(void **state)
{
	g_autofree char *document = g_strdup_printf("%s/docs/c.md", folder);
	g_autofree char *text = g_strdup_printf(SERVERS NAMES("%s"), document);
	g_autofree char *expected = g_strdup_printf("sites/near.md(site) %s", document);
	g_autofree char *kept = NULL, *read = NULL;
	struct messages *messages = messages_new();

	assert_true(g_file_get_contents("sites/near.md", &kept, NULL, NULL));
	assert_true(g_file_set_contents("sites/near.md", text, -1, NULL));
	read = describe(inputs_read(NULL, "sites/near.md", messages), messages);
	assert_string_equal(read, expected);
	assert_true(g_file_set_contents("sites/near.md", kept, -1, NULL));
}

static void tells_documents_from_sites(void **state)
{
	static const struct {
		char *paths[4];
		char *documents[2];
		const char *read;
	} cases[] = {
		{{"a.md"}, {NULL}, "a.md"},
		{{"a.md", "docs"}, {NULL}, "a.md docs/c.md"},
		{{"site.md"}, {NULL}, "site.md(site) shipped"},
		{{"settings.md"}, {NULL}, "settings.md(site) shipped"},
		{{"guards.md"}, {NULL}, "guards.md(site) shipped"},
		/* what other people's pages have too */
		{{"blocked.md"}, {NULL}, "blocked.md"},
		{{"theirs.md"}, {NULL}, "theirs.md"},
		{{"sites/plain/networks.md"}, {NULL}, "sites/plain/networks.md"},
		{{"sites/plain"},
		 {NULL},
		 "sites/plain/networks.md(site) sites/plain/site.md(site) shipped"},
		{{"site.md", "a.md"}, {NULL}, "site.md(site) a.md"},
		{{"a.md", "site.md"}, {NULL}, "a.md site.md(site)"},
		{{"site.md"}, {"b.md"}, "site.md(site) b.md"},
		{{"a.md"}, {"b.md"}, "a.md b.md"},
		{{"sites/near.md"}, {NULL}, "sites/near.md(site) sites/../a.md sites/../docs/c.md"},
		{{"sites/near.md"}, {"b.md"}, "sites/near.md(site) b.md"},
		{{"none.md"}, {NULL}, "\nnone.md: error: does not exist, " EXPECTED},
	};

	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		struct messages *messages = messages_new();
		char **documents = (char **)cases[i].documents;
		GPtrArray *sources = inputs_read_any((char **)cases[i].paths,
						     *documents ? documents : NULL, messages);
		g_autofree char *read = describe(sources, messages);

		if (strcmp(read, cases[i].read))
			print_message("case %u\n", i);
		assert_string_equal(read, cases[i].read);
	}
}

static void carries_policies_that_are_right(void **state)
{
	GPtrArray *sources = sources_new();
	struct messages *messages = messages_new();
	struct policy *policy;

	inputs_add_shipped(sources);
	assert_true(sources->len > 0);
	for (guint i = 0; i < sources->len; i++) {
		const struct source *source = sources->pdata[i];

		assert_true(g_str_has_prefix(source->file, "shipped:"));
		assert_true(g_str_has_suffix(source->file, ".md"));
		assert_int_equal(source->kind, SOURCE_DOCUMENT);
		assert_true(inputs_is_shipped(source->file));
	}
	policy = policy_read(sources, messages);
	assert_int_equal(messages->errors, 0);
	assert_true(policy->profiles->len > 1);
	policy_unref(policy);
	messages_free(messages);
	g_ptr_array_unref(sources);
}

static void reads_standard_input(void **state)
{
	struct messages *messages = messages_new();
	g_autofree char *read = NULL;

	assert_non_null(freopen("here.md", "r", stdin));
	lseek(STDIN_FILENO, 0, SEEK_SET);
	/* Its documents are relative to where one stands. */
	read = describe(inputs_read(NULL, "-", messages), messages);
	assert_string_equal(read, "-(site) a.md");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads),
		cmocka_unit_test(takes_absolute_names_as_they_are),
		cmocka_unit_test(tells_documents_from_sites),
		cmocka_unit_test(carries_policies_that_are_right),
		cmocka_unit_test(reads_standard_input),
	};

	return cmocka_run_group_tests(tests, make_files, remove_files);
}
