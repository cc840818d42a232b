/* SPDX-License-Identifier: GPL-2.0-only */
/* What a table is, told by its header, and where its columns are. */
#include "kind.h"

#include <string.h>

#include "nearest.h"
#include "text.h"

enum match {
	WHOLE,
	BEGINS,
	FIRST_WORD,
};

/* How a column may be headed. For one cell the first that fits counts; for one column the lowest
 * rank. */
static const struct heading {
	enum table_kind kind;
	enum column column;
	const char *text;
	enum match match;
	unsigned int rank;
} headings[] = {
	{TABLE_IPSEC, COLUMN_RULE, "Rule name", WHOLE, 0},
	{TABLE_IPSEC, COLUMN_AUTHENTICATION, "Authentication requirement", WHOLE, 0},
	{TABLE_IPSEC, COLUMN_SOURCE_PORT, "Source port", BEGINS, 0},
	{TABLE_IPSEC, COLUMN_SOURCE, "Source", BEGINS, 0},
	{TABLE_IPSEC, COLUMN_PORTS, "Destination port", BEGINS, 0},
	{TABLE_IPSEC, COLUMN_DESTINATION, "Destination", BEGINS, 0},
	{TABLE_IPSEC, COLUMN_TRANSPORT, "Protocol", WHOLE, 0},

	{TABLE_GUARDS, COLUMN_GUARD, "Guard", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_PORTS, "Ports", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_PROFILE, "Profile", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_SERVER, "Server", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_SOURCE, "Sources", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_LIMIT, "Limit", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_PAYLOAD, "Payload", WHOLE, 0},
	{TABLE_GUARDS, COLUMN_NOTES, "Notes", WHOLE, 0},

	{TABLE_PROFILES, COLUMN_PROFILE, "Profile", WHOLE, 0},
	{TABLE_PROFILES, COLUMN_ROLES, "Roles", WHOLE, 0},
	{TABLE_PROFILES, COLUMN_ADD_ON, "Add-on", WHOLE, 0},
	{TABLE_PROFILES, COLUMN_EXCEPT, "Except", WHOLE, 0},
	{TABLE_PROFILES, COLUMN_NOTES, "Notes", WHOLE, 0},

	{TABLE_SERVERS, COLUMN_SERVER, "Server", WHOLE, 0},
	{TABLE_SERVERS, COLUMN_ADDRESS, "Address", WHOLE, 0},
	{TABLE_SERVERS, COLUMN_PROFILE, "Profile", WHOLE, 0},
	{TABLE_SERVERS, COLUMN_MODE, "Mode", WHOLE, 0},

	{TABLE_NETWORKS, COLUMN_NETWORK, "Network", WHOLE, 0},
	{TABLE_NETWORKS, COLUMN_PREFIXES, "Prefixes", WHOLE, 0},

	{TABLE_SETTINGS, COLUMN_SETTING, "Setting", WHOLE, 0},
	{TABLE_SETTINGS, COLUMN_VALUE, "Value", WHOLE, 0},

	{TABLE_SERVICES, COLUMN_PORTS, "Port", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_PORTS, "Ports", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_PORTS, "Port(s)", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_PORTS, "Port range", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_PORTS, "Destination port", BEGINS, 0},
	{TABLE_SERVICES, COLUMN_TRANSPORT, "TCP or UDP", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_TRANSPORT, "Transport", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_TRANSPORT, "Protocol", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_TRANSPORT, "Protocols", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_TRANSPORT, "Protocol(s)", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_NONE, "Source port", BEGINS, 0},
	{TABLE_SERVICES, COLUMN_SOURCE, "Source", BEGINS, 0},
	{TABLE_SERVICES, COLUMN_SOURCE, "From", FIRST_WORD, 0},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Destination", BEGINS, 0},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Target", BEGINS, 0},
	{TABLE_SERVICES, COLUMN_SUBJECT, "To", FIRST_WORD, 0},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Server role", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Role", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Load balancer", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Component", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Server", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SUBJECT, "Node", WHOLE, 1},
	{TABLE_SERVICES, COLUMN_SERVICE, "Service name", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_SERVICE, "Service", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_NOTES, "Notes", WHOLE, 0},
	{TABLE_SERVICES, COLUMN_DIRECTION, "Direction", WHOLE, 0},

	{TABLE_BLOCKED, COLUMN_BLOCKED, "Blocked", WHOLE, 0},
	{TABLE_BLOCKED, COLUMN_REASON, "Reason", WHOLE, 0},
};

#define BIT(column) (1U << (column))
G_STATIC_ASSERT(COLUMNS <= 32);

static const struct {
	const char *name;
	unsigned int required; /* columns without which it is not of this kind */
} kinds[] = {
	[TABLE_IPSEC] = {"a table of IPsec exceptions",
			 BIT(COLUMN_RULE) | BIT(COLUMN_AUTHENTICATION)},
	[TABLE_GUARDS] = {"a Guards table", BIT(COLUMN_GUARD) | BIT(COLUMN_PORTS)},
	[TABLE_PROFILES] = {"a Profiles table", BIT(COLUMN_PROFILE) | BIT(COLUMN_ROLES)},
	[TABLE_SERVERS] = {"a Servers table",
			   BIT(COLUMN_SERVER) | BIT(COLUMN_ADDRESS) | BIT(COLUMN_PROFILE)},
	[TABLE_NETWORKS] = {"a Networks table", BIT(COLUMN_NETWORK) | BIT(COLUMN_PREFIXES)},
	[TABLE_SETTINGS] = {"a Settings table", BIT(COLUMN_SETTING) | BIT(COLUMN_VALUE)},
	[TABLE_SERVICES] = {"a table of ports", BIT(COLUMN_PORTS)},
	[TABLE_BLOCKED] = {"a Blocked table", BIT(COLUMN_BLOCKED)},
};
G_STATIC_ASSERT(G_N_ELEMENTS(kinds) == TABLE_KINDS);

/* What a column holds, for the kinds that know more than one heading for it. */
static const char *const contents[COLUMNS] = {
	[COLUMN_PORTS] = "ports",
	[COLUMN_TRANSPORT] = "protocols",
	[COLUMN_SUBJECT] = "roles",
	[COLUMN_SERVICE] = "services",
	[COLUMN_SOURCE] = "sources",
	[COLUMN_DESTINATION] = "destinations",
	[COLUMN_SOURCE_PORT] = "source ports",
};

const char *kind_name(enum table_kind kind)
{
	return kinds[kind].name;
}

static GPtrArray *header_names(const struct table *table)
{
	GPtrArray *names = g_ptr_array_new_with_free_func(g_free);

	for (unsigned int i = 0; i < table->header.cells->len; i++)
		g_ptr_array_add(names, text_one_line(table->header.cells->pdata[i]));
	return names;
}

static bool heading_fits(const struct heading *heading, const char *name)
{
	size_t length = strlen(heading->text);

	if (g_ascii_strncasecmp(name, heading->text, length))
		return false;
	switch (heading->match) {
	case WHOLE: return !name[length];
	case FIRST_WORD: return !g_ascii_isalnum(name[length]);
	default: return true;
	}
}

static const struct heading *heading_find(enum table_kind kind, const char *name)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(headings); i++) {
		if (headings[i].kind == kind && heading_fits(&headings[i], name))
			return &headings[i];
	}
	return NULL;
}

/* The cells that may be one column: the best, and another that is as good. */
struct candidates {
	unsigned int rank;
	int cell, other; /* -1: none */
};

static void candidate_add(struct candidates *candidates, int cell, unsigned int rank)
{
	if (candidates->cell < 0 || rank < candidates->rank)
		*candidates = (struct candidates){.rank = rank, .cell = cell, .other = -1};
	else if (rank == candidates->rank && candidates->other < 0)
		candidates->other = cell;
}

static void candidates_find(enum table_kind kind, const GPtrArray *names,
			    struct candidates candidates[COLUMNS], uint64_t *unknown)
{
	*unknown = 0;
	for (unsigned int i = 0; i < COLUMNS; i++)
		candidates[i] = (struct candidates){.cell = -1, .other = -1};
	for (unsigned int i = 0; i < names->len; i++) {
		const struct heading *heading = heading_find(kind, names->pdata[i]);

		if (heading && heading->column != COLUMN_NONE)
			candidate_add(&candidates[heading->column], (int)i, heading->rank);
		else
			*unknown |= UINT64_C(1) << i;
	}
}

static unsigned int columns_missing(enum table_kind kind, const struct candidates *candidates)
{
	unsigned int missing = kinds[kind].required;

	for (unsigned int i = 0; i < COLUMNS; i++) {
		if (candidates[i].cell >= 0)
			missing &= ~BIT(i);
	}
	return missing;
}

void kind_tell(const struct table *table, struct columns *columns)
{
	g_autoptr(GPtrArray) names = header_names(table);
	struct candidates candidates[COLUMNS];

	for (unsigned int kind = 0; kind < TABLE_KINDS; kind++) {
		candidates_find(kind, names, candidates, &columns->unknown);
		if (columns_missing(kind, candidates))
			continue;
		columns->kind = kind;
		for (unsigned int i = 0; i < COLUMNS; i++)
			columns->cell[i] = candidates[i].cell;
		return;
	}
	columns->kind = TABLE_OTHER;
}

static const char *name_twice(const GPtrArray *names)
{
	for (unsigned int i = 1; i < names->len; i++) {
		for (unsigned int j = 0; j < i; j++) {
			const char *name = names->pdata[i];

			if (*name && !g_ascii_strcasecmp(name, names->pdata[j]))
				return name;
		}
	}
	return NULL;
}

char *kind_fault(const struct table *table, const struct columns *columns)
{
	g_autoptr(GPtrArray) names = header_names(table);
	struct candidates candidates[COLUMNS];
	const char *twice = name_twice(names);
	uint64_t unknown;

	if (twice)
		return g_strdup_printf("two columns are headed '%s', expected one", twice);
	candidates_find(columns->kind, names, candidates, &unknown);
	for (unsigned int i = 0; i < COLUMNS; i++) {
		if (candidates[i].other >= 0)
			return g_strdup_printf(
				"columns '%s' and '%s' both hold %s, expected one of them",
				(char *)names->pdata[candidates[i].cell],
				(char *)names->pdata[candidates[i].other], contents[i]);
	}
	return NULL;
}

/* The headings for any of a set of columns. */
static GPtrArray *column_headings(enum table_kind kind, unsigned int columns)
{
	GPtrArray *names = g_ptr_array_new();

	for (unsigned int i = 0; i < G_N_ELEMENTS(headings); i++) {
		const struct heading *heading = &headings[i];

		if (heading->kind == kind && heading->column != COLUMN_NONE &&
		    columns & BIT(heading->column))
			g_ptr_array_add(names, (char *)heading->text);
	}
	return names;
}

/* "no column 'Adress' in a Servers table, did you mean 'Address'?"; NULL if none is near. */
static char *column_meant(enum table_kind kind, const char *header)
{
	g_autoptr(GPtrArray) known = column_headings(kind, ~0U);
	g_autofree char *near = nearest(header, known);

	if (!near)
		return NULL;
	return g_strdup_printf("no column '%s' in %s, did you mean %s?", header, kind_name(kind),
			       near);
}

char *kind_unknown_column(enum table_kind kind, const char *header)
{
	g_autofree char *name = text_one_line(header);
	g_autoptr(GPtrArray) known = column_headings(kind, ~0U);
	g_autofree char *expected = text_join(known, "or");
	char *meant = column_meant(kind, name);

	return meant ? meant
		     : g_strdup_printf("no column '%s' in %s, expected %s", name, kind_name(kind),
				       expected);
}

/* The kind that lacks one required column only; of two, the one that has more. */
static enum table_kind kind_nearly(const GPtrArray *names, unsigned int *missing)
{
	enum table_kind nearest = TABLE_OTHER;
	int most = 0;

	for (unsigned int kind = 0; kind < TABLE_KINDS; kind++) {
		struct candidates candidates[COLUMNS];
		uint64_t unknown;
		unsigned int lacks;
		int has;

		candidates_find(kind, names, candidates, &unknown);
		lacks = columns_missing(kind, candidates);
		has = __builtin_popcount(kinds[kind].required & ~lacks);
		if (__builtin_popcount(lacks) != 1 || has <= most)
			continue;
		most = has;
		nearest = kind;
		*missing = lacks;
	}
	return nearest;
}

/* A header that is one column short of a kind: which column, or which of its names is misspelt. */
static char *nearly_refusal(const GPtrArray *names, enum table_kind kind, unsigned int missing)
{
	g_autoptr(GPtrArray) lacking = column_headings(kind, missing);
	g_autofree char *expected = text_join(lacking, "or");

	for (unsigned int i = 0; i < names->len; i++) {
		char *meant = heading_find(kind, names->pdata[i])
				      ? NULL
				      : column_meant(kind, names->pdata[i]);

		if (meant)
			return meant;
	}
	return g_strdup_printf("a table of no known kind, expected a column %s as well in %s",
			       expected, kind_name(kind));
}

char *kind_refusal(const struct table *table)
{
	g_autoptr(GPtrArray) names = header_names(table);
	unsigned int missing;
	enum table_kind kind;

	if (kind_speaks_of_ports(table)) {
		g_autoptr(GPtrArray) ports = column_headings(TABLE_SERVICES, BIT(COLUMN_PORTS));
		g_autofree char *expected = text_join(ports, "or");

		return g_strdup_printf("the table has no port column, expected %s", expected);
	}
	kind = kind_nearly(names, &missing);
	if (kind != TABLE_OTHER)
		return nearly_refusal(names, kind, missing);
	return g_strdup("a table of no known kind, expected ports, IPsec exceptions, Profiles, "
			"Servers, Networks, Guards, Blocked or Settings");
}

bool text_speaks_of_ports(const char *text)
{
	static const char *const words[] = {"port", "ports", NULL};

	return text_has_word(text, words);
}

bool kind_speaks_of_ports(const struct table *table)
{
	g_autoptr(GPtrArray) names = header_names(table);
	bool titled = text_speaks_of_ports(table->title);

	for (unsigned int i = 0; i < names->len; i++) {
		const struct heading *heading = heading_find(TABLE_SERVICES, names->pdata[i]);

		if (text_speaks_of_ports(names->pdata[i]))
			return true;
		if (titled && heading && heading->column == COLUMN_TRANSPORT)
			return true;
	}
	return false;
}
