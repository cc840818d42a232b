/* SPDX-License-Identifier: GPL-2.0-only */
/* The programs of programs.bpf.c, loaded; each function gives a descriptor that is never closed. */
#ifndef PORTCULLIS_BENCH_BARE_H
#define PORTCULLIS_BENCH_BARE_H

#include <linux/types.h>

#include "programs.h"

int bare_drop(__u32 unused);
int bare_pass(__u32 unused);
int bare_calibrate(__u32 unused);

/* Drops whose source is in an LPM trie with the prefixes of blocklist_random(). */
int bare_trie(__u32 prefixes);

/* The program that rewrites a packet and hands it to a judge. */
int bare_rewrite(int judge, const struct variation *variation);

#endif
