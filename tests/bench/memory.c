/* SPDX-License-Identifier: GPL-2.0-only */
#include "memory.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <glib.h>
#include <linux/bpf.h>
#include <unistd.h>

#include "must.h"

#define MAPS_MAX 64 /* that a program may use */

/* The line `memlock` of a descriptor's file in /proc, in bytes. */
static double memlock(int fd)
{
	g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", fd), *text = NULL;
	const char *found;

	must(g_file_get_contents(path, &text, NULL, NULL), "read what a map takes");
	found = strstr(text, "memlock:");
	must(found != NULL, "find what a map takes");
	return g_ascii_strtod(found + strlen("memlock:"), NULL);
}

static void read_map(int fd, struct bpf_map_info *info)
{
	__u32 size = sizeof(*info);

	must(fd >= 0 && !bpf_obj_get_info_by_fd(fd, info, &size), "read a map");
}

/* Adds a map's id, and the ids of those that it holds, to a set. */
static void add_map(GHashTable *ids, int fd)
{
	struct bpf_map_info info = {};
	__u32 id;

	read_map(fd, &info);
	g_hash_table_add(ids, GUINT_TO_POINTER(info.id));
	if (info.type == BPF_MAP_TYPE_ARRAY_OF_MAPS)
		for (__u32 key = 0; key < info.max_entries; key++)
			if (!bpf_map_lookup_elem(fd, &key, &id))
				g_hash_table_add(ids, GUINT_TO_POINTER(id));
}

/* All maps of a load: those of its program, and the shared ones, which it may not read itself. */
static GHashTable *list_maps(const struct load *load)
{
	GHashTable *ids = g_hash_table_new(NULL, NULL);
	__u32 used[MAPS_MAX], size = sizeof(struct bpf_prog_info);
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (__u64)(unsigned long)used};

	must(!bpf_obj_get_info_by_fd(load_program_fd(load, 0), &info, &size), "read a program");
	for (__u32 i = 0; i < info.nr_map_ids; i++) {
		int fd = bpf_map_get_fd_by_id(used[i]);

		add_map(ids, fd);
		close(fd);
	}
	for (int i = 0; i < SHARED_MAPS; i++)
		add_map(ids, load_shared_fd(load, (enum shared_map)i));
	return ids;
}

/* A per-CPU array's values are there for every CPU that is possible; the rest once. */
static double each_cpu(const struct bpf_map_info *map)
{
	if (map->type != BPF_MAP_TYPE_PERCPU_ARRAY)
		return 0;
	return (double)map->max_entries * (double)((map->value_size + 7) & ~7U);
}

struct memory memory_of_load(const struct load *load)
{
	g_autoptr(GHashTable) ids = list_maps(load);
	struct memory sum = {.fixed = memlock(load_program_fd(load, 0))};
	GHashTableIter iterator;
	gpointer id;

	g_hash_table_iter_init(&iterator, ids);
	while (g_hash_table_iter_next(&iterator, &id, NULL)) {
		int fd = bpf_map_get_fd_by_id(GPOINTER_TO_UINT(id));
		struct bpf_map_info map = {};
		double each;

		read_map(fd, &map);
		each = each_cpu(&map);
		sum.per_cpu += each;
		sum.fixed += memlock(fd) - each * libbpf_num_possible_cpus();
		close(fd);
	}
	return sum;
}

double memory_of_map(const struct load *load, const char *name)
{
	g_autoptr(GHashTable) ids = list_maps(load);
	GHashTableIter iterator;
	gpointer id;
	double bytes = 0;

	g_hash_table_iter_init(&iterator, ids);
	while (g_hash_table_iter_next(&iterator, &id, NULL)) {
		int fd = bpf_map_get_fd_by_id(GPOINTER_TO_UINT(id));
		struct bpf_map_info map = {};

		read_map(fd, &map);
		/* the kernel keeps the first letters of a name */
		if (!strncmp(map.name, name, sizeof(map.name) - 1))
			bytes = (double)map.max_entries * map.value_size;
		close(fd);
	}
	return bytes;
}
