/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * An image in the kernel: maps filled and frozen, one program for each interface, attached to
 * nothing. All of it goes away with load_free() unless a link holds it by then.
 */
#ifndef PORTCULLIS_LOAD_H
#define PORTCULLIS_LOAD_H

#include <glib.h>
#include <stdbool.h>

#include "image.h"
#include "message.h"
#include "shared.h"

struct load;

/* Whom the programs of a generation that has to be confirmed hand over to past its deadline. */
struct load_standby {
	GArray *judges;   /* int, by interface of the choice; -1: everything passes */
	GArray *learners; /* int, likewise; -1: nothing is learnt */
};

/* What a generation's programs are told of this host. */
struct load_host {
	__u64 secret[2];    /* of the gate */
	__u32 generation;   /* its number */
	__u32 pickup_until; /* connections older than the gate are taken over: s since boot */
	GArray *indexes;    /* int, by interface of the choice */
	GArray *gated;      /* __u32: by these interfaces outsiders' packets enter */
	const struct load_standby *standby; /* NULL: it needs no confirmation */
};

/* What an image needs of the shared maps. */
struct shared_needs load_needs(const struct image *image);

/*
 * Loads an image with a catalog's text. With shared and host NULL the programs get counters of
 * their own, and know no host: for a policy that is tried, not enforced. NULL with a message naming
 * the step that failed.
 */
struct load *load_image(const struct image *image, const char *catalog, const struct shared *shared,
			const struct load_host *host, struct messages *messages);
void load_free(struct load *load);

/* The program for interface n of the choice, and one of the shared maps it uses: owned by load. */
int load_program_fd(const struct load *load, guint interface);
/*
 * The egress program likewise; -1 where replies are off, and those who stand by do not learn them
 * either.
 */
int load_egress_fd(const struct load *load, guint interface);
/* The maps of the generation that are pinned; -1 if it has none such. */
int load_catalog_fd(const struct load *load);
int load_standby_fd(const struct load *load);
int load_standby_egress_fd(const struct load *load);
int load_shared_fd(const struct load *load, enum shared_map map);

/* SHA-256, in hex, of the BPF object that this binary carries; the caller frees it. */
char *load_program_digest(void);

#endif
