/* SPDX-License-Identifier: GPL-2.0-only */
/* Appends the blocks of a pcapng file. */
#include "pcapng.h"

#include <string.h>

enum block {
	BLOCK_INTERFACE = 1,
	BLOCK_PACKET = 6, /* "enhanced" */
	BLOCK_SECTION = 0x0a0d0d0a,
};

enum option {
	OPTION_END = 0,
	OPTION_COMMENT = 1,
	OPTION_INTERFACE_NAME = 2,
	OPTION_APPLICATION = 4,
	OPTION_RESOLUTION = 9,
};

#define BYTE_ORDER_MAGIC  0x1a2b3c4dU
#define LINKTYPE_ETHERNET 1
#define NANOSECONDS       9 /* 10^-9 s */

static void add(GByteArray *out, const void *bytes, guint size)
{
	g_byte_array_append(out, bytes, size);
}

static void add16(GByteArray *out, uint16_t value)
{
	add(out, &value, sizeof(value));
}

static void add32(GByteArray *out, uint32_t value)
{
	add(out, &value, sizeof(value));
}

/* Whatever is of any length is filled up to a multiple of four bytes. */
static void add_padded(GByteArray *out, const void *bytes, guint size)
{
	static const guint8 zeros[4];

	add(out, bytes, size);
	add(out, zeros, -size % 4);
}

static void add_option(GByteArray *out, enum option code, const void *value, uint16_t size)
{
	add16(out, (uint16_t)code);
	add16(out, size);
	add_padded(out, value, size);
}

/* A text too long for an option is cut. */
static void add_text(GByteArray *out, enum option code, const char *text)
{
	add_option(out, code, text, (uint16_t)MIN(strlen(text), G_MAXUINT16));
}

/* A block tells its length at both ends; where it begins is returned. */
static guint block_begin(GByteArray *out, enum block type)
{
	guint start = out->len;

	add32(out, type);
	add32(out, 0);
	return start;
}

static void block_end(GByteArray *out, guint start)
{
	uint32_t length;

	add_option(out, OPTION_END, NULL, 0);
	length = out->len - start + (uint32_t)sizeof(length);
	add32(out, length);
	memcpy(out->data + start + sizeof(length), &length, sizeof(length));
}

void pcapng_begin(GByteArray *out, const char *application)
{
	const int64_t unknown = -1; /* the section's length */
	guint start = block_begin(out, BLOCK_SECTION);

	add32(out, BYTE_ORDER_MAGIC);
	add16(out, 1); /* version 1.0 */
	add16(out, 0);
	add(out, &unknown, sizeof(unknown));
	add_text(out, OPTION_APPLICATION, application);
	block_end(out, start);
}

void pcapng_add_interface(GByteArray *out, const char *name, uint32_t snap)
{
	const uint8_t resolution = NANOSECONDS;
	guint start = block_begin(out, BLOCK_INTERFACE);

	add16(out, LINKTYPE_ETHERNET);
	add16(out, 0);
	add32(out, snap);
	add_text(out, OPTION_INTERFACE_NAME, name);
	add_option(out, OPTION_RESOLUTION, &resolution, sizeof(resolution));
	block_end(out, start);
}

void pcapng_add_packet(GByteArray *out, const struct pcapng_packet *packet)
{
	guint start = block_begin(out, BLOCK_PACKET);

	add32(out, packet->interface);
	add32(out, (uint32_t)(packet->time >> 32));
	add32(out, (uint32_t)packet->time);
	add32(out, packet->captured);
	add32(out, packet->length);
	add_padded(out, packet->bytes, packet->captured);
	add_text(out, OPTION_COMMENT, packet->comment);
	block_end(out, start);
}
