/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis explain: what becomes of a packet, and which lines say so. */
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "blocklist.h"
#include "command.h"
#include "gate.h"
#include "json.h"
#include "judge.h"
#include "layout.h"
#include "output.h"
#include "probe.h"
#include "question.h"
#include "trial.h"
#include "view.h"
#include "view_blocks.h"

static char *expect, *on_interface;

/* What was asked for; what a packet of its kind does not have is null. */
static void add_question(struct json_object *json, const struct question *question)
{
	bool v4 = question->destination.family == AF_INET;
	g_autofree char *number = g_strdup_printf("%u", question->protocol);

	json_object_object_add(json, "port", NULL);
	json_object_object_add(json, "type", NULL);
	switch (question->kind) {
	case QUESTION_PORT:
		json_add_string(json, "protocol", transport_name(question->transport));
		json_add_number(json, "port", question->port);
		break;
	case QUESTION_ICMP:
		json_add_string(json, "protocol", v4 ? "icmp" : "icmp6");
		json_add_number(json, "type", question->icmp_type);
		break;
	case QUESTION_PROTOCOL: json_add_string(json, "protocol", number); break;
	}
}

/* What blocks the source: a row of the site, or an entry of the block list. */
static void add_blocked(struct json_object *json, const struct judgement *judgement,
			const struct block *live)
{
	const struct moment now = moment_now();

	if (judgement->blocked)
		view_add_blocked_row(json_add_object(json, "blocked"), judgement->blocked);
	else if (live)
		view_add_block(json_add_object(json, "blocked"), live, &now);
	else
		json_object_object_add(json, "blocked", NULL);
}

static void print_lines(struct json_object *services)
{
	for (size_t i = 0; i < json_object_array_length(services); i++) {
		struct json_object *one = json_object_array_get_idx(services, i);

		printf("  %s:%" G_GUINT64_FORMAT ": %s%s%s\n", json_string(one, "file"),
		       json_number(one, "line"), json_string(one, "role"),
		       *json_string(one, "service") ? ": " : "", json_string(one, "service"));
	}
}

static void print_guards(struct json_object *guards)
{
	for (size_t i = 0; i < json_object_array_length(guards); i++) {
		struct json_object *one = json_object_array_get_idx(guards, i);
		g_autofree char *asked = view_guard(one);

		printf("  %s:%" G_GUINT64_FORMAT ": guard %s: %s\n", json_string(one, "file"),
		       json_number(one, "line"), json_string(one, "name"), asked);
	}
}

static void print_blocked(struct json_object *blocked)
{
	const char *reason = json_string(blocked, "reason"), *file = json_string(blocked, "file");
	g_autofree char *end = view_block_end(blocked);

	printf("  %s ", json_string(blocked, "prefix"));
	if (file)
		printf("by the site at %s:%" G_GUINT64_FORMAT, file, json_number(blocked, "line"));
	else
		fputs(end, stdout);
	printf("%s%s\n", reason ? ": " : "", reason ? reason : "");
}

static void print(struct json_object *json)
{
	struct json_object *segment = json_member(json, "segment");
	struct json_object *excepted = json_member(json, "excepted");
	struct json_object *answer = json_member(json, "answer");
	bool drop = !strcmp(json_string(json, "verdict"), "drop");
	bool monitor = !strcmp(json_string(json, "mode"), "monitor");
	const char *profile = json_string(json, "profile"), *server = json_string(json, "server");

	printf("%s: %s (%s)\n", drop && monitor ? "would drop" : json_string(json, "verdict"),
	       json_string(json, "reason"), json_string(json, "meaning"));
	if (json_member(json, "blocked"))
		print_blocked(json_member(json, "blocked"));
	if (server)
		printf("  server %s, ", server);
	if (profile)
		printf("%sprofile %s\n", server ? "" : "  ", profile);
	if (answer)
		printf("  no SYN but an answer from there: %s: %s (%s)\n",
		       json_string(answer, "verdict"), json_string(answer, "reason"),
		       json_string(answer, "meaning"));
	if (segment) {
		print_lines(json_member(segment, "services"));
		print_guards(json_member(json, "guards"));
	}
	if (!excepted)
		return;
	print_lines(json_member(excepted, "services"));
	printf("  %s:%" G_GUINT64_FORMAT ": but the profile's Except keeps it closed\n",
	       json_string(excepted, "file"), json_number(excepted, "line"));
}

/* What the program in force has said, and where else it has it from. */
struct asked {
	bool program;          /* it was asked at all */
	enum reason as_answer; /* of a packet that is no SYN; REASON_COUNT: that was not asked */
	bool live;
	struct block block; /* if live: the entry of the block list */
};

static enum exit_code answer(struct context *context, const struct question *question,
			     const struct judgement *judgement, const struct asked *asked)
{
	struct json_object *json = output_new();
	const char *verdict;

	view_add_judgement(json, judgement);
	json_add_bool(json, "asked_program", asked->program);
	add_blocked(json, judgement, asked->live ? &asked->block : NULL);
	add_question(json, question);
	if (asked->as_answer == REASON_COUNT)
		json_object_object_add(json, "answer", NULL);
	else
		view_add_reason(json_add_object(json, "answer"), asked->as_answer);
	verdict = reason_verdict(judgement->reason) == VERDICT_PASS ? "pass" : "drop";
	output_print(json, context->json, print);
	if (expect && strcmp(expect, verdict))
		return wrong(context, "expected %s, the verdict is %s", expect, verdict);
	return EXIT_RIGHT;
}

/* The program of the interface that is meant, and which one of the choice that is; -1 with a
 * message. */
static int find_program(struct context *context, const struct gate *gate, guint *at)
{
	const GPtrArray *interfaces = gate->generation->choice->interfaces;
	bool any =
		!on_interface && (interfaces->len == 1 || choice_is_site(gate->generation->choice));

	for (*at = 0; *at < interfaces->len; ++*at) {
		const struct choice_interface *one = interfaces->pdata[*at];
		const struct gate_link *link = gate_link(gate, one->name);

		if (link && (any || !g_strcmp0(on_interface, one->name)))
			return gate_link_judge(link);
	}
	if (on_interface)
		wrong(context, "nothing is enforced on '%s'", on_interface);
	else if (any)
		wrong(context, "no interface enforces what was loaded: see 'portcullis status'");
	else
		wrong(context, "%u interfaces are enforced: say which, with --interface",
		      interfaces->len);
	return -1;
}

/* Whether a refused connection, from a port that was named, may be one that the server opened. */
static bool may_answer(const struct generation *generation, const struct question *question,
		       enum reason reason)
{
	return question->kind == QUESTION_PORT && question->transport == TRANSPORT_TCP &&
	       question->source_port && !generation->policy->settings.replies_off &&
	       reason >= REASON_NOT_PUBLISHED && reason <= REASON_NOT_LISTED;
}

static enum exit_code ask(struct context *context, const struct gate *gate,
			  const struct words *words)
{
	g_autofree char *error = NULL;
	struct question question = {};
	struct asked asked = {.program = true, .as_answer = REASON_COUNT};
	struct judgement judgement;
	int program;

	if (!gate->generation)
		return wrong(context, "nothing is enforced here: name a PROFILE or a SITE");
	if (!question_read(words, gate->generation, &question, &error))
		return wrong(context, "%s", error);
	program = find_program(context, gate, &question.interface);
	if (program < 0)
		return EXIT_WRONG;
	judgement = judge(gate->generation, &question);
	if (!probe(program, &question, &judgement.reason, context->messages))
		return EXIT_WRONG;
	question.answer = may_answer(gate->generation, &question, judgement.reason);
	if (question.answer && !probe(program, &question, &asked.as_answer, context->messages))
		return EXIT_WRONG;
	asked.live =
		judgement.reason == REASON_BLOCKED && !judgement.blocked &&
		blocklist_find(gate->directory, &question.source, &asked.block, context->messages);
	return answer(context, &question, &judgement, &asked);
}

static enum exit_code explain_loaded(struct context *context, const struct words *words)
{
	struct gate *gate = gate_open(context->bpffs, GATE_READ, context->messages);
	enum exit_code code = gate ? ask(context, gate, words) : EXIT_WRONG;

	gate_close(gate);
	return code;
}

static enum exit_code explain_policy(struct context *context, const struct words *words)
{
	const struct asked nothing = {.as_answer = REASON_COUNT};
	const char *interface =
		on_interface ? on_interface : "explain"; /* one that stands for any */
	struct choice *choice =
		trial_choice(context->documents, words->policy, interface, context->messages);
	struct generation *generation = generation_new(choice, NULL);
	struct question question = {};
	struct judgement judgement;
	g_autofree char *error = NULL;
	enum exit_code code = EXIT_WRONG;
	bool compiled =
		!context->messages->errors && generation_compile(generation, context->messages);

	messages_keep_errors(context->messages);
	if (compiled && !question_read(words, generation, &question, &error)) {
		wrong(context, "%s", error);
	} else if (compiled) {
		judgement = judge(generation, &question);
		code = answer(context, &question, &judgement, &nothing);
	}
	generation_free(generation);
	return code;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct words words = {};
	enum exit_code code;

	if (expect && strcmp(expect, "pass") && strcmp(expect, "drop"))
		return usage(&explain_command, "--expect '%s', expected pass or drop", expect);
	if (!question_split(count, operands, &words)) {
		g_free(words.policy);
		return usage(&explain_command,
			     "tcp/5061, udp/3478, icmp/8, icmp6/135, ip/esp or the like is missing "
			     "at the end");
	}
	code = words.policy ? explain_policy(context, &words) : explain_loaded(context, &words);
	g_free(words.policy);
	return code;
}

static const GOptionEntry options[] = {
	{"expect", 0, 0, G_OPTION_ARG_STRING, &expect, "exit 1 unless the verdict is this",
	 "pass|drop"},
	{"interface", 0, 0, G_OPTION_ARG_STRING, &on_interface,
	 "where the packet arrives, if several interfaces are enforced", "INTERFACE"},
	G_OPTION_ENTRY_NULL,
};

const struct command explain_command = {
	.name = "explain",
	.operands = "[PROFILE | SITE] [from A[:PORT]] [to B | SERVER] tcp/5061 | icmp/8 | ip/esp",
	.summary = "tell the verdict on a packet, and which lines decide it",
	.description = "With neither profile nor site, the program in force is asked.",
	.options = options,
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
