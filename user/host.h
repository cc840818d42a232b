/* SPDX-License-Identifier: GPL-2.0-only */
/* What the programs of a generation are told of this host. */
#ifndef PORTCULLIS_HOST_H
#define PORTCULLIS_HOST_H

#include <stdbool.h>

#include "gate.h"
#include "generation.h"
#include "load.h"
#include "shared.h"

/*
 * Fills host for a generation, from the kernel's interfaces and the secret in the
 * shared maps; to be cleared with host_clear(). False with a message.
 */
bool host_describe(const struct generation *generation, const struct shared *shared,
		   struct load_host *host, struct messages *messages);
void host_clear(struct load_host *host);

/*
 * Whether the programs in force know by which interfaces outsiders' packets enter: something may
 * have been stacked on a card since they were loaded.
 */
bool host_is_known(const struct gate *gate);

/* Seconds since boot, by the clock that the programs read. */
uint32_t host_seconds(void);

#endif
