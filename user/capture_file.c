/* SPDX-License-Identifier: GPL-2.0-only */
/* Capture files by libpcap. */
#include "capture_file.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

struct capture_file {
	pcap_t *pcap;
	char *path;
	enum link_type type;
	uint64_t packets; /* read so far */
	uint8_t *room;    /* of LINK_FRAME_MAX bytes */
};

static const struct {
	int pcap;
	enum link_type type;
} types[] = {
	{DLT_EN10MB, LINK_ETHERNET}, {DLT_LINUX_SLL, LINK_COOKED}, {DLT_LINUX_SLL2, LINK_COOKED2},
	{DLT_RAW, LINK_IP},          {DLT_IPV4, LINK_IP},          {DLT_IPV6, LINK_IP},
};

static bool find_type(struct capture_file *file, struct messages *messages)
{
	int found = pcap_datalink(file->pcap);
	const char *name = pcap_datalink_val_to_name(found);

	for (guint i = 0; i < G_N_ELEMENTS(types); i++) {
		if (types[i].pcap == found) {
			file->type = types[i].type;
			return true;
		}
	}
	message_add(messages, SEVERITY_ERROR, file->path, 0,
		    "the link type is %s (%d), expected Ethernet, Linux cooked or raw IP",
		    name ? name : "unknown", found);
	return false;
}

/* The stream is closed with the file, or if it is none. */
static bool open_stream(struct capture_file *file, FILE *stream, struct messages *messages)
{
	char error[PCAP_ERRBUF_SIZE] = "";

	file->pcap =
		pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, error);
	if (file->pcap)
		return find_type(file, messages);
	message_add(messages, SEVERITY_ERROR, file->path, 0,
		    "cannot read the capture: %s, expected pcap or pcapng", error);
	if (stream != stdin)
		fclose(stream);
	return false;
}

struct capture_file *capture_file_open(const char *path, struct messages *messages)
{
	FILE *stream = strcmp(path, "-") ? fopen(path, "rbe") : stdin;
	struct capture_file *file;

	if (!stream) {
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot open the file: %s",
			    strerror(errno));
		return NULL;
	}
	file = g_new0(struct capture_file, 1);
	file->path = g_strdup(path);
	file->room = g_malloc(LINK_FRAME_MAX);
	if (open_stream(file, stream, messages))
		return file;
	capture_file_close(file);
	return NULL;
}

void capture_file_close(struct capture_file *file)
{
	if (!file)
		return;
	if (file->pcap)
		pcap_close(file->pcap);
	g_free(file->room);
	g_free(file->path);
	g_free(file);
}

bool capture_file_tells_way(const struct capture_file *file)
{
	return file->type == LINK_COOKED || file->type == LINK_COOKED2;
}

enum capture_result capture_file_next(struct capture_file *file, struct captured *captured,
				      struct messages *messages)
{
	struct pcap_pkthdr *header;
	const u_char *bytes;
	int result = pcap_next_ex(file->pcap, &header, &bytes);

	if (result == PCAP_ERROR_BREAK)
		return CAPTURE_END;
	if (result != 1) {
		message_add(messages, SEVERITY_ERROR, file->path, 0,
			    "cannot read on behind packet %" G_GUINT64_FORMAT ": %s", file->packets,
			    pcap_geterr(file->pcap));
		return CAPTURE_BROKEN;
	}
	file->packets++;
	/* of that precision, what is called microseconds are nanoseconds */
	captured->time = (uint64_t)header->ts.tv_sec * 1000000000 + (uint64_t)header->ts.tv_usec;
	captured->readable = link_frame_read(file->type, bytes, MIN(header->caplen, header->len),
					     header->len, file->room, &captured->frame);
	return CAPTURE_PACKET;
}

uint8_t *capture_file_room(struct capture_file *file)
{
	return file->room;
}
