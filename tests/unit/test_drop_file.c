/* SPDX-License-Identifier: GPL-2.0-only */
/* Capture files: which interfaces are told, what is written when, and what is said if it is not. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <string.h>
#include <unistd.h>

#include "capture.h"
#include "drop_file.h"
#include "pcapng.h"
#include "policy_text.h"
#include "version.h"

static const struct event event = {.length = 90, .captured = 4, .frame = {1, 2, 3, 4}};

static void add_packet(GByteArray *out, uint32_t interface)
{
	const struct pcapng_packet packet = {interface, 77, event.frame, 4, 90, "why"};

	pcapng_add_packet(out, &packet);
}

/* Each interface once, before its first packet. */
static GByteArray *expect(void)
{
	GByteArray *out = g_byte_array_new();

	pcapng_begin(out, "portcullis " PORTCULLIS_VERSION);
	pcapng_add_interface(out, "card0", EVENT_FRAME);
	add_packet(out, 0);
	pcapng_add_interface(out, "card1", EVENT_FRAME);
	add_packet(out, 1);
	add_packet(out, 0);
	add_packet(out, 1);
	return out;
}

static void write_four(const char *path)
{
	struct messages *messages = messages_new();
	struct drop_file *file = drop_file_open(path, messages);

	assert_non_null(file);
	drop_file_add(file, &event, "card0", 77, "why");
	assert_true(drop_file_flush(file, messages));
	drop_file_add(file, &event, "card1", 77, "why");
	drop_file_add(file, &event, "card0", 77, "why");
	drop_file_add(file, &event, "card1", 77, "why");
	assert_true(drop_file_flush(file, messages));
	drop_file_close(file);
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static void writes_files(void **state)
{
	g_autoptr(GByteArray) expected = expect();
	g_autofree char *path =
		g_strdup_printf("%s/portcullis-test-%d.pcapng", g_get_tmp_dir(), getpid());
	g_autofree char *found = NULL;
	gsize size = 0;

	write_four(path);
	assert_true(g_file_get_contents(path, &found, &size, NULL));
	unlink(path);
	assert_int_equal(size, expected->len);
	assert_memory_equal(found, expected->data, size);
}

static void writes_to_standard_output(void **state)
{
	g_autoptr(GByteArray) expected = expect();
	struct capture capture = capture_begin();
	g_autofree char *found = NULL;

	write_four("-");
	found = capture_end(&capture);
	assert_memory_equal(found, expected->data, expected->len);
}

static void check_messages(struct messages *messages, const char *expected)
{
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, expected);
	messages_free(messages);
}

/* Whole packets, of which an interface's snap length says that none is cut. */
static void writes_whole_packets(void **state)
{
	uint8_t bytes[EVENT_FRAME + 1] = {1, 2, 3};
	const struct pcapng_packet packet = {7, 77, bytes, sizeof(bytes), 200, "why"};
	struct pcapng_packet first = packet;
	g_autoptr(GByteArray) expected = g_byte_array_new();
	struct messages *messages = messages_new();
	struct capture capture = capture_begin();
	struct drop_file *file = drop_file_open("-", messages);
	g_autofree char *found = NULL;

	first.interface = 0;
	pcapng_begin(expected, "portcullis " PORTCULLIS_VERSION);
	pcapng_add_interface(expected, "card0", 0);
	pcapng_add_packet(expected, &first);
	pcapng_add_packet(expected, &first);
	drop_file_add_interface(file, "card0");
	drop_file_add_packet(file, &packet, "card0");
	drop_file_add_packet(file, &packet, "card0");
	assert_int_equal(drop_file_waiting(file), expected->len);
	assert_true(drop_file_flush(file, messages));
	assert_int_equal(drop_file_waiting(file), 0);
	drop_file_close(file);
	messages_free(messages);
	found = capture_end(&capture);
	assert_memory_equal(found, expected->data, expected->len);
}

static void says_what_fails(void **state)
{
	struct messages *messages = messages_new();
	struct drop_file *file;

	assert_null(drop_file_open("/nowhere/drops.pcapng", messages));
	check_messages(messages, "/nowhere/drops.pcapng: error: cannot open the file: No such file "
				 "or directory\n");
	messages = messages_new();
	file = drop_file_open("/dev/full", messages);
	assert_non_null(file);
	assert_false(drop_file_flush(file, messages));
	drop_file_close(file);
	check_messages(messages,
		       "/dev/full: error: cannot write the file: No space left on device\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_files),
		cmocka_unit_test(writes_to_standard_output),
		cmocka_unit_test(writes_whole_packets),
		cmocka_unit_test(says_what_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
