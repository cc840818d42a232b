/* SPDX-License-Identifier: GPL-2.0-only */
/* What a subcommand is. Each stands in a file of its own under commands/; main.c has the table. */
#ifndef PORTCULLIS_COMMAND_H
#define PORTCULLIS_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "message.h"

enum exit_code {
	EXIT_RIGHT = 0,
	EXIT_WRONG = 1,
	EXIT_USAGE = 2,
};

/* What every command is given. */
struct context {
	const char *bpffs; /* the mount of bpffs */
	bool json;         /* for programs */
	char **documents;  /* -d; NULL: the site's, else the shipped ones */
	struct messages
		*messages; /* main() prints them to standard error when the command is done */
	const char *line;  /* the command line, for the record */
};

struct command {
	const char *name;
	const char *operands;        /* a grammar: "INTERFACE PROFILE | SITE" */
	const char *summary;         /* one line */
	const char *description;     /* what --help adds below the options; or NULL */
	const GOptionEntry *options; /* its own; ends with {NULL} */
	bool reads_documents;        /* has -d */
	bool has_json;               /* has --json */
	enum exit_code (*run)(struct context *context, int count, char **operands);
};

extern const struct command block_command, blocks_command, check_command, down_command,
	explain_command, profiles_command, show_command, stats_command, status_command,
	swap_command, unblock_command, up_command;

/* Adds an error that no file and line goes with; returns EXIT_WRONG. */
enum exit_code wrong(struct context *context, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says on standard error what of the command line was not understood; returns EXIT_USAGE. */
enum exit_code usage(const struct command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Prints what has been said so far, and forgets it. */
void say(struct messages *messages);

#endif
