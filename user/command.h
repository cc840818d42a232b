/* SPDX-License-Identifier: GPL-2.0-only */
/* What a subcommand is. Each stands in a file of its own under commands/; main.c has the table. */
#ifndef PORTCULLIS_COMMAND_H
#define PORTCULLIS_COMMAND_H

#include <glib.h>
#include <stdbool.h>

#include "message.h"

/* The site that is meant where none is named. */
#define SITE_DEFAULT "/etc/portcullis/site.md"

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
		*messages;    /* main() prints them to standard error when the command is done */
	const char *line;     /* the command line, for the record */
	unsigned int confirm; /* seconds in which a change is to be confirmed; 0: it need not be */
	const char *fallback; /* why what is enforced now is not what was asked for; or NULL */
	bool for_now;         /* what is enforced now is not what the next boot falls back to */
	bool allow_lockout;   /* even if an SSH connection to this host is cut off */
};

struct command {
	const char *name;
	const char *operands;        /* a grammar: "INTERFACE PROFILE | SITE" */
	const char *summary;         /* one line */
	const char *description;     /* what --help adds below the options; or NULL */
	const GOptionEntry *options; /* its own; ends with {NULL} */
	bool reads_documents;        /* has -d */
	bool has_json;               /* has --json */
	bool changes;                /* has --confirm and --allow-lockout */
	enum exit_code (*run)(struct context *context, int count, char **operands);
};

extern const struct command profiles_command;
extern const struct command show_command;
extern const struct command check_command;
extern const struct command diff_command;
extern const struct command explain_command;
extern const struct command replay_command;
extern const struct command up_command;
extern const struct command swap_command;
extern const struct command reload_command;
extern const struct command confirm_command;
extern const struct command rollback_command;
extern const struct command boot_command;
extern const struct command down_command;
extern const struct command log_command;
extern const struct command status_command;
extern const struct command stats_command;
extern const struct command top_command;
extern const struct command drops_command;
extern const struct command bench_command;
extern const struct command block_command;
extern const struct command unblock_command;
extern const struct command blocks_command;

/* Adds an error that no file and line goes with; returns EXIT_WRONG. */
enum exit_code wrong(struct context *context, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Says on standard error what of the command line was not understood; returns EXIT_USAGE. */
enum exit_code usage(const struct command *command, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* Prints what has been said so far, and forgets it. */
void say(struct messages *messages);

#endif
