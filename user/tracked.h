/* SPDX-License-Identifier: GPL-2.0-only */
/* SSH connections that this host forwards, as far as the kernel tracks connections. */
#ifndef PORTCULLIS_TRACKED_H
#define PORTCULLIS_TRACKED_H

#include <glib.h>
#include <stdint.h>

#include "netlink.h"
#include "number.h"

struct tracked {
	struct prefix source, destination; /* of full length, as packets come in: before any DNAT */
	uint16_t source_port;              /* host byte order */
};

/*
 * The established TCP connections to port 22 that conntrack knows in this network namespace, as
 * struct tracked, to be freed with g_array_unref(); those of this host itself among them. 0 or
 * -errno; a kernel that tracks nothing knows of none.
 */
int tracked_read(GArray **out);

/* One message of the kernel's answer, appended to out (GArray of struct tracked). */
int tracked_parse(const struct nlmsghdr *message, void *out);

/* "tcp 10.0.1.11:22 from 10.9.9.9:51514"; the caller frees it. */
char *tracked_describe(const struct tracked *connection);

#endif
