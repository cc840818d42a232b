/* SPDX-License-Identifier: GPL-2.0-only */
/* Messages: counted by severity, formatted with file and line. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "message.h"

static void counts_by_severity(void **state)
{
	struct messages *messages = messages_new();

	message_add(messages, SEVERITY_NOTE, "edge.md", 1, "a note");
	message_add(messages, SEVERITY_WARNING, "edge.md", 2, "a warning");
	message_add(messages, SEVERITY_WARNING, "edge.md", 3, "a warning");
	message_add(messages, SEVERITY_ERROR, "edge.md", 4, "an error");
	assert_int_equal(messages->list->len, 4);
	assert_int_equal(messages->warnings, 2);
	assert_int_equal(messages->errors, 1);
	messages_free(messages);
}

static void formats_with_file_and_line(void **state)
{
	static const struct {
		enum severity severity;
		int line;
		const char *expected;
	} rows[] = {
		{SEVERITY_ERROR, 14, "edge.md:14: error: port '0' is out of range"},
		{SEVERITY_WARNING, 14, "edge.md:14: warning: port '0' is out of range"},
		{SEVERITY_NOTE, 0, "edge.md: note: port '0' is out of range"},
	};

	for (size_t i = 0; i < G_N_ELEMENTS(rows); i++) {
		struct messages *messages = messages_new();
		g_autofree char *text = NULL;

		message_add(messages, rows[i].severity, "edge.md", rows[i].line,
			    "port '%d' is out of range", 0);
		text = message_format(messages->list->pdata[0]);
		assert_string_equal(text, rows[i].expected);
		messages_free(messages);
	}
}

static void copies_its_strings(void **state)
{
	struct messages *messages = messages_new();
	char file[] = "edge.md";
	const struct message *message;

	message_add(messages, SEVERITY_ERROR, file, 1, "%s", file);
	file[0] = 'E';
	message = messages->list->pdata[0];
	assert_string_equal(message->file, "edge.md");
	assert_string_equal(message->text, "edge.md");
	messages_free(messages);
}

static void frees_null(void **state)
{
	messages_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_by_severity),
		cmocka_unit_test(formats_with_file_and_line),
		cmocka_unit_test(copies_its_strings),
		cmocka_unit_test(frees_null),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
