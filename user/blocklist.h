/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The block list in the kernel: pinned tries of what was asked for, and the table that IPv4 sources
 * are looked up in by every generation.
 */
#ifndef PORTCULLIS_BLOCKLIST_H
#define PORTCULLIS_BLOCKLIST_H

#include "block.h"
#include "message.h"

struct blocklist {
	int tries[2]; /* IPv4, IPv6 */
	int table;    /* of IPv4: its chunks */
	struct control *control;
	struct block_change *change; /* in force, but not finished */
};

/* What time it is. */
struct moment moment_now(void);

/* Opens the list of the gate in a folder. False with a message; then it is closed. */
bool blocklist_open(struct blocklist *list, const char *directory, struct messages *messages);
void blocklist_close(struct blocklist *list);

/*
 * All entries as the kernel has them, expired ones too, sorted; to be freed with g_array_unref().
 * NULL with a message. A writer at work may be seen half way.
 */
GArray *blocklist_read(const struct blocklist *list, struct messages *messages);

/*
 * Whether a change that is about one prefix may do with the part of the list around it. If not, the
 * last writer was killed, or it is time to take off all that has expired.
 */
bool blocklist_is_settled(const struct blocklist *list, const struct moment *now);
void blocklist_note_swept(const struct blocklist *list, const struct moment *now);

/*
 * That part: all that a change of the prefix may be about, and what holds it and is in force; as
 * blocklist_read() gives the whole, and blocklist_write() takes it. Holding the gate's lock.
 */
GArray *blocklist_read_around(const struct blocklist *list, const struct prefix *prefix,
			      const struct moment *now, struct messages *messages);

/*
 * The entry of the gate in a folder that holds an address and is in force: the longest. False, with
 * a message if that is not known.
 */
bool blocklist_find(const char *directory, const struct prefix *address, struct block *found,
		    struct messages *messages);

/*
 * Changes the list from what was read to what that is to be, sorted and settled. Holding
 * the gate's lock. False with a message, after which, as after a kill, it may block too much.
 */
bool blocklist_write(struct blocklist *list, const GArray *from, const GArray *to,
		     struct messages *messages);

/*
 * Waits, some ms, until the memory that the last change has freed may be used again. The next
 * change begins with that, and so does closing the list.
 */
void blocklist_finish(struct blocklist *list);

#endif
