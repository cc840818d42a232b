/* SPDX-License-Identifier: GPL-2.0-only */
/* The map that holds a gate's last changes. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "json.h"
#include "log.h"
#include "own_gate.h"

/* The log is in a folder of its own: there is no gate. */
static int remove_log(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/log", bpffs);

	return unlink(pin) && errno != ENOENT;
}

static void append(unsigned int from, unsigned int to)
{
	struct messages *messages = messages_new();

	for (unsigned int i = from; i <= to; i++) {
		struct json_object *entry = json_object_new_object();

		json_add_number(entry, "value", 1000 + i);
		assert_true(log_append(bpffs, entry, messages));
		json_object_put(entry);
	}
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static struct json_object *read_log(void)
{
	struct messages *messages = messages_new();
	struct json_object *entries = json_object_new_array();

	assert_true(log_read(bpffs, entries, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
	return entries;
}

/* That the log holds these, in order. */
static void check(unsigned int from, unsigned int to)
{
	struct json_object *entries = read_log();

	assert_int_equal(json_object_array_length(entries), to - from + 1);
	for (unsigned int i = from; i <= to; i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i - from);

		assert_int_equal(json_number(entry, "number"), i);
		assert_int_equal(json_number(entry, "value"), 1000 + i);
	}
	json_object_put(entries);
}

static void holds_the_last_hundred(void **state)
{
	check(1, 0);
	append(1, 1);
	check(1, 1);
	append(2, 100);
	check(1, 100);
	append(101, 101);
	check(2, 101);
	append(102, 250);
	check(151, 250);
}

static void refuses_what_is_too_long(void **state)
{
	struct messages *messages = messages_new();
	g_autofree char *most = g_strnfill(LOG_TEXT_SIZE - 1 - strlen("{\"x\":\"\"}"), 'x');
	g_autofree char *too_much = g_strconcat(most, "x", NULL);
	struct json_object *entry = json_object_new_object(), *entries;
	g_autofree char *said = NULL, *expected = NULL;

	json_add_string(entry, "x", most);
	assert_true(log_append(bpffs, entry, messages));
	json_add_string(entry, "x", too_much);
	assert_false(log_append(bpffs, entry, messages));
	json_object_put(entry);
	said = all_messages(messages);
	expected = g_strdup_printf(
		"%s/log: warning: cannot log the change: Argument list too long\n", bpffs);
	assert_string_equal(said, expected);
	entries = read_log();
	assert_int_equal(json_object_array_length(entries), 1);
	json_object_put(entries);
	messages_free(messages);
}

static void refuses_a_map_of_another_shape(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/log", bpffs);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "log", 4, 4096, LOG_ENTRIES + 1, NULL);
	struct messages *messages = messages_new();
	struct json_object *list = json_object_new_array();
	g_autofree char *said = NULL, *expected = NULL;

	assert_int_equal(bpf_obj_pin(map, pin), 0);
	close(map);
	assert_false(log_append(bpffs, list, messages));
	assert_false(log_read(bpffs, list, messages));
	assert_int_equal(json_object_array_length(list), 0);
	said = all_messages(messages);
	expected = g_strdup_printf(
		"%s: warning: the log is of another version of portcullis: 'portcullis down "
		"--all' removes it\n%s: error: the log is of another version of portcullis: "
		"'portcullis down --all' removes it\n",
		pin, pin);
	assert_string_equal(said, expected);
	json_object_put(list);
	messages_free(messages);
}

/* A writer was killed, or another version wrote it: the others are shown. */
static void passes_over_what_is_no_entry(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/log", bpffs);
	struct {
		__u64 number;
		char text[LOG_TEXT_SIZE];
	} entry = {.number = 9, .text = "{\"value\": "};
	struct json_object *entries;
	__u32 key = 8;
	int map;

	append(1, 3);
	map = bpf_obj_get(pin);
	assert_int_equal(bpf_map_update_elem(map, &key, &entry, BPF_ANY), 0);
	close(map);
	check(1, 3);
	entries = read_log();
	assert_int_equal(json_object_array_length(entries), 3);
	json_object_put(entries);
}

#define test(name) cmocka_unit_test_teardown(name, remove_log)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(holds_the_last_hundred),
		test(refuses_what_is_too_long),
		test(refuses_a_map_of_another_shape),
		test(passes_over_what_is_no_entry),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
