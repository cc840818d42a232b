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

static const size_t block_sizes[SHARED_COUNTERS_END] = {
	[SHARED_COUNTERS] = sizeof(struct count_block),
	[SHARED_SERVER_COUNTERS] = sizeof(struct server_block),
	[SHARED_REASONS] = sizeof(struct reason_counts),
	[SHARED_DROPPED_PORTS] = sizeof(struct port_block),
};

/* All that is counted is a row of u64, so adding is the same for all. */
static void add_words(void *sums, const void *values, size_t size)
{
	__u64 *sum = sums;
	const __u64 *value = values;

	for (size_t i = 0; i < size / sizeof(__u64); i++)
		sum[i] += value[i];
}

/* Adds to a part of an array that begins at an entry; the array grows if need be. */
static void add_entries(GArray *array, guint first, guint entries, const void *values)
{
	guint size = g_array_get_element_size(array);

	if (array->len < first + entries)
		g_array_set_size(array, first + entries);
	add_words(array->data + first * size, values, entries * size);
}

static void add_servers(struct totals *totals, guint first, const struct server_block *block)
{
	guint end = first + SERVERS_PER_BLOCK;

	if (totals->servers->len < end)
		g_array_set_size(totals->servers, end);
	for (guint i = 0; i < SERVERS_PER_BLOCK; i++) {
		const struct server_count count = {block->passed[i], block->dropped[i]};

		add_words(&g_array_index(totals->servers, struct server_count, first + i), &count,
			  sizeof(count));
	}
}

static void add_block(struct totals *totals, enum shared_map map, __u32 block, const void *values)
{
	struct count *reasons = totals->reasons.enforced;
	const struct count_block *counts = values;
	const struct port_block *ports = values;

	switch (map) {
	case SHARED_COUNTERS:
		add_entries(totals->slots, block * COUNTS_PER_BLOCK, COUNTS_PER_BLOCK, values);
		for (size_t i = 0; i < COUNTS_PER_BLOCK; i++)
			add_words(&reasons[REASON_PUBLISHED], &counts->count[i],
				  sizeof(struct count));
		break;
	case SHARED_SERVER_COUNTERS: add_servers(totals, block * SERVERS_PER_BLOCK, values); break;
	case SHARED_DROPPED_PORTS:
		add_entries(totals->dropped_ports, block * PORTS_PER_BLOCK, PORTS_PER_BLOCK,
			    values);
		add_words(&reasons[REASON_NOT_PUBLISHED], &ports->refused, sizeof(struct count));
		break;
	default: add_words(&totals->reasons, values, sizeof(totals->reasons));
	}
}

bool totals_add_map(struct totals *totals, enum shared_map map, int fd, __u32 blocks)
{
	int cpus = libbpf_num_possible_cpus();
	size_t size = block_sizes[map];
	g_autofree char *values = NULL;

	if (cpus < 1)
		return false;
	values = g_malloc(size * (size_t)cpus);
	for (__u32 block = 0; block < blocks; block++) {
		if (bpf_map_lookup_elem(fd, &block, values))
			return false;
		for (size_t cpu = 0; cpu < (size_t)cpus; cpu++)
			add_block(totals, map, block, values + cpu * size);
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

	if (map >= SHARED_COUNTERS_END)
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
