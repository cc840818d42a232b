/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis log: the last changes, by whom, and what they opened and closed. */
#include "log.h"

#include <stdio.h>

#include "audit.h"
#include "audit_ports.h"
#include "command.h"
#include "gate.h"
#include "json.h"
#include "output.h"

/* "1 → 2"; "2" where the generation stayed. */
static char *generations(struct json_object *entry)
{
	uint64_t old = json_number(entry, "old"), now = json_number(entry, "generation");

	if (old == now)
		return g_strdup_printf("%" G_GUINT64_FORMAT, now);
	if (!now)
		return g_strdup_printf("%" G_GUINT64_FORMAT " → none", old);
	return old ? g_strdup_printf("%" G_GUINT64_FORMAT " → %" G_GUINT64_FORMAT, old, now)
		   : g_strdup_printf("none → %" G_GUINT64_FORMAT, now);
}

/* "generation 1 → 2 in force, to be confirmed in 60 s", "203.0.113.7 blocked" */
static char *event_text(struct json_object *entry)
{
	const char *words = audit_event_words(json_string(entry, "event"));
	uint64_t confirm = json_number(entry, "confirm");
	g_autofree char *numbers = generations(entry);
	struct audit_blocks blocks;

	if (audit_blocks_read(&blocks, entry))
		return audit_blocks_text(&blocks);
	if (!confirm)
		return g_strdup_printf("generation %s %s", numbers, words);
	return g_strdup_printf("generation %s %s, to be confirmed in %" G_GUINT64_FORMAT " s",
			       numbers, words, confirm);
}

static void print_ports(struct json_object *groups, const char *verb)
{
	for (size_t i = 0; i < json_object_array_length(groups); i++) {
		g_autofree char *text = audit_ports_text(json_object_array_get_idx(groups, i));

		printf("    %s %s\n", verb, text);
	}
}

static void print_entry(struct json_object *entry)
{
	g_autofree char *time = output_time(json_string(entry, "time"));
	g_autofree char *event = event_text(entry);
	const char *from = json_string(entry, "from"), *reason = json_string(entry, "reason");

	printf("%s  %s, by %s%s%s: %s\n", time, event, json_string(entry, "by"),
	       from ? " from " : "", from ? from : "", json_string(entry, "command"));
	if (reason)
		printf("    %s\n", reason);
	print_ports(json_member(entry, "opened"), "opened");
	print_ports(json_member(entry, "closed"), "closed");
	if (json_object_get_boolean(json_member(entry, "cut")))
		puts("    and more than the log has room for");
}

static void print(struct json_object *json)
{
	struct json_object *entries = json_member(json, "entries");

	for (size_t i = 0; i < json_object_array_length(entries); i++)
		print_entry(json_object_array_get_idx(entries, i));
	if (!json_object_array_length(entries))
		puts("no change is logged here; the journal has older ones: journalctl -t "
		     "portcullis");
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct json_object *json;
	struct gate *gate;
	bool read;

	if (count)
		return usage(&log_command, "'%s' is one operand too many", operands[0]);
	gate = gate_open(context->bpffs, GATE_READ, context->messages);
	if (!gate)
		return EXIT_WRONG;
	json = output_new();
	read = log_read(gate->directory, json_add_array(json, "entries"), context->messages);
	gate_close(gate);
	if (read)
		output_print(json, context->json, print);
	else
		json_object_put(json);
	return read ? EXIT_RIGHT : EXIT_WRONG;
}

const struct command log_command = {
	.name = "log",
	.operands = "",
	.summary = "list the last changes, by whom, and what they opened and closed",
	.has_json = true,
	.run = run,
};
