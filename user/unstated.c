/* SPDX-License-Identifier: GPL-2.0-only */
/* Lines whose protocol cell is empty: they take what the rest of their document says. */
#include "unstated.h"

#include <linux/types.h>

#include "layout.h"
#include "text.h"

/* A port, or range of ports, as a document writes it. */
struct written {
	const char *file; /* kept, so that equal names are one pointer */
	uint16_t first, last;
};

/* What rows say of it. */
struct said {
	struct written written;
	unsigned int transports;
	int line;       /* of the first of them */
	int other_line; /* of the first that says otherwise; 0: none */
	unsigned int other_transports;
};

static guint written_hash(gconstpointer key)
{
	const struct written *written = key;

	return g_direct_hash(written->file) ^ ((guint)written->first << 16 | written->last);
}

static gboolean written_equal(gconstpointer a, gconstpointer b)
{
	const struct written *one = a, *other = b;

	return one->file == other->file && one->first == other->first && one->last == other->last;
}

void unstated_add(const struct line *line, GArray *ranges)
{
	struct unstated unstated = {line->place, ranges};

	g_array_append_val(line->reading->unstated, unstated);
}

static void hear(GHashTable *sayings, const struct row *row, const struct port_range *range)
{
	struct written written = {row->place.file, range->first, range->last};
	struct said *said = g_hash_table_lookup(sayings, &written);

	if (!said) {
		said = g_new0(struct said, 1);
		said->written = written;
		said->transports = range->transports;
		said->line = row->place.line;
		g_hash_table_insert(sayings, &said->written, said);
	} else if (said->transports != range->transports && !said->other_line) {
		said->other_line = row->place.line;
		said->other_transports = range->transports;
	}
}

/* What all rows that state a protocol say: struct said by struct written. */
static GHashTable *hear_all(const struct policy *policy)
{
	GHashTable *sayings = g_hash_table_new_full(written_hash, written_equal, NULL, g_free);

	for (unsigned int i = 0; i < policy->rows->len; i++) {
		const struct row *row = policy->rows->pdata[i];

		for (unsigned int j = 0; j < row->ranges->len; j++) {
			const struct port_range *range =
				&g_array_index(row->ranges, struct port_range, j);

			if (range->transports)
				hear(sayings, row, range);
		}
	}
	return sayings;
}

static const char *transports_name(unsigned int transports)
{
	if (transports == TRANSPORT_BOTH)
		return "TCP and UDP";
	return transports == TRANSPORT_BIT(TRANSPORT_TCP) ? "TCP" : "UDP";
}

static void settle(struct reading *reading, const struct place *place, struct port_range *range,
		   const struct said *said)
{
	g_autofree char *port = text_ports(range->first, range->last);

	if (!said) {
		message_add(reading->messages, SEVERITY_ERROR, place->file, place->line,
			    "the protocol of port %s is empty, expected TCP or UDP", port);
	} else if (said->other_line) {
		message_add(
			reading->messages, SEVERITY_ERROR, place->file, place->line,
			"the protocol of port %s is empty and other rows differ (%s in line %d, "
			"%s in line %d), expected TCP or UDP",
			port, transports_name(said->transports), said->line,
			transports_name(said->other_transports), said->other_line);
	} else {
		range->transports = said->transports;
		message_add(reading->messages, SEVERITY_WARNING, place->file, place->line,
			    "the protocol of port %s is empty, taken as %s as in line %d", port,
			    transports_name(said->transports), said->line);
	}
}

void unstated_settle(struct reading *reading)
{
	g_autoptr(GHashTable) sayings = NULL;

	if (reading->unstated->len == 0)
		return;
	sayings = hear_all(reading->policy);
	for (unsigned int i = 0; i < reading->unstated->len; i++) {
		const struct unstated *unstated =
			&g_array_index(reading->unstated, struct unstated, i);

		for (unsigned int j = 0; j < unstated->ranges->len; j++) {
			struct port_range *range =
				&g_array_index(unstated->ranges, struct port_range, j);
			struct written written = {unstated->place.file, range->first, range->last};

			if (!range->transports)
				settle(reading, &unstated->place, range,
				       g_hash_table_lookup(sayings, &written));
		}
	}
}
