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
 * The entry of the gate in a folder that holds an address and is in force: the longest. False, with
 * a message if that is not known.
 */
bool blocklist_find(const char *directory, const struct prefix *address, struct block *found,
		    struct messages *messages);

/*
 * Changes the list from what blocklist_read() gave to what is wanted, sorted and settled. Holding
 * the gate's lock. False with a message, after which, as after a kill, it may block too much.
 */
bool blocklist_write(const struct blocklist *list, const GArray *from, const GArray *to,
		     struct messages *messages);

#endif
