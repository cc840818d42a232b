/* SPDX-License-Identifier: GPL-2.0-only */
/* What readers of documents have to say, collected with its file and line. */
#include "message.h"

static void message_free(gpointer data)
{
	struct message *message = data;

	g_free(message->file);
	g_free(message->text);
	g_free(message);
}

struct messages *messages_new(void)
{
	struct messages *messages = g_new0(struct messages, 1);

	messages->list = g_ptr_array_new_with_free_func(message_free);
	return messages;
}

void messages_free(struct messages *messages)
{
	if (!messages)
		return;
	g_ptr_array_unref(messages->list);
	g_free(messages);
}

void message_add(struct messages *messages, enum severity severity, const char *file, int line,
		 const char *format, ...)
{
	struct message *message = g_new0(struct message, 1);
	va_list arguments;

	va_start(arguments, format);
	message->text = g_strdup_vprintf(format, arguments);
	va_end(arguments);
	message->file = g_strdup(file);
	message->line = line;
	message->severity = severity;
	g_ptr_array_add(messages->list, message);
	if (severity == SEVERITY_WARNING)
		messages->warnings++;
	if (severity == SEVERITY_ERROR)
		messages->errors++;
}

void messages_keep_errors(struct messages *messages)
{
	for (guint i = messages->list->len; i-- > 0;)
		if (((struct message *)messages->list->pdata[i])->severity != SEVERITY_ERROR)
			g_ptr_array_remove_index(messages->list, i);
	messages->warnings = 0;
}

const char *severity_name(enum severity severity)
{
	static const char *const names[] = {
		[SEVERITY_NOTE] = "note",
		[SEVERITY_WARNING] = "warning",
		[SEVERITY_ERROR] = "error",
	};

	return names[severity];
}

char *message_format(const struct message *message)
{
	const char *severity = severity_name(message->severity);

	if (!message->line)
		return g_strdup_printf("%s: %s: %s", message->file, severity, message->text);
	return g_strdup_printf("%s:%d: %s: %s", message->file, message->line, severity,
			       message->text);
}
