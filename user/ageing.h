/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Time as a capture tells it. The programs know this host's clock alone, by which a replay is over
 * within seconds: so what they remember is made older in their place.
 */
#ifndef PORTCULLIS_AGEING_H
#define PORTCULLIS_AGEING_H

#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include "layout.h"
#include "message.h"
#include "shared.h"

/* Time is told in steps of so many seconds: each costs a walk through all that is remembered. */
#define AGEING_STEP 5

struct ageing;

/* Of maps that shared_create() made, which must outlive it. NULL with a message. */
struct ageing *ageing_new(const struct shared *shared, struct messages *messages);
void ageing_free(struct ageing *ageing);

/* It is that time now, in ns; the first one begins. Time does not go back. */
void ageing_to(struct ageing *ageing, __u64 time);

/* The two kinds of tables, made older by so many seconds. Pure. */
void ageing_flows(struct flow_bucket *buckets, size_t count, __u32 seconds);
void ageing_fragments(struct fragment_table *table, __u32 seconds);

#endif
