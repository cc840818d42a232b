/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis block: drop all that a source sends, from now on. */
#include <stdio.h>
#include <string.h>

#include "blocking.h"
#include "command.h"
#include "json.h"
#include "sockets.h"
#include "spared.h"
#include "view_blocks.h"

static char *duration, *reason;
static gboolean force;

/* Whom no block may hit, on this host as it is now; NULL with a message. */
static struct spared *read_spared(struct context *context, const struct gate *gate)
{
	struct spared *spared = spared_new(gate->generation->policy);
	g_autoptr(GArray) sockets = NULL;
	int error = sockets_read(&sockets);

	if (!error)
		spared_add_sessions(spared, sockets);
	else
		message_add(context->messages, force ? SEVERITY_WARNING : SEVERITY_ERROR, "netlink",
			    0,
			    "cannot read this host's sockets (%s; the kernel's tcp_diag tells "
			    "them), so whose SSH connection is cut off is not known%s",
			    strerror(-error), force ? "" : ": insist with --force");
	if (!error || force)
		return spared;
	spared_free(spared);
	return NULL;
}

/* Adds what was asked for to the list, all of it or nothing; how many that changes nothing of. */
static bool add_requests(struct context *context, struct blocking *blocking,
			 const struct block_input *input, guint *unchanged)
{
	struct spared *spared = read_spared(context, blocking->gate);
	guint known = blocking->blocks->len;
	const GArray *requests = input->requests;

	*unchanged = 0;
	for (guint i = 0; spared && i < requests->len; i++) {
		const struct block_request *request =
			&g_array_index(requests, struct block_request, i);
		g_autofree char *error = spared_refusal(spared, &request->block.prefix, force);

		if (error)
			blocking_refuse(request, error, context);
		else
			g_array_append_val(blocking->blocks, request->block);
	}
	spared_free(spared);
	if (context->messages->errors)
		return false;
	for (guint i = known; i < blocking->blocks->len; i++) {
		const struct block *asked = &g_array_index(blocking->blocks, struct block, i);
		const struct block *found = blocks_find(blocking->before, &asked->prefix);

		*unchanged += found && found->value.expires >= asked->value.expires;
	}
	blocks_sort(blocking->blocks);
	return true;
}

static void audit(struct context *context, const struct blocking *blocking,
		  const struct block_input *input)
{
	g_autoptr(GArray) asked = blocks_new();
	struct audit_blocks changed = {};

	for (guint i = 0; i < input->requests->len; i++)
		g_array_append_val(asked,
				   g_array_index(input->requests, struct block_request, i).block);
	audit_blocks_note_asked(&changed, asked, blocking->before, &blocking->now);
	blocking_audit(blocking, AUDIT_BLOCKED, &changed, context);
}

static void report_one(const struct blocking *blocking, const struct block_input *input,
		       bool unchanged)
{
	const struct block_request *request =
		&g_array_index(input->requests, struct block_request, 0);
	const struct block *block = blocks_find(blocking->blocks, &request->block.prefix);
	struct json_object *json = json_object_new_object();
	g_autofree char *end = NULL;

	view_add_block(json, block, &blocking->now);
	end = view_block_end(json);
	printf("%s is blocked %s%s\n", json_string(json, "prefix"), end,
	       unchanged ? ", as it was" : "");
	json_object_put(json);
}

static void report(const struct blocking *blocking, const struct block_input *input,
		   guint unchanged)
{
	guint count = input->requests->len;

	if (count == 1) {
		report_one(blocking, input, unchanged);
	} else {
		printf("%u prefixes are blocked", count);
		if (unchanged)
			printf(", %u of them as they were", unchanged);
		putchar('\n');
	}
	if (input->expired)
		printf("%u have expired since they were listed\n", input->expired);
	if (input->sites)
		printf("%u left out: the site's come with it\n", input->sites);
}

static enum exit_code block(struct context *context, const struct block_input *input)
{
	struct blocking blocking;
	guint unchanged;
	bool done;

	if (!blocking_begin(&blocking, input, context))
		return EXIT_WRONG;
	done = add_requests(context, &blocking, input, &unchanged) &&
	       blocking_apply(&blocking, context);
	if (done) {
		report(&blocking, input, unchanged);
		audit(context, &blocking, input);
	}
	blocking_end(&blocking);
	return done ? EXIT_RIGHT : EXIT_WRONG;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct block_defaults defaults = {.reason = reason, .now = moment_now()};
	g_autofree char *error = NULL;
	struct block_input input;
	enum exit_code code = EXIT_WRONG;

	if (count != 1)
		return usage(&block_command, "expected one PREFIX, or '-' for standard input");
	if (duration && duration_parse(duration, &defaults.seconds))
		return usage(&block_command, "--for '%s', " DURATION_EXPECTED, duration);
	if (reason && !block_reason_check(reason, &error))
		return usage(&block_command, "--reason: %s", error);
	if (blocking_read(&input, operands[0], &defaults, context))
		code = block(context, &input);
	block_input_clear(&input);
	return code;
}

static const GOptionEntry options[] = {
	{"for", 0, 0, G_OPTION_ARG_STRING, &duration,
	 "how long: 30s, 10min, 2h, 7d; for good if it is left out", "DURATION"},
	{"reason", 0, 0, G_OPTION_ARG_STRING, &reason, "why, for people: up to 47 bytes", "TEXT"},
	{"force", 0, 0, G_OPTION_ARG_NONE, &force,
	 "even if it is shorter than /8 (IPv4) or /19 (IPv6), or a part of a management network",
	 NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command block_command = {
	.name = "block",
	.operands = "PREFIX | -",
	.summary = "drop whatever a source sends, from now on",
	.description = "With '-' a line of standard input says for each prefix:\n"
		       "PREFIX [for DURATION] [reason TEXT]; or it is what 'blocks --json' prints.",
	.options = options,
	.run = run,
};
