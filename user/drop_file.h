/* SPDX-License-Identifier: GPL-2.0-only */
/* A capture file of drops, for Wireshark and its like. */
#ifndef PORTCULLIS_DROP_FILE_H
#define PORTCULLIS_DROP_FILE_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "events.h"
#include "message.h"
#include "pcapng.h"

struct drop_file;

/* Begins a file; "-" is standard output. NULL with a message. */
struct drop_file *drop_file_open(const char *path, struct messages *messages);

/* Adds a sample by an interface of that name, taken at so many ns since 1970. */
void drop_file_add(struct drop_file *file, const struct event *event, const char *interface,
		   uint64_t time, const char *comment);

/* Adds an interface whose packets are whole, so that a file without any can be read, too. */
void drop_file_add_interface(struct drop_file *file, const char *interface);

/* Adds a whole packet likewise; which number the interface has, the file knows. */
void drop_file_add_packet(struct drop_file *file, const struct pcapng_packet *packet,
			  const char *interface);

/* How many bytes wait to be written. */
size_t drop_file_waiting(const struct drop_file *file);

/* Writes what was added. False with a message. */
bool drop_file_flush(struct drop_file *file, struct messages *messages);

/* Closes what was flushed. */
void drop_file_close(struct drop_file *file);

#endif
