/* SPDX-License-Identifier: GPL-2.0-only */
/* Finds the maps of a loaded program, and reads the catalog among them. */
#include "program.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

static int read_name(__u32 id, char **name)
{
	struct bpf_map_info map = {};
	__u32 size = sizeof(map);
	int fd = bpf_map_get_fd_by_id(id);
	int error = 0;

	if (fd < 0)
		return -errno;
	if (bpf_obj_get_info_by_fd(fd, &map, &size))
		error = -errno;
	else
		*name = g_strdup(map.name);
	close(fd);
	return error;
}

/*
 * Whether a map has a name. 0 or -errno. The kernel gives no id twice, so each is asked once: not
 * only for speed. Whenever the last descriptor of a program array closes that is not pinned, as
 * `standby` is not once a change is confirmed, the kernel has a worker empty it; where that happens
 * again before the worker ran, it forgets to release the map, which then stays for ever.
 */
static int look_at_map(__u32 id, const char *name, bool *has_name)
{
	static GHashTable *names; /* id → name */
	gpointer key = GUINT_TO_POINTER(id);
	char *found = NULL;
	int error = 0;

	if (!names)
		names = g_hash_table_new_full(NULL, NULL, NULL, g_free);
	if (!g_hash_table_contains(names, key)) {
		error = read_name(id, &found);
		if (!error)
			g_hash_table_insert(names, key, found);
	}
	*has_name = !error && !strcmp(g_hash_table_lookup(names, key), name);
	return error;
}

int program_find_map(int program, const char *name, __u32 *id)
{
	struct bpf_prog_info info = {};
	__u32 ids[64], size = sizeof(info);
	bool found = false;
	int error = 0;

	info.nr_map_ids = G_N_ELEMENTS(ids);
	info.map_ids = (__u64)(unsigned long)ids;
	if (bpf_obj_get_info_by_fd(program, &info, &size))
		error = -errno;
	*id = 0;
	for (__u32 i = 0; !error && !found && i < MIN(info.nr_map_ids, G_N_ELEMENTS(ids)); i++) {
		error = look_at_map(ids[i], name, &found);
		if (found)
			*id = ids[i];
	}
	return error;
}

int program_open_map(int program, const char *name)
{
	__u32 id = 0;
	int fd, error = program_find_map(program, name, &id);

	if (error || !id)
		return error ? error : -ENOENT;
	fd = bpf_map_get_fd_by_id(id);
	return fd < 0 ? -errno : fd;
}

/* A catalog's text; the caller frees it. 0 or -errno. */
static int read_text(int map, char **text)
{
	struct bpf_map_info info = {};
	__u32 size = sizeof(info), zero = 0;

	if (bpf_obj_get_info_by_fd(map, &info, &size))
		return -errno;
	*text = g_malloc0(info.value_size + 8);
	return bpf_map_lookup_elem(map, &zero, *text) ? -errno : 0;
}

int catalog_generation(int map, struct generation **generation)
{
	g_autofree char *text = NULL;
	int error = read_text(map, &text);

	*generation = error ? NULL : generation_from_text(text);
	return error;
}

int program_generation(int program, __u32 *id, struct generation **generation)
{
	int map, error = program_find_map(program, "catalog", id);

	*generation = NULL;
	if (error || !*id)
		return error;
	map = bpf_map_get_fd_by_id(*id);
	if (map < 0)
		return -errno;
	error = catalog_generation(map, generation);
	close(map);
	return error;
}
