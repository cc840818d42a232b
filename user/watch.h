/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The watch of a gate: samples of what is dropped, which the program takes while somebody looks on.
 * There is one watch. It is a process' own until it ends it or dies.
 */
#ifndef PORTCULLIS_WATCH_H
#define PORTCULLIS_WATCH_H

#include <linux/types.h>
#include <stdbool.h>

#include "events.h"
#include "message.h"

struct watcher;

/* How long a round is: so often watcher_read() is to be called. */
#define WATCH_ROUND_MS 100

/*
 * Takes the watch of the gate pinned in directory, for the drops that wanted says. NULL with a
 * message: who watches already, or what failed.
 */
struct watcher *watcher_begin(const char *directory, const struct watch *wanted,
			      struct messages *messages);
void watcher_end(struct watcher *watcher);

/* Is given a sample; false ends the reading. */
typedef bool watcher_sample(const struct event *event, void *data);

/*
 * Gives all samples since the last time, and lets the program take more. False with a message if
 * the gate was taken down, or the watch is no longer ours.
 */
bool watcher_read(struct watcher *watcher, watcher_sample *sample, void *data,
		  struct messages *messages);

/* How many drops were wanted for which there was no place, since the watch began. */
__u64 watcher_lost(const struct watcher *watcher);

/* How many samples each of so many CPUs may take in a round: all of them have room. */
__u32 watch_budget(__u32 cpus);

#endif
