/* SPDX-License-Identifier: GPL-2.0-only */
/* Blocks of pcapng, byte by byte as the draft states them (of little-endian hosts). */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "pcapng.h"

static void check_bytes(const GByteArray *out, const uint8_t *expected, size_t size)
{
	assert_int_equal(out->len, size);
	assert_memory_equal(out->data, expected, size);
}

static void begins_a_section(void **state)
{
	static const uint8_t expected[] = {
		0x0a, 0x0d, 0x0d, 0x0a, 40,   0,    0,    0,    /* type, length */
		0x4d, 0x3c, 0x2b, 0x1a, 1,    0,    0,    0,    /* magic, version 1.0 */
		0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, /* length not told */
		4,    0,    3,    0,    'a',  'b',  'c',  0,    /* application */
		0,    0,    0,    0,    40,   0,    0,    0,    /* no more, length */
	};
	g_autoptr(GByteArray) out = g_byte_array_new();

	pcapng_begin(out, "abc");
	check_bytes(out, expected, sizeof(expected));
}

static void adds_an_interface(void **state)
{
	static const uint8_t expected[] = {
		1, 2,                                         /* what was there */
		1, 0, 0, 0, 44,  0,   0,   0,                 /* type, length */
		1, 0, 0, 0, 128, 0,   0,   0,                 /* Ethernet, 128 bytes at most */
		2, 0, 5, 0, 'c', 'a', 'r', 'd', '0', 0, 0, 0, /* name */
		9, 0, 1, 0, 9,   0,   0,   0,                 /* resolution: 10^-9 s */
		0, 0, 0, 0, 44,  0,   0,   0,                 /* no more, length */
	};
	g_autoptr(GByteArray) out = g_byte_array_new();

	g_byte_array_append(out, expected, 2);
	pcapng_add_interface(out, "card0", 128);
	check_bytes(out, expected, sizeof(expected));
}

static void adds_a_packet(void **state)
{
	static const uint8_t expected[] = {
		6,    0,    0,    0,    56,   0,    0,    0,    /* type, length */
		2,    0,    0,    0,                            /* interface */
		0x04, 0x03, 0x02, 0x01, 0x08, 0x07, 0x06, 0x05, /* time, its high half first */
		5,    0,    0,    0,    0xdc, 5,    0,    0,    /* captured, of 1500 */
		0xa1, 0xa2, 0xa3, 0xa4, 0xa5, 0,    0,    0,    /* filled up */
		1,    0,    8,    0,    'b',  'e',  'c',  'a',  /* comment: nothing to fill up */
		'u',  's',  'e',  '.',                          /* */
		0,    0,    0,    0,    56,   0,    0,    0,    /* no more, length */
	};
	const struct pcapng_packet packet = {
		.interface = 2,
		.time = 0x0102030405060708,
		.bytes = expected + 28,
		.captured = 5,
		.length = 1500,
		.comment = "because.",
	};
	g_autoptr(GByteArray) out = g_byte_array_new();

	pcapng_add_packet(out, &packet);
	check_bytes(out, expected, sizeof(expected));
}

/* An option's length has 16 bits: what does not fit is cut, and the block is whole. */
static void cuts_long_comments(void **state)
{
	g_autofree char *comment = g_strnfill(70000, 'x');
	const struct pcapng_packet packet = {.bytes = "", .comment = comment};
	g_autoptr(GByteArray) out = g_byte_array_new();
	uint32_t length, again;
	uint16_t stated;

	pcapng_add_packet(out, &packet);
	memcpy(&length, out->data + 4, sizeof(length));
	memcpy(&again, out->data + out->len - 4, sizeof(again));
	memcpy(&stated, out->data + 28 + 2, sizeof(stated));
	assert_int_equal(stated, 65535);
	assert_int_equal(out->len, 28 + 4 + 65536 + 4 + 4);
	assert_int_equal(length, out->len);
	assert_int_equal(again, out->len);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(begins_a_section),
		cmocka_unit_test(adds_an_interface),
		cmocka_unit_test(adds_a_packet),
		cmocka_unit_test(cuts_long_comments),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
