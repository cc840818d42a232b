/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A host of a test's own: a network namespace with two cards and a mount of bpffs, both gone when
 * the test is. Include this before every header of ours, and cmocka.h after it.
 */
#ifndef PORTCULLIS_OWN_HOST_H
#define PORTCULLIS_OWN_HOST_H

#include <glib.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <unistd.h>

#define CARDS 2

#define JOURNAL "/run/systemd/journal"

static const char *const cards[CARDS] = {"card0", "card1"};
static char bpffs[] = "/tmp/portcullis-test-XXXXXX";

/* Runs what must go right. */
static inline void run(const char *command)
{
	if (system(command)) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
}

static inline int make_host(void **state)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	if (!mkdtemp(bpffs) || mount("bpf", bpffs, "bpf", 0, NULL))
		return -1;
	/* the host's journal is not for what tests do */
	if (g_mkdir_with_parents(JOURNAL, 0755) || mount("tmpfs", JOURNAL, "tmpfs", 0, NULL))
		return -1;
	for (int i = 0; i < CARDS; i++) {
		g_autofree char *command = g_strdup_printf(
			"ip link add %s type veth peer name wire%d && ip link set %s up", cards[i],
			i, cards[i]);

		run(command);
	}
	return 0;
}

static inline int remove_host(void **state)
{
	return umount(bpffs) || rmdir(bpffs);
}

/* Whether a test must be left out; says so, as TAP. */
static inline bool skip_without_root(void)
{
	if (!geteuid())
		return false;
	puts("1..1\nok 1 # SKIP needs root");
	return true;
}

#endif
