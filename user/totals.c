/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads the shared maps, block by block, and sums them. */
#include "totals.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

struct totals *totals_new(void)
{
	struct totals *totals = g_new0(struct totals, 1);

	totals->slots = g_array_new(FALSE, TRUE, sizeof(struct count));
	totals->servers = g_array_new(FALSE, TRUE, sizeof(struct server_count));
	totals->dropped_ports = g_array_new(FALSE, TRUE, sizeof(__u64));
	return totals;
}

void totals_free(struct totals *totals)
{
	if (!totals)
		return;
	g_array_unref(totals->slots);
	g_array_unref(totals->servers);
	g_array_unref(totals->dropped_ports);
	g_free(totals);
}

/* Where the numbers of a map go. All that is counted is a row of u64, so adding is the same for
 * all. */
static __u64 *destination(struct totals *totals, enum shared_map map, __u32 blocks)
{
	GArray *array;
	guint entries;

	switch (map) {
	case SHARED_COUNTERS:
		array = totals->slots;
		entries = blocks * COUNTS_PER_BLOCK;
		break;
	case SHARED_SERVER_COUNTERS:
		array = totals->servers;
		entries = blocks * SERVERS_PER_BLOCK;
		break;
	case SHARED_DROPPED_PORTS:
		array = totals->dropped_ports;
		entries = blocks * PORTS_PER_BLOCK;
		break;
	default: return (__u64 *)&totals->reasons;
	}
	if (array->len < entries)
		g_array_set_size(array, entries);
	return (__u64 *)array->data;
}

bool totals_add_map(struct totals *totals, enum shared_map map, int fd, __u32 blocks)
{
	int cpus = libbpf_num_possible_cpus();
	size_t words =
		(map == SHARED_REASONS ? sizeof(struct reason_counts) : BLOCK_SIZE) / sizeof(__u64);
	g_autofree __u64 *values = NULL;
	__u64 *sum = destination(totals, map, blocks);

	if (cpus < 1)
		return false;
	values = g_new(__u64, words * (size_t)cpus);
	for (__u32 block = 0; block < blocks; block++, sum += words) {
		if (bpf_map_lookup_elem(fd, &block, values))
			return false;
		for (size_t i = 0; i < words * (size_t)cpus; i++)
			sum[i % words] += values[i];
	}
	return true;
}

static bool add_pin(struct totals *totals, const char *directory, const char *name,
		    struct messages *messages)
{
	g_autofree char *path = g_strdup_printf("%s/%s", directory, name);
	__u32 blocks;
	enum shared_map map = shared_of_pin(name, &blocks);
	bool added;
	int fd;

	if (map == SHARED_MAPS)
		return true;
	fd = shared_open_pin(path, map, blocks, messages);
	if (fd < 0)
		return false;
	added = totals_add_map(totals, map, fd, blocks);
	if (!added)
		message_add(messages, SEVERITY_ERROR, path, 0, "cannot read the counters: %s",
			    strerror(errno));
	close(fd);
	return added;
}

struct totals *totals_read(const char *directory, struct messages *messages)
{
	struct totals *totals = totals_new();
	DIR *entries = opendir(directory);
	struct dirent *entry;
	bool read = true;

	if (!entries && errno != ENOENT) {
		message_add(messages, SEVERITY_ERROR, directory, 0, "cannot read the folder: %s",
			    strerror(errno));
		read = false;
	}
	while (entries && read && (entry = readdir(entries)))
		read = add_pin(totals, directory, entry->d_name, messages);
	if (entries)
		closedir(entries);
	if (read)
		return totals;
	totals_free(totals);
	return NULL;
}

struct count totals_slot(const struct totals *totals, __u32 slot)
{
	if (slot < totals->slots->len)
		return g_array_index(totals->slots, struct count, slot);
	return (struct count){};
}

struct server_count totals_server(const struct totals *totals, __u32 number)
{
	if (number < totals->servers->len)
		return g_array_index(totals->servers, struct server_count, number);
	return (struct server_count){};
}
