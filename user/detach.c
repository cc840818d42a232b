/* SPDX-License-Identifier: GPL-2.0-only */
/* Ends the enforcement: detaches links and filters, removes pins. */
#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "filters.h"
#include "gate.h"

static bool fail(struct messages *messages, const char *where, const char *step, int error)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "cannot %s: %s", step, strerror(error));
	return false;
}

static bool detach(const struct gate_link *link, struct messages *messages)
{
	if (link->ifindex && bpf_link_detach(link->fd))
		return fail(messages, link->name, "detach the program", errno);
	if (unlink(link->pin) && errno != ENOENT)
		return fail(messages, link->pin, "remove the pin", errno);
	return true;
}

bool gate_detach(struct gate *gate, struct messages *messages)
{
	bool done = true;

	for (guint i = 0; i < gate->links->len; i++)
		done &= detach(gate->links->pdata[i], messages);
	return filters_clear(NULL, SEVERITY_ERROR, messages) && done;
}

bool gate_remove(struct gate *gate, struct messages *messages)
{
	DIR *entries = opendir(gate->directory);
	struct dirent *entry;
	bool done = true;

	if (!entries)
		return fail(messages, gate->directory, "read the folder", errno);
	while ((entry = readdir(entries))) {
		g_autofree char *path = g_strdup_printf("%s/%s", gate->directory, entry->d_name);

		/* a folder that somebody has put there goes too */
		if (entry->d_name[0] != '.' && remove(path))
			done = fail(messages, path, "remove the pin", errno);
	}
	closedir(entries);
	return done;
}
