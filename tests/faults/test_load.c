/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A load in which each libbpf and system call fails in turn: whatever fails, the old policy goes on
 * enforcing on both interfaces, nothing new stays pinned, and a message names the step.
 */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <net/if.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <cmocka.h>

#include "change.h"
#include "gate.h"
#include "inputs.h"
#include "totals.h"

/* --- making calls fail --- */

static int calls_until_fault; /* 0: none fails */
static const char *failed_call;

static bool fault(const char *name)
{
	if (!calls_until_fault || --calls_until_fault)
		return false;
	failed_call = name;
	errno = EIO;
	return true;
}

#define WRAP(name, type, failure, parameters, arguments)                 \
	type __real_##name parameters;                                   \
	type __wrap_##name parameters;                                   \
	type __wrap_##name parameters                                    \
	{                                                                \
		return fault(#name) ? failure : __real_##name arguments; \
	}
#include "wrapped.h"
#undef WRAP

/* --- a host of our own: a network namespace with two cards, and a bpffs --- */

static char bpffs[] = "/tmp/portcullis-faults-XXXXXX";

static void run(const char *command)
{
	if (system(command)) {
		fprintf(stderr, "cannot run: %s\n", command);
		exit(1);
	}
}

static int make_host(void **state)
{
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	if (!mkdtemp(bpffs) || mount("bpf", bpffs, "bpf", 0, NULL))
		return -1;
	run("ip link add card0 type veth peer name wire0 && ip link add card1 type veth peer name "
	    "wire1 && ip link set card0 up && ip link set card1 up");
	return 0;
}

static int remove_host(void **state)
{
	return umount(bpffs) || rmdir(bpffs);
}

/* --- what is enforced, for comparison --- */

/* The programs on both cards and the names of all pins: a load that failed changes neither. */
static char *enforced(void)
{
	g_autofree char *folder = g_strdup_printf("%s/portcullis", bpffs);
	g_autoptr(GDir) entries = g_dir_open(folder, 0, NULL);
	g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
	GString *text = g_string_new(NULL);
	const char *name;

	for (int i = 0; i < 2; i++) {
		g_autofree char *card = g_strdup_printf("card%d", i);
		__u32 program = 0;

		bpf_xdp_query_id((int)__real_if_nametoindex(card), 0, &program);
		g_string_append_printf(text, "%s %u\n", card, program);
	}
	while (entries && (name = g_dir_read_name(entries)))
		g_ptr_array_add(names, g_strdup(name));
	g_ptr_array_sort(names, (GCompareFunc)(void (*)(void))g_strcmp0);
	for (guint i = 0; i < names->len; i++)
		g_string_append_printf(text, "%s\n", (char *)names->pdata[i]);
	return g_string_free(text, FALSE);
}

static bool load(const char *profile, struct messages *messages)
{
	struct gate *gate = gate_open(bpffs, GATE_WRITE, messages);
	struct choice *choice;
	struct generation *next;
	bool done;

	if (!gate || messages->errors) {
		gate_close(gate);
		return false;
	}
	choice = choice_new();
	inputs_add_shipped(choice->sources);
	choice_set_interface(choice, "card0", profile, ATTACH_AUTO);
	choice_set_interface(choice, "card1", profile, ATTACH_NATIVE);
	next = generation_new(choice, gate->generation);
	done = generation_compile(next, messages) && gate_apply(gate, next, messages);
	generation_free(next);
	gate_close(gate);
	return done;
}

/* --- the tests --- */

/*
 * Makes call after call fail until a load gets through without reaching the one that would. What
 * fails must leave all as it was; calls whose failure is harmless may let the load succeed.
 */
static void fail_each_call(const char *profile, const char *other)
{
	int failures = 0;

	for (int call = 1;; call++) {
		g_autofree char *before = enforced();
		g_autofree char *after = NULL;
		struct messages *messages = messages_new();
		bool done;

		failed_call = NULL;
		calls_until_fault = call;
		done = load(call % 2 ? profile : other, messages);
		if (calls_until_fault) {
			calls_until_fault = 0;
			assert_true(done);
			messages_free(messages);
			break;
		}
		after = enforced();
		if (!done) {
			failures++;
			if (strcmp(before, after))
				print_error("call %d, %s:\n%sbecame\n%s", call, failed_call, before,
					    after);
			assert_string_equal(before, after);
			assert_true(messages->errors > 0);
		}
		messages_free(messages);
	}
	/* A load makes far more calls than this; fewer would mean that nothing was tested. */
	assert_true(failures > 30);
}

static void take_down(void)
{
	struct messages *messages = messages_new();
	struct gate *gate = gate_open(bpffs, GATE_WRITE, messages);

	assert_non_null(gate);
	assert_true(gate_detach(gate, messages));
	assert_true(gate_remove(gate, messages));
	gate_close(gate);
	messages_free(messages);
}

static void test_first_load(void **state)
{
	g_autofree char *nothing = enforced();
	bool reached = true;

	for (int call = 1; reached; call++) {
		struct messages *messages = messages_new();
		g_autofree char *after = NULL;
		bool done;

		calls_until_fault = call;
		done = load("front-end", messages);
		reached = !calls_until_fault;
		calls_until_fault = 0;
		assert_true(done || messages->errors);
		assert_true(done || reached);
		if (done && reached)
			take_down();
		after = enforced();
		if (reached)
			assert_string_equal(nothing, after);
		messages_free(messages);
	}
}

static void test_swap(void **state)
{
	fail_each_call("director", "front-end");
}

static void test_after_all_that_it_still_works(void **state)
{
	struct messages *messages = messages_new();
	struct gate *gate;

	assert_true(load("mediation", messages));
	gate = gate_open(bpffs, GATE_READ, messages);
	assert_non_null(gate);
	assert_true(gate_is_whole(gate));
	gate_close(gate);
	messages_free(messages);
	take_down();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_first_load),
		cmocka_unit_test(test_swap),
		cmocka_unit_test(test_after_all_that_it_still_works),
	};

	if (geteuid()) {
		puts("1..1\nok 1 # SKIP loading a program needs root");
		return 0;
	}
	return cmocka_run_group_tests(tests, make_host, remove_host);
}
