/* SPDX-License-Identifier: GPL-2.0-only */
/* Makes an entry of a change, and writes it where changes are kept. */
#include "audit.h"

#include <string.h>

#include "audit_ports.h"
#include "journal.h"
#include "json.h"
#include "kept.h"

/* More of a name, of a command line or a reason, of all of it tells nobody more. Bytes. */
#define NAME_MAX_KEPT    64
#define WORDS_MAX_KEPT   400
#define MESSAGE_MAX_KEPT 800

static const char *process_command;

static const struct {
	const char *name, *words;
} events[AUDIT_EVENTS] = {
	[AUDIT_ENFORCED] = {"enforced", "in force"},
	[AUDIT_FELL_BACK] = {"fell-back", "in force instead"},
	[AUDIT_PROLONGED] = {"prolonged", "given more time"},
	[AUDIT_CONFIRMED] = {"confirmed", "confirmed"},
	[AUDIT_ROLLED_BACK] = {"rolled-back", "rolled back"},
	[AUDIT_UNDONE] = {"undone", "not confirmed"},
	[AUDIT_STOPPED] = {"stopped", "stopped"},
	[AUDIT_REFUSED] = {"refused", "refused"},
	[AUDIT_BLOCKED] = {"blocked", "blocked"},
	[AUDIT_UNBLOCKED] = {"unblocked", "unblocked"},
};

const char *audit_event_words(const char *event)
{
	for (int i = 0; event && i < AUDIT_EVENTS; i++)
		if (!strcmp(events[i].name, event))
			return events[i].words;
	return event;
}

void audit_begin(const char *command)
{
	process_command = command;
}

static void append_generation(GString *text, const struct generation *generation)
{
	if (generation)
		g_string_append_printf(text, "generation %u", generation->number);
	else
		g_string_append(text, "nothing");
}

static void append_blocks(GString *text, const struct audit_blocks *blocks)
{
	g_autofree char *words = audit_blocks_text(blocks);

	g_string_append(text, words);
}

/* What has happened, without who did it. */
static void append_event(GString *text, const struct audit_change *change)
{
	const struct generation *before = change->before, *after = change->after;

	switch (change->event) {
	case AUDIT_ENFORCED:
		append_generation(text, after);
		g_string_append(text, before ? " in force instead of " : " in force");
		if (before)
			append_generation(text, before);
		break;
	case AUDIT_FELL_BACK:
		append_generation(text, after);
		g_string_append_printf(text, " in force instead of what was asked for: %s",
				       change->reason);
		break;
	case AUDIT_PROLONGED:
		append_generation(text, after);
		g_string_append(text, " given more time to be confirmed");
		break;
	case AUDIT_CONFIRMED:
		append_generation(text, after);
		g_string_append(text, " confirmed");
		break;
	case AUDIT_ROLLED_BACK:
	case AUDIT_UNDONE:
		append_generation(text, before);
		g_string_append(text, change->event == AUDIT_UNDONE ? " was not confirmed: "
								    : " undone: ");
		append_generation(text, after);
		g_string_append(text, after ? " in force again" : " is enforced again");
		break;
	case AUDIT_STOPPED: g_string_append(text, "nothing is enforced any more"); break;
	case AUDIT_BLOCKED:
	case AUDIT_UNBLOCKED: append_blocks(text, change->blocks); break;
	default: g_string_append_printf(text, "refused: %s", change->reason); break;
	}
}

/* As much of a text as is kept, on one line whatever somebody has typed; the caller frees it. */
static char *shorten(const char *text, size_t most)
{
	char *valid = text ? g_utf8_make_valid(text, (gssize)MIN(strlen(text), most)) : NULL;

	for (char *at = valid; at && *at; at++)
		if (g_ascii_iscntrl(*at))
			*at = ' ';
	return valid;
}

static void add_words(struct json_object *json, const char *key, const char *text, size_t most)
{
	g_autofree char *words = shorten(text, most);

	json_add_string(json, key, words);
}

static char *describe(const struct audit_change *change, const struct requester *requester,
		      const char *command)
{
	GString *text = g_string_new(NULL);
	bool for_a_time = change->event == AUDIT_ENFORCED || change->event == AUDIT_PROLONGED;

	append_event(text, change);
	if (for_a_time && change->after->confirm)
		g_string_append_printf(text, ", to be confirmed within %u seconds",
				       change->after->confirm);
	g_string_append_printf(text, " (portcullis %s, by %s", command,
			       change->by ? change->by : requester->name);
	if (!change->by && requester->from)
		g_string_append_printf(text, " from %s", requester->from);
	g_string_append_c(text, ')');
	return g_string_free(text, FALSE);
}

static void add_generation(struct json_object *json, const char *key,
			   const struct generation *generation)
{
	json_object_object_add(json, key,
			       generation ? json_object_new_int64(generation->number) : NULL);
}

/* Of what undid itself nobody knows from where. */
static void add_requester(struct json_object *json, const struct audit_change *change,
			  const struct requester *requester)
{
	bool known = !change->by;

	add_words(json, "by", known ? requester->name : change->by, NAME_MAX_KEPT);
	json_object_object_add(json, "login_uid",
			       known && requester->login_uid != REQUESTER_NO_LOGIN
				       ? json_object_new_int64(requester->login_uid)
				       : NULL);
	add_words(json, "sudo_user", known ? requester->sudo_user : NULL, NAME_MAX_KEPT);
	json_add_string(json, "from", known ? requester->from : NULL);
}

static void add_time(struct json_object *json, gint64 when)
{
	g_autoptr(GDateTime) time =
		when ? g_date_time_new_from_unix_utc(when) : g_date_time_new_now_utc();
	g_autofree char *text = g_date_time_format(time, "%Y-%m-%dT%H:%M:%SZ");

	json_add_string(json, "time", text);
}

struct json_object *audit_entry(const struct audit_change *change,
				const struct requester *requester)
{
	const char *asked = change->command ? change->command : process_command;
	g_autofree char *command = shorten(asked ? asked : "", WORDS_MAX_KEPT);
	g_autofree char *message = describe(change, requester, command);
	struct json_object *json = json_object_new_object();
	bool moves = change->event == AUDIT_ENFORCED || change->event == AUDIT_FELL_BACK ||
		     change->event == AUDIT_ROLLED_BACK || change->event == AUDIT_UNDONE;

	add_time(json, change->when);
	json_add_string(json, "event", events[change->event].name);
	add_words(json, "message", message, MESSAGE_MAX_KEPT);
	add_generation(json, "old", change->before);
	add_generation(json, "generation", change->after);
	json_object_object_add(json, "confirm",
			       change->after && change->after->confirm &&
					       change->event <= AUDIT_PROLONGED
				       ? json_object_new_int64(change->after->confirm)
				       : NULL);
	add_requester(json, change, requester);
	json_add_string(json, "command", command);
	add_words(json, "reason", change->reason, WORDS_MAX_KEPT);
	audit_blocks_add(json, change->blocks);
	audit_add_ports(json, moves ? change->before : NULL, moves ? change->after : NULL);
	audit_cut(json, LOG_TEXT_SIZE - 1);
	return json;
}

/* Where nothing is enforced, no log stays behind. */
static bool is_logged(const struct gate *gate, const struct audit_change *change)
{
	return change->event != AUDIT_STOPPED && (gate->links->len || change->after);
}

void audit_write(const struct gate *gate, const struct audit_change *change,
		 struct messages *messages)
{
	struct requester requester = requester_read();
	struct json_object *entry = audit_entry(change, &requester);

	if (is_logged(gate, change))
		log_append(gate->directory, entry, messages);
	journal_send(entry);
	json_object_put(entry);
	requester_clear(&requester);
}

/* The newest generation that the log of a gate tells of; UINT_MAX: it cannot be read. */
static unsigned int newest_logged(const struct gate *gate)
{
	struct json_object *entries = json_object_new_array();
	struct messages *unheard = messages_new();
	unsigned int newest = 0;

	if (!log_read(gate->directory, entries, unheard))
		newest = UINT_MAX;
	for (size_t i = 0; i < json_object_array_length(entries); i++) {
		struct json_object *entry = json_object_array_get_idx(entries, i);

		newest = MAX(newest, (unsigned int)json_number(entry, "generation"));
	}
	json_object_put(entries);
	messages_free(unheard);
	return newest;
}

static gint64 seconds_of(const char *utc)
{
	g_autoptr(GDateTime) time = utc ? g_date_time_new_from_iso8601(utc, NULL) : NULL;

	return time ? g_date_time_to_unix(time) : 0;
}

void audit_catch_up(const struct gate *gate, struct messages *messages)
{
	const struct generation *now = gate->generation;
	struct messages *unheard;
	struct generation *before = NULL;

	if (!now || newest_logged(gate) >= now->number)
		return;
	unheard = messages_new();
	if (now->previous[0])
		before = kept_read(gate->directory, now->previous[0], unheard);
	if (before && !generation_compile(before, unheard))
		g_clear_pointer(&before, generation_free);
	audit_write(gate,
		    &(struct audit_change){.event = AUDIT_ENFORCED,
					   .before = before,
					   .after = now,
					   .command = now->command,
					   .by = now->by,
					   .when = seconds_of(now->since)},
		    messages);
	generation_free(before);
	messages_free(unheard);
}
