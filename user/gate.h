/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The enforcement on this host, as it stands in the kernel: links pinned in a folder of bpffs, each
 * with its program, each program with its generation. Nothing here trusts a file on disk.
 */
#ifndef PORTCULLIS_GATE_H
#define PORTCULLIS_GATE_H

#include <glib.h>
#include <linux/types.h>
#include <net/if.h>
#include <stdbool.h>

#include "generation.h"
#include "message.h"

#define GATE_BPFFS "/sys/fs/bpf"

/* An XDP link of ours. */
struct gate_link {
	char *pin; /* its path */
	int fd;
	unsigned int ifindex;    /* 0: the interface is gone, or the link was detached */
	char name[IF_NAMESIZE];  /* "": of another network namespace */
	__u32 program;           /* its id */
	int program_fd;          /* keeps it, whatever a writer does meanwhile */
	__u32 catalog;           /* id of the program's catalog map; 0: it has none */
	int egress_fd;           /* the program that learns replies there; -1: none */
	bool learns;             /* it is of the same generation */
	const char *attach;      /* "native", "generic", "offloaded" or "none" */
	unsigned int generation; /* number; 0: the program is not of this version */
};

struct gate {
	char *directory;
	int lock;                      /* of the one writer; -1 for readers */
	GPtrArray *links;              /* struct gate_link *, by ifindex */
	struct generation *generation; /* the newest that a link enforces, compiled; NULL: none */
};

enum gate_use {
	GATE_READ,  /* never blocks, creates nothing */
	GATE_WRITE, /* waits for other writers, creates the folder */
};

/*
 * Opens the gate under a bpffs mount and reads what is enforced. NULL with messages: no bpffs, no
 * privileges, kernel too old. No folder yet is a gate without links. A program of another version
 * is one too, its link's generation 0; if its documents say nothing to us, messages tell why.
 */
struct gate *gate_open(const char *bpffs, enum gate_use use, struct messages *messages);
void gate_close(struct gate *gate);

/* The id of a program's map of that name; *id is 0 if it has none. 0 or -errno. */
int gate_find_map(int program, const char *name, __u32 *id);

/* The link on an interface, by name; NULL if none is attached there. */
const struct gate_link *gate_link(const struct gate *gate, const char *name);

/* Whether a link enforces on an interface that the generation, a newer one, no longer names. */
bool gate_link_is_stray(const struct gate *gate, const struct gate_link *link);

/*
 * Whether every interface of the generation, and no other, has a link that enforces just it,
 * replies included.
 */
bool gate_is_whole(const struct gate *gate);

/* Whether a writer holds the lock now. */
bool gate_is_changing(const struct gate *gate);

/* Whether something is pinned although no link tells what is enforced. */
bool gate_is_littered(const struct gate *gate);

/*
 * Enforces a compiled generation on the interfaces of its choice, replacing what is there in one
 * step each, and detaches the others. On failure all is as before (of several to be detached, those
 * before the one that failed stay so), and messages names the step. What was attached in generic
 * mode for want of the driver's support becomes a warning. The generation's number and since are
 * set here.
 */
bool gate_apply(struct gate *gate, struct generation *next, struct messages *messages);

/* Detaches every link; the counters can still be read. */
bool gate_detach(struct gate *gate, struct messages *messages);

/* Removes every pin that is left, of whatever version; gate_close() then removes the folder. */
bool gate_remove(struct gate *gate, struct messages *messages);

#endif
