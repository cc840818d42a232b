/* SPDX-License-Identifier: GPL-2.0-only */
/* Reads and sets until when a generation may be confirmed; finds who stands by. */
#include "standby.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <time.h>
#include <unistd.h>

#include "layout.h"
#include "program.h"

__u64 standby_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC_COARSE, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
}

__u64 standby_seconds(__u64 deadline)
{
	const __u64 now = standby_now();

	return deadline > now ? (deadline - now + 999999999) / 1000000000 : 0;
}

int standby_deadline(int program, __u64 *deadline)
{
	struct pending pending = {};
	const __u32 key = 0;
	int error = 0, map = program_open_map(program, "pending");

	*deadline = 0;
	if (map < 0)
		return map == -ENOENT ? 0 : map;
	if (bpf_map_lookup_elem(map, &key, &pending))
		error = -errno;
	*deadline = pending.deadline;
	close(map);
	return error;
}

int standby_set_deadline(int program, __u64 deadline)
{
	const struct pending pending = {.deadline = deadline};
	const __u32 key = 0;
	int error = 0, map = program_open_map(program, "pending");

	if (map < 0)
		return map;
	if (bpf_map_update_elem(map, &key, &pending, BPF_ANY))
		error = -errno;
	close(map);
	return error;
}

int standby_program(int program, const char *name, __u32 entry)
{
	int fd, map = program_open_map(program, name);
	__u32 id = 0;

	if (map < 0)
		return map;
	fd = bpf_map_lookup_elem(map, &entry, &id) ? -errno : bpf_prog_get_fd_by_id(id);
	if (fd < 0 && id)
		fd = -errno;
	close(map);
	return fd;
}
