/* SPDX-License-Identifier: GPL-2.0-only */
/* A bench that cannot do something has nothing to say: it ends. */
#ifndef PORTCULLIS_BENCH_MUST_H
#define PORTCULLIS_BENCH_MUST_H

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static inline void must(bool done, const char *what)
{
	if (done)
		return;
	fprintf(stderr, "bench: cannot %s: %s\n", what, strerror(errno));
	exit(1);
}

#endif
