/* SPDX-License-Identifier: GPL-2.0-only */
/* Tables of services become rows, tables of IPsec exceptions what is shown of them. */
#include "services.h"

#include <string.h>

#include "ports.h"
#include "roles.h"
#include "text.h"
#include "unstated.h"

/* Fewer ports than this are too few for a call's audio or video; more in one range than the usual
 * dynamic ports twice over are a placeholder. */
#define MEDIA_PORTS_MIN 20
#define MEDIA_PORTS_MAX 32768

static const char *const media_words[] = {"media", "audio", "video", "RTP", NULL};

/* What words in a Direction cell mean; any other word is an error. */
static const struct {
	const char *word;
	bool in, out;
} directions[] = {
	{"in", true, false},           {"inbound", true, false}, {"incoming", true, false},
	{"ingress", true, false},      {"out", false, true},     {"outbound", false, true},
	{"outgoing", false, true},     {"egress", false, true},  {"both", true, true},
	{"bidirectional", true, true}, {"and", false, false},
};

/* Adds what one word says; whether it is known. */
static bool direction_word(const char *word, bool *in, bool *out)
{
	for (unsigned int i = 0; i < G_N_ELEMENTS(directions); i++) {
		if (!g_ascii_strcasecmp(word, directions[i].word)) {
			*in |= directions[i].in;
			*out |= directions[i].out;
			return true;
		}
	}
	return false;
}

/* Whether a row's connections only go out; an error if its Direction cell does not say. */
static bool read_direction(const struct line *line, bool *outgoing)
{
	const char *cell = line_cell(line, COLUMN_DIRECTION);
	g_autoptr(GPtrArray) words = text_split(cell, " /,&\n");
	bool in = false, out = false, known = true;

	*outgoing = false;
	if (line->columns->cell[COLUMN_DIRECTION] < 0)
		return true;
	for (unsigned int i = 0; known && i < words->len; i++)
		known = direction_word(words->pdata[i], &in, &out);
	if (!known || (!in && !out)) {
		line_error(line, "unknown direction '%s', expected in, out or both",
			   line_keep(line, COLUMN_DIRECTION));
		return false;
	}
	*outgoing = !in;
	return true;
}

/*
 * The transports of one range: its own, which the row's protocol must allow, or the row's. None are
 * left only for an empty protocol cell.
 */
static bool read_transports(const struct line *line, enum protocol_meaning meaning,
			    unsigned int transports, struct port_range *range)
{
	g_autofree char *port = text_ports(range->first, range->last);

	if (meaning != PROTOCOL_EMPTY && range->transports & ~transports) {
		line_error(line,
			   "port %s has a protocol of its own that '%s' contradicts, expected the "
			   "same in both",
			   port, line_keep(line, COLUMN_TRANSPORT));
		return false;
	}
	if (!range->transports)
		range->transports = transports;
	if (!range->transports && line->columns->cell[COLUMN_TRANSPORT] < 0) {
		line_error(
			line,
			"the protocol of port %s is not written, expected '%s/TCP', '%s/UDP' or a "
			"column Protocol",
			port, port, port);
		return false;
	}
	return true;
}

/* Ranges without a protocol, if the cell is empty, wait for the rest of the document. */
static bool read_protocol(const struct line *line, GArray *ranges)
{
	unsigned int transports = 0;
	enum protocol_meaning meaning =
		protocol_parse(line_cell(line, COLUMN_TRANSPORT), &transports);
	bool right = true;

	if (meaning == PROTOCOL_UNKNOWN) {
		line_error(line, "protocol '%s' is unknown, expected TCP or UDP",
			   line_keep(line, COLUMN_TRANSPORT));
		return false;
	}
	for (unsigned int i = 0; i < ranges->len; i++)
		right &= read_transports(line, meaning, transports,
					 &g_array_index(ranges, struct port_range, i));
	if (right && meaning == PROTOCOL_NEITHER) {
		line_warning(line, "protocol '%s' has no ports, the row opens nothing",
			     line_keep(line, COLUMN_TRANSPORT));
		g_array_set_size(ranges, 0);
	} else if (right && meaning == PROTOCOL_EMPTY) {
		unstated_add(line, ranges);
	}
	return right;
}

/* The ranges of a line, NULL after an error. Ports of a protocol that has none may be any text. */
static GArray *read_ports(const struct line *line, bool *any)
{
	struct port_list list = {0};
	g_autofree char *error = NULL;
	unsigned int transports;

	if (ports_parse(line_cell(line, COLUMN_PORTS), &list, &error)) {
		if (protocol_parse(line_cell(line, COLUMN_TRANSPORT), &transports) !=
		    PROTOCOL_NEITHER) {
			line_error(line, "%s", error);
			return NULL;
		}
		list.ranges = g_array_new(FALSE, FALSE, sizeof(struct port_range));
	}
	*any = list.any;
	if (read_protocol(line, list.ranges))
		return list.ranges;
	g_array_unref(list.ranges);
	return NULL;
}

static void warn_of_media(const struct line *line, const struct port_range *range)
{
	unsigned int ports = range->last - range->first + 1U;
	g_autofree char *text = text_ports(range->first, range->last);

	if (ports > MEDIA_PORTS_MAX)
		line_warning(line,
			     "the media range %s is a placeholder, to be narrowed in a site to the "
			     "range "
			     "that is set up (at least %u ports for each kind of media)",
			     text, MEDIA_PORTS_MIN);
	else if (ports > 1 && ports < MEDIA_PORTS_MIN)
		line_warning(line, "the media range %s has %u ports, expected at least %u", text,
			     ports, MEDIA_PORTS_MIN);
}

static void warn_of_ranges(const struct line *line, const struct row *row, bool any)
{
	if (row->outgoing || row->ranges->len == 0)
		return;
	if (any)
		line_warning(line, "'%s' opens the ports 1-65535", line_keep(line, COLUMN_PORTS));
	for (unsigned int i = 0; row->media && !any && i < row->ranges->len; i++)
		warn_of_media(line, &g_array_index(row->ranges, struct port_range, i));
}

static void add_row(const struct line *line, const struct row *model, const char *name)
{
	struct policy *policy = line->reading->policy;
	struct row *row = g_memdup2(model, sizeof(*model));
	struct role *role;

	name = g_string_chunk_insert_const(policy->strings, name);
	role = role_take(line->reading, model->title, name);
	row->role = role->name;
	row->order = policy->rows->len;
	g_array_ref(row->ranges);
	g_ptr_array_add(policy->rows, row);
	g_ptr_array_add(role->rows, row);
}

static const char *keep_title(const struct line *line)
{
	g_autofree char *title = text_one_line(line->table->title);

	return g_string_chunk_insert_const(line->reading->policy->strings, title);
}

/* Whom the line is about: who is named in it, or else the table's title. */
static GPtrArray *read_subjects(const struct line *line)
{
	bool named = line->columns->cell[COLUMN_SUBJECT] >= 0;
	const char *text = named ? line_cell(line, COLUMN_SUBJECT) : keep_title(line);

	return text_split(text, "\n");
}

void services_line(const struct line *line)
{
	g_autoptr(GPtrArray) subjects = read_subjects(line);
	struct row row = {
		.place = line->place,
		.title = keep_title(line),
		.service = line_keep(line, COLUMN_SERVICE),
		.source = line_keep(line, COLUMN_SOURCE),
		.notes = line_keep(line, COLUMN_NOTES),
	};
	bool any;

	line->reading->services++;
	if (subjects->len == 0) {
		line_error(line, "the role is empty, expected a name");
		return;
	}
	row.media =
		text_has_word(row.service, media_words) || text_has_word(row.notes, media_words);
	if (!read_direction(line, &row.outgoing))
		return;
	row.ranges = read_ports(line, &any);
	if (!row.ranges)
		return;
	warn_of_ranges(line, &row, any);
	for (unsigned int i = 0; i < subjects->len; i++)
		add_row(line, &row, subjects->pdata[i]);
	g_array_unref(row.ranges);
}

void ipsec_line(const struct line *line)
{
	struct ipsec_exception *exception = g_new0(struct ipsec_exception, 1);
	enum protocol_meaning meaning =
		protocol_parse(line_cell(line, COLUMN_TRANSPORT), &exception->transports);

	exception->place = line->place;
	exception->rule = line_keep(line, COLUMN_RULE);
	exception->source = line_keep(line, COLUMN_SOURCE);
	exception->destination = line_keep(line, COLUMN_DESTINATION);
	exception->source_port = line_keep(line, COLUMN_SOURCE_PORT);
	exception->destination_port = line_keep(line, COLUMN_PORTS);
	exception->authentication = line_keep(line, COLUMN_AUTHENTICATION);
	g_ptr_array_add(line->reading->policy->ipsec, exception);
	if (meaning == PROTOCOL_UNKNOWN)
		line_error(line, "protocol '%s' is unknown, expected TCP or UDP",
			   line_keep(line, COLUMN_TRANSPORT));
}
