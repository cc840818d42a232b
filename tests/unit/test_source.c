/* SPDX-License-Identifier: GPL-2.0-only */
/* Files, folders, pipes and standard input, and each reason for which one is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "source.h"

struct fixture {
	char *folder;
	GPtrArray *sources;
	struct messages *messages;
};

static int set_up(void **state)
{
	struct fixture *fixture = g_new0(struct fixture, 1);

	fixture->folder = g_dir_make_tmp("portcullis-source-XXXXXX", NULL);
	fixture->sources = sources_new();
	fixture->messages = messages_new();
	*state = fixture;
	return chdir(fixture->folder);
}

static int tear_down(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *command = g_strdup_printf("rm -r '%s'", fixture->folder);
	int failed = chdir("/") || !g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL);

	g_ptr_array_unref(fixture->sources);
	messages_free(fixture->messages);
	g_free(fixture->folder);
	g_free(fixture);
	return failed;
}

static void put(const char *file, const char *text, ssize_t size)
{
	assert_true(g_file_set_contents(file, text, size, NULL));
}

static bool read_site(struct fixture *fixture, const char *path)
{
	return source_read(path, SOURCE_SITE, fixture->sources, fixture->messages);
}

static const struct source *source_at(struct fixture *fixture, unsigned int i)
{
	assert_true(i < fixture->sources->len);
	return fixture->sources->pdata[i];
}

static void assert_refused(struct fixture *fixture, const char *path, const char *expected)
{
	unsigned int before = fixture->messages->list->len;
	g_autofree char *text = NULL;

	assert_false(read_site(fixture, path));
	assert_int_equal(fixture->messages->list->len, before + 1);
	text = message_format(fixture->messages->list->pdata[before]);
	assert_string_equal(text, expected);
	assert_int_equal(fixture->sources->len, 0);
}

static void reads_a_file(void **state)
{
	struct fixture *fixture = *state;
	const struct source *source;

	put("edge.md", "abc", 3);
	assert_true(read_site(fixture, "edge.md"));
	source = source_at(fixture, 0);
	assert_string_equal(source->file, "edge.md");
	assert_int_equal(source->kind, SOURCE_SITE);
	assert_int_equal(source->size, 3);
	assert_string_equal(source->text, "abc");
	/* the first vector of FIPS 180-2, appendix B */
	assert_string_equal(source->digest,
			    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void reads_a_folder_in_name_order(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(g_mkdir("edge", 0700), 0);
	put("edge/b.md", "b", 1);
	put("edge/B.md", "B", 1);
	put("edge/a.md", "a", 1);
	put("edge/.hidden.md", "h", 1);
	put("edge/notes.txt", "n", 1);
	assert_true(read_site(fixture, "edge"));
	assert_int_equal(fixture->sources->len, 3);
	assert_string_equal(source_at(fixture, 0)->file, "edge/B.md");
	assert_string_equal(source_at(fixture, 1)->file, "edge/a.md");
	assert_string_equal(source_at(fixture, 2)->file, "edge/b.md");
}

/* One file of a folder that cannot be read must not hide the others' messages. */
static void reads_on_after_a_bad_file(void **state)
{
	struct fixture *fixture = *state;

	assert_int_equal(g_mkdir("edge", 0700), 0);
	assert_int_equal(g_mkdir("edge/a.md", 0700), 0);
	put("edge/b.md", "b", 1);
	put("edge/c.md", "", 0);
	assert_false(read_site(fixture, "edge/"));
	assert_int_equal(fixture->sources->len, 1);
	assert_string_equal(source_at(fixture, 0)->file, "edge/b.md");
	assert_int_equal(fixture->messages->errors, 2);
}

static void reads_a_pipe(void **state)
{
	struct fixture *fixture = *state;
	g_autofree char *path = NULL;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "| a |", 5), 5);
	close(ends[1]);
	path = g_strdup_printf("/dev/fd/%d", ends[0]);
	assert_true(read_site(fixture, path));
	assert_string_equal(source_at(fixture, 0)->text, "| a |");
	assert_string_equal(source_at(fixture, 0)->file, path);
	close(ends[0]);
}

static void reads_standard_input(void **state)
{
	struct fixture *fixture = *state;
	int keep = dup(STDIN_FILENO), fd;

	put("input", "| a |", 5);
	fd = open("input", O_RDONLY);
	assert_int_equal(dup2(fd, STDIN_FILENO), STDIN_FILENO);
	assert_true(read_site(fixture, "-"));
	assert_string_equal(source_at(fixture, 0)->file, "-");
	assert_string_equal(source_at(fixture, 0)->text, "| a |");
	dup2(keep, STDIN_FILENO);
	close(keep);
	close(fd);
}

static void refuses_what_is_not_there(void **state)
{
	put("edge.md", "a", 1);
	assert_refused(*state, "edgy.md",
		       "edgy.md: error: does not exist, expected a Markdown file, a folder of "
		       "*.md files or '-'");
	assert_refused(*state, "edge.md/x",
		       "edge.md/x: error: does not exist, expected a Markdown file, a folder of "
		       "*.md files or '-'");
}

static void refuses_a_folder_without_documents(void **state)
{
	assert_int_equal(g_mkdir("edge", 0700), 0);
	put("edge/notes.txt", "n", 1);
	assert_refused(*state, "edge", "edge: error: holds no *.md file, expected at least one");
}

static void refuses_an_empty_file(void **state)
{
	static const char *const texts[] = {"", " \r\n\t\n", "\xef\xbb\xbf\n"};

	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		put("edge.md", texts[i], -1);
		assert_refused(*state, "edge.md",
			       "edge.md: error: is empty, expected Markdown with tables");
	}
}

static void refuses_bytes_that_are_no_text(void **state)
{
	put("edge.md", "| a |\n\0", 7);
	assert_refused(*state, "edge.md",
		       "edge.md:2: error: holds a byte 0x00 that is no text, expected UTF-8");
	put("edge.md", "\xff\xfe|", 3);
	assert_refused(*state, "edge.md",
		       "edge.md:1: error: holds a byte 0xff that is no text, expected UTF-8");
	put("edge.md", "a\nb\n\xc3", 5);
	assert_refused(*state, "edge.md",
		       "edge.md:3: error: holds a byte 0xc3 that is no text, expected UTF-8");
}

static void refuses_too_large_a_file(void **state)
{
	g_autofree char *text = g_strnfill(SOURCE_SIZE_MAX + 1, 'a');

	put("edge.md", text, SOURCE_SIZE_MAX + 1);
	assert_refused(*state, "edge.md",
		       "edge.md: error: is larger than 16 MiB, expected at most that");
	put("edge.md", text, SOURCE_SIZE_MAX);
	assert_true(read_site(*state, "edge.md"));
}

static void refuses_devices(void **state)
{
	assert_refused(*state, "/dev/zero",
		       "/dev/zero: error: is neither a file nor a pipe, expected a Markdown file, "
		       "a folder of *.md files or '-'");
}

/* Root reads everything, but not what is no file any more: a loop of symbolic links. */
static void refuses_what_cannot_be_opened(void **state)
{
	assert_int_equal(symlink("edge.md", "edge.md"), 0);
	assert_refused(*state, "edge.md",
		       "edge.md: error: cannot be read: Too many levels of symbolic links, "
		       "expected a Markdown file, a folder of *.md files or '-'");
}

static void frees_null(void **state)
{
	source_free(NULL);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(reads_a_file),
		TEST(reads_a_folder_in_name_order),
		TEST(reads_on_after_a_bad_file),
		TEST(reads_a_pipe),
		TEST(reads_standard_input),
		TEST(refuses_what_is_not_there),
		TEST(refuses_a_folder_without_documents),
		TEST(refuses_an_empty_file),
		TEST(refuses_bytes_that_are_no_text),
		TEST(refuses_too_large_a_file),
		TEST(refuses_devices),
		TEST(refuses_what_cannot_be_opened),
		cmocka_unit_test(frees_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
