/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis boot: what the unit runs: the site, or what comes nearest to it. */
#include "boot.h"

#include <stdio.h>
#include <string.h>

#include "admission.h"
#include "change.h"
#include "command.h"
#include "gate.h"
#include "inputs.h"
#include "kept.h"
#include "last.h"
#include "output.h"
#include "settle.h"
#include "standby.h"

static char *interface;

enum outcome {
	OUTCOME_IN_FORCE,
	OUTCOME_WAITS, /* none of its interfaces is here */
	OUTCOME_FAILED,
};

/* Takes the choice over. */
static enum outcome enforce(struct context *context, struct gate *gate, struct choice *choice)
{
	struct generation *next;

	admission_use_real_names(choice);
	boot_leave_out(choice, NULL, context->messages);
	if (!choice->interfaces->len) {
		choice_free(choice);
		return OUTCOME_WAITS;
	}
	next = change_compile(context, gate, choice);
	if (!next)
		return OUTCOME_FAILED;
	if (!change_is_admitted(context, gate, next)) {
		generation_free(next);
		return OUTCOME_FAILED;
	}
	return change_apply(context, gate, next) == EXIT_RIGHT ? OUTCOME_IN_FORCE : OUTCOME_FAILED;
}

/* What was in force last on this host; NULL: nothing is known of that, or it is another gate's. */
static struct last *read_last(struct context *context)
{
	struct last *last =
		change_is_kept(context) ? last_read(LAST_DIRECTORY, context->messages) : NULL;

	if (last)
		choice_welcome(last->choice); /* what was awaited then may be here now */
	return last;
}

/* As much of the site as can be read, without a word. */
static struct policy *read_site(const struct context *context, const char *site)
{
	struct messages *unheard = messages_new();
	g_autoptr(GPtrArray) sources = inputs_read(context->documents, site, unheard);
	struct policy *policy = policy_read(sources, unheard);

	messages_free(unheard);
	return policy;
}

static struct policy *read_policy(const struct last *last)
{
	struct messages *unheard = messages_new();
	struct policy *policy = last ? policy_read(last->choice->sources, unheard) : NULL;

	messages_free(unheard);
	return policy;
}

static enum exit_code none_here(struct context *context)
{
	return wrong(context, "nothing is enforced: none of the interfaces is here yet");
}

/* Neither the site nor what was in force last: all or nothing, as Boot says. */
static enum exit_code close_or_not(struct context *context, struct gate *gate, const char *site,
				   const struct last *last)
{
	const char *nor = last ? "what was in force last does not load either"
			       : "no policy is kept that was in force before";
	struct policy *policy = read_site(context, site), *last_policy = read_policy(last);
	bool closed = boot_is_closed(policy, last_policy);
	enum outcome outcome = OUTCOME_FAILED;

	context->fallback = nor;
	if (closed)
		outcome = enforce(context, gate,
				  boot_closed(policy, last ? last->choice : NULL, last_policy));
	policy_unref(policy);
	policy_unref(last_policy);
	if (!closed)
		return wrong(context, "nothing is enforced: %s, and Boot is open", nor);
	if (outcome == OUTCOME_IN_FORCE)
		return wrong(context, "all is closed but for Management: %s, and Boot is closed",
			     nor);
	return wrong(context, "nothing is enforced, although Boot is closed: %s", nor);
}

static enum exit_code fall_back(struct context *context, struct gate *gate, const char *site)
{
	struct last *last = read_last(context);
	enum outcome outcome = OUTCOME_FAILED;
	g_autofree char *since = NULL;
	enum exit_code code;

	context->for_now = true;
	context->fallback = "the site does not load";
	if (last)
		outcome = enforce(context, gate, choice_copy(last->choice));
	if (outcome == OUTCOME_IN_FORCE) {
		since = output_time(last->since);
		code = wrong(context,
			     "the site does not load: in its place is in force again what was so "
			     "since %s, by %s: %s",
			     since, last->by, last->command);
	} else if (outcome == OUTCOME_WAITS) {
		code = none_here(context);
	} else {
		say(context->messages);
		code = close_or_not(context, gate, site, last);
	}
	last_free(last);
	return code;
}

/* Whether something is in force that we cannot read. */
static bool is_foreign(const struct gate *gate)
{
	bool foreign = false;

	for (guint i = 0; i < gate->links->len; i++)
		foreign |= ((struct gate_link *)gate->links->pdata[i])->ifindex != 0;
	return foreign;
}

static enum exit_code boot(struct context *context, struct gate *gate, const char *site)
{
	const struct generation *now = gate->generation;
	struct choice *choice = change_choose_site(context, site, NULL);
	enum outcome outcome = OUTCOME_FAILED;

	if (choice && now && choice_is_site(now->choice))
		choice->monitor = now->choice->monitor;
	if (choice)
		outcome = enforce(context, gate, choice);
	if (outcome == OUTCOME_IN_FORCE)
		return EXIT_RIGHT;
	if (now)
		return wrong(context, "generation %u stays in force", now->number);
	if (is_foreign(gate))
		return wrong(context, "what another version of portcullis enforces stays in force");
	if (outcome == OUTCOME_WAITS)
		return none_here(context);
	say(context->messages);
	return fall_back(context, gate, site);
}

/* --- an interface that has appeared --- */

/* What is in force, on the interface too, if it is awaited there or was there before; or NULL. */
static struct choice *with_interface(const struct choice *now)
{
	struct choice *choice = choice_copy(now);

	admission_use_real_names(choice);
	if (choice_interface(choice, interface))
		return choice;
	if (choice_awaits(choice, interface)) {
		choice_welcome(choice); /* those that are not here are left out again */
		return choice;
	}
	choice_free(choice);
	return NULL;
}

/* Whether the site, or what was in force last, names the interface. */
static bool is_named(struct context *context, const char *site)
{
	struct policy *policy = read_site(context, site);
	struct last *last = read_last(context);
	struct choice *choice = last ? choice_copy(last->choice) : choice_new();
	bool named;

	for (guint i = 0; i < policy->settings.interfaces->len; i++)
		choice_set_interface(choice, policy->settings.interfaces->pdata[i], NULL,
				     ATTACH_AUTO);
	admission_use_real_names(choice);
	named = choice_interface(choice, interface);
	choice_free(choice);
	last_free(last);
	policy_unref(policy);
	return named;
}

/* What nobody can undo when the time is over needs no confirmation. */
static bool keep_lost(struct context *context, struct gate *gate, const char *lacks)
{
	const unsigned int number = gate->generation->number;
	const unsigned int before = gate->generation->previous[0];
	int error = standby_set_deadline(gate_waiting_link(gate)->program_fd, 0);

	if (error) {
		wrong(context, "cannot confirm generation %u: %s", number, strerror(-error));
		return false;
	}
	if (!gate_read(gate, context->messages))
		return false;
	message_add(context->messages, SEVERITY_WARNING, lacks, 0,
		    "generation %u stays: it waited to be confirmed, but nobody stands by any more "
		    "to undo it; 'portcullis rollback %u' does",
		    number, before);
	return true;
}

/*
 * What waits to be confirmed is undone now if the interface is one that went and came back: nobody
 * stands by there who could judge when the time is over.
 */
static bool undo_lost(struct context *context, struct gate *gate)
{
	const unsigned int number = gate->generation->number;
	g_autofree char *lacks =
		gate_deadline(gate) ? kept_lacks(gate, gate->generation->choice) : NULL;

	if (!lacks)
		return true;
	if (!gate_can_undo(gate))
		return keep_lost(context, gate, lacks);
	if (!gate_undo(gate, context->messages))
		return false;
	message_add(context->messages, SEVERITY_WARNING, lacks, 0,
		    "has gone and come back while generation %u waited to be confirmed: that is "
		    "undone",
		    number);
	return true;
}

/* One that waits to be confirmed goes on waiting, no longer than it would. */
static void wait_on(struct context *context, const struct gate *gate)
{
	const __u64 deadline = gate_deadline(gate), now = standby_now();

	if (deadline)
		context->confirm =
			deadline > now ? (unsigned int)((deadline - now) / 1000000000) + 1 : 1;
}

/* Whether the change that waits falls back to what awaits the interface and is not on it yet. */
static bool falls_back_without(const struct gate *gate)
{
	struct messages *unheard = messages_new();
	struct generation *confirmed = NULL;
	bool without;

	if (gate_deadline(gate) && gate_can_undo(gate) && gate->generation->previous[0])
		confirmed = kept_read(gate->directory, gate->generation->previous[0], unheard);
	without = confirmed && choice_awaits(confirmed->choice, interface);
	generation_free(confirmed);
	messages_free(unheard);
	return without;
}

/*
 * What the change falls back to comes onto the interface first, and the change over it again: else
 * everything would pass there once the time is over. For a moment the change is undone.
 */
static bool extend_both(struct context *context, struct gate *gate, struct choice *changed)
{
	unsigned int left = context->confirm;
	struct choice *confirmed;

	if (!gate_undo(gate, context->messages) || !gate->generation)
		return false;
	confirmed = with_interface(gate->generation->choice);
	context->confirm = 0;
	if (!confirmed || enforce(context, gate, confirmed) != OUTCOME_IN_FORCE ||
	    !gate_read(gate, context->messages))
		return false;
	context->confirm = left;
	return enforce(context, gate, choice_copy(changed)) == OUTCOME_IN_FORCE;
}

static enum exit_code appeared_while_waiting(struct context *context, struct gate *gate)
{
	const unsigned int number = gate->generation->number;
	struct choice *changed = with_interface(gate->generation->choice);
	bool done = false;

	context->for_now = true;
	wait_on(context, gate);
	if (changed)
		done = extend_both(context, gate, changed);
	choice_free(changed);
	return done ? EXIT_RIGHT
		    : wrong(context,
			    "generation %u, which waited to be confirmed, is not in force on %s "
			    "too; 'portcullis status' tells what is",
			    number, interface);
}

static enum exit_code appeared(struct context *context, struct gate *gate, const char *site)
{
	struct choice *choice = NULL;

	if (!gate->generation && is_named(context, site))
		return boot(context, gate, site);
	if (gate->generation && falls_back_without(gate))
		return appeared_while_waiting(context, gate);
	if (gate->generation && !undo_lost(context, gate))
		return EXIT_WRONG;
	if (gate->generation)
		choice = with_interface(gate->generation->choice);
	if (!choice) {
		printf("nothing is to be enforced on %s\n", interface);
		return EXIT_RIGHT;
	}
	context->for_now = true;
	wait_on(context, gate);
	if (enforce(context, gate, choice) == OUTCOME_IN_FORCE)
		return EXIT_RIGHT;
	return wrong(context, "nothing is enforced on %s; generation %u stays in force", interface,
		     gate->generation->number);
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	const char *site = count ? operands[0] : SITE_DEFAULT;
	struct gate *gate;
	enum exit_code code;

	if (count > 1)
		return usage(&boot_command, "'%s' is one operand too many", operands[1]);
	gate = change_open(context);
	if (!gate)
		return EXIT_WRONG;
	code = interface ? appeared(context, gate, site) : boot(context, gate, site);
	gate_close(gate);
	fflush(stdout); /* what is wrong with that comes behind it */
	return code;
}

static const GOptionEntry options[] = {
	{"interface", 0, 0, G_OPTION_ARG_STRING, &interface,
	 "only enforce what is in force on this one too, which has appeared", "INTERFACE"},
	G_OPTION_ENTRY_NULL,
};

const struct command boot_command = {
	.name = "boot",
	.operands = "[SITE]",
	.summary = "enforce the site or, if it does not load, what was in force last",
	.description =
		"What the unit portcullis.service runs. A SITE is a file, a folder of *.md, or "
		"'-'\n"
		"for standard input; without one it is " SITE_DEFAULT ". Interfaces that are\n"
		"not here yet are left out. Exits with 0 only if the site is in force.",
	.options = options,
	.reads_documents = true,
	.run = run,
};
