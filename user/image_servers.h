/* SPDX-License-Identifier: GPL-2.0-only */
/* The part of an image that leads from an address to its server. */
#ifndef PORTCULLIS_IMAGE_SERVERS_H
#define PORTCULLIS_IMAGE_SERVERS_H

#include "image.h"

/* Fills servers4, servers6, prefixes4 and prefixes6 from the generation's servers. */
void image_add_servers(struct image *image, const struct generation *generation);

/* A server's port table: its own if a guard names it (next counts those), else its profile's. */
__u32 image_server_table(const struct image *image, const struct generation *generation,
			 const struct server *server, guint *next);

#endif
