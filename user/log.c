/* SPDX-License-Identifier: GPL-2.0-only */
/* Writes and reads the pinned map that holds a gate's last changes. */
#include "log.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/types.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "json.h"

/* A reader may meet an entry that is being written. */
#define TRIES_MAX 10

struct log_entry {
	__u64 number; /* from 1; 0: none */
	char text[LOG_TEXT_SIZE];
};
_Static_assert(sizeof(struct log_entry) == 4096, "a page");

static char *pin_path(const char *directory)
{
	return g_strdup_printf("%s/log", directory);
}

/* Returns -errno, which it says. */
static int fail(struct messages *messages, enum severity severity, const char *directory,
		const char *step)
{
	int error = -errno;
	g_autofree char *path = pin_path(directory);

	message_add(messages, severity, path, 0, "cannot %s: %s", step, strerror(-error));
	return error;
}

/* A map that is not what we would make was left by another version, or by another tool. */
static bool is_ours(int map)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	return !bpf_obj_get_info_by_fd(map, &info, &size) && info.type == BPF_MAP_TYPE_ARRAY &&
	       info.value_size == sizeof(struct log_entry) && info.max_entries == LOG_ENTRIES;
}

/* The pinned map; -ENOENT, without a message, where there is none, or -errno with one. */
static int open_log(const char *directory, enum severity severity, struct messages *messages)
{
	g_autofree char *path = pin_path(directory);
	int map = bpf_obj_get(path);

	if (map < 0)
		return errno == ENOENT ? -ENOENT
				       : fail(messages, severity, directory, "open the log");
	if (is_ours(map))
		return map;
	message_add(messages, severity, path, 0,
		    "the log is of another version of portcullis: 'portcullis down --all' removes "
		    "it");
	close(map);
	return -EINVAL;
}

static int make_log(const char *directory, struct messages *messages)
{
	g_autofree char *path = pin_path(directory);
	int map = bpf_map_create(BPF_MAP_TYPE_ARRAY, "log", sizeof(__u32), sizeof(struct log_entry),
				 LOG_ENTRIES, NULL);
	int error;

	if (map < 0)
		return fail(messages, SEVERITY_WARNING, directory, "make the log");
	if (!bpf_obj_pin(map, path))
		return map;
	error = fail(messages, SEVERITY_WARNING, directory, "pin the log");
	close(map);
	return error;
}

/* The number of the newest entry; 0: there is none. */
static __u64 newest(int map)
{
	g_autofree struct log_entry *entry = g_new(struct log_entry, 1);
	__u64 number = 0;

	for (__u32 key = 0; key < LOG_ENTRIES; key++)
		if (!bpf_map_lookup_elem(map, &key, entry))
			number = MAX(number, entry->number);
	return number;
}

bool log_append(const char *directory, struct json_object *json, struct messages *messages)
{
	const char *text = json_object_to_json_string_ext(json, JSON_C_TO_STRING_PLAIN);
	g_autofree struct log_entry *entry = g_new0(struct log_entry, 1);
	int error = 0, map = open_log(directory, SEVERITY_WARNING, messages);
	__u32 key;

	if (map == -ENOENT)
		map = make_log(directory, messages);
	if (map < 0)
		return false;
	entry->number = newest(map) + 1;
	key = (__u32)((entry->number - 1) % LOG_ENTRIES);
	errno = E2BIG;
	if (g_strlcpy(entry->text, text, sizeof(entry->text)) >= sizeof(entry->text) ||
	    bpf_map_update_elem(map, &key, entry, BPF_ANY))
		error = fail(messages, SEVERITY_WARNING, directory, "log the change");
	close(map);
	return !error;
}

/* One entry; NULL if there is none at that place. */
static struct json_object *read_entry(int map, __u32 key)
{
	g_autofree struct log_entry *entry = g_new(struct log_entry, 1);
	struct json_object *json = NULL;

	for (int tries = 0; !json && tries < TRIES_MAX; tries++) {
		if (bpf_map_lookup_elem(map, &key, entry) || !entry->number)
			return NULL;
		entry->text[sizeof(entry->text) - 1] = 0;
		json = json_tokener_parse(entry->text);
	}
	if (json_object_is_type(json, json_type_object)) {
		json_add_number(json, "number", entry->number);
		return json;
	}
	json_object_put(json);
	return NULL;
}

static int by_number(const void *a, const void *b)
{
	uint64_t left = json_number(*(struct json_object *const *)a, "number");
	uint64_t right = json_number(*(struct json_object *const *)b, "number");

	return left < right ? -1 : left > right;
}

bool log_read(const char *directory, struct json_object *entries, struct messages *messages)
{
	int map = open_log(directory, SEVERITY_ERROR, messages);

	if (map < 0)
		return map == -ENOENT;
	for (__u32 key = 0; key < LOG_ENTRIES; key++) {
		struct json_object *entry = read_entry(map, key);

		if (entry)
			json_object_array_add(entries, entry);
	}
	close(map);
	json_object_array_sort(entries, by_number);
	return true;
}
