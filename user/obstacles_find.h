/* SPDX-License-Identifier: GPL-2.0-only */
/* What is in the way on this host, as far as it can be read. */
#ifndef PORTCULLIS_OBSTACLES_FIND_H
#define PORTCULLIS_OBSTACLES_FIND_H

#include <glib.h>

#include "estimate.h"
#include "gate.h"
#include "machine.h"

/*
 * The obstacles (struct obstacle *) on the interfaces of an estimate of the gate; to be freed with
 * g_ptr_array_unref() before the estimate is. What the kernel does not tell is left out.
 */
GPtrArray *obstacles_find(const struct gate *gate, const struct estimate *estimate,
			  const struct machine *machine);

#endif
