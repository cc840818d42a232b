/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads /proc, as proc(5) states it. */
#include "process.h"

#include <glib.h>
#include <string.h>

#include "number.h"

/* Ticks since boot, 100 a second, take 40 bits for 300 years; a process has 22 at most. */
#define START_BITS 40

/* Of /proc/PID/stat, counted from the state, which stands behind the name. */
enum stat_field {
	STAT_STATE = 0,
	STAT_START = 19,
	STAT_FIELDS,
};

/* *text, which the caller frees, stays NULL if there is none. */
static void read_file(pid_t pid, const char *name, char **text, gsize *size)
{
	g_autofree char *path = g_strdup_printf("/proc/%d/%s", pid, name);

	g_file_get_contents(path, text, size, NULL);
}

uint64_t process_mark(pid_t pid)
{
	g_autofree char *text = NULL;
	g_auto(GStrv) fields = NULL;
	const char *behind_name;
	uint64_t start;

	read_file(pid, "stat", &text, NULL);
	behind_name = text ? strrchr(text, ')') : NULL;
	if (!behind_name || behind_name[1] != ' ')
		return 0;
	fields = g_strsplit(behind_name + 2, " ", STAT_FIELDS + 1);
	if (g_strv_length(fields) < STAT_FIELDS || strchr("ZX", fields[STAT_STATE][0]) ||
	    number_parse(fields[STAT_START], (1ULL << START_BITS) - 1, &start))
		return 0;
	return (uint64_t)pid << START_BITS | start;
}

pid_t process_of_mark(uint64_t mark)
{
	return (pid_t)(mark >> START_BITS);
}

char *process_command(pid_t pid)
{
	gsize size = 0;
	char *text = NULL;

	read_file(pid, "cmdline", &text, &size);
	if (!text)
		return g_strdup("");
	for (gsize i = 0; i + 1 < size; i++)
		if (!text[i])
			text[i] = ' ';
	return text;
}
