/* SPDX-License-Identifier: GPL-2.0-only */
/* What a table is, told by its header, and where its columns are. */
#ifndef PORTCULLIS_KIND_H
#define PORTCULLIS_KIND_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "document.h"

/* In the order in which they are tried: what more than one kind fits is the first. */
enum table_kind {
	TABLE_IPSEC,
	TABLE_GUARDS,
	TABLE_PROFILES,
	TABLE_SERVERS,
	TABLE_NETWORKS,
	TABLE_SETTINGS,
	TABLE_SERVICES,
	TABLE_BLOCKED,
	TABLE_KINDS,
	TABLE_OTHER = TABLE_KINDS,
};

enum column {
	COLUMN_PORTS,
	COLUMN_TRANSPORT,
	COLUMN_SUBJECT,
	COLUMN_SERVICE,
	COLUMN_NOTES,
	COLUMN_SOURCE,
	COLUMN_DIRECTION,
	COLUMN_RULE,
	COLUMN_AUTHENTICATION,
	COLUMN_DESTINATION,
	COLUMN_SOURCE_PORT,
	COLUMN_PROFILE,
	COLUMN_ROLES,
	COLUMN_ADD_ON,
	COLUMN_EXCEPT,
	COLUMN_SERVER,
	COLUMN_ADDRESS,
	COLUMN_MODE,
	COLUMN_NETWORK,
	COLUMN_PREFIXES,
	COLUMN_SETTING,
	COLUMN_VALUE,
	COLUMN_GUARD,
	COLUMN_LIMIT,
	COLUMN_PAYLOAD,
	COLUMN_BLOCKED,
	COLUMN_REASON,
	COLUMNS,
	COLUMN_NONE = COLUMNS,
};

struct columns {
	enum table_kind kind;
	int cell[COLUMNS]; /* which cell of a row; -1 where the table has no such column */
	uint64_t unknown;  /* a bit for each cell under a header that the kind does not know */
};
G_STATIC_ASSERT(DOCUMENT_COLUMNS_MAX <= 64);

/* Fills columns; of a table of no kind (TABLE_OTHER) only the kind. */
void kind_tell(const struct table *table, struct columns *columns);

/*
 * What is wrong with a header whose kind is known: a name twice, two candidates for one column.
 * NULL if nothing; the caller frees it.
 */
char *kind_fault(const struct table *table, const struct columns *columns);

/* Why a table is of no kind, and what was expected; the caller frees it. */
char *kind_refusal(const struct table *table);

/*
 * Whether a table speaks of ports, so that it must not be passed over: its header has the whole
 * word port or ports, or its title does and its header has a protocol column.
 */
bool kind_speaks_of_ports(const struct table *table);
bool text_speaks_of_ports(const char *text);

/* "a Servers table" and the like. */
const char *kind_name(enum table_kind kind);

/* That a kind has no such column, and what was expected or meant; the caller frees it. */
char *kind_unknown_column(enum table_kind kind, const char *header);

#endif
