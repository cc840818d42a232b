/* SPDX-License-Identifier: GPL-2.0-only */
/* portcullis replay: what a policy would do to the packets of a capture. */
#include <linux/types.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "capture_file.h"
#include "command.h"
#include "drop.h"
#include "drop_file.h"
#include "headers.h"
#include "output.h"
#include "replay.h"
#include "senders.h"
#include "trial.h"
#include "view.h"
#include "view_replay.h"

static char *drops, *on_interface;
static char **hosts;
static gboolean inbound_only;

/* So many bytes of the file of drops are written at once. */
#define DROPS_WRITTEN (1 << 20)

struct replaying {
	struct context *context;
	struct generation *generation;
	struct senders *senders;
	struct capture_file *capture;
	struct replay *replay;
	struct drop_file *file; /* NULL: none */
	GHashTable *comments;   /* what the file says of drops: by reason and target */
	struct replayed replayed;
};

static const char *interface_name(void)
{
	return on_interface ? on_interface : "replay"; /* one that stands for any */
}

/* --- the file of drops --- */

/* The same for all packets of one reason to one target. */
static const char *comment_of(struct replaying *replaying, const struct event *event)
{
	const struct drop_names names = {interface_name(), replaying->generation, 0};
	gint64 key = (gint64)event->target << 16 | event->reason << 8 | event->monitored;
	char *comment = g_hash_table_lookup(replaying->comments, &key);
	struct json_object *json;

	if (comment)
		return comment;
	json = json_object_new_object();
	drop_add(json, event, &names);
	comment = drop_comment(json);
	json_object_put(json);
	g_hash_table_insert(replaying->comments, g_memdup2(&key, sizeof(key)), comment);
	return comment;
}

static bool keep_drop(struct replaying *replaying, const struct captured *captured,
		      const struct event *event)
{
	const struct pcapng_packet packet = {
		.time = captured->time,
		.bytes = captured->frame.bytes,
		.captured = (uint32_t)captured->frame.captured,
		.length = (uint32_t)captured->frame.length,
		.comment = comment_of(replaying, event),
	};

	drop_file_add_packet(replaying->file, &packet, interface_name());
	return drop_file_waiting(replaying->file) < DROPS_WRITTEN ||
	       drop_file_flush(replaying->file, replaying->context->messages);
}

/* --- packets --- */

/* Whether the frame leaves: its link header says so, or its source. */
static bool leaves(const struct replaying *replaying, const struct link_frame *frame,
		   const struct headers *headers)
{
	return frame->way == WAY_OUT ||
	       (!inbound_only && senders_have(replaying->senders, &headers->source));
}

static bool arrive(struct replaying *replaying, const struct captured *captured)
{
	const struct event *drop;

	replaying->replayed.judged++;
	if (!replay_arrive(replaying->replay, &captured->frame, captured->time, &drop,
			   replaying->context->messages))
		return false;
	return !drop || keep_drop(replaying, captured, drop);
}

static bool replay_packet(struct replaying *replaying, struct captured *captured)
{
	struct replayed *replayed = &replaying->replayed;
	struct link_frame *frame = &captured->frame;
	struct headers headers;

	if (!replayed->packets++)
		replayed->first = captured->time;
	replayed->last = captured->time;
	if (captured->readable)
		headers_read(frame->bytes, frame->captured, &headers);
	if (!captured->readable || (frame->captured < frame->length && !headers.whole)) {
		replayed->unjudged++;
		return true;
	}
	replayed->padded += frame->captured < frame->length;
	if (!leaves(replaying, frame, &headers))
		return arrive(replaying, captured);
	replayed->left++;
	return replay_leave(replaying->replay, frame, captured->time,
			    capture_file_room(replaying->capture), replaying->context->messages);
}

/* Up to the end, or to where the file is broken: what came before is told all the same. */
static bool replay_packets(struct replaying *replaying)
{
	struct messages *messages = replaying->context->messages;
	enum capture_result result = CAPTURE_PACKET;
	gint64 began = g_get_monotonic_time();
	bool going = true;
	struct captured captured;

	while (going) {
		result = capture_file_next(replaying->capture, &captured, messages);
		if (result != CAPTURE_PACKET)
			break;
		going = replay_packet(replaying, &captured);
	}
	replaying->replayed.seconds = (double)(g_get_monotonic_time() - began) / G_USEC_PER_SEC;
	if (going && replaying->file)
		going = drop_file_flush(replaying->file, messages);
	return going;
}

/* --- the command --- */

static bool show(struct replaying *replaying)
{
	struct context *context = replaying->context;
	struct replayed *replayed = &replaying->replayed;
	struct totals *totals = replay_totals(replaying->replay, context->messages);
	struct json_object *json;

	if (!totals)
		return false;
	json = output_new();
	g_free(replaying->generation->counting_since);
	replaying->generation->counting_since =
		replayed->packets ? view_replay_time(replayed->first) : NULL;
	replayed->unlimited = replay_unlimited(replaying->replay, totals);
	view_add_replayed(json, replayed);
	view_add_stats(json, replaying->generation, totals, NULL, 0);
	output_print(json, context->json, view_print_replay);
	totals_free(totals);
	return true;
}

/* With one profile for an interface no address says whose packets leave. */
static void warn_if_untold(const struct replaying *replaying)
{
	if (choice_is_site(replaying->generation->choice) || hosts || inbound_only ||
	    capture_file_tells_way(replaying->capture))
		return;
	message_add(replaying->context->messages, SEVERITY_WARNING, "portcullis", 0,
		    "nothing tells which packets leave, so all are judged as they would arrive: "
		    "name the guarded addresses with --host, or say --inbound-only");
}

static bool read_hosts(struct context *context, GArray *prefixes)
{
	for (char **host = hosts; host && *host; host++) {
		struct prefix prefix;

		if (prefix_parse(*host, &prefix)) {
			wrong(context, "--host '%s', expected an address or a prefix", *host);
			return false;
		}
		g_array_append_val(prefixes, prefix);
	}
	return true;
}

static bool read_policy(struct replaying *replaying, const char *policy)
{
	struct context *context = replaying->context;
	g_autoptr(GArray) prefixes = g_array_new(FALSE, FALSE, sizeof(struct prefix));
	struct choice *choice =
		trial_choice(context->documents, policy, interface_name(), context->messages);

	replaying->generation = generation_new(choice, NULL);
	if (!context->messages->errors)
		generation_compile(replaying->generation, context->messages);
	messages_keep_errors(context->messages);
	if (context->messages->errors || !read_hosts(context, prefixes))
		return false;
	replaying->senders = senders_new(replaying->generation->policy, prefixes);
	return true;
}

static bool prepare(struct replaying *replaying, const char *policy)
{
	struct messages *messages = replaying->context->messages;

	if (!read_policy(replaying, policy))
		return false;
	replaying->capture = capture_file_open(replaying->replayed.capture, messages);
	if (!replaying->capture)
		return false;
	replaying->replay = replay_new(replaying->generation, drops, messages);
	if (!replaying->replay)
		return false;
	warn_if_untold(replaying);
	if (!drops)
		return true;
	replaying->file = drop_file_open(drops, messages);
	if (replaying->file)
		drop_file_add_interface(replaying->file, interface_name());
	return replaying->file;
}

/* Writing there would leave nothing to read. */
static bool is_same_file(const char *path, const char *other)
{
	struct stat one, two;

	return !stat(path, &one) && !stat(other, &two) && S_ISREG(one.st_mode) &&
	       one.st_dev == two.st_dev && one.st_ino == two.st_ino;
}

static enum exit_code run(struct context *context, int count, char **operands)
{
	struct replaying replaying = {.context = context};

	if (count < 2)
		return usage(&replay_command, "a capture, and a profile or a site are needed");
	if (count > 2)
		return usage(&replay_command,
			     "'%s' is one operand too many; quote 'PROFILE + PROFILE'",
			     operands[2]);
	if (!strcmp(operands[0], "-") && !strcmp(operands[1], "-"))
		return usage(&replay_command, "the capture and the site both want standard input");
	if (drops && !strcmp(drops, "-"))
		return usage(&replay_command,
			     "--drops - would be among the figures, expected a file");
	if (drops && is_same_file(operands[0], drops))
		return usage(&replay_command, "--drops '%s' is the capture itself", drops);
	replaying.replayed.capture = operands[0];
	replaying.comments = g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, g_free);
	if (prepare(&replaying, operands[1]) && replay_packets(&replaying))
		show(&replaying);
	drop_file_close(replaying.file);
	replay_free(replaying.replay);
	capture_file_close(replaying.capture);
	senders_free(replaying.senders);
	generation_free(replaying.generation);
	g_hash_table_unref(replaying.comments);
	return context->messages->errors ? EXIT_WRONG : EXIT_RIGHT;
}

static const GOptionEntry options[] = {
	{"drops", 0, 0, G_OPTION_ARG_FILENAME, &drops,
	 "write the packets that would be dropped to a pcapng file", "FILE"},
	{"host", 0, 0, G_OPTION_ARG_STRING_ARRAY, &hosts,
	 "what comes from there leaves, as from servers; may be repeated", "PREFIX"},
	{"inbound-only", 0, 0, G_OPTION_ARG_NONE, &inbound_only,
	 "all packets arrive, whatever their source", NULL},
	{"interface", 0, 0, G_OPTION_ARG_STRING, &on_interface,
	 "where it was captured, if the site has a setting Inside", "INTERFACE"},
	G_OPTION_ENTRY_NULL,
};

const struct command replay_command = {
	.name = "replay",
	.operands = "CAPTURE (PROFILE | SITE)",
	.summary = "try a policy on the packets of a pcap or pcapng file",
	.description = "The program judges them as it would, attached to nothing.",
	.options = options,
	.reads_documents = true,
	.has_json = true,
	.run = run,
};
