/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables become rows, roles, profiles, servers, networks, guards and settings. Pure: no kernel, no
 * files, no clock, no names looked up. A policy with an error is no policy.
 */
#ifndef PORTCULLIS_POLICY_H
#define PORTCULLIS_POLICY_H

#include <glib.h>
#include <stdbool.h>
#include <stdint.h>

#include "limit.h"
#include "message.h"
#include "number.h"
#include "ports.h"
#include "source.h"

/* Where a thing is written. */
struct place {
	const char *file; /* the source's */
	int line;
};

/* One line of a services table, for one role: a line whose subject names eight roles is eight rows.
 */
struct row {
	struct place place;
	const char *title; /* its table's */
	const char *role;
	const char *service; /* "" where the table has no such column or the cell is empty */
	const char *source;  /* kept as text and shown; never enforced by itself */
	const char *notes;
	GArray *ranges;     /* struct port_range, each with its transports; empty: opens nothing */
	unsigned int order; /* its index in policy->rows */
	bool outgoing;      /* a Direction column says so: shown, opens nothing */
	bool media;         /* a range whose row speaks of media, audio, video or RTP */
};

/* All rows with the same subject under the same table title; names compare without case. */
struct role {
	const char *title;
	const char *name;
	GPtrArray *rows; /* struct row * (owned by the policy) */
};

/* A row of an IPsec exceptions table: shown, never enforced. */
struct ipsec_exception {
	struct place place;
	const char *rule, *source, *destination, *source_port, *destination_port, *authentication;
	unsigned int transports;
};

/* A port that a profile keeps closed although a row opens it. */
struct exception {
	unsigned int transports;
	uint16_t first, last;
};

struct profile {
	struct place place;
	const char *name; /* as written; "closed" is built in and opens nothing */
	GPtrArray *roles; /* struct role * */
	GArray *except;   /* struct exception */
	bool add_on;
	const char *notes;
};

struct network {
	struct place place;
	const char *name;
	GArray *prefixes; /* struct prefix */
};

struct server {
	struct place place;
	const char *name;
	GArray *addresses;   /* struct prefix; an address is a prefix of full length */
	const char *profile; /* canonical, as profile_canonical() writes it */
	bool monitor;        /* its Mode, else the site's */
};

/* What a guard can ask of a packet. */
enum guard_kind {
	GUARD_SOURCES, /* that it comes from one of these */
	GUARD_LIMIT,   /* that no more than so many come from its source */
	GUARD_PAYLOAD, /* that it carries media */
	GUARD_KINDS,
};

/* A line of a Guards table: what is asked of packets to ports, where these are open. */
struct guard_rule {
	struct place place;
	const char *name;
	unsigned int order;            /* its index in policy->guards */
	GArray *ports;                 /* struct port_range, each with its transports */
	const struct profile *profile; /* of servers whose profile contains it; NULL: of all */
	const struct server *server;   /* of this server; NULL: of all */
	const char *asks[GUARD_KINDS]; /* as written; NULL: that it does not ask */
	GArray *sources;               /* struct prefix */
	struct rate limit;
};

/* A line of a Blocked table: a source that is dropped whatever it sends. */
struct blocked_row {
	struct place place;
	struct prefix prefix;
	const char *reason; /* for people; "" where none is given */
};

enum attach_mode {
	ATTACH_AUTO, /* native, else generic with a warning */
	ATTACH_NATIVE,
	ATTACH_GENERIC,
};

/* Which sources reach which ports, whatever the profiles say. Not set: both arrays empty. */
struct management {
	GArray *prefixes; /* struct prefix */
	GArray *ports;    /* struct port_range with transports */
};

/* What happens at boot if neither the site nor what was in force last can be enforced. */
enum boot {
	BOOT_UNSAID, /* open */
	BOOT_OPEN,
	BOOT_CLOSED,
};

/* Settings and their defaults, which are what {0} with empty arrays means. */
struct settings {
	GPtrArray *interfaces;  /* const char * */
	GPtrArray *documents;   /* const char *, relative to the site's folder; empty: the shipped
				   ones */
	bool monitor;           /* Mode: enforce (default), monitor */
	bool unlisted_drop;     /* Unlisted: pass (default), drop */
	bool non_ip_drop;       /* Non-IP: pass (default), drop (ARP always passes) */
	bool replies_off;       /* Replies: on (default), off */
	bool port_counters_off; /* Port counters: on (default), off */
	GPtrArray *inside;      /* Inside: those of the interfaces that lead to servers */
	struct place inside_place;
	enum attach_mode attach;
	enum boot boot; /* Boot: open (default), closed */
	struct management management;
	uint64_t protocols[4]; /* a bit for each IP protocol number that passes */
};

/* A table that no part of the policy comes from; `check` lists it. */
struct ignored {
	struct place place;
	const char *title;
};

struct policy {
	GPtrArray *rows;     /* struct row * */
	GPtrArray *roles;    /* struct role *, in the order of the text */
	GPtrArray *profiles; /* struct profile *; the first is the built-in "closed" */
	GPtrArray *ipsec;    /* struct ipsec_exception * */
	GPtrArray *networks; /* struct network * */
	GPtrArray *servers;  /* struct server * */
	GPtrArray *guards;   /* struct guard_rule * */
	GPtrArray *blocked;  /* struct blocked_row * */
	GPtrArray *ignored;  /* struct ignored * */
	struct settings settings;
	GStringChunk *strings; /* what every const char * above points into */
	unsigned int references;
};

/*
 * Reads documents and site files (struct source *), which need not outlive the policy. Always
 * returns a policy, to be freed; it is of use only if messages then holds no error. With a source
 * of kind SOURCE_SITE, the site must name at least one server.
 */
struct policy *policy_read(const GPtrArray *sources, struct messages *messages);

/*
 * Only the setting Documents of the site's sources (char *, owned by the array): which documents to
 * read must be known before the rest. Errors are left to policy_read(), which says them all.
 */
GPtrArray *policy_documents(const GPtrArray *site_sources, struct messages *messages);

struct policy *policy_ref(struct policy *policy);

/* The last one frees it. */
void policy_unref(struct policy *policy);

/* By name, without case; NULL where there is none. */
const struct profile *policy_profile(const struct policy *policy, const char *name);
const struct server *policy_server(const struct policy *policy, const char *name);

/*
 * The same for many: the servers by name, as servers_find() looks them up; to be freed with
 * g_hash_table_unref() before the policy is.
 */
GHashTable *servers_by_name(const struct policy *policy);
const struct server *servers_find(GHashTable *servers, const char *name);

/*
 * The texts of the settings Management ("10.0.9.0/24, admins, tcp/22") and Protocols ("esp, ospf,
 * 89"), for the command line too. 0, or -EINVAL with *error to be freed and *out untouched.
 * Networks are looked up in policy. *out, which holds arrays or is {0}, is replaced.
 */
int management_parse(const struct policy *policy, const char *text, struct management *out,
		     char **error);
int protocols_parse(const char *text, uint64_t protocols[4], char **error);

/* What management_parse() would read as the same; NULL if it is not set. The caller frees it. */
char *management_format(const struct management *management);

/* One IP protocol that Protocols may name, by name or number; likewise. */
int protocol_number(const char *text, uint8_t *number, char **error);

#endif
