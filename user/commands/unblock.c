/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis unblock: take sources off the block list. */
#include <stdio.h>
#include <string.h>

#include "blocking.h"
#include "command.h"

static gboolean all;

static const struct blocked_row *find_row(const struct policy *policy, const struct prefix *prefix)
{
	for (guint i = 0; i < policy->blocked->len; i++) {
		const struct blocked_row *row = policy->blocked->pdata[i];

		if (prefix_contains(&row->prefix, prefix))
			return row;
	}
	return NULL;
}

/* What goes on to block a prefix that is not, or no longer, on the list itself; NULL if nothing.
 * The caller frees it. */
static char *find_other(const struct blocking *blocking, const struct prefix *prefix)
{
	const struct blocked_row *row = find_row(blocking->gate->generation->policy, prefix);
	const struct block *block = blocks_holding(blocking->blocks, prefix);
	char text[PREFIX_TEXT_SIZE];

	if (block)
		return g_strdup_printf("%s, which is blocked too: 'portcullis unblock %s'",
				       prefix_format(&block->prefix, text), text);
	if (row)
		return g_strdup_printf("%s, which the site blocks at %s:%d: change it there",
				       prefix_format(&row->prefix, text), row->place.file,
				       row->place.line);
	return NULL;
}

/* Takes what was asked for off the list. */
static void remove_requests(struct blocking *blocking, const struct block_input *input,
			    struct audit_blocks *changed)
{
	g_autoptr(GArray) wanted = blocks_new();
	guint kept = 0, before = blocking->blocks->len;

	for (guint i = 0; i < input->requests->len; i++)
		g_array_append_val(wanted,
				   g_array_index(input->requests, struct block_request, i).block);
	blocks_sort(wanted);
	for (guint i = 0; i < before; i++) {
		struct block *block = &g_array_index(blocking->blocks, struct block, i);

		if (blocks_find(wanted, &block->prefix))
			audit_blocks_note(changed, &changed->removed, &block->prefix);
		else
			g_array_index(blocking->blocks, struct block, kept++) = *block;
	}
	g_array_set_size(blocking->blocks, kept);
}

static void remove_all(struct blocking *blocking, struct audit_blocks *changed)
{
	for (guint i = 0; i < blocking->blocks->len; i++)
		audit_blocks_note(changed, &changed->removed,
				  &g_array_index(blocking->blocks, struct block, i).prefix);
	g_array_set_size(blocking->blocks, 0);
}

/* What is said of one prefix, and whether that is what was wanted. */
static enum exit_code report_one(struct context *context, const struct blocking *blocking,
				 const struct block_request *request, bool removed)
{
	g_autofree char *other = find_other(blocking, &request->block.prefix);
	char text[PREFIX_TEXT_SIZE];

	prefix_format(&request->block.prefix, text);
	if (other && !removed)
		return wrong(context, "'%s' is blocked as a part of %s", text, other);
	printf("%s %s\n", text, removed ? "is no longer on the block list" : "was not blocked");
	if (other)
		message_add(context->messages, SEVERITY_WARNING, "portcullis", 0,
			    "'%s' stays blocked as a part of %s", text, other);
	return EXIT_RIGHT;
}

static enum exit_code report(struct context *context, const struct blocking *blocking,
			     const struct block_input *input, guint removed)
{
	guint count = input ? input->requests->len : removed;

	if (input && count == 1)
		return report_one(context, blocking,
				  &g_array_index(input->requests, struct block_request, 0),
				  removed);
	printf("%u prefixes are no longer on the block list", removed);
	if (count > removed)
		printf(", %u were not", count - removed);
	putchar('\n');
	return EXIT_RIGHT;
}

/* Without input: all. */
static enum exit_code unblock(struct context *context, const struct block_input *input)
{
	enum exit_code code = EXIT_WRONG;
	struct audit_blocks changed = {};
	struct blocking blocking;

	if (!blocking_begin(&blocking, input, context))
		return EXIT_WRONG;
	if (input)
		remove_requests(&blocking, input, &changed);
	else
		remove_all(&blocking, &changed);
	if (blocking_apply(&blocking, context)) {
		code = report(context, &blocking, input, changed.removed);
		blocking_audit(&blocking, AUDIT_UNBLOCKED, &changed, context);
	}
	blocking_end(&blocking);
	return code;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	const struct block_defaults defaults = {.now = moment_now()};
	struct block_input input;
	enum exit_code code = EXIT_WRONG;

	if (all ? count : count != 1)
		return usage(&unblock_command,
			     "expected one PREFIX, '-' for standard input, or --all");
	if (all)
		return unblock(context, NULL);
	if (blocking_read(&input, operands[0], &defaults, context))
		code = unblock(context, &input);
	block_input_clear(&input);
	return code;
}

static const GOptionEntry options[] = {
	{"all", 0, 0, G_OPTION_ARG_NONE, &all, "all of them, but not the site's", NULL},
	G_OPTION_ENTRY_NULL,
};

const struct command unblock_command = {
	.name = "unblock",
	.operands = "[PREFIX | -]",
	.summary = "take a source off the block list",
	.description = "With '-' the prefixes are read from standard input, as by 'block -'.",
	.options = options,
	.run = run,
};
