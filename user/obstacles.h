/* SPDX-License-Identifier: GPL-2.0-only */
/* What makes packets dearer than they need be on this host, and what to do about it. Pure. */
#ifndef PORTCULLIS_OBSTACLES_H
#define PORTCULLIS_OBSTACLES_H

#include <glib.h>
#include <stdbool.h>

#include "choice.h"
#include "driver.h"
#include "estimate.h"
#include "machine.h"

struct obstacle {
	const char *name;            /* for programs: "generic-mode" */
	char *interface;             /* NULL: of all of them */
	char *found;                 /* what is so, and what it costs */
	char *next;                  /* what to do, or why nothing can be done */
	const struct measured *cost; /* what it was measured to add; NULL: it was not */
};

/* A gated interface as it is set up. */
struct obstacle_card {
	const char *name;
	const char *attach;      /* how the link is attached: "native", "generic", … */
	enum attach_mode wanted; /* how it was asked for */
	uint32_t mtu;
	struct driver driver;
	long cpus; /* of the machine */
};

/* What is so for the gate as a whole. */
struct obstacle_gate {
	bool interpreted;   /* a program is not compiled */
	bool other_program; /* it is not the one that this binary carries */
	bool monitor;       /* no interface or server of it is enforced */
};

/* An empty list of struct obstacle *; to be freed with g_ptr_array_unref(). */
GPtrArray *obstacles_new(void);

/* Each appends what is in the way. */
void obstacles_add_card(GPtrArray *obstacles, const struct obstacle_card *card);
void obstacles_add_machine(GPtrArray *obstacles, const struct machine *machine);
void obstacles_add_gate(GPtrArray *obstacles, const struct obstacle_gate *gate);
void obstacles_add_parts(GPtrArray *obstacles, const struct estimate *estimate, guint site_blocked);

#endif
