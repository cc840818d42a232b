/* SPDX-License-Identifier: GPL-2.0-only */
/* The system's journal. */
#ifndef PORTCULLIS_JOURNAL_H
#define PORTCULLIS_JOURNAL_H

#include <glib.h>
#include <json-c/json.h>

/* What an entry that audit_entry() made looks like there: an array of char *, "FIELD=value" each.
 */
GPtrArray *journal_fields(struct json_object *entry);

/* Sends them; a host without a journal loses nothing. */
void journal_send(struct json_object *entry);

#endif
