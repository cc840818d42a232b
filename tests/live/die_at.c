/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Runs a command and kills it just before one of the system calls by which it changes what others
 * see, for the live tests:
 *
 *     die_at N COMMAND WORD...
 *
 * Exits with 137 if it was killed at the Nth such call, else as the command did.
 */
#include <linux/bpf.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tool.h"

static const long changing[] = {
	__NR_flock,  __NR_unlinkat, __NR_mkdirat,
#ifdef __NR_unlink /* not on every architecture */
	__NR_unlink, __NR_rmdir,    __NR_mkdir,
#endif
};

static const long changing_bpf[] = {
	BPF_OBJ_PIN,         BPF_LINK_CREATE,      BPF_LINK_UPDATE,     BPF_LINK_DETACH,
	BPF_MAP_UPDATE_ELEM, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_ELEM, BPF_MAP_DELETE_BATCH,
};

static const long changing_netlink[] = {
	RTM_NEWQDISC,
	RTM_DELQDISC,
	RTM_NEWTFILTER,
	RTM_DELTFILTER,
};

static bool is_in(const long *list, size_t size, long wanted)
{
	for (size_t i = 0; i < size; i++)
		if (list[i] == wanted)
			return true;
	return false;
}

/* The type of a netlink message that the process is about to send; of other data, whatever is
 * there.
 */
static long message_type(pid_t process, uint64_t buffer)
{
	const uint64_t at = buffer + offsetof(struct nlmsghdr, nlmsg_type);
	const uint64_t word = at / sizeof(long) * sizeof(long);
	unsigned long read;

	errno = 0;
	read = (unsigned long)ptrace(PTRACE_PEEKDATA, process, (void *)word, NULL);
	return errno ? -1 : (long)(read >> (at - word) * 8 & 0xffff);
}

/* Whether the process stands at the entry of a call that changes something. */
static bool is_changing(pid_t process)
{
	struct __ptrace_syscall_info call;

	check(ptrace(PTRACE_GET_SYSCALL_INFO, process, sizeof(call), &call), "system call");
	if (call.op != PTRACE_SYSCALL_INFO_ENTRY)
		return false;
	if (call.entry.nr == __NR_bpf)
		return is_in(changing_bpf, sizeof(changing_bpf) / sizeof(long),
			     (long)call.entry.args[0]);
	if (call.entry.nr == __NR_sendto)
		return is_in(changing_netlink, sizeof(changing_netlink) / sizeof(long),
			     message_type(process, call.entry.args[1]));
	return is_in(changing, sizeof(changing) / sizeof(long), (long)call.entry.nr);
}

static pid_t begin(char **command)
{
	pid_t process = fork();
	int status;

	check(process, "fork");
	if (!process) {
		check(ptrace(PTRACE_TRACEME, 0, NULL, NULL), "trace");
		execvp(command[0], command);
		check(-1, command[0]);
	}
	check(waitpid(process, &status, 0), "wait");
	check(ptrace(PTRACE_SETOPTIONS, process, NULL, PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL),
	      "trace");
	return process;
}

/* Until it ends, by itself or by our hand; returns how. */
static int follow(pid_t process, int calls)
{
	int status, signal = 0;

	for (;;) {
		check(ptrace(PTRACE_SYSCALL, process, NULL, (void *)(long)signal), "continue");
		check(waitpid(process, &status, 0), "wait");
		if (!WIFSTOPPED(status))
			return status;
		signal = WSTOPSIG(status);
		if (signal != (SIGTRAP | 0x80))
			continue;
		signal = 0;
		if (!is_changing(process) || --calls)
			continue;
		kill(process, SIGKILL);
		check(waitpid(process, &status, 0), "wait");
		return status;
	}
}

int main(int count, char **words)
{
	int status;

	if (count < 3) {
		fputs("usage: die_at N COMMAND WORD…\n", stderr);
		return TOOL_FAILED;
	}
	status = follow(begin(words + 2), atoi(words[1]));
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
