/* SPDX-License-Identifier: GPL-2.0-only */
/* Pins, finds and forgets what earlier generations have left to go back to. */
#include "kept.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "number.h"
#include "pin.h"
#include "program.h"
#include "standby.h"

enum kept_kind {
	KEPT_CATALOG,
	KEPT_STANDBY,
	KEPT_STANDBY_EGRESS,
	KEPT_KINDS,
};

static const char *const kinds[KEPT_KINDS] = {"catalog", STANDBY_XDP, STANDBY_EGRESS};

static char *pin_path(const char *directory, enum kept_kind kind, unsigned int number)
{
	return g_strdup_printf("%s/%s-%u", directory, kinds[kind], number);
}

/* What a file name says; KEPT_KINDS: none of ours. */
static enum kept_kind kind_of(const char *name, unsigned int *number)
{
	for (enum kept_kind kind = 0; kind < KEPT_KINDS; kind++) {
		size_t length = strlen(kinds[kind]);
		uint64_t value;

		if (strncmp(name, kinds[kind], length) || name[length] != '-' ||
		    number_parse(name + length + 1, G_MAXUINT32, &value))
			continue;
		*number = (unsigned int)value;
		return kind;
	}
	return KEPT_KINDS;
}

static gint by_number(gconstpointer a, gconstpointer b)
{
	const unsigned int left = *(const unsigned int *)a, right = *(const unsigned int *)b;

	return left < right ? -1 : left > right;
}

GArray *kept_numbers(const char *directory)
{
	g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
	GArray *numbers = g_array_new(FALSE, FALSE, sizeof(unsigned int));
	unsigned int number;
	const char *name;

	while (entries && (name = g_dir_read_name(entries)))
		if (kind_of(name, &number) == KEPT_CATALOG)
			g_array_append_val(numbers, number);
	g_array_sort(numbers, by_number);
	return numbers;
}

/* A catalog's generation; NULL if it is of another version. False with a message. */
static bool read_catalog(const char *directory, unsigned int number, struct generation **generation,
			 struct messages *messages)
{
	g_autofree char *path = pin_path(directory, KEPT_CATALOG, number);
	int error, map = bpf_obj_get(path);

	*generation = NULL;
	if (map < 0) {
		pin_say_failed(path, "read the catalog", messages);
		return false;
	}
	error = catalog_generation(map, generation);
	close(map);
	if (error)
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot read the catalog: %s",
			    strerror(-error));
	return !error;
}

void kept_say_foreign(const char *directory, unsigned int number, enum severity severity,
		      struct messages *messages)
{
	g_autofree char *path = pin_path(directory, KEPT_CATALOG, number);

	message_add(messages, severity, path, 0,
		    "is no catalog of this version of portcullis: 'rm %s' forgets it", path);
}

struct generation *kept_read(const char *directory, unsigned int number, struct messages *messages)
{
	struct generation *generation;

	if (read_catalog(directory, number, &generation, messages) && !generation)
		kept_say_foreign(directory, number, SEVERITY_ERROR, messages);
	return generation;
}

bool kept_newest(const char *directory, unsigned int than, struct generation **newest,
		 unsigned int *foreign, struct messages *messages)
{
	g_autoptr(GArray) kept = kept_numbers(directory);
	bool read = true;

	*newest = NULL;
	*foreign = 0;
	for (guint i = kept->len; read && !*newest && i-- > 0;) {
		const unsigned int number = g_array_index(kept, unsigned int, i);

		if (number <= than)
			break;
		read = read_catalog(directory, number, newest, messages);
		if (read && !*newest)
			*foreign = MAX(*foreign, number);
	}
	return read;
}

char *kept_lacks(const struct gate *gate, const struct choice *next)
{
	const struct choice *now = gate->generation ? gate->generation->choice : NULL;
	struct generation *confirmed = NULL;
	char *lacks = NULL;

	if (gate_deadline(gate)) {
		struct messages *unheard = messages_new();
		const unsigned int number = gate->generation->previous[0];

		if (number)
			confirmed = kept_read(gate->directory, number, unheard);
		now = confirmed ? confirmed->choice : NULL;
		messages_free(unheard);
	}
	for (guint i = 0; now && !lacks && i < now->interfaces->len; i++) {
		const struct choice_interface *one = now->interfaces->pdata[i];

		if (choice_interface(next, one->name) && !gate_link(gate, one->name))
			lacks = g_strdup(one->name);
	}
	generation_free(confirmed);
	return lacks;
}

bool kept_pin(const char *directory, const struct generation *generation, const struct load *load,
	      struct messages *messages)
{
	const int maps[KEPT_KINDS] = {
		[KEPT_CATALOG] = load_catalog_fd(load),
		[KEPT_STANDBY] = load_standby_fd(load),
		[KEPT_STANDBY_EGRESS] = load_standby_egress_fd(load),
	};

	for (enum kept_kind kind = 0; kind < KEPT_KINDS; kind++) {
		g_autofree char *path = pin_path(directory, kind, generation->number);

		if (maps[kind] < 0)
			continue;
		if (!bpf_obj_pin(maps[kind], path))
			continue;
		pin_say_failed(path, "pin the map", messages);
		kept_unpin(directory, generation);
		return false;
	}
	return true;
}

void kept_unpin(const char *directory, const struct generation *generation)
{
	for (enum kept_kind kind = 0; kind < KEPT_KINDS; kind++) {
		g_autofree char *path = pin_path(directory, kind, generation->number);

		unlink(path);
	}
}

static bool leads_back(const struct generation *generation, unsigned int number)
{
	bool leads = generation && generation->number == number;

	for (int i = 0; generation && i < GENERATIONS_KEPT; i++)
		leads |= generation->previous[i] == number;
	return leads;
}

static bool is_asked_for(const struct gate *gate, const struct generation *next,
			 unsigned int number)
{
	return leads_back(next, number) || leads_back(gate->generation, number);
}

/* Whether a link may still hand over to those who stand by for a generation. */
static bool stands_by(const struct gate *gate, const struct generation *next, unsigned int number)
{
	bool awaited = next && next->number == number;

	for (guint i = 0; !next && i < gate->links->len; i++) {
		const struct gate_link *link = gate->links->pdata[i];

		awaited |= link->loaded == number && link->deadline;
	}
	return awaited;
}

static void remove_pin(const char *path, struct messages *messages)
{
	if (unlink(path) && errno != ENOENT)
		message_add(messages, SEVERITY_WARNING, path, 0, "cannot remove the pin: %s",
			    strerror(errno));
}

void kept_prune(const struct gate *gate, const struct generation *next, struct messages *messages)
{
	g_autoptr(GDir) entries = g_dir_open(gate->directory, 0, NULL);
	unsigned int number = 0;
	const char *name;

	while (entries && (name = g_dir_read_name(entries))) {
		g_autofree char *path = g_strdup_printf("%s/%s", gate->directory, name);
		enum kept_kind kind = kind_of(name, &number);

		if (kind == KEPT_CATALOG && next && !is_asked_for(gate, next, number))
			remove_pin(path, messages);
		else if ((kind == KEPT_STANDBY || kind == KEPT_STANDBY_EGRESS) &&
			 !stands_by(gate, next, number))
			remove_pin(path, messages);
	}
}

bool kept_forget(const char *directory, struct messages *messages)
{
	g_autoptr(GDir) entries = g_dir_open(directory, 0, NULL);
	unsigned int number;
	const char *name;
	bool done = true;

	while (entries && (name = g_dir_read_name(entries))) {
		g_autofree char *path = g_strdup_printf("%s/%s", directory, name);

		if (kind_of(name, &number) == KEPT_KINDS || !remove(path))
			continue;
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot remove the pin: %s",
			    strerror(errno));
		done = false;
	}
	return done;
}
