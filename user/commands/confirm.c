/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis confirm: a change that was made to be confirmed stays. */
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "change.h"
#include "command.h"
#include "gate.h"
#include "kept.h"
#include "standby.h"

static enum exit_code confirm(struct context *context, struct gate *gate)
{
	const unsigned int number = gate->generation->number;
	const struct gate_link *link = gate_waiting_link(gate);
	int error;

	if (!link && gate->undone > number)
		return wrong(context, "too late: generation %u is undone, generation %u in force",
			     gate->undone, number);
	if (!link) {
		printf("generation %u needs no confirmation\n", number);
		return EXIT_RIGHT;
	}
	if (!gate_is_whole(gate))
		return wrong(context,
			     "not every interface enforces generation %u: repeat the change, or "
			     "'portcullis rollback'",
			     number);
	if (gate_link_is_late(link))
		return wrong(context, "too late: generation %u is being undone", number);
	error = standby_set_deadline(link->program_fd, 0);
	if (error)
		return wrong(context, "cannot confirm generation %u: %s", number, strerror(-error));
	printf("generation %u confirmed\n", number);
	audit_write(gate,
		    &(struct audit_change){.event = AUDIT_CONFIRMED,
					   .before = gate->generation,
					   .after = gate->generation},
		    context->messages);
	change_keep(context, gate->generation);
	if (!gate_read(gate, context->messages))
		return EXIT_WRONG;
	kept_prune(gate, NULL, context->messages);
	return EXIT_RIGHT;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count)
		return usage(&confirm_command, "'%s' is one operand too many", operands[0]);
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	code = gate->generation ? confirm(context, gate)
				: wrong(context, "nothing is enforced here, so nothing waits");
	gate_close(gate);
	return code;
}

const struct command confirm_command = {
	.name = "confirm",
	.operands = "",
	.summary = "keep a change that was made with --confirm",
	.run = run,
};
