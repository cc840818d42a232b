/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Packets through the real programs, loaded but attached to nothing, by BPF_PROG_TEST_RUN. All that
 * they write into is their own: nothing that enforces knows of it.
 */
#ifndef PORTCULLIS_REPLAY_H
#define PORTCULLIS_REPLAY_H

#include <linux/types.h>
#include <stdbool.h>

#include "events.h"
#include "generation.h"
#include "layout.h"
#include "link_frame.h"
#include "message.h"
#include "totals.h"

struct replay;

/*
 * Loads the programs for the one interface of a compiled generation, without the limits of its
 * guards. With drops, each is told of. NULL with a message.
 */
struct replay *replay_new(const struct generation *generation, bool drops,
			  struct messages *messages);
void replay_free(struct replay *replay);

/*
 * A frame arrives at a time in ns: by that clock, to AGEING_STEP, what was remembered is forgotten,
 * and connections that are older than the first packet are taken over. *drop, if it is dropped or
 * would be and drops are told, stands until the next one; else it is NULL. False with a message.
 */
bool replay_arrive(struct replay *replay, const struct link_frame *frame, __u64 time,
		   const struct event **drop, struct messages *messages);

/* A frame leaves: what its sender begins is answered from now on. Room is as for
 * link_frame_trim(). */
bool replay_leave(struct replay *replay, struct link_frame *frame, __u64 time, uint8_t *room,
		  struct messages *messages);

/* What was counted; NULL with a message. */
struct totals *replay_totals(const struct replay *replay, struct messages *messages);

/* How many packets passed at ports where a guard has a Limit, at most. */
__u64 replay_unlimited(const struct replay *replay, const struct totals *totals);

#endif
