/* SPDX-License-Identifier: GPL-2.0-only */
/* Link headers become Ethernet's, cut packets are filled up, long ones are made short. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <string.h>

#include "link_frame.h"

#define MACS "020000000001020000000002"
#define NONE "000000000000"

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t size = strlen(hex) / 2;

	for (size_t i = 0; i < size; i++)
		bytes[i] = (uint8_t)(g_ascii_xdigit_value(hex[2 * i]) << 4 |
				     g_ascii_xdigit_value(hex[2 * i + 1]));
	return size;
}

/* "captured length way bytes"; the caller frees it. */
static char *describe(const struct link_frame *frame)
{
	static const char *const ways[] = {"untold", "in", "out"};
	GString *text = g_string_new(NULL);

	g_string_printf(text, "%zu %zu %s ", frame->captured, frame->length, ways[frame->way]);
	for (size_t i = 0; i < frame->length; i++)
		g_string_append_printf(text, "%02x", frame->bytes[i]);
	return g_string_free(text, FALSE);
}

static const struct {
	enum link_type type;
	const char *hex;
	size_t lost; /* bytes that were not captured */
	const char *frame;
} cases[] = {
	{LINK_ETHERNET, MACS "0800aabb", 0, "16 16 untold " MACS "0800aabb"},
	{LINK_ETHERNET, MACS "0800aabb", 3, "16 19 untold " MACS "0800aabb000000"},
	{LINK_ETHERNET, MACS "08", 1, NULL},
	/* to this host, to others, from this host */
	{LINK_COOKED, "00000001000602000000000200000800aabb", 0,
	 "16 16 in " NONE "0200000000020800aabb"},
	{LINK_COOKED,
	 "0003000100060200000000020000"
	 "86ddaa",
	 2, "15 17 in " NONE "02000000000286ddaa0000"},
	{LINK_COOKED,
	 "0004000100060200000000020000"
	 "0800aa",
	 0, "15 15 out " NONE "0200000000020800aa"},
	/* a VLAN tag stands behind the header, as in Ethernet */
	{LINK_COOKED,
	 "0000000100060200000000020000"
	 "810000640800aa",
	 0, "19 19 in " NONE "020000000002810000640800aa"},
	{LINK_COOKED, "000000010006020000000002000008", 0, NULL},
	/* netlink's own families */
	{LINK_COOKED, "000403380000000000000000000000000000", 0, NULL},
	{LINK_COOKED2,
	 "08000000000000030001000602000000000200"
	 "00aabb",
	 1, "16 17 in " NONE "0200000000020800aabb00"},
	{LINK_COOKED2,
	 "86dd0000000000030001040602000000000200"
	 "00aabb",
	 0, "16 16 out " NONE "02000000000286ddaabb"},
	{LINK_COOKED2,
	 "08000000000000030338040602000000000200"
	 "00aabb",
	 0, NULL},
	{LINK_COOKED2, "08000000000000030001000602000000000200", 1, NULL},
	{LINK_IP, "45aa", 0, "16 16 untold " NONE NONE "080045aa"},
	{LINK_IP, "60aa", 1, "16 17 untold " NONE NONE "86dd60aa00"},
	{LINK_IP, "15aa", 0, "16 16 untold " NONE NONE "080015aa"},
	{LINK_IP, "", 9, NULL},
};

static void reads_frames(void **state)
{
	g_autofree uint8_t *room = g_malloc(LINK_FRAME_MAX);

	for (guint i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t bytes[64];
		size_t size = bytes_of(cases[i].hex, bytes);
		/* exactly as large: the sanitizer sees what is read past its end */
		g_autofree uint8_t *copy = g_memdup2(bytes, MAX(size, 1));
		g_autofree char *described = NULL;
		struct link_frame frame;

		memset(room, 0xee, LINK_FRAME_MAX);
		if (link_frame_read(cases[i].type, copy, size, size + cases[i].lost, room, &frame))
			described = describe(&frame);
		if (g_strcmp0(described, cases[i].frame))
			fail_msg("case %u: %s", i, described);
	}
}

static void refuses_what_is_too_long(void **state)
{
	g_autofree uint8_t *room = g_malloc(LINK_FRAME_MAX), *bytes = g_malloc0(LINK_FRAME_MAX + 1);
	struct link_frame frame;

	bytes[0] = 0x45;
	assert_true(link_frame_read(LINK_ETHERNET, bytes, 60, LINK_FRAME_MAX, room, &frame));
	assert_false(link_frame_read(LINK_ETHERNET, bytes, 60, LINK_FRAME_MAX + 1, room, &frame));
	assert_true(link_frame_read(LINK_IP, bytes, 60, LINK_FRAME_MAX - 14, room, &frame));
	assert_false(link_frame_read(LINK_IP, bytes, 60, LINK_FRAME_MAX - 13, room, &frame));
	assert_false(link_frame_read(LINK_ETHERNET, bytes, 60, 59, room, &frame));
}

static const struct {
	const char *head; /* of a frame of 4,000 bytes */
	size_t at;        /* of a length field */
	uint16_t before, after;
} trims[] = {
	/* IPv4's length; behind a VLAN tag; one that needs no trimming */
	{MACS "080045000f9200010000400600000102030405060708", 16, 3986, 186},
	{MACS "8100006408004500"
	      "0f8e00010000400600000102030405060708",
	 20, 3982, 182},
	{MACS "08004500003200010000400600000102030405060708", 16, 50, 50},
	/* UDP's; of a fragment it stays what it is; a header with options */
	{MACS "080045000f920001000040110000010203040506070800010002"
	      "0f7e0000",
	 38, 3966, 166},
	{MACS "080045000f920001200040110000010203040506070800010002"
	      "0f7e0000",
	 38, 3966, 3966},
	{MACS "080046000f9200010000401100000102030405060708"
	      "01010101"
	      "00010002"
	      "0f7a0000",
	 42, 3962, 162},
	{MACS "080045000f920001000040060000010203040506070800010002"
	      "0f7e0000",
	 38, 3966, 3966},
	/* IPv6's, and UDP's in it */
	{MACS "86dd600000000f6a0640", 18, 3946, 146},
	{MACS "86dd600000000f6a1140" NONE NONE NONE NONE NONE "0000"
	      "00010002"
	      "0f6a0000",
	 58, 3946, 146},
	/* no IP: nothing is touched */
	{MACS "0806"
	      "45000f92",
	 16, 3986, 3986},
};

static unsigned int read16(const uint8_t *at)
{
	return (unsigned int)at[0] << 8 | at[1];
}

static void trims_frames(void **state)
{
	g_autofree uint8_t *room = g_malloc(LINK_FRAME_MAX), *bytes = g_malloc0(4000);

	for (guint i = 0; i < G_N_ELEMENTS(trims); i++) {
		struct link_frame frame = {.bytes = bytes, .captured = 4000, .length = 4000};

		memset(bytes, 0, 4000);
		bytes_of(trims[i].head, bytes);
		if (read16(bytes + trims[i].at) != trims[i].before)
			fail_msg("case %u begins with %u", i, read16(bytes + trims[i].at));
		link_frame_trim(&frame, 200, room);
		assert_ptr_equal(frame.bytes, room);
		assert_int_equal(frame.length, 200);
		assert_int_equal(frame.captured, 200);
		if (read16(frame.bytes + trims[i].at) != trims[i].after)
			fail_msg("case %u: %u", i, read16(frame.bytes + trims[i].at));
	}
}

static void leaves_short_ones_alone(void **state)
{
	uint8_t room[64], bytes[64] = {};
	struct link_frame frame = {.bytes = bytes, .captured = 40, .length = 64};

	link_frame_trim(&frame, 64, room);
	assert_ptr_equal(frame.bytes, bytes);
	assert_int_equal(frame.length, 64);
	/* where fewer were captured than are left, the rest is zero already */
	link_frame_trim(&frame, 50, room);
	assert_int_equal(frame.captured, 40);
	assert_int_equal(frame.length, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_frames),
		cmocka_unit_test(refuses_what_is_too_long),
		cmocka_unit_test(trims_frames),
		cmocka_unit_test(leaves_short_ones_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
