/* SPDX-License-Identifier: GPL-2.0-only */
/* Collects samples in a pcapng file: each interface is told once, before its first frame. */
#include "drop_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "version.h"

struct drop_file {
	FILE *stream;
	char *path;
	GByteArray *bytes;     /* not yet written */
	GPtrArray *interfaces; /* char *, in the file's order */
};

struct drop_file *drop_file_open(const char *path, struct messages *messages)
{
	struct drop_file *file;
	FILE *stream = strcmp(path, "-") ? fopen(path, "wbe") : stdout;

	if (!stream) {
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot open the file: %s",
			    strerror(errno));
		return NULL;
	}
	file = g_new0(struct drop_file, 1);
	file->stream = stream;
	file->path = g_strdup(path);
	file->bytes = g_byte_array_new();
	file->interfaces = g_ptr_array_new_with_free_func(g_free);
	pcapng_begin(file->bytes, "portcullis " PORTCULLIS_VERSION);
	return file;
}

/* Of which at most snap bytes of a frame are in the file; 0: all. */
static uint32_t interface_number(struct drop_file *file, const char *name, uint32_t snap)
{
	for (guint i = 0; i < file->interfaces->len; i++)
		if (!strcmp(file->interfaces->pdata[i], name))
			return i;
	g_ptr_array_add(file->interfaces, g_strdup(name));
	pcapng_add_interface(file->bytes, name, snap);
	return file->interfaces->len - 1;
}

void drop_file_add(struct drop_file *file, const struct event *event, const char *interface,
		   uint64_t time, const char *comment)
{
	const struct pcapng_packet packet = {
		.interface = interface_number(file, interface, EVENT_FRAME),
		.time = time,
		.bytes = event->frame,
		.captured = MIN(event->captured, (uint32_t)sizeof(event->frame)),
		.length = event->length,
		.comment = comment,
	};

	pcapng_add_packet(file->bytes, &packet);
}

void drop_file_add_interface(struct drop_file *file, const char *interface)
{
	interface_number(file, interface, 0);
}

void drop_file_add_packet(struct drop_file *file, const struct pcapng_packet *packet,
			  const char *interface)
{
	struct pcapng_packet numbered = *packet;

	numbered.interface = interface_number(file, interface, 0);
	pcapng_add_packet(file->bytes, &numbered);
}

size_t drop_file_waiting(const struct drop_file *file)
{
	return file->bytes->len;
}

bool drop_file_flush(struct drop_file *file, struct messages *messages)
{
	size_t size = file->bytes->len;
	bool written = fwrite(file->bytes->data, 1, size, file->stream) == size;

	g_byte_array_set_size(file->bytes, 0);
	if (written && !fflush(file->stream))
		return true;
	message_add(messages, SEVERITY_ERROR, file->path, 0, "cannot write the file: %s",
		    strerror(errno));
	return false;
}

void drop_file_close(struct drop_file *file)
{
	if (!file)
		return;
	if (file->stream != stdout)
		fclose(file->stream);
	g_byte_array_unref(file->bytes);
	g_ptr_array_unref(file->interfaces);
	g_free(file->path);
	g_free(file);
}
