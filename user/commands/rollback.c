/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis rollback: back to what was in force before. */
#include <stdio.h>
#include <string.h>

#include "change.h"
#include "command.h"
#include "gate.h"
#include "kept.h"
#include "number.h"
#include "settle.h"

static enum exit_code undo(struct context *context, struct gate *gate)
{
	const unsigned int number = gate->generation->number;
	g_autofree char *lacks = NULL;

	if (!gate_undo(gate, context->messages))
		return EXIT_WRONG;
	if (gate->generation)
		lacks = kept_lacks(gate, gate->generation->choice);
	if (lacks)
		return wrong(context,
			     "generation %u undone, but generation %u is not in force again on "
			     "'%s': 'portcullis boot --interface %s' mends that",
			     number, gate->generation->number, lacks, lacks);
	if (gate->generation)
		printf("generation %u undone: generation %u in force again\n", number,
		       gate->generation->number);
	else
		printf("generation %u undone: nothing is enforced again\n", number);
	return EXIT_RIGHT;
}

static enum exit_code not_kept(struct context *context, const struct gate *gate,
			       unsigned int number)
{
	g_autoptr(GArray) kept = kept_numbers(gate->directory);
	GString *list = g_string_new(NULL);

	for (guint i = 0; i < kept->len; i++)
		if (g_array_index(kept, unsigned int, i) != gate->generation->number)
			g_string_append_printf(list, "%s%u", list->len ? ", " : "",
					       g_array_index(kept, unsigned int, i));
	if (!list->len)
		wrong(context, "no earlier generation is kept");
	else if (number)
		wrong(context, "generation %u is not kept, expected one of %s", number, list->str);
	else
		wrong(context, "no generation before this one is kept; kept are %s: name one",
		      list->str);
	g_string_free(list, TRUE);
	return EXIT_WRONG;
}

static bool is_kept(const struct gate *gate, unsigned int number)
{
	g_autoptr(GArray) kept = kept_numbers(gate->directory);
	bool found = false;

	for (guint i = 0; i < kept->len; i++)
		found |= g_array_index(kept, unsigned int, i) == number;
	return found;
}

/* Loads what an earlier generation was loaded from. */
static enum exit_code restore(struct context *context, struct gate *gate, unsigned int number)
{
	struct generation *old = kept_read(gate->directory, number, context->messages);
	struct generation *next = NULL;

	if (old)
		next = change_compile(context, gate, choice_copy(old->choice));
	if (next) {
		next->restores = number;
		memcpy(next->previous, old->previous, sizeof(next->previous));
		messages_keep_errors(context->messages); /* the rest was said when it came */
	}
	generation_free(old);
	if (!next)
		return EXIT_WRONG;
	if (!change_is_admitted(context, gate, next)) {
		generation_free(next);
		return EXIT_WRONG;
	}
	return change_apply(context, gate, next);
}

static enum exit_code go_back(struct context *context, struct gate *gate, unsigned int number)
{
	if (!number && gate_can_undo(gate))
		return undo(context, gate);
	if (number)
		return is_kept(gate, number) ? restore(context, gate, number)
					     : not_kept(context, gate, number);
	number = gate->generation->previous[0];
	return number && is_kept(gate, number) ? restore(context, gate, number)
					       : not_kept(context, gate, 0);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;
	uint64_t number = 0;

	if (count > 1 || (count && (number_parse(operands[0], G_MAXINT32, &number) || !number)))
		return usage(&rollback_command, "'%s', expected the number of a GENERATION",
			     operands[count - 1]);
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	code = gate->generation
		       ? go_back(context, gate, (unsigned int)number)
		       : wrong(context, "nothing is enforced here: 'portcullis up' starts");
	gate_close(gate);
	return code;
}

const struct command rollback_command = {
	.name = "rollback",
	.operands = "[GENERATION]",
	.summary = "go back to the generation before, or to another that is kept",
	.description =
		"A change that waits to be confirmed is undone at once. Else what the earlier\n"
		"generation was loaded from is loaded again; 'status' lists those kept.",
	.changes = true,
	.run = run,
};
