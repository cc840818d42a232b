/* SPDX-License-Identifier: GPL-2.0-only */
/* The kernel's memory of the table that blocked sources are looked up in. */
#include "block_memory.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "shared.h"

static bool fail(struct messages *messages, const char *step)
{
	message_add(messages, SEVERITY_ERROR, "block list", 0, "cannot %s: %s", step,
		    strerror(errno));
	return false;
}

/* A descriptor of a chunk that there is; -1. */
static int open_chunk(int map, __u32 n)
{
	__u32 id;

	return bpf_map_lookup_elem(map, &n, &id) ? -1 : bpf_map_get_fd_by_id(id);
}

static struct block_chunk *map_chunk(int chunk)
{
	void *place = chunk < 0 ? MAP_FAILED
				: mmap(NULL, sizeof(struct block_chunk), PROT_READ | PROT_WRITE,
				       MAP_SHARED, chunk, 0);

	return place == MAP_FAILED ? NULL : place;
}

/* Makes chunk n, which is there for packets when all is in it. */
static struct block_chunk *add_chunk(int map, __u32 n)
{
	int fd = shared_create_chunk();
	struct block_chunk *chunk = map_chunk(fd);

	if (chunk) {
		block_chunk_begin(chunk, n);
		if (bpf_map_update_elem(map, &n, &fd, BPF_ANY)) {
			munmap(chunk, sizeof(*chunk));
			chunk = NULL;
		}
	}
	if (fd >= 0)
		close(fd);
	return chunk;
}

static struct block_chunk *find_chunk(void *owner, __u32 n)
{
	struct block_memory *memory = owner;
	struct block_chunk *chunk;
	int fd;

	if (n == memory->lines.count)
		return add_chunk(memory->map, n);
	fd = open_chunk(memory->map, n);
	chunk = map_chunk(fd);
	if (fd >= 0)
		close(fd);
	return chunk;
}

bool block_memory_open(struct block_memory *memory, int map, struct messages *messages)
{
	__u32 id;

	*memory =
		(struct block_memory){.map = map, .lines = {.source = find_chunk, .owner = memory}};
	errno = 0;
	while (memory->lines.count < BLOCK_CHUNKS &&
	       !bpf_map_lookup_elem(map, &memory->lines.count, &id))
		memory->lines.count++;
	return memory->lines.count == BLOCK_CHUNKS || errno == ENOENT ||
	       fail(messages, "read its table");
}

void block_memory_close(struct block_memory *memory)
{
	for (int n = 0; n < BLOCK_CHUNKS; n++)
		if (memory->lines.chunks[n])
			munmap(memory->lines.chunks[n], sizeof(struct block_chunk));
	memset(memory->lines.chunks, 0, sizeof(memory->lines.chunks));
}

/*
 * The kernel does that for whoever changes a map of maps (synchronize_rcu() in its
 * maybe_wait_bpf_programs()); here nothing changes but that.
 */
bool block_memory_wait(const struct block_memory *memory)
{
	const __u32 first = 0;
	int fd = open_chunk(memory->map, first);
	bool waited = fd >= 0 && !bpf_map_update_elem(memory->map, &first, &fd, BPF_ANY);

	if (fd >= 0)
		close(fd);
	return waited;
}

void block_memory_drop(struct block_memory *memory)
{
	__u32 *root = memory->lines.count ? block_lines_root(&memory->lines) : NULL;

	if (root) /* if this is killed in between, it leads to nothing that is gone */
		memset(root, 0, BLOCK_ROOTS * sizeof(*root));
	block_memory_close(memory);
	while (memory->lines.count) {
		__u32 last = --memory->lines.count;

		bpf_map_delete_elem(memory->map, &last);
	}
	memory->lines.for_one = memory->lines.for_ends = (struct block_search){};
}
