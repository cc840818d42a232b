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
	unsigned int ifindex;   /* 0: the interface is gone, or the link was detached */
	char name[IF_NAMESIZE]; /* "": of another network namespace */
	const char *attach;     /* "native", "generic", "offloaded" or "none" */

	/* What is attached. The descriptors keep it, whatever a writer does meanwhile. */
	__u32 program; /* its id */
	int program_fd;
	int egress_fd;       /* the program that learns replies there; -1: none */
	unsigned int loaded; /* number of its generation; 0: the program is not of this version */

	/* If it has to be confirmed: until when, and who stands by. */
	__u64 deadline; /* ns since boot, as standby_now(); 0: it has not */
	bool undone;    /* that is past, and who stands by judges */
	__u32 entry;    /* of the maps `standby` */
	int standby_fd; /* -1: nobody */
	int standby_egress_fd;

	/* What is enforced, by the program attached or, if it is undone, the one that stands by. */
	unsigned int generation; /* number; 0: unknown, or everything passes */
	__u32 catalog;           /* id of its catalog map; 0: it has none */
	bool learns;             /* a program of the same generation learns replies */
	bool is_filtered;        /* one of some generation is attached to do so */
};

struct gate {
	char *directory;
	int lock;                      /* of the one writer; -1 for readers */
	GPtrArray *links;              /* struct gate_link *, by ifindex */
	struct generation *generation; /* the newest that a link enforces, compiled; NULL: none */
	unsigned int loaded;  /* number of the newest there was, undone ones too; 0: none */
	struct slots *slots;  /* given away so far; NULL: none */
	unsigned int undone;  /* number of a newer one that was not confirmed; 0: none */
	unsigned int foreign; /* of the newest, if another version's catalog of it is kept; 0 */
};

enum gate_use {
	GATE_READ,  /* never blocks, creates nothing */
	GATE_WRITE, /* waits for other writers, creates the folder */
};

/*
 * Opens the gate under a bpffs mount and reads what is enforced. A writer first has links enforce
 * by themselves what is in force since a change was undone, and says so in a warning. NULL with
 * messages: no bpffs, no privileges, kernel too old. No folder yet is a gate without links. A
 * program of another version is one too, its link's generation 0; if its documents say nothing to
 * us, messages tell why. Of a kept
 * catalog of another version a warning tells, and it is passed over.
 */
struct gate *gate_open(const char *bpffs, enum gate_use use, struct messages *messages);
void gate_close(struct gate *gate);

/* Reads anew what is enforced. False with a message. */
bool gate_read(struct gate *gate, struct messages *messages);

/*
 * A link that enforces what waits to be confirmed, for its program's deadline, which the others of
 * the generation share; NULL: nothing waits.
 */
const struct gate_link *gate_waiting_link(const struct gate *gate);

/* Whether the time to confirm what a link enforces has run out since the gate was read. */
bool gate_link_is_late(const struct gate_link *link);

/* Until when the generation in force may be confirmed: ns since boot; 0: it need not be. */
__u64 gate_deadline(const struct gate *gate);

/* Whether on every link somebody stands by to judge past the deadline. */
bool gate_can_undo(const struct gate *gate);

/* The program whose verdict holds on a link's interface, and the one that learns there; -1: none.
 */
int gate_link_judge(const struct gate_link *link);
int gate_link_learner(const struct gate_link *link);

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
 * mode for want of the driver's support becomes a warning. The generation's number, since and
 * previous are set here. If it is to be confirmed, it falls back to what is in force now, or to
 * what that would fall back to.
 */
bool gate_apply(struct gate *gate, struct generation *next, struct messages *messages);

/* Detaches every link; the counters can still be read. */
bool gate_detach(struct gate *gate, struct messages *messages);

/* Removes every pin that is left, of whatever version; gate_close() then removes the folder. */
bool gate_remove(struct gate *gate, struct messages *messages);

#endif
