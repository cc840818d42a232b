/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Finds the displacements by which each of many hashes gets a place of its own: server_table.h says
 * how a place is looked up. Pure.
 */
#ifndef PORTCULLIS_PERFECT_HASH_H
#define PORTCULLIS_PERFECT_HASH_H

#include <glib.h>
#include <linux/types.h>
#include <stdbool.h>

/*
 * Fills displacements[], places / GROUP_PLACES of them; places is a power of two from PLACES_MIN to
 * PLACES_MAX. True if hash_place() of each hash is then no other's. Where that cannot be: with
 * left_over (guint), the indexes of those that go without a place, so that the rest have theirs;
 * without it, false, and what the displacements are is undefined.
 */
bool perfect_hash_find(const __u64 *hashes, guint count, __u32 places, __u16 *displacements,
		       GArray *left_over);

#endif
