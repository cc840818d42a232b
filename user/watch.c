/* SPDX-License-Identifier: GPL-2.0-only */
/* Takes the watch, says what is wanted, and reads the samples. */
#include "watch.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "process.h"
#include "shared.h"

#define LEASE_NS    2000000000ULL
#define BUDGET_MOST 100 /* of a CPU in a round: a thousand a second are more than people read */
#define EVENT_SPACE (sizeof(struct event) + BPF_RINGBUF_HDR_SZ)

struct watcher {
	char *pin; /* of the ring buffer */
	struct stat pinned;
	int fds[SHARED_MAPS]; /* of the maps that a watch needs; else -1 */
	struct control *control;
	struct watch *watch;
	struct ring_buffer *ring;
	__u64 mark;  /* ours */
	__u64 began; /* ns since boot: what is older was taken for another */
	__u64 lost;  /* by then */

	watcher_sample *sample; /* while reading */
	void *data;
};

static bool fail(struct messages *messages, const char *where, const char *step)
{
	message_add(messages, SEVERITY_ERROR, where, 0, "cannot %s: %s", step, strerror(errno));
	return false;
}

static __u64 now_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (__u64)now.tv_sec * 1000000000 + (__u64)now.tv_nsec;
}

__u32 watch_budget(__u32 cpus)
{
	__u32 room = EVENTS_BYTES / EVENT_SPACE / MAX(cpus, 1);

	return CLAMP(room, 1, BUDGET_MOST);
}

/* Over all CPUs, since the gate came up. */
static __u64 lost_ever(const struct watcher *watcher)
{
	int cpus = libbpf_num_possible_cpus();
	g_autofree struct watch_share *shares = g_new0(struct watch_share, MAX(cpus, 1));
	__u32 key = 0;
	__u64 lost = 0;

	if (cpus < 1 || bpf_map_lookup_elem(watcher->fds[SHARED_WATCH_SHARES], &key, shares))
		return 0;
	for (int cpu = 0; cpu < cpus; cpu++)
		lost += shares[cpu].lost;
	return lost;
}

/* --- whose watch it is --- */

static void say_taken(__u64 mark, const char *how, struct messages *messages)
{
	pid_t pid = process_of_mark(mark);
	g_autofree char *command = process_command(pid);

	message_add(messages, SEVERITY_ERROR, "portcullis", 0,
		    "process %d%s%s%s %s: there is one watch", pid, *command ? " (" : "", command,
		    *command ? ")" : "", how);
}

/*
 * Writes our mark in place of none, or of one whose process is no more. Of several who try at once
 * one succeeds.
 */
static bool claim(struct watcher *watcher, struct messages *messages)
{
	__u64 *owner = &watcher->watch->watcher;
	__u64 found = __atomic_load_n(owner, __ATOMIC_SEQ_CST);

	while (!found || process_mark(process_of_mark(found)) != found)
		if (__atomic_compare_exchange_n(owner, &found, watcher->mark, false,
						__ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
			return true;
	say_taken(found, "watches already", messages);
	return false;
}

static bool is_ours(const struct watcher *watcher)
{
	return __atomic_load_n(&watcher->watch->watcher, __ATOMIC_SEQ_CST) == watcher->mark;
}

/* --- what the program is told --- */

static void set_watching(struct watcher *watcher, __u32 watching)
{
	__atomic_store_n(&watcher->control->watching, watching, __ATOMIC_SEQ_CST);
}

/* The program may take samples again, and does until nobody has read them for long. */
static void begin_round(struct watcher *watcher)
{
	watcher->watch->lease = now_ns() + LEASE_NS;
	__atomic_fetch_add(&watcher->watch->round, 1, __ATOMIC_SEQ_CST);
	set_watching(watcher, 1);
}

static void say_wanted(struct watcher *watcher, const struct watch *wanted)
{
	struct watch *watch = watcher->watch;

	set_watching(watcher, 0);
	watch->budget = watch_budget((__u32)MAX(libbpf_num_possible_cpus(), 1));
	watch->every = wanted->every;
	watch->reasons = wanted->reasons;
	watch->server = wanted->server;
	watch->transports = wanted->transports;
	watch->first_port = wanted->first_port;
	watch->last_port = wanted->last_port;
	watch->source_version = wanted->source_version;
	memcpy(watch->source, wanted->source, sizeof(watch->source));
	memcpy(watch->source_mask, wanted->source_mask, sizeof(watch->source_mask));
}

/* --- maps --- */

static bool open_maps(struct watcher *watcher, const char *directory, struct messages *messages)
{
	static const enum shared_map needed[] = {SHARED_CONTROL, SHARED_WATCH, SHARED_WATCH_SHARES,
						 SHARED_EVENTS};

	for (unsigned int i = 0; i < G_N_ELEMENTS(needed); i++) {
		watcher->fds[needed[i]] = shared_open_sole(directory, needed[i], messages);
		if (watcher->fds[needed[i]] < 0)
			return false;
	}
	watcher->pin = shared_sole_path(directory, SHARED_EVENTS);
	return !stat(watcher->pin, &watcher->pinned) ||
	       fail(messages, watcher->pin, "look at the pin");
}

/* The one entry of a map; NULL with a message. */
static void *map_entry(const struct watcher *watcher, enum shared_map map, size_t size,
		       struct messages *messages)
{
	void *place = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, watcher->fds[map], 0);

	if (place != MAP_FAILED)
		return place;
	fail(messages, shared_name(map), "map the map into memory");
	return NULL;
}

static int handle(void *data, void *bytes, size_t size)
{
	struct watcher *watcher = data;
	const struct event *event = bytes;

	if (size < sizeof(*event) || event->time < watcher->began || !watcher->sample)
		return 0;
	return watcher->sample(event, watcher->data) ? 0 : -ECANCELED;
}

static bool open_ring(struct watcher *watcher, struct messages *messages)
{
	watcher->ring = ring_buffer__new(watcher->fds[SHARED_EVENTS], handle, watcher, NULL);
	return watcher->ring || fail(messages, "events", "read the ring buffer");
}

struct watcher *watcher_begin(const char *directory, const struct watch *wanted,
			      struct messages *messages)
{
	struct watcher *watcher = g_new0(struct watcher, 1);

	for (int i = 0; i < SHARED_MAPS; i++)
		watcher->fds[i] = -1;
	watcher->mark = process_mark(getpid());
	if (!watcher->mark)
		fail(messages, "/proc", "see this process there, expected a mounted proc");
	if (!watcher->mark || !open_maps(watcher, directory, messages) ||
	    !(watcher->control =
		      map_entry(watcher, SHARED_CONTROL, sizeof(*watcher->control), messages)) ||
	    !(watcher->watch =
		      map_entry(watcher, SHARED_WATCH, sizeof(*watcher->watch), messages)) ||
	    !open_ring(watcher, messages) || !claim(watcher, messages)) {
		watcher_end(watcher);
		return NULL;
	}
	say_wanted(watcher, wanted);
	watcher->began = now_ns();
	ring_buffer__consume(watcher->ring); /* what was left */
	watcher->lost = lost_ever(watcher);
	begin_round(watcher);
	return watcher;
}

void watcher_end(struct watcher *watcher)
{
	if (!watcher)
		return;
	if (watcher->watch && is_ours(watcher)) {
		set_watching(watcher, 0);
		__atomic_store_n(&watcher->watch->watcher, 0, __ATOMIC_SEQ_CST);
	}
	ring_buffer__free(watcher->ring);
	if (watcher->watch)
		munmap(watcher->watch, sizeof(*watcher->watch));
	if (watcher->control)
		munmap(watcher->control, sizeof(*watcher->control));
	for (int i = 0; i < SHARED_MAPS; i++)
		if (watcher->fds[i] >= 0)
			close(watcher->fds[i]);
	g_free(watcher->pin);
	g_free(watcher);
}

/* Whether the maps are still those of the gate. */
static bool gate_stands(const struct watcher *watcher)
{
	struct stat there;

	return !stat(watcher->pin, &there) && there.st_dev == watcher->pinned.st_dev &&
	       there.st_ino == watcher->pinned.st_ino;
}

bool watcher_read(struct watcher *watcher, watcher_sample *sample, void *data,
		  struct messages *messages)
{
	int error;

	if (!gate_stands(watcher)) {
		message_add(messages, SEVERITY_ERROR, "portcullis", 0,
			    "the gate was taken down: nothing is enforced any more");
		return false;
	}
	if (!is_ours(watcher)) {
		say_taken(watcher->watch->watcher, "has taken over", messages);
		return false;
	}
	watcher->sample = sample;
	watcher->data = data;
	error = ring_buffer__consume(watcher->ring);
	watcher->sample = NULL;
	if (error < 0 && error != -ECANCELED) {
		errno = -error;
		return fail(messages, "events", "read the ring buffer");
	}
	begin_round(watcher);
	return true;
}

__u64 watcher_lost(const struct watcher *watcher)
{
	return lost_ever(watcher) - watcher->lost;
}
