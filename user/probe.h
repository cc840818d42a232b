/* SPDX-License-Identifier: GPL-2.0-only */
/* Asks the program that enforces what it says of a packet, by BPF_PROG_TEST_RUN, without a trace.
 */
#ifndef PORTCULLIS_PROBE_H
#define PORTCULLIS_PROBE_H

#include <stdbool.h>

#include "judge.h"
#include "message.h"

/*
 * Loads a twin of the program of this descriptor: the same instructions and constants with the same
 * generation's maps, but counters of its own, and runs it once. Source and destination must be
 * addresses of one family. False with a message if it cannot be asked, or is not the program that
 * this binary carries.
 */
bool probe(int program, const struct question *question, enum reason *reason,
	   struct messages *messages);

#endif
