/* SPDX-License-Identifier: GPL-2.0-only */
/* A compiled generation as the bytes of the kernel's maps. Pure; the layout is include/layout.h's.
 */
#ifndef PORTCULLIS_IMAGE_H
#define PORTCULLIS_IMAGE_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

#include "generation.h"
#include "layout.h"

struct image_prefix4 {
	struct prefix4 key;
	__u32 target;
};

struct image_prefix6 {
	struct prefix6 key;
	__u32 target;
};

/* How addresses find their places: see server_table.h. */
struct image_index {
	__u32 places; /* a power of two; 0: no exact address */
	__u64 seed;
	__u16 *displacements; /* places / GROUP_PLACES */
};

struct image {
	/* One per profile of the generation; then one per server that a guard names, as others with
	 * its profile may be guarded otherwise; the last is that of Unlisted, if it is drop. */
	struct port_table *ports;
	__u32 tables;
	GPtrArray *named; /* const struct server *: those servers, in the order of the policy */
	GArray *segments; /* struct segment: those that ask more than a port */

	struct server4 *servers4; /* by place */
	struct image_index index4;
	struct server6 *servers6;
	struct image_index index6;
	__u8 source_filter4[SOURCE_NETWORKS]; /* 1 for networks that servers are in */
	__u8 source_filter6[SOURCE_NETWORKS];
	GArray *prefixes4; /* struct image_prefix4: servers named by prefix */
	GArray *prefixes6;

	GArray *management4; /* struct prefix4: whom Management lets in */
	GArray *management6;

	GArray *blocked4; /* struct prefix4: whom the site blocks */
	GArray *blocked6;

	GArray *guards;   /* struct guard */
	GArray *sources4; /* struct source4: whom guards let in */
	GArray *sources6;

	GArray *everyone; /* __u32, by interface of the choice: what an unknown destination leads to
			   */
	GArray *inside;   /* bool, by interface of the choice: servers are reached through it */
	bool unlisted_drop;
	bool monitor; /* drops of packets that lead to no server; each target has its own bit */
	bool non_ip_drop;
	__u64 protocols[4];
	bool replies;     /* what servers begin themselves is answered */
	bool count_ports; /* drops by their destination ports */
	bool limits;      /* a guard limits what comes from one source */
	__u32 slots;      /* counter slots given so far, slot 0 among them */
	__u32 numbers;    /* server numbers given so far, SERVER_FIRST not yet given among them */
};

/*
 * Builds the image of a compiled generation. NULL with an error message if it does not fit: more
 * profiles, segments or servers than the layout holds.
 */
struct image *image_build(const struct generation *generation, struct messages *messages);

/* An image with nothing in it yet. */
struct image *image_new(void);
void image_free(struct image *image);

#endif
