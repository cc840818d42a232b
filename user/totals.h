/* SPDX-License-Identifier: GPL-2.0-only */
/* What the gate has counted: the shared maps summed over CPUs, and over the maps a larger one
 * replaced. */
#ifndef PORTCULLIS_TOTALS_H
#define PORTCULLIS_TOTALS_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

#include "layout.h"
#include "message.h"
#include "shared.h"

struct server_count {
	struct count passed;
	struct count dropped;
};

struct totals {
	GArray *slots;                /* struct count, by counter slot */
	GArray *servers;              /* struct server_count, by server number */
	struct reason_counts reasons; /* complete: with the sums that layout.h tells of */
	GArray *dropped_ports;        /* __u64 packets, at transport * 65536 + port */
};

struct totals *totals_new(void);
void totals_free(struct totals *totals);

/* Adds all that one map holds; false with errno set if it cannot be read. */
bool totals_add_map(struct totals *totals, enum shared_map map, int fd, __u32 blocks);

/* Everything pinned in the gate's folder; NULL with a message. */
struct totals *totals_read(const char *directory, struct messages *messages);

/* An entry, zero where nothing was counted yet. */
struct count totals_slot(const struct totals *totals, __u32 slot);
struct server_count totals_server(const struct totals *totals, __u32 number);

#endif
