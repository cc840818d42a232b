/* SPDX-License-Identifier: GPL-2.0-only */
/* Keeps on disk what was in force last. */
#include "last.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

static char *path_in(const char *directory)
{
	g_autofree char *name = g_path_get_basename(LAST_FILE);

	return g_build_filename(directory, name, NULL);
}

/* That the new file has the old one's name must be on disk too. */
static bool settle(const char *directory)
{
	int folder = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	bool settled = folder >= 0 && !fsync(folder);

	if (folder >= 0)
		close(folder);
	return settled;
}

bool last_write(const char *directory, const struct generation *generation,
		struct messages *messages)
{
	g_autofree char *path = path_in(directory);
	g_autofree char *text = generation_to_text(generation);
	g_autoptr(GError) error = NULL;
	const char *why = NULL;

	/* the documents may say what is not for everybody */
	if (g_mkdir_with_parents(directory, 0700))
		why = strerror(errno);
	else if (!g_file_set_contents_full(path, text, -1,
					   G_FILE_SET_CONTENTS_CONSISTENT |
						   G_FILE_SET_CONTENTS_DURABLE,
					   0600, &error))
		why = error->message;
	else if (!settle(directory))
		why = strerror(errno);
	if (why)
		message_add(messages, SEVERITY_WARNING, path, 0,
			    "cannot keep this policy for the next boot: %s", why);
	return !why;
}

static struct last *from_json(struct json_object *json)
{
	struct json_object *chosen = json_member(json, "choice");
	struct choice *choice = chosen ? choice_from_json(chosen) : NULL;
	struct last *last;

	if (!choice)
		return NULL;
	last = g_new0(struct last, 1);
	last->choice = choice;
	last->number = (unsigned int)json_number(json, "generation");
	last->since = g_strdup(json_string(json, "since"));
	last->by = g_strdup(json_string(json, "by"));
	last->command = g_strdup(json_string(json, "command"));
	return last;
}

struct last *last_read(const char *directory, struct messages *messages)
{
	g_autofree char *path = path_in(directory);
	g_autofree char *text = NULL;
	g_autoptr(GError) error = NULL;
	struct json_object *json;
	struct last *last;

	if (!g_file_get_contents(path, &text, NULL, &error)) {
		if (!g_error_matches(error, G_FILE_ERROR, G_FILE_ERROR_NOENT))
			message_add(messages, SEVERITY_ERROR, path, 0, "cannot be read: %s",
				    error->message);
		return NULL;
	}
	json = json_tokener_parse(text);
	last = from_json(json);
	json_object_put(json);
	if (!last)
		message_add(messages, SEVERITY_ERROR, path, 0, "holds no policy of ours");
	return last;
}

void last_free(struct last *last)
{
	if (!last)
		return;
	choice_free(last->choice);
	g_free(last->since);
	g_free(last->by);
	g_free(last->command);
	g_free(last);
}
