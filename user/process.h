/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Processes told apart for good: a number alone is given to another one, once its process has
 * ended.
 */
#ifndef PORTCULLIS_PROCESS_H
#define PORTCULLIS_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

/* What a living process has and none before or after it: its number and when it began. 0: there is
 * none, or it has ended and nobody asked how. */
uint64_t process_mark(pid_t pid);

/* The number of the process that has the mark. */
pid_t process_of_mark(uint64_t mark);

/* Its command line, in one line; "" if it cannot be read. The caller frees it. */
char *process_command(pid_t pid);

#endif
