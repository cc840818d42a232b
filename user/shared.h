/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The shared maps: what every generation adds to, counters most of all. Each is pinned as
 * NAME-BLOCKS; when a policy needs more blocks than there are, a larger map is pinned beside the
 * old one, which keeps what it counted: a total is the sum over both.
 */
#ifndef PORTCULLIS_SHARED_H
#define PORTCULLIS_SHARED_H

#include <linux/types.h>
#include <stdbool.h>

#include "layout.h"
#include "message.h"

enum shared_map {
	SHARED_COUNTERS,
	SHARED_SERVER_COUNTERS,
	SHARED_REASONS,
	SHARED_DROPPED_PORTS,
	SHARED_COUNTERS_END, /* all before count, those that follow do not */
	SHARED_FRAGMENTS = SHARED_COUNTERS_END,
	SHARED_FLOWS,
	SHARED_FLOW_PEERS,
	SHARED_INBOUND_FLOWS,
	SHARED_LIMITS,
	SHARED_CONTROL,
	SHARED_BLOCK_TABLE,
	SHARED_BLOCKED4,
	SHARED_BLOCKED6,
	SHARED_WATCH,
	SHARED_WATCH_SHARES,
	SHARED_EVENTS,
	SHARED_MAPS,
};

/* What decides how large the maps must be. */
struct shared_needs {
	__u32 slots;   /* counter slots, slot 0 among them */
	__u32 numbers; /* server numbers, those below SERVER_FIRST among them */
	bool replies;  /* else no flow is remembered */
	bool limits;   /* else no token bucket is kept */
};

/* The maps that a new generation shall use. */
struct shared {
	int fd[SHARED_MAPS];
	__u32 blocks[SHARED_MAPS];
	bool created[SHARED_MAPS]; /* by us: to be pinned */
	bool pinned[SHARED_MAPS];  /* by us: to be taken back if the load fails */
};

/* What a map is called in the program and, from its last dot on and with "-BLOCKS" behind it, in
 * bpffs. */
const char *shared_name(enum shared_map map);

/* The map that a file name of bpffs says; *blocks of it. SHARED_MAPS: none of ours. */
enum shared_map shared_of_pin(const char *name, __u32 *blocks);

/* Opens a pinned map; -1 with a message if it cannot be, or is not what its name says. */
int shared_open_pin(const char *path, enum shared_map map, __u32 blocks, struct messages *messages);

/* The pin of a map that is of one size in every gate; the caller frees it. */
char *shared_sole_path(const char *directory, enum shared_map map);

/* Opens it; -1 with a message. */
int shared_open_sole(const char *directory, enum shared_map map, struct messages *messages);

/* How many blocks a map must have; of those that are of one size, whatever the needs (NULL). */
__u32 shared_blocks(enum shared_map map, const struct shared_needs *needs);

/*
 * Opens those pinned in directory, and creates (without pinning) what is missing or too small.
 * False with a message if one is of another version or fails.
 */
bool shared_open(struct shared *shared, const char *directory, const struct shared_needs *needs,
		 struct messages *messages);

/*
 * Creates all of them for programs that are attached to nothing. Fragments and flows can be mapped
 * into memory. False with a message; to be closed all the same.
 */
bool shared_create(struct shared *shared, const struct shared_needs *needs,
		   struct messages *messages);

/* The same for those that are not there yet: begin with none, add what is somebody else's. */
void shared_clear(struct shared *shared);
bool shared_create_missing(struct shared *shared, const struct shared_needs *needs,
			   struct messages *messages);

/* The gate's secret, drawn when its maps were created. False with a message. */
bool shared_secret(const struct shared *shared, __u64 secret[2], struct messages *messages);

/* Pins what shared_open() created; on failure none of it stays pinned. */
bool shared_pin(struct shared *shared, const char *directory, struct messages *messages);

/* Takes those pins back, for a load that failed later. */
void shared_unpin(struct shared *shared, const char *directory);

/* A new chunk of SHARED_BLOCK_TABLE, all zeros; -1 with errno. */
int shared_create_chunk(void);

/* Removes every pin in directory: counts whose generation is gone belong to nobody. False with a
 * message. */
bool shared_forget(const char *directory, struct messages *messages);

void shared_close(struct shared *shared);

#endif
