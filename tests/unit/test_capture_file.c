/* SPDX-License-Identifier: GPL-2.0-only */
/* Captures of each link type, in both formats, and what is said of those that cannot be read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "capture_file.h"
#include "pcapng.h"
#include "policy_text.h"

#define MICROSECONDS 0xa1b2c3d4U
#define NANOSECONDS  0xa1b23c4dU

enum {
	ETHERNET = 1,
	RAW = 101,
	WIRELESS = 105,
	COOKED = 113,
	IPV4 = 228,
	IPV6 = 229,
	COOKED2 = 276,
};

static void add(GByteArray *out, const void *bytes, guint size)
{
	g_byte_array_append(out, bytes, size);
}

static GByteArray *pcap_begin(uint32_t magic, uint32_t type)
{
	const uint32_t header[] = {magic, 4 << 16 | 2, 0, 0, 65535, type};
	GByteArray *out = g_byte_array_new();

	add(out, header, sizeof(header));
	return out;
}

static void pcap_add(GByteArray *out, const uint8_t *bytes, uint32_t captured, uint32_t length)
{
	const uint32_t header[] = {1700000000, 250, captured, length};

	add(out, header, sizeof(header));
	add(out, bytes, captured);
}

/* Every packet of a file and what is said at its end, a line each; the caller frees it. */
static char *read_path(const char *path)
{
	struct messages *messages = messages_new();
	struct capture_file *file = capture_file_open(path, messages);
	enum capture_result result = CAPTURE_BROKEN;
	GString *text = g_string_new(NULL);
	struct captured captured;

	while (file && (result = capture_file_next(file, &captured, messages)) == CAPTURE_PACKET) {
		g_string_append_printf(text, "%" G_GUINT64_FORMAT " ", captured.time);
		if (captured.readable)
			g_string_append_printf(text, "%zu/%zu %d %02x%02x %02x\n",
					       captured.frame.captured, captured.frame.length,
					       captured.frame.way, captured.frame.bytes[12],
					       captured.frame.bytes[13],
					       captured.frame.bytes[captured.frame.length - 1]);
		else
			g_string_append(text, "unreadable\n");
	}
	assert_int_equal(messages->errors, result == CAPTURE_BROKEN);
	for (guint i = 0; i < messages->list->len; i++) {
		const struct message *message = messages->list->pdata[i];

		assert_string_equal(message->file, path);
		g_string_append(text, message->text);
	}
	capture_file_close(file);
	messages_free(messages);
	return g_string_free(text, FALSE);
}

static void check(GByteArray *bytes, const char *expected)
{
	g_autofree char *path =
		g_strdup_printf("%s/portcullis-test-%d.pcap", g_get_tmp_dir(), getpid());
	g_autofree char *found = NULL;

	assert_true(g_file_set_contents(path, (const char *)bytes->data, bytes->len, NULL));
	found = read_path(path);
	unlink(path);
	assert_string_equal(found, expected);
	g_byte_array_unref(bytes);
}

static const uint8_t ethernet[] = {2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45, 7};
static const uint8_t cooked[] = {0, 4, 0, 1, 0, 6, 2, 0, 0, 0, 0, 2, 0, 0, 0x86, 0xdd, 0x60, 7};
static const uint8_t cooked2[] = {8, 0, 0, 0, 0, 0, 0, 3, 0, 1,    0,
				  6, 2, 0, 0, 0, 0, 2, 0, 0, 0x45, 7};

static void reads_each_link_type(void **state)
{
	static const struct {
		uint32_t type;
		const uint8_t *bytes;
		uint32_t size;
		const char *found;
	} cases[] = {
		{ETHERNET, ethernet, 16, "1700000000000250000 16/16 0 0800 07\n"},
		{COOKED, cooked, 18, "1700000000000250000 16/16 2 86dd 07\n"},
		{COOKED2, cooked2, 22, "1700000000000250000 16/16 1 0800 07\n"},
		{RAW, ethernet + 14, 2, "1700000000000250000 16/16 0 0800 07\n"},
		{IPV4, ethernet + 14, 2, "1700000000000250000 16/16 0 0800 07\n"},
		{IPV6, cooked + 16, 2, "1700000000000250000 16/16 0 86dd 07\n"},
	};

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		GByteArray *out = pcap_begin(MICROSECONDS, cases[i].type);

		pcap_add(out, cases[i].bytes, cases[i].size, cases[i].size);
		check(out, cases[i].found);
	}
}

static void reads_cut_packets(void **state)
{
	GByteArray *out = pcap_begin(NANOSECONDS, ETHERNET);

	pcap_add(out, ethernet, 16, 1514);
	pcap_add(out, ethernet, 13, 60);
	pcap_add(out, ethernet, 16, 16);
	check(out, "1700000000000000250 16/1514 0 0800 00\n1700000000000000250 unreadable\n"
		   "1700000000000000250 16/16 0 0800 07\n");
}

static void tells_who_tells_the_way(void **state)
{
	static const uint32_t types[] = {ETHERNET, RAW, COOKED, COOKED2};

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		g_autofree char *path =
			g_strdup_printf("%s/portcullis-test-%d.pcap", g_get_tmp_dir(), getpid());
		g_autoptr(GByteArray) out = pcap_begin(MICROSECONDS, types[i]);
		struct messages *messages = messages_new();
		struct capture_file *file;

		assert_true(g_file_set_contents(path, (const char *)out->data, out->len, NULL));
		file = capture_file_open(path, messages);
		unlink(path);
		assert_non_null(file);
		assert_int_equal(capture_file_tells_way(file), i >= 2);
		capture_file_close(file);
		messages_free(messages);
	}
}

static void add_ng(GByteArray *out, uint32_t interface, const char *comment)
{
	const struct pcapng_packet packet = {interface, 77, ethernet, 16, 20, comment};

	pcapng_add_packet(out, &packet);
}

static GByteArray *two_interfaces(guint *second)
{
	GByteArray *out = g_byte_array_new();

	pcapng_begin(out, "test");
	pcapng_add_interface(out, "card0", 0);
	add_ng(out, 0, "why");
	*second = out->len;
	pcapng_add_interface(out, "card1", 0);
	add_ng(out, 1, "");
	add_ng(out, 0, "");
	return out;
}

static void reads_pcapng(void **state)
{
	guint second;

	check(two_interfaces(&second), "77 16/20 0 0800 00\n77 16/20 0 0800 00\n"
				       "77 16/20 0 0800 00\n");
}

/* libpcap gives one link type for a file. */
static void refuses_mixed_link_types(void **state)
{
	guint second;
	GByteArray *out = two_interfaces(&second);

	out->data[second + 8] = COOKED;
	check(out,
	      "77 16/20 0 0800 00\ncannot read on behind packet 1: an interface has a type 113 "
	      "different from the type of the first interface");
}

static void says_what_is_broken(void **state)
{
	GByteArray *out = pcap_begin(MICROSECONDS, WIRELESS);

	check(out, "the link type is IEEE802_11 (105), expected Ethernet, Linux cooked or raw IP");
	check(g_byte_array_new(),
	      "cannot read the capture: truncated dump file; tried to read 4 file header bytes, "
	      "only got 0, expected pcap or pcapng");
	out = g_byte_array_new();
	add(out, "no capture at all, but a text", 29);
	check(out, "cannot read the capture: unknown file format, expected pcap or pcapng");
	out = pcap_begin(MICROSECONDS, ETHERNET);
	pcap_add(out, ethernet, 16, 16);
	pcap_add(out, ethernet, 16, 16);
	g_byte_array_set_size(out, out->len - 5);
	check(out, "1700000000000250000 16/16 0 0800 07\ncannot read on behind packet 1: truncated "
		   "dump file; tried to read 16 captured bytes, only got 11");
	check(pcap_begin(MICROSECONDS, ETHERNET), "");
}

static void says_what_cannot_be_opened(void **state)
{
	g_autofree char *missing = read_path("/nowhere/x.pcap");
	g_autofree char *folder = read_path("/tmp");

	assert_string_equal(missing, "cannot open the file: No such file or directory");
	assert_string_equal(folder, "cannot read the capture: error reading dump file: Is a "
				    "directory, expected pcap or pcapng");
	capture_file_close(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_each_link_type),       cmocka_unit_test(reads_cut_packets),
		cmocka_unit_test(tells_who_tells_the_way),    cmocka_unit_test(reads_pcapng),
		cmocka_unit_test(refuses_mixed_link_types),   cmocka_unit_test(says_what_is_broken),
		cmocka_unit_test(says_what_cannot_be_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
