/* SPDX-License-Identifier: GPL-2.0-only */
/* Processes: alive, ended, ended and not asked for, of strange names. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <glib.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "process.h"

/* One that waits to be killed. */
static pid_t begin(void)
{
	pid_t pid = fork();

	if (!pid) {
		pause();
		_exit(0);
	}
	assert_true(pid > 0);
	return pid;
}

static void wait_until_it_ends(pid_t pid, int options)
{
	siginfo_t how;

	kill(pid, SIGKILL);
	assert_int_equal(waitid(P_PID, (id_t)pid, &how, WEXITED | options), 0);
}

static void marks_those_that_live(void **state)
{
	pid_t pid = begin();
	uint64_t mark = process_mark(pid);

	assert_true(mark);
	assert_int_equal(process_of_mark(mark), pid);
	assert_true(process_mark(pid) == mark);
	assert_int_equal(process_of_mark(process_mark(getpid())), getpid());
	wait_until_it_ends(pid, 0);
	assert_true(process_mark(pid) == 0);
}

/* Killed, and its parent has not asked yet: it is still listed, but watches nothing. */
static void marks_none_that_ended(void **state)
{
	pid_t pid = begin();

	assert_true(process_mark(pid));
	wait_until_it_ends(pid, WNOWAIT);
	assert_true(process_mark(pid) == 0);
	wait_until_it_ends(pid, 0);
}

/* Of the same number at another time: a mark tells when its process began, in the low 40 bits. */
static void marks_when_it_began(void **state)
{
	const uint64_t start = (1ULL << 40) - 1;
	uint64_t early = process_mark(1) & start, late = process_mark(getpid()) & start;
	struct timespec now;

	clock_gettime(CLOCK_BOOTTIME, &now);
	assert_true(early < late);
	assert_in_range(late, ((uint64_t)now.tv_sec - 60) * 100, (uint64_t)now.tv_sec * 100 + 100);
}

/* A name may hold what parts the fields. */
static void reads_strange_names(void **state)
{
	char name[16] = {};
	uint64_t mark = process_mark(getpid());

	prctl(PR_GET_NAME, name);
	prctl(PR_SET_NAME, ") Z 1 (");
	assert_true(process_mark(getpid()) == mark);
	prctl(PR_SET_NAME, name);
}

static void tells_the_command(void **state)
{
	char *arguments[] = {"sleep", "60", NULL};
	g_autofree char *ours = process_command(getpid()), *none = NULL, *theirs = NULL;
	GPid pid;

	assert_non_null(strstr(ours, "test_process"));
	assert_true(g_spawn_async(NULL, arguments, NULL,
				  G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &pid,
				  NULL));
	theirs = process_command(pid);
	assert_string_equal(theirs, "sleep 60");
	wait_until_it_ends(pid, 0);
	none = process_command(pid);
	assert_string_equal(none, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(marks_those_that_live), cmocka_unit_test(marks_none_that_ended),
		cmocka_unit_test(marks_when_it_began),   cmocka_unit_test(reads_strange_names),
		cmocka_unit_test(tells_the_command),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
