/* SPDX-License-Identifier: GPL-2.0-only */
/* What `block` and `unblock` share: one change of the block list, with the gate's lock held. */
#include "blocking.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "change.h"

#define INPUT_SIZE_MAX (256U << 20) /* a million blocks in JSON take about 220 MiB */

/* A list may be long: of it is read what the change is about, unless that is more than one. */
static void read_before(struct blocking *blocking, const struct block_input *input,
			struct messages *messages)
{
	blocking->whole = !input || input->requests->len != 1 ||
			  !blocklist_is_settled(&blocking->list, &blocking->now);
	blocking->before = blocking->whole
				   ? blocklist_read(&blocking->list, messages)
				   : blocklist_read_around(&blocking->list,
							   &g_array_index(input->requests,
									  struct block_request, 0)
								    .block.prefix,
							   &blocking->now, messages);
}

bool blocking_begin(struct blocking *blocking, const struct block_input *input,
		    struct context *context)
{
	*blocking = (struct blocking){
		.gate = change_open(context),
		.list = {.tries = {-1, -1}, .table = -1},
		.now = moment_now(),
	};
	if (blocking->gate && !blocking->gate->generation)
		message_add(context->messages, SEVERITY_ERROR, "portcullis", 0,
			    "nothing is enforced here: 'portcullis up' starts");
	else if (blocking->gate &&
		 blocklist_open(&blocking->list, blocking->gate->directory, context->messages))
		read_before(blocking, input, context->messages);
	if (!blocking->before) {
		blocking_end(blocking);
		return false;
	}
	blocking->blocks = g_array_copy(blocking->before);
	blocks_sweep(blocking->blocks, &blocking->now);
	return true;
}

bool blocking_apply(struct blocking *blocking, struct context *context)
{
	blocks_settle(blocking->blocks);
	if (!blocklist_write(&blocking->list, blocking->before, blocking->blocks,
			     context->messages))
		return false;
	if (blocking->whole)
		blocklist_note_swept(&blocking->list, &blocking->now);
	return true;
}

void blocking_audit(const struct blocking *blocking, enum audit_event event,
		    const struct audit_blocks *blocks, struct context *context)
{
	const struct audit_change change = {
		.event = event,
		.before = blocking->gate->generation,
		.after = blocking->gate->generation,
		.blocks = blocks,
	};

	if (blocks->added + blocks->prolonged + blocks->removed)
		audit_write(blocking->gate, &change, context->messages);
}

void blocking_end(struct blocking *blocking)
{
	g_clear_pointer(&blocking->before, g_array_unref);
	g_clear_pointer(&blocking->blocks, g_array_unref);
	blocklist_close(&blocking->list);
	gate_close(blocking->gate);
	blocking->gate = NULL;
}

/* All of standard input, ended with 0; NULL with a message. The caller frees it. */
static char *read_input(struct context *context)
{
	GByteArray *bytes = g_byte_array_new();
	guint8 piece[64 * 1024];
	ssize_t size = 1;

	while (size && bytes->len <= INPUT_SIZE_MAX) {
		size = read(STDIN_FILENO, piece, sizeof(piece));
		if (size < 0 && errno == EINTR)
			continue;
		if (size < 0)
			break;
		g_byte_array_append(bytes, piece, (guint)size);
	}
	if (size < 0)
		message_add(context->messages, SEVERITY_ERROR, "-", 0, "cannot be read: %s",
			    strerror(errno));
	else if (size)
		message_add(context->messages, SEVERITY_ERROR, "-", 0,
			    "is larger than %u MiB, expected at most that", INPUT_SIZE_MAX >> 20);
	else if (!g_utf8_validate((const char *)bytes->data, bytes->len, NULL))
		message_add(context->messages, SEVERITY_ERROR, "-", 0,
			    "is no text, expected UTF-8");
	else
		g_byte_array_append(bytes, (const guint8 *)"", 1);
	return (char *)g_byte_array_free(bytes, context->messages->errors != 0);
}

bool blocking_read(struct block_input *input, const char *operand,
		   const struct block_defaults *defaults, struct context *context)
{
	g_autofree char *text = NULL, *error = NULL;
	struct block_request request;

	if (!strcmp(operand, "-")) {
		text = read_input(context);
		if (text)
			block_input_read(input, text, defaults, context->messages);
		else
			*input = (struct block_input){};
		return !context->messages->errors;
	}
	block_input_read(input, "", defaults, context->messages);
	if (block_request_read(operand, defaults, &request, &error))
		g_array_append_val(input->requests, request);
	else
		message_add(context->messages, SEVERITY_ERROR, "portcullis", 0, "%s", error);
	return !error;
}

void blocking_refuse(const struct block_request *request, const char *error,
		     struct context *context)
{
	if (request->number)
		message_add(context->messages, SEVERITY_ERROR, "-", 0, "block %u: %s",
			    request->number, error);
	else if (request->line)
		message_add(context->messages, SEVERITY_ERROR, "-", request->line, "%s", error);
	else
		message_add(context->messages, SEVERITY_ERROR, "portcullis", 0, "%s", error);
}
