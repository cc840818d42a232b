/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis blocks: who is blocked, by the site and live, and until when. */
#include "blocklist.h"
#include "command.h"
#include "gate.h"
#include "output.h"
#include "view_blocks.h"

static enum exit_code list(struct context *context, const struct gate *gate)
{
	const struct moment now = moment_now();
	struct json_object *json;
	struct blocklist open;
	g_autoptr(GArray) blocks = NULL;

	if (!gate->generation)
		return wrong(context, "nothing is enforced here: 'portcullis up' starts");
	if (!blocklist_open(&open, gate->directory, context->messages))
		return EXIT_WRONG;
	blocks = blocklist_read(&open, context->messages);
	blocklist_close(&open);
	if (!blocks)
		return EXIT_WRONG;
	blocks_sweep(blocks, &now);
	json = output_new();
	view_add_blocks(json, gate->generation->policy, blocks, &now);
	output_print(json, context->json, view_print_blocks);
	return EXIT_RIGHT;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count)
		return usage(&blocks_command, "'%s' is one operand too many", operands[0]);
	gate = gate_open(context->bpffs, GATE_READ, context->messages);
	if (!gate)
		return EXIT_WRONG;
	code = list(context, gate);
	gate_close(gate);
	return code;
}

const struct command blocks_command = {
	.name = "blocks",
	.operands = "",
	.summary = "list who is blocked, by the site and live, and until when",
	.has_json = true,
	.run = run,
};
