/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * What is kept of a change: who made it, from where, with which command, and what it opened and
 * closed. Each goes to the journal and, while something is enforced, to the gate's log.
 */
#ifndef PORTCULLIS_AUDIT_H
#define PORTCULLIS_AUDIT_H

#include <json-c/json.h>

#include "audit_blocks.h"
#include "gate.h"
#include "generation.h"
#include "log.h"
#include "message.h"
#include "requester.h"

enum audit_event {
	AUDIT_ENFORCED,    /* a generation took another's place, or nothing's */
	AUDIT_FELL_BACK,   /* so did one that was not asked for */
	AUDIT_PROLONGED,   /* there is more time to confirm it */
	AUDIT_CONFIRMED,   /* it stays */
	AUDIT_ROLLED_BACK, /* it was undone at once */
	AUDIT_UNDONE,      /* it was not confirmed */
	AUDIT_STOPPED,     /* nothing is enforced any more */
	AUDIT_REFUSED,     /* a change would have locked somebody out */
	AUDIT_BLOCKED,     /* the block list has become longer, or lasts longer */
	AUDIT_UNBLOCKED,   /* it has become shorter */
	AUDIT_EVENTS,
};

/* One change. Generations are compiled; NULL: nothing was, or is, enforced. */
struct audit_change {
	enum audit_event event;
	const struct generation *before, *after;
	const char *command;               /* NULL: this process' */
	const char *by;                    /* NULL: whoever asks now */
	const char *reason;                /* of a refusal or of falling back; or NULL */
	gint64 when;                       /* seconds of UTC; 0: now */
	const struct audit_blocks *blocks; /* of the block list's changes; or NULL */
};

/* What this process was asked to do, for all entries that follow; the text must live as long. */
void audit_begin(const char *command);

/*
 * The change as JSON, cut until it fits into an entry of the log: "time", "event", "message",
 * "old", "generation", "confirm", "by", "login_uid", "sudo_user", "from", "command", "reason",
 * "prefix", "added", "prolonged", "removed", "opened", "closed" and "cut", if something is left
 * out. Pure but for the time.
 */
struct json_object *audit_entry(const struct audit_change *change,
				const struct requester *requester);

/*
 * Writes it to the journal and, unless it is the end of the gate or there is none, to its log. What
 * cannot be logged is a warning: the change was made all the same.
 */
void audit_write(const struct gate *gate, const struct audit_change *change,
		 struct messages *messages);

/* Writes that the generation in force came into force, if the log does not know: who did it was
 * killed before it could. */
void audit_catch_up(const struct gate *gate, struct messages *messages);

/* "in force", "confirmed", …: of an entry's "event", for people. */
const char *audit_event_words(const char *event);

#endif
