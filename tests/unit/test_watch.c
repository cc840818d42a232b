/* SPDX-License-Identifier: GPL-2.0-only */
/* The watch of a gate: whose it is, what the program is told, when it ends. */
#include "own_host.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include "own_gate.h"
#include "process.h"
#include "shared.h"
#include "watch.h"

static const struct watch wanted = {
	.every = 1,
	.reasons = 5,
	.server = 7,
	.transports = 2,
	.first_port = 8,
	.last_port = 9,
	.source_version = 4,
	.source = {10},
	.source_mask = {11},
};

static char *folder;
static struct shared shared;

static int make_maps(void **state)
{
	const struct shared_needs needs = {.slots = 10, .numbers = 10};
	struct messages *messages = messages_new();
	bool made;

	folder = gate_folder();
	made = !mkdir(folder, 0700) && shared_open(&shared, folder, &needs, messages) &&
	       shared_pin(&shared, folder, messages);
	messages_free(messages);
	return !made;
}

static int remove_maps(void **state)
{
	g_autofree char *command = g_strdup_printf("rm -rf %s", folder);

	shared_close(&shared);
	run(command);
	g_free(folder);
	return 0;
}

static struct watch told(void)
{
	struct watch watch;
	__u32 key = 0;

	assert_int_equal(bpf_map_lookup_elem(shared.fd[SHARED_WATCH], &key, &watch), 0);
	return watch;
}

static __u32 watching(void)
{
	struct control control;
	__u32 key = 0;

	assert_int_equal(bpf_map_lookup_elem(shared.fd[SHARED_CONTROL], &key, &control), 0);
	return control.watching;
}

static struct watcher *begin_right(void)
{
	struct messages *messages = messages_new();
	struct watcher *watcher = watcher_begin(folder, &wanted, messages);
	g_autofree char *said = all_messages(messages);

	assert_string_equal(said, "");
	assert_non_null(watcher);
	messages_free(messages);
	return watcher;
}

static void begin_wrong(const char *expected)
{
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;

	assert_null(watcher_begin(folder, &wanted, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
}

static bool ignore(const struct event *event, void *data)
{
	return true;
}

static void take_round(struct watcher *watcher)
{
	struct messages *messages = messages_new();

	assert_true(watcher_read(watcher, ignore, NULL, messages));
	assert_int_equal(messages->list->len, 0);
	messages_free(messages);
}

static void take_none(struct watcher *watcher, const char *expected)
{
	struct messages *messages = messages_new();
	g_autofree char *said = NULL;

	assert_false(watcher_read(watcher, ignore, NULL, messages));
	said = all_messages(messages);
	assert_string_equal(said, expected);
	messages_free(messages);
}

static __u64 now(void)
{
	struct timespec time;

	clock_gettime(CLOCK_MONOTONIC, &time);
	return (__u64)time.tv_sec * 1000000000 + (__u64)time.tv_nsec;
}

static void says_what_is_wanted(void **state)
{
	struct watcher *watcher = begin_right();
	struct watch watch = told();

	assert_int_equal(watching(), 1);
	assert_int_equal(watch.reasons, 5);
	assert_int_equal(watch.server, 7);
	assert_int_equal(watch.every, 1);
	assert_int_equal(watch.transports, 2);
	assert_int_equal(watch.first_port, 8);
	assert_int_equal(watch.last_port, 9);
	assert_int_equal(watch.source_version, 4);
	assert_memory_equal(watch.source, wanted.source, sizeof(watch.source));
	assert_memory_equal(watch.source_mask, wanted.source_mask, sizeof(watch.source_mask));
	assert_int_equal(watch.budget, watch_budget((__u32)libbpf_num_possible_cpus()));
	watcher_end(watcher);
	assert_int_equal(watching(), 0);
	assert_true(told().watcher == 0);
}

/* Each reading begins a round, has the lease renewed, and begins again what the program ended. */
static void begins_rounds(void **state)
{
	struct watcher *watcher = begin_right();
	struct watch before = told(), after;
	__u32 key = 0;

	assert_in_range(before.lease, now() + 1000000000, now() + 2000000000);
	assert_int_equal(bpf_map_update_elem(shared.fd[SHARED_CONTROL], &key,
					     &(struct control){.watching = 0}, BPF_ANY),
			 0);
	take_round(watcher);
	after = told();
	assert_int_equal(after.round, before.round + 1);
	assert_true(after.lease > before.lease);
	assert_int_equal(watching(), 1);
	watcher_end(watcher);
}

static void counts_what_was_lost_since(void **state)
{
	int cpus = libbpf_num_possible_cpus();
	g_autofree struct watch_share *shares = g_new0(struct watch_share, cpus);
	struct watcher *watcher;
	__u32 key = 0;

	shares[0].lost = 100;
	shares[cpus - 1].lost += 20;
	assert_int_equal(bpf_map_update_elem(shared.fd[SHARED_WATCH_SHARES], &key, shares, 0), 0);
	watcher = begin_right();
	assert_int_equal(watcher_lost(watcher), 0);
	shares[0].lost += 3;
	shares[cpus - 1].lost += 4;
	assert_int_equal(bpf_map_update_elem(shared.fd[SHARED_WATCH_SHARES], &key, shares, 0), 0);
	assert_int_equal(watcher_lost(watcher), 7);
	watcher_end(watcher);
}

/* A process that watches until it is killed. */
static pid_t begin_elsewhere(void)
{
	int ready[2];
	char byte;
	pid_t pid;

	assert_int_equal(pipe(ready), 0);
	pid = fork();
	if (!pid) {
		struct watcher *watcher = watcher_begin(folder, &wanted, messages_new());

		if (write(ready[1], "", watcher != NULL) < 1)
			_exit(1);
		pause();
	}
	close(ready[1]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	close(ready[0]);
	return pid;
}

/* Killed, it leaves all as it was; asked for or not, the next can begin. */
static void is_one_process_own(void **state)
{
	pid_t pid = begin_elsewhere();
	g_autofree char *command = process_command(getpid());
	g_autofree char *expected =
		g_strdup_printf("portcullis: error: process %d (%s) watches already: there is one "
				"watch\n",
				pid, command);

	begin_wrong(expected);
	assert_int_equal(watching(), 1);
	kill(pid, SIGKILL);
	waitid(P_PID, (id_t)pid, &(siginfo_t){}, WEXITED | WNOWAIT);
	assert_int_equal(watching(), 1);
	watcher_end(begin_right());
	assert_int_equal(watching(), 0);
	waitpid(pid, NULL, 0);
	watcher_end(begin_right());
}

/* One that stood still while another took over has nothing to say any more. */
static void gives_way(void **state)
{
	struct watcher *watcher = begin_right();
	struct watch watch = told();
	__u32 key = 0;
	pid_t pid;
	g_autofree char *expected = NULL, *command = process_command(getpid());

	watch.watcher = 0;
	assert_int_equal(bpf_map_update_elem(shared.fd[SHARED_WATCH], &key, &watch, BPF_ANY), 0);
	pid = begin_elsewhere();
	expected = g_strdup_printf("portcullis: error: process %d (%s) has taken over: there is "
				   "one watch\n",
				   pid, command);
	take_none(watcher, expected);
	watcher_end(watcher);
	assert_int_equal(watching(), 1);
	assert_int_equal(process_of_mark(told().watcher), pid);
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

/* Down, and perhaps up again: these maps are nobody's. */
static void ends_with_the_gate(void **state)
{
	const char *expected =
		"portcullis: error: the gate was taken down: nothing is enforced any "
		"more\n";
	struct watcher *watcher = begin_right();
	struct messages *messages = messages_new();

	assert_true(shared_forget(folder, messages));
	take_none(watcher, expected);
	assert_true(shared_pin(&shared, folder, messages));
	take_none(watcher, expected);
	watcher_end(watcher);
	messages_free(messages);
}

static void says_what_is_missing(void **state)
{
	g_autofree char *pin = g_strdup_printf("%s/control-1", folder), *expected = NULL;

	unlink(pin);
	expected = g_strdup_printf("%s: error: cannot open the pinned map: No such file or "
				   "directory\n",
				   pin);
	begin_wrong(expected);
}

/* Whatever all CPUs take in a round finds room. */
static void budgets(void **state)
{
	assert_int_equal(watch_budget(1), 100);
	assert_int_equal(watch_budget(2), 100);
	assert_int_equal(watch_budget(64), 24);
	assert_int_equal(watch_budget(1024), 1);
	assert_int_equal(watch_budget(100000), 1);
}

#define test(name) cmocka_unit_test_setup_teardown(name, make_maps, remove_maps)

int main(void)
{
	const struct CMUnitTest tests[] = {
		test(says_what_is_wanted),
		test(begins_rounds),
		test(counts_what_was_lost_since),
		test(is_one_process_own),
		test(gives_way),
		test(ends_with_the_gate),
		test(says_what_is_missing),
		cmocka_unit_test(budgets),
	};

	if (skip_without_root())
		return 0;
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
