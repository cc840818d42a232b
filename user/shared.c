/* SPDX-License-Identifier: GPL-2.0-only */
/* Creates, finds and pins the maps that outlive every generation. */
#include "shared.h"

#include <bpf/bpf.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "block_table.h"
#include "events.h"
#include "number.h"
#include "pin.h"

static const struct {
	const char *name;
	enum bpf_map_type type;
	__u32 value_size;
	__u32 spare; /* blocks made beyond what is needed, for what comes later */
} kinds[SHARED_MAPS] = {
	[SHARED_COUNTERS] = {"counters", BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(struct count_block), 2},
	[SHARED_SERVER_COUNTERS] = {"server_counters", BPF_MAP_TYPE_PERCPU_ARRAY,
				    sizeof(struct server_block), 2},
	[SHARED_REASONS] = {"reasons", BPF_MAP_TYPE_PERCPU_ARRAY, sizeof(struct reason_counts), 0},
	[SHARED_DROPPED_PORTS] = {"dropped_ports", BPF_MAP_TYPE_PERCPU_ARRAY,
				  sizeof(struct port_block), 0},
	[SHARED_FRAGMENTS] = {"fragments", BPF_MAP_TYPE_ARRAY, sizeof(struct fragment_table), 0},
	[SHARED_FLOWS] = {"flows", BPF_MAP_TYPE_ARRAY, sizeof(struct flow_bucket), 0},
	[SHARED_FLOW_PEERS] = {"flow_peers", BPF_MAP_TYPE_ARRAY, sizeof(struct flow_peers), 0},
	[SHARED_INBOUND_FLOWS] = {"inbound_flows", BPF_MAP_TYPE_ARRAY, sizeof(struct flow_bucket),
				  0},
	[SHARED_LIMITS] = {"limits", BPF_MAP_TYPE_ARRAY, sizeof(struct limit_bucket), 0},
	[SHARED_CONTROL] = {".data.control", BPF_MAP_TYPE_ARRAY, sizeof(struct control), 0},
	[SHARED_BLOCK_TABLE] = {"block_table", BPF_MAP_TYPE_ARRAY_OF_MAPS, sizeof(__u32), 0},
	[SHARED_BLOCKED4] = {"blocked4", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct blocked), 0},
	[SHARED_BLOCKED6] = {"blocked6", BPF_MAP_TYPE_LPM_TRIE, sizeof(struct blocked), 0},
	[SHARED_WATCH] = {"watch", BPF_MAP_TYPE_ARRAY, sizeof(struct watch), 0},
	[SHARED_WATCH_SHARES] = {"watch_shares", BPF_MAP_TYPE_PERCPU_ARRAY,
				 sizeof(struct watch_share), 0},
	[SHARED_EVENTS] = {"events", BPF_MAP_TYPE_RINGBUF, 0, 0},
};

const char *shared_name(enum shared_map map)
{
	return kinds[map].name;
}

/* A section of the program's data is a map of that name; bpffs has no names with dots. */
static const char *pin_name(enum shared_map map)
{
	const char *dot = strrchr(kinds[map].name, '.');

	return dot ? dot + 1 : kinds[map].name;
}

static char *pin_path(const char *directory, enum shared_map map, __u32 blocks)
{
	return g_strdup_printf("%s/%s-%u", directory, pin_name(map), blocks);
}

enum shared_map shared_of_pin(const char *name, __u32 *blocks)
{
	for (int map = 0; map < SHARED_MAPS; map++) {
		size_t length = strlen(pin_name(map));
		uint64_t number;

		if (strncmp(name, pin_name(map), length) || name[length] != '-')
			continue;
		if (number_parse(name + length + 1, G_MAXUINT32, &number))
			continue;
		*blocks = (__u32)number;
		return map;
	}
	return SHARED_MAPS;
}

static bool fail(struct messages *messages, const char *where, const char *step)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "cannot %s: %s", step, strerror(errno));
	return false;
}

/* The most blocks that any pin of each map has; 0 where there is none. */
static bool find_pins(const char *directory, __u32 most[SHARED_MAPS], struct messages *messages)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;

	if (!entries)
		return fail(messages, directory, "read the folder");
	while ((entry = readdir(entries))) {
		__u32 blocks;
		enum shared_map map = shared_of_pin(entry->d_name, &blocks);

		if (map < SHARED_MAPS)
			most[map] = MAX(most[map], blocks);
	}
	closedir(entries);
	return true;
}

static __u32 key_size(enum shared_map map)
{
	switch (map) {
	case SHARED_EVENTS: return 0;
	case SHARED_BLOCKED4: return sizeof(struct prefix4);
	case SHARED_BLOCKED6: return sizeof(struct prefix6);
	default: return sizeof(__u32);
	}
}

/* Those of which each word has its writer are mapped into memory. */
static __u32 map_flags(enum shared_map map)
{
	if (kinds[map].type == BPF_MAP_TYPE_LPM_TRIE)
		return BPF_F_NO_PREALLOC;
	return map == SHARED_CONTROL || map == SHARED_WATCH ? BPF_F_MMAPABLE : 0;
}

/* Whether a map is of one size, whatever a policy needs. */
static bool is_sole(enum shared_map map)
{
	switch (map) {
	case SHARED_REASONS:
	case SHARED_FRAGMENTS:
	case SHARED_CONTROL:
	case SHARED_WATCH:
	case SHARED_WATCH_SHARES:
	case SHARED_EVENTS:
	case SHARED_BLOCK_TABLE:
	case SHARED_BLOCKED4:
	case SHARED_BLOCKED6: return true;
	default: return false;
	}
}

/* A pinned map that is not what its name says was left by another version, or by another tool. */
static bool is_ours(const struct bpf_map_info *info, enum shared_map map, __u32 blocks)
{
	return info->type == kinds[map].type && info->key_size == key_size(map) &&
	       info->value_size == kinds[map].value_size && info->max_entries == blocks &&
	       info->map_flags == map_flags(map) &&
	       (!is_sole(map) || blocks == shared_blocks(map, NULL));
}

int shared_open_pin(const char *path, enum shared_map map, __u32 blocks, struct messages *messages)
{
	int fd = bpf_obj_get(path);
	struct bpf_map_info info = {};
	__u32 size = sizeof(info);

	if (fd < 0) {
		pin_say_failed(path, "open the pinned map", messages);
		return -1;
	}
	if (bpf_obj_get_info_by_fd(fd, &info, &size))
		fail(messages, path, "read what the pinned map is");
	else if (is_ours(&info, map, blocks))
		return fd;
	else
		message_add(messages, SEVERITY_ERROR, path, 0,
			    "the pinned map is of another version of portcullis: "
			    "'portcullis down --all' removes it, its counters with it");
	close(fd);
	return -1;
}

char *shared_sole_path(const char *directory, enum shared_map map)
{
	return pin_path(directory, map, shared_blocks(map, NULL));
}

int shared_open_sole(const char *directory, enum shared_map map, struct messages *messages)
{
	g_autofree char *path = shared_sole_path(directory, map);

	return shared_open_pin(path, map, shared_blocks(map, NULL), messages);
}

static bool open_pin(struct shared *shared, enum shared_map map, const char *directory,
		     struct messages *messages)
{
	g_autofree char *path = pin_path(directory, map, shared->blocks[map]);

	shared->fd[map] = shared_open_pin(path, map, shared->blocks[map], messages);
	return shared->fd[map] >= 0;
}

static bool draw_secret(int fd, struct messages *messages)
{
	g_autofree struct fragment_table *table = g_new0(struct fragment_table, 1);
	__u32 key = 0;

	if (getrandom(table->secret, sizeof(table->secret), 0) != sizeof(table->secret))
		return fail(messages, "fragments", "draw random numbers");
	return !bpf_map_update_elem(fd, &key, table, BPF_ANY) ||
	       fail(messages, "fragments", "fill the map");
}

int shared_create_chunk(void)
{
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = BPF_F_MMAPABLE);

	return bpf_map_create(BPF_MAP_TYPE_ARRAY, "block_chunk", sizeof(__u32),
			      sizeof(struct block_chunk), 1, &options);
}

/* A map of maps is told what they will be like by one of them, which it does not keep. */
static int create_map(enum shared_map map, __u32 blocks, __u32 flags)
{
	bool holds_maps = kinds[map].type == BPF_MAP_TYPE_ARRAY_OF_MAPS;
	int example = holds_maps ? shared_create_chunk() : 0, fd = -1;
	LIBBPF_OPTS(bpf_map_create_opts, options, .map_flags = flags,
		    .inner_map_fd = (__u32)example);

	if (example >= 0)
		fd = bpf_map_create(kinds[map].type, kinds[map].name, key_size(map),
				    kinds[map].value_size, blocks, &options);
	if (holds_maps && example >= 0)
		close(example);
	return fd;
}

static bool create(struct shared *shared, enum shared_map map, __u32 blocks, __u32 flags,
		   struct messages *messages)
{
	shared->fd[map] = create_map(map, blocks, flags);
	if (shared->fd[map] < 0)
		return fail(messages, kinds[map].name, "create the map");
	shared->blocks[map] = blocks;
	shared->created[map] = true;
	return map != SHARED_FRAGMENTS || draw_secret(shared->fd[map], messages);
}

__u32 shared_blocks(enum shared_map map, const struct shared_needs *needs)
{
	switch (map) {
	case SHARED_COUNTERS: return (needs->slots + COUNTS_PER_BLOCK - 1) / COUNTS_PER_BLOCK;
	case SHARED_SERVER_COUNTERS:
		return (needs->numbers + SERVERS_PER_BLOCK - 1) / SERVERS_PER_BLOCK;
	case SHARED_DROPPED_PORTS: return PORT_BLOCKS;
	case SHARED_FLOWS: return needs->replies ? FLOW_BUCKETS : 1;
	case SHARED_INBOUND_FLOWS: return needs->replies ? INBOUND_FLOW_BUCKETS : 1;
	case SHARED_LIMITS: return needs->limits ? LIMIT_BUCKETS : 1;
	case SHARED_EVENTS: return EVENTS_BYTES;
	case SHARED_BLOCK_TABLE: return BLOCK_CHUNKS;
	case SHARED_BLOCKED4:
	case SHARED_BLOCKED6: return BLOCKED_MAX;
	default: return 1;
	}
}

bool shared_open(struct shared *shared, const char *directory, const struct shared_needs *needs,
		 struct messages *messages)
{
	memset(shared, 0, sizeof(*shared));
	for (int map = 0; map < SHARED_MAPS; map++)
		shared->fd[map] = -1;
	if (!find_pins(directory, shared->blocks, messages))
		return false;
	for (int map = 0; map < SHARED_MAPS; map++) {
		__u32 needed = shared_blocks(map, needs);

		if (shared->blocks[map] >= needed ? !open_pin(shared, map, directory, messages)
						  : !create(shared, map, needed + kinds[map].spare,
							    map_flags(map), messages))
			return false;
	}
	return true;
}

/* Whether it holds times after which what it says no longer counts. */
static bool has_time_outs(enum shared_map map)
{
	return map == SHARED_FRAGMENTS || map == SHARED_FLOWS || map == SHARED_INBOUND_FLOWS;
}

void shared_clear(struct shared *shared)
{
	memset(shared, 0, sizeof(*shared));
	for (int map = 0; map < SHARED_MAPS; map++)
		shared->fd[map] = -1;
}

bool shared_create_missing(struct shared *shared, const struct shared_needs *needs,
			   struct messages *messages)
{
	for (int map = 0; map < SHARED_MAPS; map++)
		if (shared->fd[map] < 0 &&
		    !create(shared, map, shared_blocks(map, needs),
			    map_flags(map) | (has_time_outs(map) ? BPF_F_MMAPABLE : 0), messages))
			return false;
	return true;
}

bool shared_create(struct shared *shared, const struct shared_needs *needs,
		   struct messages *messages)
{
	shared_clear(shared);
	return shared_create_missing(shared, needs, messages);
}

bool shared_secret(const struct shared *shared, __u64 secret[2], struct messages *messages)
{
	g_autofree struct fragment_table *table = g_new0(struct fragment_table, 1);
	__u32 key = 0;

	if (bpf_map_lookup_elem(shared->fd[SHARED_FRAGMENTS], &key, table))
		return fail(messages, "fragments", "read the gate's secret");
	memcpy(secret, table->secret, sizeof(table->secret));
	return true;
}

bool shared_pin(struct shared *shared, const char *directory, struct messages *messages)
{
	for (int map = 0; map < SHARED_MAPS; map++) {
		g_autofree char *path = pin_path(directory, map, shared->blocks[map]);

		if (!shared->created[map])
			continue;
		if (bpf_obj_pin(shared->fd[map], path)) {
			pin_say_failed(path, "pin the map", messages);
			shared_unpin(shared, directory);
			return false;
		}
		shared->pinned[map] = true;
	}
	return true;
}

void shared_unpin(struct shared *shared, const char *directory)
{
	for (int map = 0; map < SHARED_MAPS; map++) {
		g_autofree char *path = pin_path(directory, map, shared->blocks[map]);

		if (shared->pinned[map])
			unlink(path);
	}
}

bool shared_forget(const char *directory, struct messages *messages)
{
	DIR *entries = opendir(directory);
	struct dirent *entry;
	bool done = true;

	if (!entries)
		return fail(messages, directory, "read the folder");
	while ((entry = readdir(entries))) {
		g_autofree char *path = g_strdup_printf("%s/%s", directory, entry->d_name);
		__u32 blocks;

		if (shared_of_pin(entry->d_name, &blocks) < SHARED_MAPS && remove(path))
			done = fail(messages, path, "remove the pin");
	}
	closedir(entries);
	return done;
}

void shared_close(struct shared *shared)
{
	for (int map = 0; map < SHARED_MAPS; map++)
		if (shared->fd[map] >= 0)
			close(shared->fd[map]);
}
