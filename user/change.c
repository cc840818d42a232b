/* SPDX-License-Identifier: GPL-2.0-only */
/* Brings a choice into force and says so. */
#include "change.h"

#include <linux/types.h>
#include <stdio.h>
#include <string.h>

#include "admission.h"
#include "audit.h"
#include "host.h"
#include "inputs.h"
#include "kept.h"
#include "last.h"
#include "layout.h"
#include "load.h"
#include "requester.h"
#include "standby.h"
#include "totals.h"
#include "view.h"

static void make_absolute(GPtrArray *sources)
{
	for (guint i = 0; i < sources->len; i++) {
		struct source *source = sources->pdata[i];
		char *path;

		if (inputs_is_shipped(source->file) || !strcmp(source->file, "-"))
			continue;
		path = g_canonicalize_filename(source->file, NULL);
		g_free(source->file);
		source->file = path;
	}
}

struct gate *change_open(struct context *context)
{
	struct gate *gate = gate_open(context->bpffs, GATE_WRITE, context->messages);

	if (gate)
		audit_catch_up(gate, context->messages);
	return gate;
}

struct choice *change_choose_site(struct context *context, const char *site, const char *mode)
{
	struct choice *choice = choice_new();
	struct messages *unheard = messages_new();
	struct policy *policy;

	g_ptr_array_unref(choice->sources);
	choice->sources = inputs_read(context->documents, site, context->messages);
	policy = policy_read(choice->sources, unheard);
	for (guint i = 0; i < policy->settings.interfaces->len; i++) {
		enum attach_mode attach = policy->settings.attach;

		if (mode)
			attach_mode_parse(mode, &attach);
		choice_set_interface(choice, policy->settings.interfaces->pdata[i], NULL, attach);
	}
	if (!context->messages->errors && !unheard->errors && !choice->interfaces->len)
		message_add(context->messages, SEVERITY_ERROR, site, 0,
			    "names no interface, expected a setting Interface");
	policy_unref(policy);
	messages_free(unheard);
	if (!context->messages->errors)
		return choice;
	choice_free(choice);
	return NULL;
}

static struct generation *compile(struct context *context, struct generation *next)
{
	struct requester requester;

	if (!generation_compile(next, context->messages)) {
		messages_keep_errors(context->messages);
		generation_free(next);
		return NULL;
	}
	generation_drop_unused(next, context->messages);
	make_absolute(next->choice->sources);
	next->program = load_program_digest();
	requester = requester_read();
	next->by = g_strdup(requester.name);
	requester_clear(&requester);
	next->command = g_strdup(context->line);
	next->confirm = context->confirm;
	return next;
}

struct generation *change_compile(struct context *context, const struct gate *gate,
				  struct choice *choice)
{
	return compile(context, generation_new(choice, gate->generation));
}

struct generation *change_recompile(struct context *context, const struct gate *gate,
				    struct choice *choice)
{
	struct generation *next = generation_new(choice, gate->generation);

	generation_share_policy(next, gate->generation);
	next = compile(context, next);
	messages_keep_errors(context->messages);
	return next;
}

/* That somebody would have been locked out is worth knowing, though nothing has changed. */
static void audit_refusal(struct context *context, const struct gate *gate)
{
	const struct message *last =
		context->messages->list->pdata[context->messages->list->len - 1];
	const struct audit_change change = {
		.event = AUDIT_REFUSED,
		.before = gate->generation,
		.after = gate->generation,
		.reason = last->text,
	};

	audit_write(gate, &change, context->messages);
}

bool change_is_admitted(struct context *context, const struct gate *gate,
			const struct generation *next)
{
	enum admission admission =
		admission_check(gate, next, context->allow_lockout, context->messages);

	if (admission == ADMISSION_LOCKOUT && gate->lock >= 0)
		audit_refusal(context, gate);
	return admission == ADMISSION_GRANTED;
}

static void print_opens(const char *what, const struct compiled *compiled)
{
	printf("  %s: %s, %u tcp and %u udp ports open\n", what, compiled->name,
	       compiled->ports[TRANSPORT_TCP], compiled->ports[TRANSPORT_UDP]);
}

/* What becomes of it if nobody confirms it. */
static void report_deadline(const struct generation *generation)
{
	if (!generation->confirm)
		return;
	printf("  unless 'portcullis confirm' follows within %u second%s, ", generation->confirm,
	       generation->confirm == 1 ? "" : "s");
	if (generation->previous[0])
		printf("generation %u is in force again\n", generation->previous[0]);
	else
		puts("nothing is enforced again");
}

static void report(const struct generation *generation)
{
	const struct choice *choice = generation->choice;
	const GPtrArray *servers = generation->policy->servers;

	printf("generation %u in force%s\n", generation->number,
	       choice->monitor || generation->policy->settings.monitor
		       ? ", in monitor mode: counting, dropping nothing"
		       : "");
	for (guint i = 0; i < choice->interfaces->len; i++) {
		const struct choice_interface *interface = choice->interfaces->pdata[i];
		int index = interface->profile
				    ? generation_profile_index(generation, interface->profile)
				    : -1;

		if (index >= 0)
			print_opens(interface->name, generation->profiles->pdata[index]);
		else
			printf("  %s: %u server%s\n", interface->name, servers->len,
			       servers->len == 1 ? "" : "s");
	}
	report_deadline(generation);
}

static bool is_monitored(const struct generation *generation, const struct server *server)
{
	return generation->choice->monitor ||
	       (server ? server->monitor : generation->policy->settings.monitor);
}

/* Whether something that was only counted will be dropped. */
static bool begins_to_enforce(const struct generation *old, const struct generation *next)
{
	const GPtrArray *servers = next->policy->servers;
	bool begins = is_monitored(old, NULL) && !is_monitored(next, NULL);
	g_autoptr(GHashTable) known = servers_by_name(old->policy);

	for (guint i = 0; !begins && i < servers->len; i++) {
		const struct server *server = servers->pdata[i];
		const struct server *before = servers_find(known, server->name);

		begins = before && is_monitored(old, before) && !is_monitored(next, server);
	}
	return begins;
}

/* What the time of monitoring has shown, for whoever dares to enforce now. */
static void report_monitored(const struct gate *gate)
{
	struct messages *unheard = messages_new();
	struct totals *totals = totals_read(gate->directory, unheard);
	struct json_object *json = json_object_new_object();

	if (totals) {
		view_add_stats(json, gate->generation, totals, NULL, 0);
		view_print_monitored(json);
	}
	json_object_put(json);
	totals_free(totals);
	messages_free(unheard);
}

bool change_is_due(struct context *context, const struct gate *gate)
{
	if (!gate_deadline(gate) || context->confirm)
		return true;
	message_add(context->messages, SEVERITY_ERROR, "portcullis", 0,
		    "generation %u waits to be confirmed: 'portcullis confirm' or 'portcullis "
		    "rollback' first, or make this change one to be confirmed, with --confirm "
		    "SECONDS",
		    gate->generation->number);
	return false;
}

bool change_is_kept(const struct context *context)
{
	return !strcmp(context->bpffs, GATE_BPFFS);
}

void change_keep(struct context *context, const struct generation *generation)
{
	if (change_is_kept(context) && !context->for_now && generation->choice->interfaces->len)
		last_write(LAST_DIRECTORY, generation, context->messages);
}

/* Gives more time to confirm what is in force; none to what is being undone already. */
static bool prolong(struct context *context, const struct gate *gate, const struct gate_link *link)
{
	int error;

	if (gate_link_is_late(link)) {
		message_add(context->messages, SEVERITY_ERROR, "portcullis", 0,
			    "too late: generation %u is being undone; repeat the change to make it "
			    "anew",
			    gate->generation->number);
		return false;
	}
	error = standby_set_deadline(link->program_fd,
				     standby_now() + context->confirm * 1000000000ULL);
	if (error) {
		message_add(context->messages, SEVERITY_ERROR, "portcullis", 0,
			    "cannot set the time to confirm it: %s", strerror(-error));
		return false;
	}
	return true;
}

/* The generation in force is what was asked for; but time to confirm it may have been, too. */
static bool keep(struct context *context, const struct gate *gate)
{
	const struct gate_link *link = gate_waiting_link(gate);

	if (link && !prolong(context, gate, link))
		return false;
	printf("unchanged: generation %u stays in force\n", gate->generation->number);
	if (!link) {
		change_keep(context, gate->generation);
		return true;
	}
	gate->generation->confirm = context->confirm;
	report_deadline(gate->generation);
	audit_write(gate,
		    &(struct audit_change){.event = AUDIT_PROLONGED,
					   .before = gate->generation,
					   .after = gate->generation},
		    context->messages);
	return true;
}

static bool enforce(struct context *context, struct gate *gate, struct generation *next)
{
	if (!gate_apply(gate, next, context->messages))
		return false;
	report(next);
	if (!next->confirm)
		change_keep(context, next);
	audit_write(gate,
		    &(struct audit_change){.event = context->fallback ? AUDIT_FELL_BACK
								      : AUDIT_ENFORCED,
					   .before = gate->generation,
					   .after = next,
					   .reason = context->fallback},
		    context->messages);
	return true;
}

/* Nobody stands by on an interface where nothing is in force; the time over, all would pass there.
 */
static bool can_come_back(struct context *context, const struct gate *gate,
			  const struct generation *next)
{
	g_autofree char *lacks = next->confirm ? kept_lacks(gate, next->choice) : NULL;

	if (lacks)
		message_add(context->messages, SEVERITY_ERROR, lacks, 0,
			    "what this change falls back to is not in force here any more: "
			    "'portcullis boot --interface %s' first, or leave out --confirm",
			    lacks);
	return !lacks;
}

enum exit_code change_apply(struct context *context, struct gate *gate, struct generation *next)
{
	bool begins = gate->generation && begins_to_enforce(gate->generation, next);
	bool done = next->restores || change_is_due(context, gate);

	if (done && gate->generation && gate_is_whole(gate) &&
	    generation_same(gate->generation, next) && host_is_known(gate))
		done = keep(context, gate);
	else if (done)
		done = can_come_back(context, gate, next) && enforce(context, gate, next);
	if (done && begins)
		report_monitored(gate);
	generation_free(next);
	return done ? EXIT_RIGHT : EXIT_WRONG;
}
