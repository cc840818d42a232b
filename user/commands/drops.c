/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis drops: what is dropped now, packet by packet. */
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "drop.h"
#include "drop_file.h"
#include "drop_filter.h"
#include "gate.h"
#include "output.h"
#include "watch.h"

static struct drop_words words;
static char *pcap;
static int most;

/* So many generations are kept: samples of the last but one may come after a swap. */
#define GENERATIONS 2

/* Once in so many rounds it is told how many were lost. */
#define LOST_ROUNDS 10

struct viewing {
	struct context *context;
	struct drop_file *file; /* NULL: none */
	bool silent;            /* the file is standard output */
	GPtrArray *generations; /* struct generation *, the newest last */
	__u32 unknown;          /* the last that is not in the kernel any more */
	uint64_t boot;          /* ns since 1970; set anew each round, as clocks are */
	int shown;
	__u64 lost_shown;
};

static volatile sig_atomic_t stopped;

static void stop(int signal)
{
	stopped = 1;
}

/* Whoever ends us, or no longer reads, has the watch ended too. */
static void catch_signals(void)
{
	const struct sigaction ends = {.sa_handler = stop}, ignored = {.sa_handler = SIG_IGN};

	sigaction(SIGINT, &ends, NULL);
	sigaction(SIGTERM, &ends, NULL);
	sigaction(SIGHUP, &ends, NULL);
	sigaction(SIGPIPE, &ignored, NULL);
}

static uint64_t ns_of(clockid_t clock)
{
	struct timespec now;

	clock_gettime(clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static const struct generation *find_generation(const struct viewing *viewing, __u32 number)
{
	for (guint i = 0; i < viewing->generations->len; i++) {
		const struct generation *generation = viewing->generations->pdata[i];

		if (generation->number == number)
			return generation;
	}
	return NULL;
}

/* Reads what is in force now. What is wrong with it, others tell. */
static void read_generation(struct viewing *viewing)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(viewing->context->bpffs, GATE_READ, messages);

	if (gate && gate->generation && !find_generation(viewing, gate->generation->number))
		g_ptr_array_add(viewing->generations, g_steal_pointer(&gate->generation));
	if (viewing->generations->len > GENERATIONS)
		g_ptr_array_remove_index(viewing->generations, 0);
	gate_close(gate);
	messages_free(messages);
}

/* The generation that judged; NULL if it is gone, and was so before we could read it. */
static const struct generation *generation_of(struct viewing *viewing, __u32 number)
{
	const struct generation *found = find_generation(viewing, number);

	if (found || number == viewing->unknown)
		return found;
	read_generation(viewing);
	found = find_generation(viewing, number);
	if (!found)
		viewing->unknown = number;
	return found;
}

static bool show(const struct event *event, void *data)
{
	struct viewing *viewing = data;
	char name[IF_NAMESIZE];
	const struct drop_names names = {
		.interface = if_indextoname(event->interface, name),
		.generation = generation_of(viewing, event->generation),
		.boot = viewing->boot,
	};
	struct json_object *json = output_new();

	drop_add(json, event, &names);
	if (viewing->file) {
		g_autofree char *comment = drop_comment(json);

		drop_file_add(viewing->file, event, names.interface ? names.interface : "?",
			      names.boot + event->time, comment);
	}
	if (viewing->silent)
		json_object_put(json);
	else
		output_print_one(json, viewing->context->json, drop_print);
	return !most || ++viewing->shown < most;
}

static void show_lost(struct viewing *viewing, __u64 lost)
{
	struct json_object *json;

	if (lost == viewing->lost_shown || viewing->silent)
		return;
	json = output_new();
	drop_add_lost(json, lost - viewing->lost_shown);
	output_print_one(json, viewing->context->json, drop_print);
	viewing->lost_shown = lost;
}

static bool flush(struct viewing *viewing)
{
	if (viewing->file && !drop_file_flush(viewing->file, viewing->context->messages))
		return false;
	return !fflush(stdout);
}

/* Waits for the next round; false if nobody reads what we print. */
static bool doze(void)
{
	struct pollfd output = {.fd = STDOUT_FILENO};

	return poll(&output, 1, WATCH_ROUND_MS) <= 0;
}

static enum exit_code watch(struct viewing *viewing, struct watcher *watcher)
{
	bool reading = flush(viewing), going = reading;

	for (guint round = 1; going; round++) {
		going = doze() && !stopped;
		viewing->boot = ns_of(CLOCK_REALTIME) - ns_of(CLOCK_MONOTONIC);
		reading = watcher_read(watcher, show, viewing, viewing->context->messages);
		going &= reading && (!most || viewing->shown < most);
		if (!going || !(round % LOST_ROUNDS))
			show_lost(viewing, watcher_lost(watcher));
		going &= flush(viewing);
	}
	return viewing->context->messages->errors ? EXIT_WRONG : EXIT_RIGHT;
}

static enum exit_code view(struct context *context, struct gate *gate)
{
	struct viewing viewing = {.context = context, .silent = pcap && !strcmp(pcap, "-")};
	struct watcher *watcher = NULL;
	struct watch wanted;
	g_autofree char *error = NULL;
	enum exit_code code = EXIT_WRONG;

	if (!drop_filter_read(&words, gate->generation, &wanted, &error))
		return wrong(context, "%s", error);
	viewing.generations = g_ptr_array_new_with_free_func((GDestroyNotify)generation_free);
	g_ptr_array_add(viewing.generations, g_steal_pointer(&gate->generation));
	catch_signals();
	watcher = watcher_begin(gate->directory, &wanted, context->messages);
	if (watcher && pcap)
		viewing.file = drop_file_open(pcap, context->messages);
	if (watcher && (!pcap || viewing.file))
		code = watch(&viewing, watcher);
	watcher_end(watcher);
	drop_file_close(viewing.file);
	g_ptr_array_unref(viewing.generations);
	return code;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct gate *gate;
	enum exit_code code;

	if (count)
		return usage(&drops_command, "'%s' is one operand too many", operands[0]);
	if (most < 0)
		return usage(&drops_command, "--count %d, expected a number of packets", most);
	if (pcap && !strcmp(pcap, "-") && context->json)
		return usage(&drops_command, "--pcap - and --json both want standard output");
	gate = gate_open(context->bpffs, GATE_READ, context->messages);
	if (!gate)
		return EXIT_WRONG;
	code = gate->generation
		       ? view(context, gate)
		       : wrong(context, "nothing is enforced here: 'portcullis up' starts");
	gate_close(gate);
	return code;
}

static const GOptionEntry options[] = {
	{"server", 0, 0, G_OPTION_ARG_STRING, &words.server, "only to this server of the site",
	 "SERVER"},
	{"reason", 0, 0, G_OPTION_ARG_STRING_ARRAY, &words.reasons,
	 "only for this reason; may be repeated", "REASON"},
	{"port", 0, 0, G_OPTION_ARG_STRING, &words.port,
	 "only to this port, or range of ports: 5061, udp/50000-59999", "PORT"},
	{"source", 0, 0, G_OPTION_ARG_STRING, &words.source, "only from this address or prefix",
	 "PREFIX"},
	{"pcap", 0, 0, G_OPTION_ARG_FILENAME, &pcap,
	 "write the packets, too; - is standard output, for them alone", "FILE"},
	{"count", 0, 0, G_OPTION_ARG_INT, &most, "end after so many packets", "COUNT"},
	G_OPTION_ENTRY_NULL,
};

const struct command drops_command = {
	.name = "drops",
	.operands = "",
	.summary = "show packets as they are dropped, or would be",
	.options = options,
	.has_json = true,
	.run = run,
};
