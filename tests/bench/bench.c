/* SPDX-License-Identifier: GPL-2.0-only */
/* What a packet costs, and what it takes to load. Prints Markdown; exits 1 where a goal is missed.
 */
#include "bench.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/utsname.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOADS 11

double now_ns(clockid_t clock)
{
	struct timespec time;

	clock_gettime(clock, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return left < right ? -1 : left > right;
}

double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof(*values), compare);
	return values[count / 2];
}

void must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

/* --- loading --- */

static void shell(const char *command)
{
	int status = system(command);

	must(WIFEXITED(status) && !WEXITSTATUS(status), command);
}

static double time_command(const char *command)
{
	double start = now_ns(CLOCK_MONOTONIC);

	shell(command);
	return (now_ns(CLOCK_MONOTONIC) - start) / 1e6;
}

/* Kernel memory of the ports map, in KiB, as the kernel states it. */
static double ports_kib(const struct load *load)
{
	struct bpf_prog_info program = {};
	__u32 ids[64], size = sizeof(program);
	double bytes = 0;

	program.nr_map_ids = 64;
	program.map_ids = (__u64)(unsigned long)ids;
	must(!bpf_obj_get_info_by_fd(load_program_fd(load, 0), &program, &size), "read a program");
	for (__u32 i = 0; i < program.nr_map_ids; i++) {
		struct bpf_map_info map = {};
		int fd = bpf_map_get_fd_by_id(ids[i]);
		g_autofree char *path = g_strdup_printf("/proc/self/fdinfo/%d", fd), *text = NULL;
		const char *found;

		size = sizeof(map);
		must(!bpf_obj_get_info_by_fd(fd, &map, &size), "read a map");
		if (!strcmp(map.name, "ports") && g_file_get_contents(path, &text, NULL, NULL)) {
			found = strstr(text, "memlock:");
			bytes = found ? atof(found + strlen("memlock:")) : 0;
		}
		close(fd);
	}
	return bytes / 1024;
}

static bool print_goal(const char *what, double value, const char *unit, double goal)
{
	printf("| %s | %.1f %s | %.0f %s | %s |\n", what, value, unit, goal, unit,
	       value <= goal ? "yes" : "**no**");
	return value <= goal;
}

static bool bench_loads(const char *portcullis, const char *bpffs)
{
	double up[LOADS], swap[LOADS];
	struct load *copies[COPIES];
	g_autofree char *begin =
		g_strdup_printf("%s --bpffs %s up card front-end >/dev/null", portcullis, bpffs);
	g_autofree char *change =
		g_strdup_printf("%s --bpffs %s swap director >/dev/null", portcullis, bpffs);
	g_autofree char *end = g_strdup_printf("%s --bpffs %s down >/dev/null", portcullis, bpffs);
	bool met;

	load_profile("front-end", 0, copies);
	for (int i = 0; i < LOADS; i++) {
		up[i] = time_command(begin);
		swap[i] = time_command(change);
		shell(end);
	}
	printf("## loading\n\n| what | median | goal | met |\n|---|---:|---:|---|\n");
	met = print_goal("up, the shipped document", median(up, LOADS), "ms", 250);
	met &= print_goal("swap, idle", median(swap, LOADS), "ms", 100);
	met &= print_goal("a profile in the kernel", ports_kib(copies[0]), "KiB", 512);
	return met;
}

int main(int count, char **arguments)
{
	char bpffs[] = "/tmp/portcullis-bench-XXXXXX";
	struct utsname host;
	bool met;

	must(count == 2, "start: the path of portcullis is missing");
	must(!unshare(CLONE_NEWNET | CLONE_NEWNS) &&
		     !mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) && mkdtemp(bpffs) &&
		     !mount("bpf", bpffs, "bpf", 0, NULL),
	     "make a network namespace and a bpffs");
	shell("ip link add card type veth peer name wire && ip link set card up");
	uname(&host);
	printf("# Portcullis bench\n\nLinux %s, %s, %ld CPUs\n\n", host.release, host.machine,
	       sysconf(_SC_NPROCESSORS_ONLN));
	met = bench_packets();
	if (!getenv("CASES"))
		met &= bench_loads(arguments[1], bpffs);
	umount(bpffs);
	rmdir(bpffs);
	return met ? 0 : 1;
}
