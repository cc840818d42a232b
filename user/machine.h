/* SPDX-License-Identifier: GPL-2.0-only */
/* The processor and the kernel's settings on which it depends what a BPF program costs. */
#ifndef PORTCULLIS_MACHINE_H
#define PORTCULLIS_MACHINE_H

#include <glib.h>
#include <stdbool.h>

struct machine {
	char *kernel;           /* its release */
	char *processor;        /* as it calls itself; "" where the kernel does not say */
	long cpus;              /* online */
	bool hardened;          /* constants in everybody's programs are blinded (bpf_jit_harden) */
	bool counts_time;       /* each run of a program is timed (bpf_stats_enabled) */
	GPtrArray *mitigations; /* const char *: those that make calls and returns dearer */
};

/*
 * Reads it below a folder, "" for this host. A file that is missing says that its setting is off:
 * those of net.core are shown only in the first network namespace.
 */
void machine_read(const char *root, struct machine *machine);
void machine_clear(struct machine *machine);

#endif
