/* SPDX-License-Identifier: GPL-2.0-only */
/* The beginning of frames, whole and broken. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <stdlib.h>
#include <string.h>

#include "headers.h"

#define MACS "020000000001 020000000002 "
#define IP4  "4500 0028 0001 0000 4006 0000 c0000207 0a00010b "
#define IP6  "20010db8000f00000000000000000007 20010db8000100000000000000000011 "

static size_t bytes_of(const char *hex, uint8_t *bytes)
{
	size_t size = 0;

	for (; *hex; hex++) {
		if (*hex == ' ')
			continue;
		bytes[size++] =
			(uint8_t)(g_ascii_xdigit_value(hex[0]) << 4 | g_ascii_xdigit_value(hex[1]));
		hex++;
	}
	return size;
}

/* All that was read, in words; the caller frees it. */
static char *describe(const uint8_t *bytes, size_t size)
{
	char from[PREFIX_TEXT_SIZE] = "-", to[PREFIX_TEXT_SIZE] = "-";
	struct headers headers;

	headers_read(bytes, size, &headers);
	if (headers.source.family)
		prefix_format(&headers.source, from);
	if (headers.destination.family)
		prefix_format(&headers.destination, to);
	assert_int_equal(headers.source.family, headers.destination.family);
	return g_strdup_printf("%x %d %s %s %s %u %u %d", (unsigned int)headers.ethertype,
			       headers.protocol, from, to, headers.has_ports ? "ports" : "-",
			       headers.source_port, headers.destination_port, headers.icmp_type);
}

static const struct {
	const char *hex;
	const char *described;
} cases[] = {
	{MACS "0800 " IP4 "b95f 13cd 0000", "800 6 192.0.2.7 10.0.1.11 ports 47455 5069 -1"},
	{MACS "8100 2064 0800 " IP4 "b95f 13cd", "800 6 192.0.2.7 10.0.1.11 ports 47455 5069 -1"},
	{MACS "88a8 2064 8100 2064 8100 2064 0800 " IP4 "b95f 13cd",
	 "800 6 192.0.2.7 10.0.1.11 ports 47455 5069 -1"},
	/* two words of options */
	{MACS "0800 4700 0028 0001 4000 4011 0000 c0000207 0a00010b 01010101 01010101 0001 0002",
	 "800 17 192.0.2.7 10.0.1.11 ports 1 2 -1"},
	/* a first fragment, and a later one */
	{MACS "0800 4500 0028 0001 2000 4011 0000 c0000207 0a00010b 0001 0002",
	 "800 17 192.0.2.7 10.0.1.11 ports 1 2 -1"},
	{MACS "0800 4500 0028 0001 0001 4011 0000 c0000207 0a00010b 0001 0002",
	 "800 17 192.0.2.7 10.0.1.11 - 0 0 -1"},
	{MACS "0800 4500 0028 0001 0000 4001 0000 c0000207 0a00010b 05",
	 "800 1 192.0.2.7 10.0.1.11 - 0 0 5"},
	{MACS "0800 4500 0028 0001 0000 403a 0000 c0000207 0a00010b 05",
	 "800 58 192.0.2.7 10.0.1.11 - 0 0 -1"},
	{MACS "0800 4500 0028 0001 0000 402f 0000 c0000207 0a00010b 0001 0002",
	 "800 47 192.0.2.7 10.0.1.11 - 0 0 -1"},
	/* AH of 24 bytes before UDP */
	{MACS "0800 4500 0028 0001 0000 4033 0000 c0000207 0a00010b "
	      "1104 0000 00000001 00000002 000000000000000000000000 0001 0002",
	 "800 17 192.0.2.7 10.0.1.11 ports 1 2 -1"},
	/* a header that says it is shorter than it can be; ports cut off */
	{MACS "0800 4400 0028 0001 0000 4006 0000 c0000207 0a00010b 0001 0002",
	 "800 6 192.0.2.7 10.0.1.11 - 0 0 -1"},
	{MACS "0800 " IP4 "b95f 13", "800 6 192.0.2.7 10.0.1.11 - 0 0 -1"},
	{MACS "0800 4500 0028 0001 0000 4006 0000 c0000207 0a0001", "800 -1 - - - 0 0 -1"},
	{MACS "86dd 60000000 0014 06 40 " IP6 "b95f 13cd",
	 "86dd 6 2001:db8:f::7 2001:db8:1::11 ports 47455 5069 -1"},
	{MACS "86dd 60000000 0014 3a 40 " IP6 "87",
	 "86dd 58 2001:db8:f::7 2001:db8:1::11 - 0 0 135"},
	{MACS "86dd 60000000 0014 01 40 " IP6 "87", "86dd 1 2001:db8:f::7 2001:db8:1::11 - 0 0 -1"},
	/* hop-by-hop, destination options of 16 bytes, a first fragment */
	{MACS "86dd 60000000 0030 00 40 " IP6 "3c00 000000000000 2c01 "
	      "0000000000000000000000000000 1100 0001 00000001 0001 0002",
	 "86dd 17 2001:db8:f::7 2001:db8:1::11 ports 1 2 -1"},
	{MACS "86dd 60000000 0010 2c 40 " IP6 "1100 0008 00000001 0001 0002",
	 "86dd 17 2001:db8:f::7 2001:db8:1::11 - 0 0 -1"},
	/* a routing header that goes on past what there is */
	{MACS "86dd 60000000 0010 2b 40 " IP6 "11ff 0000 00000000 0001 0002",
	 "86dd 17 2001:db8:f::7 2001:db8:1::11 - 0 0 -1"},
	{MACS "8847 000011ff 45", "8847 -1 - - - 0 0 -1"},
	{MACS "0806 0001", "806 -1 - - - 0 0 -1"},
	{MACS "8100 20", "8100 -1 - - - 0 0 -1"},
	{MACS "08", "ffffffff -1 - - - 0 0 -1"},
	{"", "ffffffff -1 - - - 0 0 -1"},
};

static void reads_frames(void **state)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t bytes[256];
		size_t size = bytes_of(cases[i].hex, bytes);
		g_autofree char *described = describe(bytes, size);

		if (strcmp(described, cases[i].described))
			fail_msg("%s\nread as %s", cases[i].hex, described);
	}
}

/* However a frame is cut, nothing past its end is read: the sanitizer sees what is. */
static void reads_no_further(void **state)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(cases); i++) {
		uint8_t bytes[256];
		size_t size = bytes_of(cases[i].hex, bytes);

		for (size_t cut = 0; cut <= size; cut++) {
			uint8_t *copy = malloc(cut + 1);
			char *described;

			memcpy(copy + 1, bytes, cut);
			described = describe(copy + 1, cut);
			g_free(described);
			free(copy);
		}
	}
}

/* Frames of which so many bytes are needed, no fewer and no more. */
static const struct {
	const char *hex;
	size_t needed;
} cuts[] = {
	/* TCP up to its flags; UDP with the first byte of its payload, if it has one */
	{MACS "0800 " IP4 "b95f 13cd 00000001 00000002 5002 0000 0000 0000 ffff", 48},
	{MACS "8100 2064 0800 " IP4 "b95f 13cd 00000001 00000002 5002 0000 0000 0000", 52},
	{MACS "0800 4500 0028 0001 0000 4011 0000 c0000207 0a00010b 0001 0002 0009 0000 80 ff", 43},
	{MACS "0800 4500 0028 0001 0000 4011 0000 c0000207 0a00010b 0001 0002 0008 0000 80 ff", 42},
	{MACS "0800 4700 0028 0001 0000 4011 0000 c0000207 0a00010b 01010101 01010101 "
	      "0001 0002 0009 0000 80 ff",
	 51},
	{MACS "0800 4500 0028 0001 0000 4001 0000 c0000207 0a00010b 05 00", 35},
	/* of later fragments and other protocols nothing behind the IP header */
	{MACS "0800 4500 0028 0001 0001 4011 0000 c0000207 0a00010b 0001 0002", 34},
	{MACS "0800 4500 0028 0001 0000 402f 0000 c0000207 0a00010b 0001 0002", 34},
	{MACS "86dd 60000000 0014 06 40 " IP6 "b95f 13cd 00000001 00000002 5002 0000 0000 0000",
	 68},
	/* hop-by-hop and destination options first; a later fragment */
	{MACS "86dd 60000000 0030 00 40 " IP6 "3c00 000000000000 1101 "
	      "0000000000000000000000000000 0001 0002 0009 0000 80 ff",
	 87},
	{MACS "86dd 60000000 0010 2c 40 " IP6 "1100 0008 00000001 0001 0002 0009 0000 80 ff", 62},
	{MACS "0806 0001", 14},
};

static void tells_what_is_whole(void **state)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(cuts); i++) {
		uint8_t bytes[256];
		size_t size = bytes_of(cuts[i].hex, bytes);
		struct headers headers;

		for (size_t cut = 0; cut <= size; cut++) {
			headers_read(bytes, cut, &headers);
			if (headers.whole != (cut >= cuts[i].needed))
				fail_msg("%s\ncut at %zu is%s whole", cuts[i].hex, cut,
					 headers.whole ? "" : " not");
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_frames),
		cmocka_unit_test(reads_no_further),
		cmocka_unit_test(tells_what_is_whole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
