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

/* A per-CPU array's values are there for every CPU that is possible; the rest once. */
static double each_cpu(const struct bpf_map_info *map)
{
	if (map->type != BPF_MAP_TYPE_PERCPU_ARRAY)
		return 0;
	return (double)map->max_entries * (double)((map->value_size + 7) & ~7U);
}

/* The ids of a program's maps; how many there are. */
static __u32 list_maps(int program, __u32 ids[MAPS_MAX])
{
	struct bpf_prog_info info = {.nr_map_ids = MAPS_MAX, .map_ids = (__u64)(unsigned long)ids};
	__u32 size = sizeof(info);

	must(!bpf_obj_get_info_by_fd(program, &info, &size), "read a program");
	return info.nr_map_ids;
}

static int open_map(__u32 id, struct bpf_map_info *info)
{
	int fd = bpf_map_get_fd_by_id(id);
	__u32 size = sizeof(*info);

	must(fd >= 0 && !bpf_obj_get_info_by_fd(fd, info, &size), "read a map");
	return fd;
}

struct memory memory_of_program(int program)
{
	__u32 ids[MAPS_MAX], count = list_maps(program, ids);
	struct memory sum = {.fixed = memlock(program)};

	for (__u32 i = 0; i < count; i++) {
		struct bpf_map_info map = {};
		int fd = open_map(ids[i], &map);
		double each = each_cpu(&map);

		sum.per_cpu += each;
		sum.fixed += memlock(fd) - each * libbpf_num_possible_cpus();
		close(fd);
	}
	return sum;
}

double memory_of_map(int program, const char *name)
{
	__u32 ids[MAPS_MAX], count = list_maps(program, ids);
	double bytes = 0;

	for (__u32 i = 0; i < count; i++) {
		struct bpf_map_info map = {};

		close(open_map(ids[i], &map));
		/* the kernel keeps the first letters of a name */
		if (!strncmp(map.name, name, sizeof(map.name) - 1))
			bytes = (double)map.max_entries * map.value_size;
	}
	return bytes;
}
