/* SPDX-License-Identifier: GPL-2.0-only */
/* Which drops somebody wants to see, as people put it, to what the program compares. */
#ifndef PORTCULLIS_DROP_FILTER_H
#define PORTCULLIS_DROP_FILTER_H

#include <linux/types.h>
#include <stdbool.h>

#include "events.h"
#include "generation.h"
#include "layout.h"

/* NULL: any. */
struct drop_words {
	const char *server;
	char **reasons;
	const char *port; /* "5061", "tcp/5061", "udp/50000-59999" */
	const char *source;
};

/*
 * Sets of *wanted what is compared: reasons, server, transports, ports and source, and whether
 * every drop is wanted. A server is one of the generation. False with *error, to be freed.
 */
bool drop_filter_read(const struct drop_words *words, const struct generation *generation,
		      struct watch *wanted, char **error);

#endif
