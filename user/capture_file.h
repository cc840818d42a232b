/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads capture files, pcap and pcapng, of the link types that the program can be asked about. */
#ifndef PORTCULLIS_CAPTURE_FILE_H
#define PORTCULLIS_CAPTURE_FILE_H

#include <stdbool.h>
#include <stdint.h>

#include "link_frame.h"
#include "message.h"

struct capture_file;

struct captured {
	uint64_t time; /* in ns since 1970, UTC */
	bool readable; /* else there is no frame */
	struct link_frame frame;
};

enum capture_result {
	CAPTURE_PACKET,
	CAPTURE_END,
	CAPTURE_BROKEN, /* with a message */
};

/* Opens a file; "-" is standard input. NULL with a message. */
struct capture_file *capture_file_open(const char *path, struct messages *messages);
void capture_file_close(struct capture_file *file);

/* Whether its packets say which way they went. */
bool capture_file_tells_way(const struct capture_file *file);

/* The next packet, which stands until the one after it is read. */
enum capture_result capture_file_next(struct capture_file *file, struct captured *captured,
				      struct messages *messages);

/* Where a frame may be written, of LINK_FRAME_MAX bytes: that of the last packet, if not as it lay.
 */
uint8_t *capture_file_room(struct capture_file *file);

#endif
