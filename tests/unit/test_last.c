/* SPDX-License-Identifier: GPL-2.0-only */
/* What was in force last, on disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <glib/gstdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "generation_text.h"
#include "last.h"

#define SITE "| Server | Address | Profile |\n|---|---|---|\n| fe01 | 10.0.1.11 | web |\n"

static char *folder;

static int make_folder(void **state)
{
	folder = g_dir_make_tmp("portcullis-test-XXXXXX", NULL);
	return !folder;
}

static int remove_folder(void **state)
{
	g_autofree char *file = g_strconcat(folder, "/last.json", NULL);
	bool removed = (!g_remove(file) || errno == ENOENT) && !g_rmdir(folder);

	g_free(folder);
	return !removed;
}

static struct generation *made(const char *command)
{
	struct generation *generation = compile(choose_site(SITE));

	choice_set_swap(generation->choice, "fe01", "voice");
	generation->number = 7;
	generation->since = g_strdup("2026-11-22T10:00:00Z");
	generation->by = g_strdup("tom");
	generation->command = g_strdup(command);
	return generation;
}

static void write_right(const struct generation *generation)
{
	struct messages *messages = messages_new();

	assert_true(last_write(folder, generation, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

/* What is said of what is kept, which is nothing of use. */
static char *read_wrong(void)
{
	struct messages *messages = messages_new();
	char *said;

	assert_null(last_read(folder, messages));
	said = all_messages(messages);
	messages_free(messages);
	return said;
}

static void keeps_all_that_a_generation_is_made_from(void **state)
{
	struct generation *generation = made("swap fe01 voice"), *other;
	struct messages *messages = messages_new();
	struct last *last;

	write_right(generation);
	last = last_read(folder, messages);
	assert_non_null(last);
	assert_int_equal(messages->list->len, 0);
	assert_int_equal(last->number, 7);
	assert_string_equal(last->since, "2026-11-22T10:00:00Z");
	assert_string_equal(last->by, "tom");
	assert_string_equal(last->command, "swap fe01 voice");
	other = compile(choice_copy(last->choice));
	assert_true(generation_same(generation, other));
	generation_free(other);
	last_free(last);
	last_free(NULL);
	generation_free(generation);
	messages_free(messages);
}

static void replaces_what_was_kept(void **state)
{
	struct generation *first = made("up"), *second = made("swap");
	struct messages *messages = messages_new();
	struct last *last;

	write_right(first);
	write_right(second);
	last = last_read(folder, messages);
	assert_string_equal(last->command, "swap");
	last_free(last);
	generation_free(first);
	generation_free(second);
	messages_free(messages);
}

/* Of the folder and the file. */
static void check_modes(const char *directory)
{
	g_autofree char *file = g_strconcat(directory, "/last.json", NULL);
	struct stat found;

	assert_int_equal(stat(directory, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0700);
	assert_int_equal(stat(file, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	assert_int_equal(unlink(file), 0);
	assert_int_equal(rmdir(directory), 0);
}

static void is_not_for_everybody(void **state)
{
	g_autofree char *within = g_strconcat(folder, "/a", NULL);
	struct generation *generation = made("up");
	struct messages *messages = messages_new();

	umask(0);
	assert_true(last_write(within, generation, messages));
	check_modes(within);
	generation_free(generation);
	messages_free(messages);
}

static void says_what_is_wrong(void **state)
{
	static const char *const texts[] = {"",
					    "{",
					    "[]",
					    "{\"choice\": 1}",
					    "{\"choice\": {}}",
					    "{\"choice\": {\"sources\": [], \"interfaces\": [1]}}"};
	g_autofree char *file = g_strconcat(folder, "/last.json", NULL);
	g_autofree char *expected = g_strconcat(file, ": error: holds no policy of ours\n", NULL);
	g_autofree char *nothing = read_wrong();

	assert_string_equal(nothing, "");
	for (size_t i = 0; i < G_N_ELEMENTS(texts); i++) {
		g_autofree char *said = NULL;

		assert_true(g_file_set_contents(file, texts[i], -1, NULL));
		said = read_wrong();
		assert_string_equal(said, expected);
	}
}

/* What cannot be kept is a warning, and what was kept is there. */
static void stays_where_it_cannot_be_replaced(void **state)
{
	struct generation *first = made("up"), *second = made("swap");
	g_autofree char *file = g_strconcat(folder, "/last.json", NULL);
	g_autofree char *below = g_strconcat(file, "/below", NULL);
	g_autofree char *said = NULL, *expected = NULL;
	struct messages *messages = messages_new();
	struct last *last;

	write_right(first);
	assert_false(last_write(below, second, messages));
	said = all_messages(messages);
	expected = g_strdup_printf("%s/last.json: warning: cannot keep this policy for the next "
				   "boot: Not a directory\n",
				   below);
	assert_string_equal(said, expected);
	last = last_read(folder, messages);
	assert_string_equal(last->command, "up");
	last_free(last);
	generation_free(first);
	generation_free(second);
	messages_free(messages);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_folder, remove_folder)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(keeps_all_that_a_generation_is_made_from),
		test(replaces_what_was_kept),
		test(is_not_for_everybody),
		test(says_what_is_wrong),
		test(stays_where_it_cannot_be_replaced),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
