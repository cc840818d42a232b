/* SPDX-License-Identifier: GPL-2.0-only */
/* The command line: picks the command, reads its options, prints what it had to say. */
#include <locale.h>
#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "command.h"
#include "gate.h"
#include "number.h"
#include "version.h"

/* In the order in which --help lists them. */
/* clang-format off */
static const struct command *const commands[] = {
	&profiles_command,
	&show_command,
	&check_command,
	&diff_command,
	&explain_command,
	&replay_command,
	&up_command,
	&swap_command,
	&reload_command,
	&confirm_command,
	&rollback_command,
	&boot_command,
	&down_command,
	&block_command,
	&unblock_command,
	&blocks_command,
	&log_command,
	&status_command,
	&stats_command,
	&top_command,
	&drops_command,
	&bench_command,
};
/* clang-format on */

/* The only place that writes to standard error. */
void say(struct messages *messages)
{
	for (guint i = 0; i < messages->list->len; i++) {
		g_autofree char *text = message_format(messages->list->pdata[i]);

		fprintf(stderr, "%s\n", text);
	}
	g_ptr_array_set_size(messages->list, 0);
	messages->warnings = messages->errors = 0;
}

enum exit_code wrong(struct context *context, const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message_add(context->messages, SEVERITY_ERROR, "portcullis", 0, "%s", text);
	return EXIT_WRONG;
}

enum exit_code usage(const struct command *command, const char *format, ...)
{
	va_list arguments;
	g_autofree char *text = NULL;

	va_start(arguments, format);
	text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	fprintf(stderr, "portcullis %s: %s\nusage: portcullis %s [OPTION…] %s\n", command->name,
		text, command->name, command->operands);
	return EXIT_USAGE;
}

static void print_help(FILE *stream)
{
	fprintf(stream, "usage: portcullis [--bpffs DIR] COMMAND …\n\n"
			"Enforces a vendor's port document with XDP.\n\n");
	for (size_t i = 0; i < G_N_ELEMENTS(commands); i++)
		fprintf(stream, "  %s%s%s\n      %s\n", commands[i]->name,
			*commands[i]->operands ? " " : "", commands[i]->operands,
			commands[i]->summary);
	fprintf(stream, "\n'portcullis COMMAND --help' tells a command's options.\n"
			"A PROFILE may join several: 'front-end + cms'.\n"
			"--bpffs DIR is the mount of bpffs, " GATE_BPFFS " by default.\n");
}

#define CONFIRM_MAX (24 * 60 * 60)

/* What --confirm says; false if that is no number of seconds. */
static bool read_confirm(const struct command *command, struct context *context, const char *text)
{
	uint64_t seconds;

	if (!text)
		return true;
	if (number_parse(text, CONFIRM_MAX, &seconds) || !seconds) {
		usage(command, "--confirm '%s', expected 1 to %d seconds", text, CONFIRM_MAX);
		return false;
	}
	context->confirm = (unsigned int)seconds;
	return true;
}

static bool read_options(const struct command *command, struct context *context, int *count,
			 char ***operands)
{
	const GOptionEntry bpffs[] = {
		{"bpffs", 0, 0, G_OPTION_ARG_FILENAME, &context->bpffs,
		 "the mount of bpffs (" GATE_BPFFS ")", "DIR"},
		G_OPTION_ENTRY_NULL,
	};
	const GOptionEntry documents[] = {
		{"document", 'd', 0, G_OPTION_ARG_FILENAME_ARRAY, &context->documents,
		 "read this document instead of the shipped ones; may be repeated", "FILE"},
		G_OPTION_ENTRY_NULL,
	};
	g_autofree char *confirm = NULL;
	gboolean json = FALSE, allow_lockout = FALSE;
	const GOptionEntry for_changes[] = {
		{"confirm", 0, 0, G_OPTION_ARG_STRING, &confirm,
		 "undo it after so many seconds unless 'portcullis confirm' follows", "SECONDS"},
		{"allow-lockout", 0, 0, G_OPTION_ARG_NONE, &allow_lockout,
		 "even if an SSH connection to this host is cut off", NULL},
		G_OPTION_ENTRY_NULL,
	};
	const GOptionEntry for_programs[] = {
		{"json", 0, 0, G_OPTION_ARG_NONE, &json, "print JSON, for programs", NULL},
		G_OPTION_ENTRY_NULL,
	};
	g_autoptr(GOptionContext) parser = g_option_context_new(command->operands);
	g_autoptr(GError) error = NULL;

	g_option_context_set_summary(parser, command->summary);
	g_option_context_set_description(parser, command->description);
	if (command->options)
		g_option_context_add_main_entries(parser, command->options, NULL);
	if (command->reads_documents)
		g_option_context_add_main_entries(parser, documents, NULL);
	if (command->has_json)
		g_option_context_add_main_entries(parser, for_programs, NULL);
	if (command->changes)
		g_option_context_add_main_entries(parser, for_changes, NULL);
	g_option_context_add_main_entries(parser, bpffs, NULL);
	if (!g_option_context_parse(parser, count, operands, &error)) {
		usage(command, "%s", error->message);
		return false;
	}
	context->json = json;
	context->allow_lockout = allow_lockout;
	return read_confirm(command, context, confirm);
}

static enum exit_code run(const struct command *command, struct context *context, int count,
			  char **arguments)
{
	g_autofree char *line = g_strjoinv(" ", arguments);
	g_autofree char *name = g_strdup_printf("portcullis %s", command->name);
	enum exit_code code;

	/* What --help calls us. */
	context->line = line;
	audit_begin(line);
	arguments[0] = name;
	if (!read_options(command, context, &count, &arguments))
		return EXIT_USAGE;
	context->messages = messages_new();
	code = command->run(context, count - 1, arguments + 1);
	say(context->messages);
	messages_free(context->messages);
	return code;
}

int main(int count, char **arguments)
{
	struct context context = {.bpffs = GATE_BPFFS};
	int at = 1;

	setlocale(LC_ALL, "");
	if (at + 1 < count && !strcmp(arguments[at], "--bpffs")) {
		context.bpffs = arguments[at + 1];
		at += 2;
	} else if (at < count && g_str_has_prefix(arguments[at], "--bpffs=")) {
		context.bpffs = strchr(arguments[at++], '=') + 1;
	}
	for (size_t i = 0; at < count && i < G_N_ELEMENTS(commands); i++)
		if (!strcmp(arguments[at], commands[i]->name))
			return run(commands[i], &context, count - at, arguments + at);
	if (at < count && (!strcmp(arguments[at], "--help") || !strcmp(arguments[at], "help"))) {
		print_help(stdout);
		return EXIT_RIGHT;
	}
	if (at < count && !strcmp(arguments[at], "--version")) {
		puts("portcullis " PORTCULLIS_VERSION);
		return EXIT_RIGHT;
	}
	if (at < count)
		fprintf(stderr, "portcullis: no command '%s'\n", arguments[at]);
	print_help(stderr);
	return EXIT_USAGE;
}
